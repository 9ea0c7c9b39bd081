"""Run the campaign of the demo: a real worker process, killed in the middle if asked, watched until everyone is done."""

from collections.abc import Awaitable, Callable, Sequence
from random import Random

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.ports import LaneStatus
from campaigns.report.views import CampaignProgress
from campaigns.service import CampaignService
from campaigns.worker_control import WorkerCondition, WorkerControl
from cli.demo.counting import count
from cli.demo.options import DemoOptions, DemoResult
from cli.demo.watch import Watch
from core.clock import Clock
from core.domain.ids import AccountId, CampaignId
from core.errors import AppError, TimedOut
from core.processes import ProcessRecord, kill
from core.workspace import Workspace
from database import ReportStore
from telegram.sandbox.ledger import FILE_NAME, read_ledger

TEMPLATE = """**Autumn programme**

Hello {{ name }}, the new programme is out: twelve evenings, __three of them for free__.
[Read it here](https://example.org/programme)

Answer STOP and you will not hear from us again."""

ASKED_BY = "Kaya Lindqvist"
APPROVED_BY = "Aiko Brandvold"
POLL_S = 0.02
AIM_S = 1.0
LOOK_AFTER_S = 2.0  # no row moved for so long: look whether the worker lives
STALL_S = 120.0  # no row moved for so long: something is broken, and waiting longer would hide it

END_STATES = (CampaignState.FINISHED, CampaignState.CANCELLED, CampaignState.FAILED)


class DemoRun:
    """From prepared accounts and people to a counted result."""

    def __init__(
        self,
        *,
        options: DemoOptions,
        workspace: Workspace,
        service: CampaignService,
        reports: ReportStore,
        worker: WorkerControl,
        key_line: bytes,
        clock: Clock,
        watch: Watch,
    ) -> None:
        self._options = options
        self._workspace = workspace
        self._service = service
        self._reports = reports
        self._worker = worker
        self._key_line = key_line
        self._clock = clock
        self._watch = watch
        self._kills_in_flight = 0

    async def run(
        self, account_ids: Sequence[AccountId], stay: Callable[[DemoResult], Awaitable[None]]
    ) -> DemoResult:
        """Start the worker, run the campaign to its end, count; `stay` is awaited before the worker is stopped."""
        ledger = self._workspace.sandbox / FILE_NAME
        accepted_before = len(read_ledger(ledger))
        record = await self._worker.start(self._key_line, ends_with_us=True)
        try:
            await self._wait_until_people_are_known(account_ids)
            campaign_id = await self._begin(account_ids)
            began_s = self._clock.monotonic()
            progress = await self._watch_to_the_end(campaign_id, record)
            result = count(
                entries=read_ledger(ledger)[accepted_before:],
                progress=progress,
                sent_people=await self._reports.people_sent(campaign_id),
                wrong_counters=len(await self._reports.verify_counters()),
                kills=self._options.kills,
                kills_in_flight=self._kills_in_flight,
                elapsed_s=self._clock.monotonic() - began_s,
                beside=await self._reports.random_ids_beside_campaigns(),
            )
            await stay(result)
        finally:
            await self._worker.stop(requester=ASKED_BY)
        return result

    async def _wait_until_people_are_known(self, account_ids: Sequence[AccountId]) -> None:
        """Accounts learn who wrote to them from Telegram when they connect; planning then sees who knows whom."""
        self._watch.say("The worker connects its accounts")
        end_s = self._clock.monotonic() + STALL_S
        while True:
            lanes = {lane.account_id: lane.status for lane in await self._reports.lanes(None)}
            if all(lanes.get(account_id) is LaneStatus.IDLE for account_id in account_ids):
                return
            await self._check_worker()
            if self._clock.monotonic() > end_s:
                raise _stalled("An account did not connect.")
            await self._clock.sleep(POLL_S)

    async def _begin(self, account_ids: Sequence[AccountId]) -> CampaignId:
        campaign_id = await self._service.create(
            title="Autumn programme", template=TEMPLATE, account_ids=account_ids, actor=ASKED_BY
        )
        await self._service.submit(campaign_id, actor=ASKED_BY)
        await self._service.approve(campaign_id, actor=APPROVED_BY, comment="Read, and sent to myself first.")
        await self._service.start(campaign_id, actor=ASKED_BY)
        return campaign_id

    async def _watch_to_the_end(self, campaign_id: CampaignId, record: ProcessRecord) -> CampaignProgress:
        kills_at = self._choose_kills()
        final, moved_s = 0, self._clock.monotonic()
        while True:
            progress = await self._reports.progress(campaign_id)
            self._watch.show(progress)
            if progress.state in END_STATES and progress.final == progress.recipients:
                return progress
            if kills_at and progress.final >= kills_at[0]:
                kills_at.pop(0)
                record = await self._kill_and_start_again(campaign_id, record)
            if progress.final != final:
                final, moved_s = progress.final, self._clock.monotonic()
            elif self._clock.monotonic() - moved_s > LOOK_AFTER_S:
                await self._check_worker()
                if self._clock.monotonic() - moved_s > STALL_S and not self._options.is_in_window:
                    raise _stalled(f"{progress.recipients - final} people are still waiting.")
            await self._clock.sleep(POLL_S)

    async def _check_worker(self) -> None:
        if self._options.is_in_window:
            return  # the window says so, and offers to start it again
        status = await self._worker.status()
        if status.condition in (WorkerCondition.DIED, WorkerCondition.STOPPED):
            raise AppError(
                "It ended by itself, and the demo did not ask it to.",
                title="The worker stopped",
                hint=f"Its own words are in {self._workspace.logs}.",
            )

    def _choose_kills(self) -> list[int]:
        """After how many final rows the worker is killed: spread over the run, each at a random place."""
        random = Random(self._options.seed)
        step = self._options.recipients / (self._options.kills + 1)
        return [int(step * (number + random.uniform(0.2, 1.0))) for number in range(self._options.kills)]

    async def _kill_and_start_again(self, campaign_id: CampaignId, record: ProcessRecord) -> ProcessRecord:
        """The worst moment is with messages under way, so it is waited for a little."""
        end_s = self._clock.monotonic() + AIM_S
        while self._clock.monotonic() < end_s:
            progress = await self._reports.progress(campaign_id)
            if progress.counts.get(DeliveryState.SENDING):
                break
        if not kill(record):
            raise AppError("The worker could not be killed.", title="The demo cannot go on")
        progress = await self._reports.progress(campaign_id)
        in_flight = progress.counts.get(DeliveryState.SENDING, 0)
        self._kills_in_flight += in_flight > 0
        self._watch.say(f"Killed the worker with {in_flight} messages under way; it starts again")
        return await self._worker.start(self._key_line, ends_with_us=True)


def _stalled(message: str) -> TimedOut:
    return TimedOut(
        message,
        title="Nothing has moved for two minutes",
        hint="The folder logs of the workspace says what happened.",
    )
