"""The welcome page: two doors, and a sandbox that really starts."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.config_file import read_config
from core.domain.account import WorkspaceKind
from core.version import VERSION
from core.workspace import open_workspace
from database import WorkspaceStore
from desktop.dialogs.workspace import MakeWorkspaceDialog, OpenWorkspaceDialog, WorkspaceChoice
from desktop.recent import RecentWorkspaces, is_workspace, new_sandbox_folder
from desktop.session import Session
from desktop.welcome.presenter import Welcome
from desktop.welcome.sandbox_start import END_S, SandboxStart, StartStep, StepState, describe_steps
from desktop.welcome.window import WelcomeWindow
from main import MainHouse
from tests.desktop.window import button, shown, texts, until
from tests.desktop.workspace_fixture import Filled

pytestmark = pytest.mark.usefixtures("theme")
ROOT = Path(__file__).parents[2]

FAILING = """
import json, sys
print("a line of progress")
error = {"code": "port_in_use", "title": "This port is in use", "message": "Another program has it.", "hint": "End it."}
print(json.dumps({"ok": False, "command": "demo", "error": error}))
sys.exit(1)
"""


class Opener:
    """Opens sessions as the console does."""

    def __init__(self, program: Sequence[str] = MainHouse.program) -> None:
        self.house = MainHouse()
        self.program = program

    async def open(self, choice: WorkspaceChoice) -> Session:
        return await Session.open(self.house, choice.folder, clock=SystemClock(), kind=choice.kind)


class Shown:
    def __init__(self, program: Sequence[str]) -> None:
        self.window = WelcomeWindow(SystemClock())
        self.welcome = Welcome(Opener(), self.window, program, RecentWorkspaces(), SystemClock())
        self.window.show()


@pytest.fixture
async def failing(tmp_path: Path) -> AsyncIterator[Shown]:
    """A welcome page whose demo ends with an error in words."""
    script = tmp_path / "failing.py"
    script.write_text(FAILING, encoding="utf-8")
    made = Shown([sys.executable, str(script)])
    yield made
    made.window.close()
    made.window.deleteLater()
    await asyncio.sleep(0)


async def test_the_door_to_own_accounts_makes_a_live_workspace_that_begins_with_its_sign_in(
    failing: Shown, tmp_path: Path
) -> None:
    assert any("Unofficial client using the Telegram API" in text for text in texts(failing.window))
    button(failing.window, "Connect my account").click()
    await until(lambda: shown(failing.window, MakeWorkspaceDialog))
    dialog = shown(failing.window, MakeWorkspaceDialog)
    assert dialog is not None
    dialog.entry.setText(str(tmp_path / "mine"))
    button(dialog, "Make it").click()

    session = await failing.welcome.result

    assert session is not None
    assert session.begins_with_sign_in
    assert (await session.services.get(WorkspaceStore).get()).kind is WorkspaceKind.LIVE
    await session.close()


async def test_a_failed_start_shows_its_sentence_and_try_again(failing: Shown) -> None:
    button(failing.window, "Open the sandbox").click()
    await until(lambda: failing.window.sandbox.button.accessibleName() == "Try again", timeout_s=20)

    assert failing.window.sandbox.button.isEnabled()
    (sentence,) = [text for text in texts(failing.window.sandbox) if "This port is in use" in text]
    assert sentence == "This port is in use. Another program has it. End it."
    assert not failing.welcome.result.done()


async def test_closing_the_window_ends_it_without_a_workspace(failing: Shown) -> None:
    failing.window.close()

    assert await failing.welcome.result is None


@pytest.mark.slow
async def test_a_sandbox_starts_and_its_four_steps_are_done(tmp_path: Path) -> None:
    opener = Opener()
    session = await opener.open(WorkspaceChoice(folder=tmp_path / "Sandbox 1", kind=WorkspaceKind.SANDBOX))
    seen: list[Sequence[StartStep]] = []
    start = SandboxStart(
        workspace=session.workspace, services=session.services, program=opener.program, clock=SystemClock()
    )
    try:
        demo = await start.run(seen.append)
        assert demo.is_alive
        await asyncio.to_thread(demo.close, END_S)  # as closing the window does
        assert not demo.is_alive
    finally:
        await session.close()

    assert [step.state for step in seen[-1]] == [StepState.DONE] * 4
    assert read_config(session.workspace.config_path).delivery.sandbox_rate_per_s == 4


@pytest.mark.parametrize(
    ("has_sandbox", "accounts", "people", "has_begun", "states"),
    [
        (False, 0, 0, False, ["running", "to do", "to do", "to do"]),
        (True, 2, 0, False, ["done", "running", "to do", "to do"]),
        (True, 5, 500, False, ["done", "done", "done", "running"]),
        (True, 5, 500, True, ["done", "done", "done", "done"]),
    ],
)
def test_the_first_step_that_is_not_done_runs(
    has_sandbox: bool, accounts: int, people: int, has_begun: bool, states: list[str]
) -> None:
    steps = describe_steps(has_sandbox=has_sandbox, accounts=accounts, people=people, has_begun=has_begun)

    assert [step.state.value for step in steps] == states
    if steps[1].state is StepState.RUNNING:
        assert steps[1].detail == "2 of 5"


async def test_recent_workspaces_are_those_that_are_still_there(filled: Filled, tmp_path: Path) -> None:
    recent = RecentWorkspaces()
    recent.remember(tmp_path / "gone")
    recent.remember(filled.folder)

    assert RecentWorkspaces().list_folders() == [filled.folder]
    assert is_workspace(filled.folder)


def test_a_new_sandbox_takes_no_name_that_is_taken() -> None:
    first = new_sandbox_folder()
    first.mkdir(parents=True)

    assert (first.name, new_sandbox_folder().name) == ("Sandbox 1", "Sandbox 2")


async def test_only_a_folder_with_a_workspace_is_opened(failing: Shown, filled: Filled, tmp_path: Path) -> None:
    button(failing.window, "Open a workspace…").click()
    await until(lambda: shown(failing.window, OpenWorkspaceDialog))
    dialog = shown(failing.window, OpenWorkspaceDialog)
    assert dialog is not None

    dialog.entry.setText(str(tmp_path))
    button(dialog, "Open").click()

    assert any("There is no workspace in this folder" in text for text in texts(dialog))
    dialog.reject()
    await until(lambda: shown(failing.window, OpenWorkspaceDialog) is None)


async def test_a_workspace_is_made_in_a_new_folder_only(failing: Shown, tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "letter.txt").touch()
    button(failing.window, "Make a workspace…").click()
    await until(lambda: shown(failing.window, MakeWorkspaceDialog))
    dialog = shown(failing.window, MakeWorkspaceDialog)
    assert dialog is not None

    dialog.entry.setText(str(tmp_path / "papers"))
    button(dialog, "Make it").click()
    assert any("holds other things" in text for text in texts(dialog))

    dialog.entry.setText(str(tmp_path / "Northlight"))
    button(dialog, "Make it").click()
    session = await failing.welcome.result
    assert session is not None
    assert session.workspace == open_workspace(tmp_path / "Northlight")
    await session.close()


def test_the_version_is_the_projects() -> None:
    assert f'version = "{VERSION}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
