"""The frame's own rules: worker card, badges, closing, what the palette finds."""

import pytest
from PySide6.QtWidgets import QRadioButton

from campaigns.campaign import CampaignState
from campaigns.worker_control import WorkerCondition, WorkerControl
from core.config_file import read_config
from core.config_writing import write_setting
from core.domain.account import WorkspaceKind
from core.errors import SecretStoreMissing
from core.locks import OsLock
from core.secrets.choice import StoreKind
from core.secrets.manager import SecretsManager
from database import ReportStore
from desktop.dialogs.quit import OnClose, QuitDialog
from desktop.formatting import Formats
from desktop.frame.commands import Command, Group, find_commands
from desktop.frame.facts import Badge, WorkspaceLabel, count_badges, describe_worker
from desktop.frame.worker_start import start_worker
from desktop.widgets.status import Glyph
from tests.desktop.window import button, open_window, shown, until
from tests.desktop.workspace_fixture import Filled, begin_beating, begin_worker

pytestmark = pytest.mark.usefixtures("theme")


async def card(filled: Filled, **kwargs: bool) -> tuple[str, str, str, Glyph]:
    status = await filled.services.get(WorkerControl).status()
    view = describe_worker(status, now=filled.clock.now(), formats=Formats(), **kwargs)
    return view.state.word, view.line, view.action, view.state.glyph


async def test_a_worker_that_never_was_can_be_started(filled: Filled) -> None:
    assert await card(filled) == ("Worker not started", "Nothing is sent without it", "Start it", Glyph.RING)


async def test_a_running_worker_says_for_how_long(filled: Filled, held: OsLock) -> None:
    worker_id = await begin_worker(filled)
    await filled.world.workers.beat(worker_id, now=filled.clock.now())

    assert await card(filled) == ("Worker running", "For 2 d 4 h", "", Glyph.DISC)


async def test_a_worker_that_holds_its_lock_and_does_not_beat_is_not_answering(filled: Filled, held: OsLock) -> None:
    await begin_worker(filled)

    word, line, action, glyph = await card(filled)

    assert (word, action, glyph) == ("Worker not answering", "End it…", Glyph.WARNING)
    assert line.startswith("Last heard Wed ")


async def test_a_worker_without_its_lock_died(filled: Filled) -> None:
    await begin_worker(filled)

    word, _, action, glyph = await card(filled)

    assert (word, action, glyph) == ("Worker died", "Start it again", Glyph.CROSS)


async def test_an_older_worker_that_runs_counts_though_a_newer_one_died(filled: Filled, held: OsLock) -> None:
    await begin_beating(filled)
    await begin_worker(filled, name="worker-two")

    assert (await card(filled))[0] == "Worker running"


async def test_a_worker_that_ended_in_order_stopped(filled: Filled) -> None:
    worker_id = await begin_worker(filled)
    await filled.world.workers.end(worker_id, now=filled.clock.now())

    assert (await card(filled))[:3] == ("Worker stopped", "Since 12:10", "Start it again")


async def test_a_start_under_way_is_said_whatever_the_rows_say(filled: Filled) -> None:
    assert (await card(filled, is_starting=True))[0] == "Worker starting"
    assert (await card(filled, is_stopping=True))[0] == "Worker stopping"


async def test_without_a_key_no_worker_is_started(filled: Filled) -> None:
    control = filled.services.get(WorkerControl)

    async def never(error: str) -> str | None:
        raise AssertionError("nothing to unlock")

    with pytest.raises(SecretStoreMissing, match="nothing to do yet"):
        await start_worker(control, filled.workspace, never)
    SecretsManager.create(filled.workspace, StoreKind.MEMORY)
    with pytest.raises(SecretStoreMissing, match="only be looked at"):
        await start_worker(control, filled.workspace, never)


async def test_a_wrong_passphrase_is_asked_for_again_and_one_may_go_on_without(filled: Filled) -> None:
    SecretsManager.create(filled.workspace, StoreKind.PASSPHRASE, passphrase="a long enough phrase")
    heard: list[str] = []

    async def answer(error: str) -> str | None:
        heard.append(error)
        return None if error else "another phrase entirely"

    assert await start_worker(filled.services.get(WorkerControl), filled.workspace, answer) is None
    assert heard == ["", "This passphrase is not right"]


async def test_badges_count_what_needs_a_person_before_what_runs(filled: Filled) -> None:
    campaigns = await filled.services.get(ReportStore).list_current()

    assert count_badges(campaigns) == {"campaigns": Badge(glyph=Glyph.WARNING, count=1)}
    running = [campaign for campaign in campaigns if campaign.state is CampaignState.RUNNING]
    assert count_badges(running) == {"campaigns": Badge(glyph=Glyph.RUN, count=1)}
    assert count_badges([]) == {}
    assert count_badges([], unread=17) == {"inbox": Badge(glyph=None, count=17)}
    assert Badge(glyph=None, count=17).words == "17 unread"


async def test_the_workspace_is_named_by_its_folder(filled: Filled) -> None:
    label = await WorkspaceLabel.read(filled.workspace, filled.services)

    assert (label.name, label.kind, label.is_sandbox) == ("northlight", WorkspaceKind.SANDBOX, True)


async def close(filled: Filled, choice: OnClose | None, *, remember: bool = False) -> bool:
    """Close the window and answer the question; None: keep it open. True when the window closed."""
    async with open_window(filled) as window:
        closed: list[bool] = []
        window.closed.connect(lambda: closed.append(True))
        window.close()
        await until(lambda: shown(window, QuitDialog) or closed)
        dialog = shown(window, QuitDialog)
        if dialog is None:
            return True
        if choice is None:
            button(dialog, "Keep the window open").click()
            await until(lambda: shown(window, QuitDialog) is None)
            return bool(closed)
        dialog.findChild(QRadioButton, choice.value).click()
        if remember:
            button(dialog, "Do this every time (Settings, Worker)").click()
        button(dialog, "Close the window").click()
        await until(lambda: closed)
        return True


async def campaign_state(filled: Filled) -> CampaignState:
    return (await filled.world.reports.progress(filled.running)).state


async def test_closing_may_leave_everything_running(filled: Filled, held: OsLock) -> None:
    await begin_beating(filled)

    assert await close(filled, OnClose.KEEP)

    assert await campaign_state(filled) is CampaignState.RUNNING
    assert read_config(filled.workspace.config_path).worker.keep_running_on_close == "ask"


async def test_closing_may_pause_and_remembers_it_when_asked(filled: Filled, held: OsLock) -> None:
    await begin_beating(filled)

    assert await close(filled, OnClose.PAUSE, remember=True)

    assert await campaign_state(filled) is CampaignState.PAUSED
    assert read_config(filled.workspace.config_path).worker.keep_running_on_close == "pause"


async def test_the_window_may_stay_open(filled: Filled, held: OsLock) -> None:
    await begin_beating(filled)

    assert not await close(filled, None)

    assert await campaign_state(filled) is CampaignState.RUNNING


async def test_a_remembered_answer_is_not_asked_for(filled: Filled, held: OsLock) -> None:
    await begin_beating(filled)
    write_setting(filled.workspace.config_path, "worker", "keep_running_on_close", "pause")

    async with open_window(filled) as window:
        closed: list[bool] = []
        window.closed.connect(lambda: closed.append(True))
        window.close()
        await until(lambda: closed)

    assert await campaign_state(filled) is CampaignState.PAUSED


async def test_closing_may_stop_the_worker_by_a_row(filled: Filled, held: OsLock) -> None:
    """The process behind the row is gone, so the control need not wait for it; what counts is that it was asked."""
    await begin_beating(filled)
    assert (await filled.services.get(WorkerControl).status()).condition is WorkerCondition.RUNNING

    assert await close(filled, OnClose.STOP)

    asked = await filled.world.database.read(
        lambda raw: raw.execute("SELECT kind, requester FROM request").fetchall()
    )
    assert [tuple(row) for row in asked] == [("stop_worker", "kaya")]
    assert await campaign_state(filled) is CampaignState.RUNNING


async def test_without_running_campaigns_nothing_is_asked(filled: Filled, held: OsLock) -> None:
    await begin_beating(filled)
    await filled.world.desk.change_state(
        filled.running, CampaignState.PAUSED, actor="ann", reason="", now=filled.clock.now()
    )

    assert await close(filled, None)


def command(title: str, group: Group = Group.GO, detail: str = "") -> Command:
    return Command(id=title, group=group, title=title, detail=detail, act=list)


def titles(found: list[Command]) -> list[str]:
    return [one.title for one in found]


COMMANDS = [
    command("Overview"),
    command("Autumn programme", detail="campaign · paused"),
    command("Pause everything…", Group.DO),
    command("About Wireroom", Group.DO),
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pau", ["Pause everything…", "Autumn programme"]),
        ("PROG aut", ["Autumn programme"]),
        ("view", ["Overview"]),
        ("> e", ["Pause everything…", "About Wireroom"]),
        ("kaisa", []),
        ("", ["Pause everything…", "About Wireroom", "Overview", "Autumn programme"]),
    ],
)
def test_every_word_is_found_and_actions_come_first(text: str, expected: list[str]) -> None:
    assert titles(find_commands(COMMANDS, text)) == expected


def test_what_was_used_lately_comes_first() -> None:
    found = find_commands(COMMANDS, "", recent=["Autumn programme", "About Wireroom"])

    assert titles(found) == ["About Wireroom", "Pause everything…", "Autumn programme", "Overview"]
