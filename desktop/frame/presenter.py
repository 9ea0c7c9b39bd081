"""What the frame does: reads its facts, keeps the worker card true, brings workers up, pauses everything, closes."""

import asyncio
from typing import Protocol

from PySide6.QtCore import QObject

from campaigns.report.event_kinds import EventKind
from campaigns.service import CampaignService
from campaigns.worker_control import WorkerCondition, WorkerControl, WorkerStatus
from core.clock import Clock
from core.config_file import read_config
from core.config_writing import write_setting
from core.errors import AppError
from core.processes import ProcessRecord
from core.workspace import Workspace
from database import ConversationStore, EventStore, ReportStore, setting_data
from desktop.changes import ChangeHub
from desktop.dialogs.quit import OnClose
from desktop.formatting import Formats
from desktop.frame.facts import FrameFacts, WorkerView, count_badges, describe_worker
from desktop.frame.worker_start import start_worker
from desktop.scope import Scope

REFRESH_MS = 500
"""The frame's figures change at most twice a second: each reading is five queries."""


class FrameView(Protocol):
    """The window as its presenter sees it."""

    def show_facts(self, facts: FrameFacts) -> None: ...
    def show_worker(self, view: WorkerView) -> None: ...
    def show_error(self, error: BaseException) -> None: ...
    async def ask_passphrase(self, error: str) -> str | None: ...
    async def ask_on_close(self, titles: list[str]) -> tuple[OnClose, bool] | None: ...


class FramePresenter(QObject):
    """Owns the coroutines of the frame. Rows decide: what it pauses is paused by the service, nothing is kept here."""

    def __init__(
        self,
        *,
        view: FrameView,
        workspace: Workspace,
        reports: ReportStore,
        conversations: ConversationStore,
        events: EventStore,
        campaigns: CampaignService,
        worker: WorkerControl,
        hub: ChangeHub,
        clock: Clock,
        formats: Formats,
        actor: str,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._view = view
        self._workspace = workspace
        self._reports = reports
        self._conversations = conversations
        self._events = events
        self._campaigns = campaigns
        self._worker = worker
        self._clock = clock
        self._formats = formats
        self._actor = actor
        self._scope = Scope(self)
        self._is_dirty = True
        self._reading: asyncio.Task[object] | None = None
        self._is_starting = False
        self._is_stopping = False
        self._started_one = False
        self._condition: WorkerCondition | None = None
        self.facts = FrameFacts()
        for signal in (
            hub.campaignsChanged,
            hub.lanesChanged,
            hub.accountsChanged,
            hub.workerChanged,
            hub.conversationsChanged,
        ):
            self._scope.connect(signal, self._mark)

    def start(self) -> None:
        """Begin to read; the first reading is at once, later ones when something changed."""
        self._scope.timer(REFRESH_MS, self._read_when_dirty)
        self._read_when_dirty()

    def end(self) -> None:
        """Cancel what runs and read no more."""
        self._scope.close()

    def tick(self) -> None:
        """Once a second: a worker that dies changes no row."""
        self._scope.task(self.refresh_worker(), "look at the worker")

    async def refresh(self) -> None:
        """Read everything that the frame shows."""
        self._is_dirty = False
        now = self._clock.now()
        campaigns = await self._reports.list_current()
        lanes = await self._reports.lanes(None)
        totals = await self._reports.day_totals(self._formats.midnight(now))
        self.facts = FrameFacts(
            campaigns=campaigns,
            lanes=lanes,
            delivered_today=totals.delivered,
            badges=count_badges(campaigns, lanes, await self._conversations.count_unread()),
            has_worker=self._condition is WorkerCondition.RUNNING,
        )
        self._view.show_facts(self.facts)
        await self.refresh_worker()

    async def refresh_worker(self) -> WorkerStatus:
        status = await self._worker.status()
        if status.condition is not self._condition:
            self._condition = status.condition
            self._mark()
        self._view.show_worker(
            describe_worker(
                status,
                now=self._clock.now(),
                formats=self._formats,
                is_starting=self._is_starting,
                is_stopping=self._is_stopping,
            )
        )
        return status

    def begin_worker(self, *, is_asked: bool, key_line: bytes | None = None) -> None:
        """Start a worker unless one answers. `is_asked`: a person pressed the button, so a failure is shown.

        `key_line`: the key of the workspace, where somebody has just opened it; else it is asked for where needed.
        """
        self._scope.task(self._bring_up(is_asked=is_asked, key_line=key_line), "start the worker")

    def begin_ending_worker(self) -> None:
        """End a worker that does not answer: by a row, and after the deadline by force."""
        self._scope.task(self._bring_down(), "end the worker")

    def begin_restarting_worker(self) -> None:
        """End the worker in order and start one again, with the settings of now."""
        self._scope.task(self._restart(), "restart the worker")

    async def pause_everything(self, reason: str = "") -> int:
        """Pause what runs or will start by itself; returns how many."""
        active = FrameFacts(campaigns=await self._reports.list_current()).active
        for campaign in active:
            await self._campaigns.pause(campaign.id, actor=self._actor, reason=reason)
        self._mark()
        return len(active)

    async def resolve_close(self) -> bool:
        """Closing was asked for: ask what should happen, do it; False: the window stays.

        Without running campaigns nothing is asked; then a worker that this console started is stopped, any other stays.
        """
        active = FrameFacts(campaigns=await self._reports.list_current()).active
        status = await self._worker.status()
        is_up = status.condition in (WorkerCondition.RUNNING, WorkerCondition.NOT_ANSWERING)
        if not active or not is_up:
            if is_up and self._started_one:
                await self._bring_down()
            return True
        setting = read_config(self._workspace.config_path).worker.keep_running_on_close
        if setting == "ask":
            answer = await self._view.ask_on_close([campaign.title for campaign in active])
            if answer is None:
                return False
            choice, is_remembered = answer
            if is_remembered:
                write_setting(self._workspace.config_path, "worker", "keep_running_on_close", choice.value)
                await self._events.add(
                    EventKind.SETTING_CHANGED,
                    at=self._clock.now(),
                    actor=self._actor,
                    data=setting_data("worker", "keep_running_on_close", before=setting, after=choice.value),
                )
        else:
            choice = OnClose(setting)
        if choice is OnClose.PAUSE:
            await self.pause_everything("The window was closed.")
        elif choice is OnClose.STOP:
            await self._bring_down()
        return True

    async def _bring_up(self, *, is_asked: bool, key_line: bytes | None) -> None:
        if self._is_starting:
            return
        self._is_starting = True
        try:
            await self.refresh_worker()
            was_up = (await self._worker.status()).condition is WorkerCondition.RUNNING
            if key_line is not None:
                record: ProcessRecord | None = await self._worker.start(key_line)
            else:
                record = await start_worker(self._worker, self._workspace, self._view.ask_passphrase)
            self._started_one = self._started_one or (record is not None and not was_up)
        except AppError as error:
            if is_asked:
                self._view.show_error(error)
        finally:
            self._is_starting = False
        await self.refresh_worker()

    async def _restart(self) -> None:
        await self._bring_down()
        await self._bring_up(is_asked=True, key_line=None)

    async def _bring_down(self) -> None:
        self._is_stopping = True
        try:
            await self.refresh_worker()
            await self._worker.stop(requester=self._actor)
        finally:
            self._is_stopping = False
        await self.refresh_worker()

    def _mark(self, _: object = None) -> None:
        self._is_dirty = True

    def _read_when_dirty(self) -> None:
        if self._is_dirty and (self._reading is None or self._reading.done()):
            self._reading = self._scope.task(self.refresh(), "read the frame")
