"""Entry: reads the command line, wires the service container, starts the console, the worker or a command.

Wiring only, no logic. Each part is imported when it is wired: a command pays for what it uses.
"""

import asyncio
import os
import sys
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from campaigns.accounts.service import AccountService
from campaigns.audience.import_file import FileImport
from campaigns.audience.people_service import PeopleService
from campaigns.dispatch.lane import LanePorts, LaneSettings
from campaigns.dispatch.ownership import HeldLock
from campaigns.dispatch.worker import Worker, WorkerPorts, WorkerSettings
from campaigns.plan.account_limits import limit_account
from campaigns.plan.limits import LimitProfile, profile_for
from campaigns.plan.rehearsal_job import RehearsalJob
from campaigns.ports import Gateway, WorkerStart
from campaigns.service import CampaignService
from campaigns.steering import CampaignSteering
from campaigns.worker_control import WorkerControl
from core.clock import Clock, SystemClock
from core.config import Config
from core.config_file import read_config
from core.container import Key, Needs, ServiceContainer
from core.domain.account import Account, DataCentre, WorkspaceKind
from core.errors import UserInputError
from core.executor import default_executor
from core.health import HealthCheck
from core.locks import account_lock, import_lock, route_lock
from core.logs import start_logging, stop_logging
from core.ports import ProxyProbe
from core.secrets.manager import KeySource, SecretsManager
from core.secrets.vault import erase_secret
from core.timeouts import use_timeouts
from core.workspace import Workspace
from database import (
    AccountLimitStore,
    AccountRemovalStore,
    AccountStore,
    AudienceStore,
    CampaignDesk,
    CampaignStore,
    ContactCardStore,
    ContactDesk,
    ContactListStore,
    ContactMergeStore,
    ContactStore,
    Database,
    DeliveryStore,
    ErasureStore,
    EventStore,
    ImportStore,
    IncomingStore,
    LeaseStore,
    ProxyDesk,
    ProxyStore,
    RehearsalFactStore,
    RehearsalStore,
    ReportStore,
    RequestStore,
    SteeringStore,
    SuppressionListStore,
    WorkerStore,
    WorkspaceStore,
)
from proxy import HealthSettings, ProxyHealth, ProxyPool, Secrets
from telegram.sign_in.service import SignInService

EXECUTOR: Key[object] = Key("executor")
GATEWAY: Key[Gateway] = Key("gateway")
PROBE: Key[ProxyProbe] = Key("proxy probe")
ROUTE_WATCH: Key[object] = Key("route watch")

STORES = (
    AccountLimitStore,
    AccountRemovalStore,
    AccountStore,
    AudienceStore,
    CampaignDesk,
    CampaignStore,
    ContactCardStore,
    ContactDesk,
    ContactListStore,
    ContactMergeStore,
    ContactStore,
    DeliveryStore,
    EventStore,
    ImportStore,
    IncomingStore,
    LeaseStore,
    ProxyDesk,
    ProxyStore,
    RehearsalFactStore,
    RehearsalStore,
    ReportStore,
    RequestStore,
    SteeringStore,
    SuppressionListStore,
    WorkerStore,
)

DRAIN_S = 35.0
"""How long an orderly stop waits for answers: above the time-out of a send, after which every fate is known."""

RECONNECT_S: tuple[float, ...] = (0.2, 1.0, 3.0, 10.0, 30.0, 60.0)
"""Waits before an account connects again; Telegram answers too many connects from one address with 429."""


class MainHouse:
    """How the parts are put together; see cli.house.House."""

    program: Sequence[str] = (sys.executable, str(Path(__file__).resolve()))

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    def services(
        self, workspace: Workspace, *, kind: WorkspaceKind | None = None, process: str = "command"
    ) -> ServiceContainer:
        container = ServiceContainer()
        container.register(Config, lambda _: _settings(workspace, process))
        container.register(EXECUTOR, lambda needs: default_executor(needs.get(Config).executor), needs=[Config])
        # A migration copies the database first, and the last commit empties the log: both take as long as the disk.
        container.register(
            Database,
            lambda _: _database(workspace, self._clock),
            needs=[EXECUTOR],
            start_timeout_s=120,
            stop_timeout_s=60,
        )
        container.register(
            WorkspaceStore, lambda needs: _workspace_row(needs.get(Database), kind, self._clock), needs=[Database]
        )
        for store in STORES:
            _register_store(container, store)
        container.register(
            CampaignService,
            lambda needs: CampaignService(needs.get(CampaignDesk), self._clock),
            needs=[CampaignDesk],
        )
        container.register(
            CampaignSteering,
            lambda needs: CampaignSteering(needs.get(SteeringStore), self._clock),
            needs=[SteeringStore],
        )
        container.register(
            ErasureStore,
            lambda needs: ErasureStore(needs.get(Database), workspace.backups),
            needs=[Database],
        )
        container.register(
            PeopleService,
            lambda needs: PeopleService(
                desk=needs.get(ContactDesk),
                lists=needs.get(ContactListStore),
                cards=needs.get(ContactCardStore),
                merges=needs.get(ContactMergeStore),
                erasures=needs.get(ErasureStore),
                suppressions=needs.get(SuppressionListStore),
                clock=self._clock,
            ),
            needs=[
                ContactDesk,
                ContactListStore,
                ContactCardStore,
                ContactMergeStore,
                ErasureStore,
                SuppressionListStore,
            ],
        )
        container.register(
            FileImport,
            lambda needs: FileImport(needs.get(ImportStore), self._clock, import_lock(workspace)),
            needs=[ImportStore],
        )
        container.register(
            RehearsalJob,
            lambda needs: _rehearsal_job(needs, self._clock),
            needs=[RehearsalFactStore, RehearsalStore, WorkspaceStore, Config],
        )
        container.register(
            ProxyPool,
            lambda needs: ProxyPool(
                needs.get(ProxyStore), self._clock, lambda account_id: route_lock(workspace, account_id)
            ),
            needs=[ProxyStore],
        )
        container.register(
            AccountService,
            lambda needs: _account_service(workspace, needs, self._clock),
            needs=[
                AccountStore,
                AccountLimitStore,
                AccountRemovalStore,
                RequestStore,
                ReportStore,
                WorkerControl,
                WorkspaceStore,
                Config,
            ],
        )
        container.register(
            WorkerControl,
            lambda needs: WorkerControl(
                workspace=workspace,
                looks=needs.get(ReportStore),
                asks=needs.get(RequestStore),
                clock=self._clock,
                program=self.program,
                heartbeat_s=needs.get(Config).delivery.heartbeat_s,
            ),
            needs=[ReportStore, RequestStore, Config],
        )
        container.register(SignInService, lambda _: SignInService(workspace, self.program, self._clock))
        return container

    def add_secrets(self, container: ServiceContainer, workspace: Workspace, source: KeySource) -> None:
        container.register(
            SecretsManager, lambda _: _secrets(workspace, source), needs=[EXECUTOR], start_timeout_s=60
        )

    def add_worker(self, container: ServiceContainer, workspace: Workspace, start: WorkerStart) -> None:
        container.register(
            GATEWAY, lambda needs: _gateway(workspace, needs), needs=[WorkspaceStore, SecretsManager, ProxyPool]
        )
        self.add_proxy_health(container, workspace, runs=True)
        container.register(
            Worker,
            lambda needs: _worker(needs, start, self._clock),
            needs=[GATEWAY, Config, WorkspaceStore, Database, SecretsManager, *STORES],
        )
        container.register(
            ROUTE_WATCH, lambda needs: _route_watch(needs, self._clock), needs=[GATEWAY, Worker, Database]
        )

    def add_proxy_health(
        self, container: ServiceContainer, workspace: Workspace, *, runs: bool, secrets: Secrets | None = None
    ) -> None:
        container.register(
            PROBE,
            lambda needs: _probe(workspace, needs, secrets or needs.get(SecretsManager)),
            needs=[WorkspaceStore, *([] if secrets else [SecretsManager])],
        )
        container.register(
            ProxyHealth, lambda needs: _proxy_health(needs, self._clock, runs=runs), needs=[Config, ProxyStore, PROBE]
        )

    def health_checks(self, workspace: Workspace) -> Sequence[HealthCheck]:
        from database.health import database_checks
        from desktop.font_check import font_checks
        from telegram import DataCentres, telegram_checks
        from telegram.sandbox.address import FILE_NAME

        is_sandbox = (workspace.sandbox / FILE_NAME).exists()  # one that runs, or did not stop in order
        kind = WorkspaceKind.SANDBOX if is_sandbox else WorkspaceKind.LIVE
        data_centres = DataCentres(kind, sandbox_folder=workspace.sandbox if is_sandbox else None)
        return [*database_checks(workspace), *telegram_checks(data_centres), *font_checks()]

    def make_sandbox_workspace(self, workspace: Workspace) -> None:
        async def make() -> None:
            async with self.services(workspace, kind=WorkspaceKind.SANDBOX):
                pass

        asyncio.run(make())

    def has_display(self) -> bool:
        if sys.platform in ("win32", "darwin"):
            return True
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))

    def console(self, folder: Path | None, *, key_line: bytes | None = None) -> int:
        from desktop.app import run_console

        return run_console(self, folder, key_line=key_line)

    def write_screenshots(self, folder: Path) -> Sequence[Path]:
        from desktop.screenshots import write_screenshots

        return write_screenshots(self, folder)


@asynccontextmanager
async def _settings(workspace: Workspace, process: str) -> AsyncIterator[Config]:
    config = read_config(workspace.config_path)
    use_timeouts(config.timeouts)
    start_logging(workspace.logs, process, config.logs)
    try:
        yield config
    finally:
        stop_logging()


@asynccontextmanager
async def _database(workspace: Workspace, clock: Clock) -> AsyncIterator[Database]:
    async with await Database.open(workspace.database_path, backups=workspace.backups, clock=clock) as database:
        yield database


@asynccontextmanager
async def _workspace_row(
    database: Database, kind: WorkspaceKind | None, clock: Clock
) -> AsyncIterator[WorkspaceStore]:
    store = WorkspaceStore(database)
    if await store.find() is None:
        if kind is None:
            raise UserInputError(
                "There is no workspace in this folder yet.",
                hint='Make one with "workspace new", or try everything with "demo".',
            )
        await store.create(uuid.uuid4().hex, kind, now=clock.now())
    yield store


def _register_store(container: ServiceContainer, store: type) -> None:
    container.register(store, lambda needs: store(needs.get(Database)), needs=[Database])


@asynccontextmanager
async def _secrets(workspace: Workspace, source: KeySource) -> AsyncIterator[SecretsManager]:
    yield await SecretsManager.open_async(workspace, source)


@asynccontextmanager
async def _gateway(workspace: Workspace, needs: Needs) -> AsyncIterator[Gateway]:
    from telegram import SANDBOX_API, DataCentres, TelegramGateway

    row = await needs.get(WorkspaceStore).get()
    # The pair of a live workspace is entered at its first sign-in; the sandbox accepts any.
    yield TelegramGateway(
        DataCentres(row.kind, sandbox_folder=workspace.sandbox),
        needs.get(SecretsManager),
        SANDBOX_API if row.kind is WorkspaceKind.SANDBOX else None,
        needs.get(ProxyPool),
    )


@asynccontextmanager
async def _route_watch(needs: Needs, clock: Clock) -> AsyncIterator[object]:
    from telegram import RouteWatch, TelegramGateway

    gateway = needs.get(GATEWAY)
    assert isinstance(gateway, TelegramGateway)
    changes = await needs.get(Database).follow_changes(own_commits=True)
    watch = RouteWatch(changes, [gateway, needs.get(Worker)], clock)
    async with _running(watch.run(), "route watch"):
        yield watch


@asynccontextmanager
async def _probe(workspace: Workspace, needs: Needs, secrets: Secrets) -> AsyncIterator[ProxyProbe]:
    from telegram import DataCentres, TelegramProxyProbe

    kind = (await needs.get(WorkspaceStore).get()).kind
    yield TelegramProxyProbe(
        DataCentres(kind, sandbox_folder=workspace.sandbox),
        secrets,
        DataCentre.SANDBOX if kind is WorkspaceKind.SANDBOX else DataCentre.PRODUCTION,
    )


@asynccontextmanager
async def _proxy_health(needs: Needs, clock: Clock, *, runs: bool) -> AsyncIterator[ProxyHealth]:
    proxies = needs.get(Config).proxies
    settings = HealthSettings(every_s=proxies.check_every_s, pauses_s=proxies.pauses_s)
    health = ProxyHealth(needs.get(ProxyStore), needs.get(PROBE), clock, settings=settings)
    if not runs:
        yield health
        return
    async with _running(health.run(), "proxy health"):
        yield health


@asynccontextmanager
async def _running(work: Coroutine[object, object, None], name: str) -> AsyncIterator[None]:
    """The work goes on beside the block and ends with it; should it fail, so does the service."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(work, name=name)
        try:
            yield
        finally:
            task.cancel()


def _profiles(needs: Needs, kind: WorkspaceKind) -> Callable[[Account], LimitProfile]:
    """The profile of an account, without what a person set for it."""
    rate_per_s = needs.get(Config).delivery.sandbox_rate_per_s

    def profile_of(account: Account) -> LimitProfile:
        profile = profile_for(account.limit_profile, account.kind, kind)
        return replace(profile, per_second=rate_per_s) if profile.name == "sandbox" else profile

    return profile_of


@asynccontextmanager
async def _rehearsal_job(needs: Needs, clock: Clock) -> AsyncIterator[RehearsalJob]:
    plain_profile_of = _profiles(needs, (await needs.get(WorkspaceStore).get()).kind)
    yield RehearsalJob(
        needs.get(RehearsalFactStore),
        needs.get(RehearsalStore),
        lambda account: limit_account(plain_profile_of(account), account.limits),
        clock,
        read_ahead=needs.get(Config).delivery.read_ahead,
    )


@asynccontextmanager
async def _account_service(workspace: Workspace, needs: Needs, clock: Clock) -> AsyncIterator[AccountService]:
    yield AccountService(
        accounts=needs.get(AccountStore),
        limits=needs.get(AccountLimitStore),
        removals=needs.get(AccountRemovalStore),
        requests=needs.get(RequestStore),
        worker=needs.get(WorkerControl),
        lanes=needs.get(ReportStore),
        profile_of=_profiles(needs, (await needs.get(WorkspaceStore).get()).kind),
        lock_of=lambda account: account_lock(account.session_secret),
        erase_session=lambda account: asyncio.to_thread(erase_secret, workspace.vault, account.session_secret),
        clock=clock,
    )


@asynccontextmanager
async def _worker(needs: Needs, start: WorkerStart, clock: Clock) -> AsyncIterator[Worker]:
    delivery = needs.get(Config).delivery
    workspace = await needs.get(WorkspaceStore).get()
    secrets = needs.get(SecretsManager)
    plain_profile_of = _profiles(needs, workspace.kind)

    def profile_of(account: Account) -> LimitProfile:
        return limit_account(plain_profile_of(account), account.limits)

    def take_lock(account: Account) -> HeldLock | None:
        lock = account_lock(account.session_secret)
        return lock if lock.acquire() else None

    yield Worker(
        start=start,
        kind=workspace.kind,
        ports=WorkerPorts(
            lane=LanePorts(
                gateway=needs.get(GATEWAY),
                deliveries=needs.get(DeliveryStore),
                campaigns=needs.get(CampaignStore),
                accounts=needs.get(AccountStore),
                incoming=needs.get(IncomingStore),
                events=needs.get(EventStore),
                requests=needs.get(RequestStore),
                erase_session=lambda account: asyncio.to_thread(secrets.delete, account.session_secret),
            ),
            leases=needs.get(LeaseStore),
            workers=needs.get(WorkerStore),
            changes=await needs.get(Database).follow_changes(own_commits=False),
        ),
        settings=WorkerSettings(
            lane=LaneSettings(
                in_flight=delivery.in_flight,
                read_ahead=delivery.read_ahead,
                settle_retry_s=delivery.settle_retry_s,
                reconnect_s=RECONNECT_S,
            ),
            lease_s=delivery.lease_s,
            heartbeat_s=delivery.heartbeat_s,
            poll_hz=delivery.poll_hz,
            breaker_failures=delivery.breaker_failures,
            drain_s=DRAIN_S,
        ),
        take_lock=take_lock,
        profile_of=profile_of,
        clock=clock,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line asks for; returns the exit code."""
    from cli.app import run

    return run(MainHouse(), arguments)


if __name__ == "__main__":
    raise SystemExit(main())
