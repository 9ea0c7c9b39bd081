"""The worker: owns accounts, runs a lane for each, keeps campaigns moving, and stops in order.

Everything it knows is in the database; what is asked of it are rows, noticed by polling. A failure that is ours (not an
AppError) ends the process: a worker that is half alive would be worse than one that starts again.
"""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass

from campaigns.dispatch.breaker import Breaker
from campaigns.dispatch.engine_time import EngineTime
from campaigns.dispatch.lane import Lane, LanePorts, LaneSettings
from campaigns.dispatch.ownership import LockTaker, Ownership
from campaigns.dispatch.rendering import Rendering
from campaigns.dispatch.requests import RequestDesk
from campaigns.dispatch.said_no import SaidNo
from campaigns.dispatch.visits import Visits
from campaigns.plan.limits import LimitProfile
from campaigns.ports import (
    ChangeSource,
    LaneReport,
    LaneStatus,
    LeaseStore,
    WorkerStart,
    WorkerStore,
)
from campaigns.series import SeriesRuns
from core.clock import Clock
from core.domain.account import Account, AccountState, DataCentre, WorkspaceKind
from core.domain.change import Subject
from core.domain.ids import AccountId

CONNECTABLE = frozenset({AccountState.READY, AccountState.PAUSED, AccountState.LIMITED})
"""Accounts that stay online: a paused or limited one sends no campaign, but hears STOP."""

REPORT_EVERY_S = 0.2  # the console shows news at most 10 times a second
TEND_EVERY_S = 0.5
TEND_SERIES_EVERY_S = 1.0
LOOK_FOR_ACCOUNTS_S = 1.0
CANCEL_CHUNK = 2000  # rows a unit, so that no unit holds the write lock for long (measured: 2,000 rows take 14 ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerPorts:
    lane: LanePorts
    leases: LeaseStore
    workers: WorkerStore
    changes: ChangeSource
    series: SeriesRuns


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    lane: LaneSettings
    lease_s: float
    heartbeat_s: float
    poll_hz: float
    breaker_failures: int
    drain_s: float  # how long an orderly stop waits for answers


class Worker:
    """One run of a worker process."""

    def __init__(
        self,
        *,
        start: WorkerStart,
        kind: WorkspaceKind,
        ports: WorkerPorts,
        settings: WorkerSettings,
        take_lock: LockTaker,
        profile_of: Callable[[Account], LimitProfile],
        clock: Clock,
    ) -> None:
        self._start = start
        self._kind = kind
        self._ports = ports
        self._settings = settings
        self._profile_of = profile_of
        self._clock = clock
        self._time = EngineTime(clock)
        self._ownership = Ownership(
            worker_id=start.worker_id,
            store=ports.leases,
            take_lock=take_lock,
            time=self._time,
            lease_s=settings.lease_s,
        )
        self._rendering = Rendering()
        self._breaker = Breaker(settings.breaker_failures)
        self._said_no = SaidNo()
        self._lanes: dict[AccountId, Lane] = {}
        self._tasks: dict[AccountId, asyncio.Task[None]] = {}
        self._requests = RequestDesk(
            worker_id=start.worker_id,
            store=ports.lane.requests,
            events=ports.lane.events,
            lanes=self._lanes,
            visits=Visits(
                worker_id=start.worker_id,
                ownership=self._ownership,
                gateway=ports.lane.gateway,
                accounts=ports.lane.accounts,
                requests=ports.lane.requests,
                erase_session=ports.lane.erase_session,
                time=self._time,
            ),
            time=self._time,
        )
        self._reports: dict[AccountId, LaneReport] = {}
        self._told: dict[AccountId, LaneReport] = {}
        self._fresh: set[AccountId] = set()  # lanes that said something since the reports were written last
        self._look = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set or somebody asks by a row; then stop in order.

        Claims end at once, answers under way are awaited up to `drain_s`, links are closed, accounts given back. What
        goes wrong is raised, and the row of this start then does not say that it ended.
        """
        newest = await self._ports.workers.newest_time()
        if newest is not None:
            self._time.observe(newest)
        await self._run(stop)
        self._fresh.update(self._reports)  # the end may have cut off whoever was writing some of them
        await self._write_reports()
        await self._ports.workers.end(self._start.worker_id, now=self._clock.now())

    async def _run(self, stop: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as group:
            new_lanes = group.create_task(self._tend_lanes(group), name="worker lanes")
            requests = group.create_task(self._requests.tend(group), name="worker requests")
            tasks = [
                new_lanes,
                group.create_task(self._beat(stop), name="worker heartbeat"),
                group.create_task(self._notice_changes(), name="worker changes"),
                group.create_task(self._tend_campaigns(), name="worker campaigns"),
                group.create_task(self._tend_series(), name="worker series"),
                group.create_task(self._report_lanes(), name="worker reports"),
                group.create_task(self._watch_leases(), name="worker leases"),
            ]
            await stop.wait()
            new_lanes.cancel()
            requests.cancel()
            await self._drain()
            for task in tasks:
                task.cancel()

    async def _drain(self) -> None:
        for lane in self._lanes.values():
            lane.stop()
        running = [task for task in self._tasks.values() if not task.done()]
        if not running:
            return
        _, late = await asyncio.wait(running, timeout=self._settings.drain_s)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)

    async def _beat(self, stop: asyncio.Event) -> None:
        while True:
            for account_id in await self._ownership.renew():
                self._abandon(account_id)
            if await self._ports.workers.beat(self._start.worker_id, now=self._clock.now()):
                stop.set()
            await self._clock.sleep(self._settings.heartbeat_s)

    async def _watch_leases(self) -> None:
        """Disconnect an account whose lease could not be renewed, even while the database does not answer."""
        while True:
            for account_id in list(self._lanes):
                if not self._ownership.is_ours(account_id):
                    self._abandon(account_id)
            await self._clock.sleep(min(1.0, self._settings.lease_s / 10))

    def _abandon(self, account_id: AccountId) -> None:
        """End a lane at once; only once, because a second cancel would break into the end of its link."""
        if account_id in self._tasks and not self._tasks[account_id].cancelling():
            self._tasks[account_id].cancel()

    async def _notice_changes(self) -> None:
        while True:
            kinds = {change.kind for change in await self._ports.changes.poll()}
            if kinds & {Subject.ACCOUNT, Subject.CAMPAIGN}:
                self._look.set()
                self._poke_lanes()
            if Subject.REQUEST in kinds:
                self._requests.poke()
            await self._clock.sleep(1 / self._settings.poll_hz)

    async def _tend_campaigns(self) -> None:
        campaigns = self._ports.lane.campaigns
        while True:
            if self._time.has_jumped():
                await self._tell_jump()
            if self._time.is_confirmed:
                now = self._time.now()
                started = await campaigns.start_due(now)
                finished = await campaigns.finish_done(now)
                cancelled = await campaigns.cancel_rest(now, limit=CANCEL_CHUNK)
                ended = await campaigns.end_due(now, limit=CANCEL_CHUNK)
                if await campaigns.judge_canaries(now) or started or finished:
                    self._poke_lanes()
                if CANCEL_CHUNK in (cancelled, ended):
                    continue
            await self._clock.sleep(TEND_EVERY_S)

    async def _tend_series(self) -> None:
        """Make the runs of campaigns that repeat; beside the others, since a run of many people takes its time."""
        while True:
            if self._time.is_confirmed:
                await self._ports.series.tend(self._time.now())
            await self._clock.sleep(TEND_SERIES_EVERY_S)

    async def _tell_jump(self) -> None:
        """The clock was set while we ran: lanes ask Telegram for the time before they claim again."""
        await self._ports.lane.events.add(
            "clock.jumped", at=self._time.now(), actor="worker", level="warning", data={}
        )
        self._poke_lanes()

    async def leave_changed_routes(self, account_ids: Collection[AccountId]) -> None:
        """Lanes of these accounts that wait for their proxy connect now: it is another one, or works again."""
        for account_id in account_ids:
            if account_id in self._lanes:
                self._lanes[account_id].leave_by_new_route()

    def _poke_lanes(self) -> None:
        for lane in self._lanes.values():
            lane.poke()

    async def _tend_lanes(self, group: asyncio.TaskGroup) -> None:
        """Take every account that can be online and is nobody's; look again on news, and every second while one of
        them has no lane here."""
        wanted: frozenset[AccountId] | None = None  # None: to be read
        while True:
            if wanted is None or not self._lanes.keys() >= wanted:
                accounts = await self._ports.lane.accounts.list_accounts()
                wanted = frozenset(account.id for account in accounts if account.state in CONNECTABLE)
                for account in accounts:
                    if account.id in wanted and account.id not in self._lanes:
                        await self._open_lane(account, group)
            try:
                async with asyncio.timeout(LOOK_FOR_ACCOUNTS_S):
                    await self._look.wait()
            except TimeoutError:
                continue
            self._look.clear()
            wanted = None

    async def _open_lane(self, account: Account, group: asyncio.TaskGroup) -> None:
        if (account.data_centre is DataCentre.SANDBOX) != (self._kind is WorkspaceKind.SANDBOX):
            self._note(
                LaneReport(
                    account_id=account.id,
                    status=LaneStatus.NEEDS_YOU,
                    reason="Sandbox and live accounts do not mix in one workspace. Remove this account.",
                )
            )
            return
        lease = await self._ownership.take(account)
        if lease is None:
            await self._tell_held(account.id)
            return
        lane = Lane(
            account=account,
            lease=lease,
            profile_of=self._profile_of,
            ports=self._ports.lane,
            settings=self._settings.lane,
            time=self._time,
            rendering=self._rendering,
            breaker=self._breaker,
            said_no=self._said_no,
            is_ours=lambda: self._ownership.is_ours(account.id),
            report=self._note,
        )
        self._lanes[account.id] = lane
        self._tasks[account.id] = group.create_task(self._run_lane(account.id, lane), name=f"lane {account.id}")

    async def _tell_held(self, account_id: AccountId) -> None:
        """Another process has the account. While that one answers, what its lane does is its to tell."""
        if await self._ports.leases.is_held(account_id, now=self._time.now()):
            self._reports.pop(account_id, None)
            self._told.pop(account_id, None)
            return
        self._note(
            LaneReport(
                account_id=account_id,
                status=LaneStatus.OFFLINE,
                reason="Another process holds this account: a worker that does not answer, "
                "or another workspace on this computer.",
            )
        )

    async def _run_lane(self, account_id: AccountId, lane: Lane) -> None:
        try:
            await lane.run()
        finally:
            report = self._reports.get(account_id)
            if report is None or report.status is not LaneStatus.NEEDS_YOU:
                self._note(LaneReport(account_id=account_id, status=LaneStatus.OFFLINE))
            try:
                await self._ownership.release(account_id)
            finally:
                del self._lanes[account_id], self._tasks[account_id]

    def _note(self, report: LaneReport) -> None:
        self._reports[report.account_id] = report
        self._fresh.add(report.account_id)

    async def _report_lanes(self) -> None:
        while True:
            await self._write_reports()
            await self._clock.sleep(REPORT_EVERY_S)

    async def _write_reports(self) -> None:
        fresh, self._fresh = self._fresh, set()
        reports = [self._reports[account_id] for account_id in fresh if account_id in self._reports]
        changed = [report for report in reports if self._told.get(report.account_id) != report]
        if changed:
            await self._ports.leases.report(changed, now=self._clock.now())
            self._told.update({report.account_id: report for report in changed})
