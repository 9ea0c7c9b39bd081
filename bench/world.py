"""A sandbox workspace to prove and measure things on: accounts signed in, people who agreed, a worker to kill."""

import asyncio
import os
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import msgspec

from campaigns.audience.import_file import FileImport
from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.message.variants import Attachment, Message
from campaigns.ports import LaneStatus
from campaigns.report.views import CampaignProgress
from campaigns.service import CampaignService
from campaigns.worker_control import WorkerControl
from cli.demo.counting import count
from cli.demo.options import DemoOptions, DemoResult
from cli.demo.prepare import Preparation, Prepared
from cli.sandbox_command import sandbox_command
from core.clock import Clock, SystemClock
from core.config import SettingValue
from core.config_writing import write_setting
from core.container import ServiceContainer
from core.domain.account import Account, AccountState, WorkspaceKind
from core.domain.ids import AccountId, CampaignId
from core.errors import TimedOut
from core.processes import ProcessRecord, kill
from core.secrets.choice import StoreKind
from core.secrets.manager import SecretsManager
from core.workspace import Workspace, open_workspace
from database import AccountStore, Database, ReportStore
from main import MainHouse
from telegram import DataCentres
from telegram.sandbox.control import SandboxControl
from telegram.sandbox.ledger import FILE_NAME, LedgerEntry, read_ledger
from telegram.sandbox.process import SandboxProcess

ROOT = Path(__file__).resolve().parent.parent
OPERATOR = "Kaya Lindqvist"
REVIEWER = "Aiko Brandvold"
TEMPLATE = "Hello **{{ name }}**, the new programme is out. [Read it](https://example.org/programme)"
POLL_S = 0.01
STATE_DIR = "WIREROOM_STATE_DIR"
STALL_S = 90.0
END_STATES = frozenset({CampaignState.FINISHED, CampaignState.CANCELLED, CampaignState.FAILED})

WORKER = (sys.executable, str(ROOT / "main.py"))


class World:
    """One workspace with its sandbox. Made by `made_world`."""

    def __init__(
        self,
        *,
        workspace: Workspace,
        container: ServiceContainer,
        secrets: SecretsManager,
        sandbox: SandboxProcess,
        control: SandboxControl,
        prepared: Prepared,
        seed: int,
    ) -> None:
        self.workspace = workspace
        self.container = container
        self.sandbox = sandbox
        self.control = control
        self.account_ids: Sequence[AccountId] = prepared.account_ids
        self.people = prepared.people
        self.seed = seed
        self.clock: Clock = SystemClock()
        self.reports = container.get(ReportStore)
        self.service = container.get(CampaignService)
        self.accounts = container.get(AccountStore)
        self.database = container.get(Database)
        self.key_line = secrets.key_line()
        self.resumed = 0

    # ---------------------------------------------------------------------------------------------- processes

    def worker_control(self, program: Sequence[str] = WORKER, clock: Clock | None = None) -> WorkerControl:
        """Starts workers of this program instead of main.py: with a wrong clock (`clock` is the same), or sabotaged."""
        return WorkerControl(
            workspace=self.workspace,
            looks=self.reports,
            asks=_NoRequests(),
            clock=clock or self.clock,
            program=program,
            heartbeat_s=2.0,
        )

    async def start_worker(self, program: Sequence[str] = WORKER, clock: Clock | None = None) -> ProcessRecord:
        """It ends with this process, however that ends."""
        return await self.worker_control(program, clock).start(self.key_line, ends_with_us=True)

    async def kill_sandbox(self) -> None:
        """SIGKILL."""
        await self.control.close()
        await self.sandbox.kill()

    async def start_sandbox(self) -> None:
        """A new one in the same folder: other ports, another key, no faults, the same people."""
        self.control = SandboxControl(await self.sandbox.start())

    # ---------------------------------------------------------------------------------------------- campaigns

    async def wait_until_connected(self, account_ids: Sequence[AccountId] | None = None) -> None:
        """Accounts learn who wrote to them when they connect; planning then knows whom each can reach."""
        wanted = set(account_ids or self.account_ids)

        async def are_idle() -> bool:
            lanes = {lane.account_id for lane in await self.reports.lanes(None) if lane.status is LaneStatus.IDLE}
            return wanted <= lanes

        await wait_for(are_idle, "an account did not connect")

    async def begin_campaign(self, media: Sequence[Attachment] = ()) -> CampaignId:
        """Everybody, from all accounts, running."""
        campaign_id = await self.approve_campaign(media)
        await self.service.start(campaign_id, actor=OPERATOR)
        return campaign_id

    async def approve_campaign(self, media: Sequence[Attachment] = ()) -> CampaignId:
        """Everybody, from all accounts, with these photos or files; it may start."""
        campaign_id = await self.service.create(
            title="Programme", template=TEMPLATE, account_ids=self.account_ids, actor=OPERATOR
        )
        if media:
            message = msgspec.structs.replace(Message.of_text(TEMPLATE), media=tuple(media))
            await self.service.set_message(campaign_id, message, actor=OPERATOR)
        await self.service.submit(campaign_id, actor=OPERATOR)
        await self.service.approve(campaign_id, actor=REVIEWER)
        return campaign_id

    async def sending(self, campaign_id: CampaignId) -> int:
        """Rows whose fate is unknown at this moment."""
        return (await self.reports.progress(campaign_id)).counts.get(DeliveryState.SENDING, 0)

    async def wait_for_sending(self, campaign_id: CampaignId, at_least: int = 1) -> None:
        async def are_sending() -> bool:
            return await self.sending(campaign_id) >= at_least

        await wait_for(are_sending, "nothing is being sent")

    async def resume_stopped_accounts(self) -> None:
        """What an operator does after a refusal that concerns the account."""
        for account in await self.accounts.list_accounts():
            if account.state is not AccountState.READY:
                await self.accounts.resume(account.id, actor=OPERATOR, now=self.clock.now())
                self.resumed += 1

    async def wait_until_done(self, campaign_id: CampaignId, *, look_every_s: float = 0.05) -> CampaignProgress:
        """Until every row is final; stopped accounts are resumed. Raises TimedOut when nothing moves any more."""
        final, moved_s = -1, self.clock.monotonic()
        while True:
            progress = await self.reports.progress(campaign_id)
            if progress.state in END_STATES and progress.final == progress.recipients:
                return progress
            await self.resume_stopped_accounts()
            if progress.final != final:
                final, moved_s = progress.final, self.clock.monotonic()
            elif self.clock.monotonic() - moved_s > STALL_S:
                raise TimedOut(f"{progress.recipients - final} rows do not move: {dict(progress.counts)}")
            await asyncio.sleep(look_every_s)

    async def count(self, campaign_id: CampaignId, accepted_before: int = 0, **figures: int) -> DemoResult:
        """As DESIGN section 5 counts: from the sandbox's own ledger, then compared with the database."""
        return count(
            entries=self.ledger()[accepted_before:],
            progress=await self.reports.progress(campaign_id),
            sent_people=await self.reports.people_sent(campaign_id),
            wrong_counters=len(await self.reports.verify_counters()),
            kills=figures.get("kills", 0),
            kills_in_flight=figures.get("kills_in_flight", 0),
            elapsed_s=figures.get("elapsed_s", 0),
            beside=await self.reports.random_ids_beside_campaigns(),
        )

    def ledger(self) -> list[LedgerEntry]:
        return read_ledger(self.workspace.sandbox / FILE_NAME)

    async def telegram_ids(self) -> Mapping[AccountId, Account]:
        return {account.id: account for account in await self.accounts.list_accounts()}


class _NoRequests:
    """Workers of a proof are killed, or stopped by a signal."""

    async def ask_worker_to_stop(self, *_: object, **__: object) -> object:
        raise NotImplementedError


async def wait_for(is_so: Callable[[], Awaitable[bool]], otherwise: str, *, timeout_s: float = 30.0) -> None:
    """Poll until the condition holds. Raises TimedOut with `otherwise`."""
    clock = SystemClock()
    end_s = clock.monotonic() + timeout_s
    while not await is_so():
        if clock.monotonic() > end_s:
            raise TimedOut(otherwise)
        await asyncio.sleep(POLL_S)


@asynccontextmanager
async def made_world(
    folder: Path,
    *,
    recipients: int,
    accounts: int,
    seed: int = 1,
    settings: Mapping[tuple[str, str], SettingValue] | None = None,
    store: StoreKind = StoreKind.MEMORY,
) -> AsyncIterator[World]:
    """A workspace in `folder`, with people who do nothing; worker and sandbox are gone at the end.

    `settings`: (section, key) of the settings file. Locks and the list of workspaces lie in the folder too, so that a
    proof leaves nothing behind.
    """
    with state_in(folder / "state"):
        workspace = open_workspace(folder / "workspace")
        for (section, key), value in (settings or {}).items():
            write_setting(workspace.config_path, section, key, value)
        house = MainHouse()
        secrets = SecretsManager.create(workspace, store, forget_former_run=True)
        sandbox = SandboxProcess(workspace.sandbox, sandbox_command(WORKER, workspace))
        async with house.services(workspace, kind=WorkspaceKind.SANDBOX, process="proof") as container:
            control = SandboxControl(await sandbox.start())
            try:
                preparation = Preparation(
                    options=DemoOptions(
                        recipients=recipients,
                        accounts=accounts,
                        kills=0,
                        rate=None,
                        seed=seed,
                        are_people_silent=True,
                    ),
                    workspace=workspace,
                    control=control,
                    data_centres=DataCentres(WorkspaceKind.SANDBOX, sandbox_folder=workspace.sandbox),
                    secrets=secrets,
                    accounts=container.get(AccountStore),
                    imports=container.get(FileImport),
                    clock=SystemClock(),
                    tell=lambda _: None,
                )
                world = World(
                    workspace=workspace,
                    container=container,
                    secrets=secrets,
                    sandbox=sandbox,
                    control=control,
                    prepared=await preparation.run(),
                    seed=seed,
                )
                try:
                    yield world
                finally:
                    await _end_workers(world)
                    await world.control.close()
            finally:
                await sandbox.stop()


@contextmanager
def state_in(folder: Path) -> Iterator[None]:
    """Inside, this process and its children keep locks and the list of workspaces there."""
    before = os.environ.get(STATE_DIR)
    os.environ[STATE_DIR] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ[STATE_DIR]
        else:
            os.environ[STATE_DIR] = before


async def _end_workers(world: World) -> None:
    """Every worker of this workspace that still runs; each by its recorded process."""

    def running(raw: sqlite3.Connection) -> list[tuple[int, int]]:
        return raw.execute("SELECT pid, started_at FROM worker WHERE ended_at IS NULL").fetchall()

    for pid, started_ms in await world.database.read(running):
        kill(ProcessRecord(pid=pid, started_s=started_ms / 1000))
