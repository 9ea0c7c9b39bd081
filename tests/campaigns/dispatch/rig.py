"""A workspace that delivers inside a test: the real house, a real sandbox process, real people, and a worker as a task.

The test plays the console: its services have connections of their own, so the worker notices what is asked of it by
polling, as it does in production.
"""

import asyncio
import base64
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from campaigns.audience.import_file import FileImport
from campaigns.campaign import CampaignState
from campaigns.delivery import FINAL, DeliveryState
from campaigns.dispatch.worker import Worker
from campaigns.message.variants import Message
from campaigns.ports import LaneStatus, WorkerStart
from campaigns.reasons import DeliveryReason
from campaigns.report.views import CampaignProgress, EventView, LaneView
from campaigns.schedule.campaign_plan import CampaignPlan
from campaigns.service import CampaignService
from cli.demo.prepare import import_people, write_people
from core.clock import SystemClock
from core.config_writing import write_setting
from core.container import ServiceContainer
from core.domain.account import Account, AccountKind, AccountState, DataCentre, WorkspaceKind
from core.domain.ids import AccountId, CampaignId, WorkerId
from core.domain.media import MAX_ALBUM, item_random_ids
from core.secrets.choice import StoreKind
from core.secrets.manager import DataKey, SecretsManager
from core.timeouts import TimeoutSettings, use_timeouts
from core.workspace import Workspace, open_workspace
from database import AccountStore, Database, ReportStore, WorkerStore
from main import MainHouse
from telegram import DataCentres
from telegram.sandbox.address import write_address
from telegram.sandbox.control import SILENT, AccountInfo, Fault, FaultKind, PersonInfo, SandboxControl, Script
from telegram.sandbox.control import AccountKind as SandboxKind
from telegram.sandbox.ledger import LedgerEntry
from telegram.sign_in.scripted import sign_in_made
from telegram.sign_in.signed_in import SignedIn
from tests.telegram.sandbox_fixture import RunningSandbox
from wiring.keys import EXECUTOR

TEMPLATE = "Hello {{ name }}, **the new programme** is out.\n\nAnswer STOP and you will not hear from us again."
SEND = "messages.sendMessage"
ASKED_BY, APPROVED_BY = "Kaya Lindqvist", "Aiko Brandvold"
PATIENCE_S = 40.0

SETTINGS: dict[tuple[str, str], object] = {
    ("delivery", "settle_retry_s"): (0.1, 0.2),
    ("delivery", "heartbeat_s"): 0.2,
    ("delivery", "lease_s"): 10.0,
    ("delivery", "poll_hz"): 50.0,
    ("people", "confirm_stop"): False,  # tests count what leaves
}


class TurnableClock(SystemClock):
    """The machine's clocks, which a test may set: the wall alone, or both as sleep of the machine does."""

    def __init__(self) -> None:
        self.wall_offset_s = 0.0
        self.slept_s = 0.0

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self.wall_offset_s + self.slept_s)

    def monotonic(self) -> float:
        return super().monotonic() + self.slept_s


@dataclass
class RigAccount:
    """An account of the workspace and the people who know it."""

    id: AccountId
    made: AccountInfo
    kind: AccountKind
    secret: str
    people: list[PersonInfo] = field(default_factory=list)

    @property
    def user_id(self) -> int:
        return self.made.user_id


@dataclass(frozen=True, slots=True)
class Row:
    """A delivery as its row stands."""

    id: int
    campaign_id: int
    contact_id: int
    account_id: int
    person_id: int | None
    random_id: int
    state: DeliveryState
    reason: DeliveryReason | None
    detail: str | None
    not_before: datetime | None
    unknown_since: datetime | None
    tries: int
    message_id: int | None
    username: str | None
    is_change: bool  # of a message that another row sent


_ROWS = """
SELECT o.id, o.campaign_id, o.contact_id, o.account_id, o.telegram_user_id, o.random_id, o.state, o.reason, o.detail,
    o.not_before, o.unknown_since, o.tries, o.message_id, k.username, o.target_id IS NOT NULL
FROM outgoing AS o LEFT JOIN contact AS k ON k.id = o.contact_id ORDER BY o.id
"""


class Rig:
    """One workspace on the shared sandbox. `worker` runs between `start_worker` and `stop_worker`."""

    def __init__(
        self,
        workspace: Workspace,
        sandbox: RunningSandbox,
        console: ServiceContainer,
        house: MainHouse,
        before: "Rig | None" = None,
    ) -> None:
        self.workspace = workspace
        self.sandbox = sandbox
        self.console = console
        self.house = house
        self.clock: TurnableClock = house._clock  # type: ignore[assignment]
        self.secrets = (
            before.secrets
            if before is not None
            else SecretsManager.create(workspace, StoreKind.MEMORY, forget_former_run=True)
        )
        self.service = console.get(CampaignService)
        self.reports = console.get(ReportStore)
        self.accounts = console.get(AccountStore)
        self.database = console.get(Database)
        self.known: list[RigAccount] = [] if before is None else before.known
        self.stop = asyncio.Event()
        self.worker: asyncio.Task[None] | None = None
        self._seed = 1000

    @property
    def control(self) -> SandboxControl:
        return self.sandbox.control

    # -------------------------------------------------------------------------------------------- preparation

    async def add_account(
        self,
        kind: AccountKind = AccountKind.USER,
        *,
        people: int = 0,
        profile: str = "unlimited",
        script: Script = SILENT,
    ) -> RigAccount:
        """Signed in through our own code, with people who wrote to it (or pressed Start) and agreed."""
        made = await self.control.add_account(SandboxKind(kind.value), name="Northlight")
        signed_in = await self._sign_in(made)
        account_id = await self.accounts.add_account(
            kind=kind,
            title=f"Northlight {len(self.known) + 1}",
            username=signed_in.username or None,
            telegram_user_id=signed_in.telegram_user_id,
            data_centre=DataCentre.SANDBOX,
            session_secret=signed_in.session_secret,
            limit_profile=profile,
            actor=ASKED_BY,
            now=self.clock.now(),
        )
        account = RigAccount(account_id, made, kind, signed_in.session_secret)
        self.known.append(account)
        if people:
            await self.add_people(account, people, script=script)
        return account

    async def sign_in_again(self, account: RigAccount) -> None:
        """As a person does it in the console: a new key for the same account, which is ready again."""
        signed_in = await self._sign_in(account.made)
        account.secret = signed_in.session_secret
        await self.accounts.sign_in_again(
            account.id, signed_in.telegram_user_id, account.secret, actor=ASKED_BY, now=self.clock.now()
        )

    async def _sign_in(self, made: AccountInfo) -> SignedIn:
        centres = DataCentres(WorkspaceKind.SANDBOX, sandbox_folder=self.workspace.sandbox)
        signed_in = await sign_in_made(centres, self.control, made)
        self.secrets.set(signed_in.session_secret, signed_in.session)
        return signed_in

    async def add_people(self, account: RigAccount, count: int, *, script: Script = SILENT) -> list[PersonInfo]:
        """People who wrote to the account, imported with their consent."""
        people = await self.make_people(account, count, script=script)
        account.people += people
        await self.import_people(people)
        return people

    async def make_people(self, account: RigAccount, count: int, *, script: Script = SILENT) -> list[PersonInfo]:
        self._seed += 1
        return await self.control.make_people(count, seed=self._seed, account_ids=[account.user_id], script=script)

    async def import_people(self, people: Sequence[PersonInfo]) -> None:
        path = self.workspace.folder / "people.csv"
        write_people(path, people, now=self.clock.now())
        await import_people(path, self.console.get(FileImport))

    async def start_campaign(
        self,
        *accounts: RigAccount,
        template: str = TEMPLATE,
        plan: CampaignPlan | None = None,
        message: Message | None = None,
    ) -> CampaignId:
        """Written, approved by a named person, planned and due now, for everybody in the workspace."""
        campaign_id = await self.service.create(
            title="Autumn programme",
            template=template,
            account_ids=[account.id for account in accounts or self.known],
            actor=ASKED_BY,
        )
        if message is not None:
            await self.service.set_message(campaign_id, message, actor=ASKED_BY)
        if plan is not None:
            await self.service.set_plan(campaign_id, plan, actor=ASKED_BY)
        await self.service.submit(campaign_id, actor=ASKED_BY)
        await self.service.approve(campaign_id, actor=APPROVED_BY)
        await self.service.start(campaign_id, actor=ASKED_BY)
        return campaign_id

    # ------------------------------------------------------------------------------------------------- worker

    def set(self, section: str, name: str, value: object) -> None:
        """A setting that the next worker reads."""
        write_setting(self.workspace.config_path, section, name, value)  # type: ignore[arg-type]

    async def start_worker(self, *, until_idle: bool = True) -> None:
        """Start a worker; with `until_idle` wait until every account is online and knows who wrote to it."""
        self.stop = asyncio.Event()
        started: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.worker = asyncio.get_running_loop().create_task(self._work(self.stop, started), name="rig worker")
        await asyncio.wait([self.worker, started], return_when=asyncio.FIRST_COMPLETED)
        if self.worker.done():
            self.worker.result()
        if until_idle:
            for account in self.known:
                await self.until_lane(account, LaneStatus.IDLE)

    async def stop_worker(self) -> None:
        """Stop it in order and wait. Raises what it ended with."""
        worker, self.worker = self.worker, None
        if worker is not None:
            self.stop.set()
            await worker

    async def abandon_worker(self) -> None:
        """End it in the middle, as near to a crash as one process allows: nothing more is written."""
        worker, self.worker = self.worker, None
        assert worker is not None
        worker.cancel()
        await asyncio.wait([worker])

    async def _work(self, stop: asyncio.Event, started: "asyncio.Future[None]") -> None:
        start = WorkerStart(worker_id=WorkerId(os.urandom(8).hex()), pid=os.getpid(), started_at=self.clock.now())
        container = self.house.services(self.workspace, process="worker")
        self.house.add_secrets(container, self.workspace, DataKey(base64.b64decode(self.secrets.key_line())))
        self.house.add_worker(container, self.workspace, start)
        try:
            async with container:
                await container.get(WorkerStore).begin(start)
                started.set_result(None)
                await container.get(Worker).run(stop)
        finally:
            # The worker's pool is closed with it; the loop gets back the one of the console.
            asyncio.get_running_loop().set_default_executor(self.console.get(EXECUTOR))

    # ------------------------------------------------------------------------------------------------- looking

    async def until(
        self, check: Callable[[], Awaitable[object]], what: str, *, timeout_s: float = PATIENCE_S
    ) -> None:
        """Wait for a condition; on the way the worker must live."""
        end_s = self.clock.monotonic() + timeout_s
        while not await check():
            if self.worker is not None and self.worker.done():
                self.worker.result()
            if self.clock.monotonic() > end_s:
                rows = "\n".join(str(row) for row in await self.rows())
                raise AssertionError(f"never: {what}\n{await self.lanes()}\n{rows}")
            await asyncio.sleep(0.01)

    async def until_rows(self, check: Callable[[list[Row]], object], what: str, **options: float) -> list[Row]:
        async def look() -> bool:
            return bool(check(await self.rows()))

        await self.until(look, what, **options)
        return await self.rows()

    async def until_final(self, campaign_id: CampaignId | None = None) -> list[Row]:
        """Wait until every row (of the campaign) is final."""

        def is_final(rows: list[Row]) -> bool:
            return all(row.state in FINAL for row in rows if campaign_id in (None, row.campaign_id))

        return [
            row
            for row in await self.until_rows(is_final, "every row is final")
            if campaign_id in (None, row.campaign_id)
        ]

    async def until_states(self, **counts: int) -> list[Row]:
        """Wait until there are exactly so many rows in these states, e.g. sent=3, skipped=1."""
        return await self.until_rows(
            lambda rows: all(sum(row.state == name for row in rows) == count for name, count in counts.items()),
            str(counts),
        )

    async def until_lane(self, account: RigAccount, status: LaneStatus, reason: str = "") -> LaneView:
        """`reason`: only when it is this. On a busy machine a lane may for a moment wait for something else."""

        async def look() -> bool:
            lane = await self.lane(account)
            return lane.status is status and reason in ("", lane.reason)

        await self.until(look, f"lane {account.id} is {status} {reason}")
        return await self.lane(account)

    async def until_state(self, account: RigAccount, state: AccountState) -> Account:
        async def look() -> bool:
            return (await self.accounts.get(account.id)).state is state

        await self.until(look, f"account {account.id} is {state}")
        return await self.accounts.get(account.id)

    async def until_campaign(self, campaign_id: CampaignId, state: CampaignState) -> CampaignProgress:
        async def look() -> bool:
            return (await self.progress(campaign_id)).state is state

        await self.until(look, f"the campaign is {state}")
        return await self.progress(campaign_id)

    async def until_event(self, kind: str, count: int = 1) -> list[EventView]:
        async def look() -> bool:
            return len(await self.events(kind)) >= count

        await self.until(look, f"{count} events {kind}")
        return await self.events(kind)

    async def until_beats(self, count: int = 2) -> None:
        """Wait until the worker has said so many times that it is alive: time in which it could have done wrong."""
        seen: set[datetime] = set()

        async def look() -> bool:
            worker = await self.reports.newest_worker()
            assert worker is not None
            seen.add(worker.heartbeat_at)
            return len(seen) > count

        await self.until(look, f"{count} heartbeats")

    async def calls(self, method: str = SEND) -> int:
        """How many calls of a method the sandbox has seen, of all accounts."""
        return (await self.control.stats()).calls.get(method, 0)

    async def lanes(self) -> Sequence[LaneView]:
        return await self.reports.lanes(None)

    async def lane(self, account: RigAccount) -> LaneView:
        return next(lane for lane in await self.lanes() if lane.account_id == account.id)

    async def progress(self, campaign_id: CampaignId) -> CampaignProgress:
        return await self.reports.progress(campaign_id)

    async def events(self, kind: str) -> list[EventView]:
        return [event for event in await self.reports.events(before_id=None, limit=1000) if event.kind == kind]

    async def rows(self) -> list[Row]:
        def read(raw: object) -> list[Row]:
            return [_row(values) for values in raw.execute(_ROWS).fetchall()]  # type: ignore[attr-defined]

        return await self.database.read(read)

    async def row_of(self, person: PersonInfo) -> Row:
        (row,) = [row for row in await self.rows() if row.username == person.username]
        return row

    async def edit(self, sql: str, *values: object, subject: tuple[str, int] | None = None) -> None:
        """Change the workspace behind the engine's back."""

        def change(work: object) -> None:
            work.connection.execute(sql, values)  # type: ignore[attr-defined]
            if subject is not None:
                work.touch(*subject)  # type: ignore[attr-defined]

        await self.database.write(change)

    def sent(self, *accounts: RigAccount) -> list[LedgerEntry]:
        """What the sandbox accepted from these accounts (none named: all of the workspace)."""
        ids = {account.user_id for account in accounts or self.known}
        return [entry for entry in self.sandbox.ledger() if entry.account_id in ids]

    def sent_to(self, person: PersonInfo) -> int:
        return sum(entry.peer_id == person.user_id for entry in self.sent())

    async def inject(self, account: RigAccount, kind: FaultKind, method: str = SEND, **options: object) -> None:
        await self.control.inject(Fault(kind=kind, method=method, account_id=account.user_id, **options))  # type: ignore[arg-type]

    # ------------------------------------------------------------------------------------------------ promises

    async def verify(self) -> None:
        """What holds after every scenario: nothing twice, rows and ledger agree, counters equal a count."""
        rows, entries = await self.rows(), self.sent()
        by_random_id = {number: row for row in rows for number in item_random_ids(row.random_id, MAX_ALBUM)}
        sent_ids = [entry.random_id for entry in entries]
        strangers = [number for number in sent_ids if number not in by_random_id]
        assert not strangers, "something left that has no row"
        assert len(sent_ids) == len(set(sent_ids)), "a message was accepted twice"
        for entry in entries:
            row = by_random_id[entry.random_id]
            assert row.state in (DeliveryState.SENT, DeliveryState.SENDING, DeliveryState.UNCERTAIN), (
                f"it left, and its row says {row}"
            )
            is_first = entry.random_id == row.random_id  # of an album, whose other items have ids of their own
            assert not is_first or row.message_id in (None, entry.message_id), f"bound to another message: {row}"
        for row in rows:
            is_sent = row.state is DeliveryState.SENT and not row.is_change
            assert not is_sent or row.random_id in sent_ids, f"never left: {row}"
        assert await self.reports.verify_counters() == []


def _row(values: tuple[object, ...]) -> Row:
    row = list(values)
    row[6] = DeliveryState(row[6])  # type: ignore[arg-type]
    row[7] = None if row[7] is None else DeliveryReason(row[7])  # type: ignore[arg-type]
    row[9], row[10] = (None if ms is None else datetime.fromtimestamp(ms / 1000, UTC) for ms in row[9:11])  # type: ignore[operator]
    return Row(*row)  # type: ignore[arg-type]


@asynccontextmanager
async def make_rig(
    folder: Path, sandbox: RunningSandbox, *, before: Rig | None = None, is_verified: bool = True
) -> AsyncIterator[Rig]:
    """A workspace without accounts. At the end the worker is stopped in order and the promises are checked.

    `before`: the rig of the same workspace before it was restored. `is_verified` False: the test counts by itself.
    """
    house = MainHouse(TurnableClock())
    workspace = open_workspace(folder)
    write_address(workspace.sandbox, sandbox.address)
    for (section, name), value in SETTINGS.items():
        write_setting(workspace.config_path, section, name, value)  # type: ignore[arg-type]
    async with house.services(workspace, kind=WorkspaceKind.SANDBOX, process="console") as console:
        rig = Rig(workspace, sandbox, console, house, before)
        try:
            yield rig
            await rig.stop_worker()
            if is_verified:
                await rig.verify()
        finally:
            if rig.worker is not None:
                await rig.abandon_worker()
            use_timeouts(TimeoutSettings())
