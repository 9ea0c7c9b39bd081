"""Starting a sandbox from the welcome page: a demo in a process of its own, watched through its workspace's rows."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from campaigns.campaign import CampaignState
from core.clock import Clock
from core.container import ServiceContainer
from core.errors import AppError
from core.processes import ProcessRecord, is_alive, start_detached
from core.workspace import Workspace
from database import ContactStore, ReportStore
from telegram.sandbox.address import FILE_NAME as ADDRESS_FILE

ACCOUNTS, PEOPLE = 5, 500
OUTPUT_NAME = "demo-output.log"
POLL_S = 0.2


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
        self._program = program
        self._clock = clock

    async def run(self, show: Callable[[Sequence[StartStep]], None]) -> None:
        """Start the demo and return once its campaign runs. It goes on by itself, also when the console closes.

        Raises AppError in the demo's own words when it ended before that.
        """
        output = self._workspace.logs / OUTPUT_NAME
        output.unlink(missing_ok=True)
        command = [
            *self._program, "demo", "--json", "--terminal", "--workspace", str(self._workspace.folder),
            "--accounts", str(ACCOUNTS), "--recipients", str(PEOPLE),
        ]  # fmt: skip
        record = await asyncio.to_thread(start_detached, command, folder=self._workspace.folder, output=output)
        while True:
            steps = await self._look()
            show(steps)
            if all(step.state is StepState.DONE for step in steps):
                return
            if not is_alive(record):
                steps = await self._look()
                if all(step.state is StepState.DONE for step in steps):
                    return  # a quick one: it was over before we looked again
                show(_failed(steps))
                raise read_failure(output, record)
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


def read_failure(output: Path, record: ProcessRecord) -> AppError:
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
            detail=f"process {record.pid}",
        )
