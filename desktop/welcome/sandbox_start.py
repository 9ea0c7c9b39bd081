"""Starting a sandbox from the welcome page: a demo in a process of its own, watched through its workspace's rows."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from campaigns.campaign import CampaignState
from campaigns.worker_control import WorkerControl
from core.clock import Clock
from core.config_writing import write_setting
from core.container import ServiceContainer
from core.errors import AppError
from core.processes import Companion
from core.workspace import Workspace
from database import ContactStore, ReportStore
from telegram.sandbox.address import FILE_NAME as ADDRESS_FILE

ACCOUNTS, PEOPLE = 5, 500
OUTPUT_NAME = "demo-output.log"
POLL_S = 0.2
END_S = 60.0  # its worker stops in order: what is in flight is answered first


class StepState(StrEnum):
    TO_DO = "to do"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartStep:
    """One of four lines on the card."""

    title: str
    state: StepState = StepState.TO_DO
    detail: str = ""


class SandboxStart:
    """From a started container of a new sandbox workspace to a campaign that runs."""

    def __init__(
        self, *, workspace: Workspace, services: ServiceContainer, program: Sequence[str], clock: Clock
    ) -> None:
        self._workspace = workspace
        self._reports = services.get(ReportStore)
        self._contacts = services.get(ContactStore)
        self._worker = services.get(WorkerControl)
        self._program = program
        self._clock = clock

    async def run(self, show: Callable[[Sequence[StartStep]], None]) -> Companion:
        """Start the demo and return once its campaign runs. It lives as long as the answer is not closed.

        Raises AppError in the demo's own words when it ended before that; then, and when cancelled, nothing is left.
        """
        output = self._workspace.logs / OUTPUT_NAME
        output.unlink(missing_ok=True)
        key_line = await asyncio.to_thread(_make_key, self._workspace)
        self._worker.remember_key(key_line, end_with_us=True)
        # Closing the window ends this sandbox, so there is nothing to ask then.
        write_setting(self._workspace.config_path, "worker", "keep_running_on_close", "stop")
        command = [
            *self._program, "demo", "--json", "--terminal", "--workspace", str(self._workspace.folder),
            "--accounts", str(ACCOUNTS), "--recipients", str(PEOPLE), "--key-fd", "0",
        ]  # fmt: skip
        demo = Companion(command, first_line=key_line, folder=self._workspace.folder, output=output)
        try:
            await self._watch(demo, output, show)
        except BaseException:
            await asyncio.shield(asyncio.to_thread(demo.close, END_S))
            raise
        return demo

    async def _watch(self, demo: Companion, output: Path, show: Callable[[Sequence[StartStep]], None]) -> None:
        while True:
            steps = await self._look()
            show(steps)
            if all(step.state is StepState.DONE for step in steps):
                return
            if not demo.is_alive:
                show(_failed(steps))
                raise read_failure(output, demo.pid)
            await self._clock.sleep(POLL_S)

    async def _look(self) -> list[StartStep]:
        accounts = len(await self._reports.lanes(None))
        people = await self._contacts.count()
        campaigns = await self._reports.list_campaigns()
        has_sandbox = accounts > 0 or (self._workspace.sandbox / ADDRESS_FILE).exists()
        has_begun = any(campaign.state in (CampaignState.RUNNING, CampaignState.FINISHED) for campaign in campaigns)
        return describe_steps(has_sandbox=has_sandbox, accounts=accounts, people=people, has_begun=has_begun)


def describe_steps(*, has_sandbox: bool, accounts: int, people: int, has_begun: bool) -> list[StartStep]:
    """The four steps; the first that is not done runs."""
    done = [has_sandbox, accounts >= ACCOUNTS, people >= PEOPLE, has_begun]
    titles = [
        "Start a small Telegram on this computer",
        f"Sign in {ACCOUNTS} accounts",
        f"Import {PEOPLE} people who agreed",
        "Start a campaign",
    ]
    details = ["", f"{accounts} of {ACCOUNTS}", "", ""]
    first_open = done.index(False) if False in done else len(done)
    return [
        StartStep(
            title=title,
            state=StepState.DONE if number < first_open else StepState.RUNNING if number == first_open else StepState.TO_DO,
            detail=details[number] if number == first_open else "",
        )
        for number, title in enumerate(titles)
    ]  # fmt: skip


def _failed(steps: Sequence[StartStep]) -> list[StartStep]:
    return [
        StartStep(title=step.title, state=StepState.FAILED) if step.state is StepState.RUNNING else step
        for step in steps
    ]


def _make_key(workspace: Workspace) -> bytes:
    # Here and not above: cryptography takes its time to load.
    from core.secrets.choice import StoreKind
    from core.secrets.manager import SecretsManager

    return SecretsManager.create(workspace, StoreKind.MEMORY).key_line()


def read_failure(output: Path, pid: int) -> AppError:
    """What the demo said on its last line, or that it said nothing."""
    lines = output.read_text(encoding="utf-8", errors="replace").splitlines() if output.exists() else []
    try:
        said = json.loads(lines[-1])["error"]
        return AppError(said["message"], title=said["title"], hint=said["hint"], detail=said["code"])
    except (IndexError, KeyError, TypeError, ValueError):
        return AppError(
            "It ended before its campaign began.",
            title="The sandbox did not start",
            hint=f"Its own words are in {output}.",
            detail=f"process {pid}",
        )
