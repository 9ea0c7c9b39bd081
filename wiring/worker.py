"""The worker and what only it has: the gateway to Telegram, and the watch over the routes of its accounts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from campaigns.dispatch.lane import LanePorts, LaneSettings
from campaigns.dispatch.ownership import HeldLock
from campaigns.dispatch.worker import Worker, WorkerPorts, WorkerSettings
from campaigns.inbox.reaction_rules import ReactionRules
from campaigns.inbox.stop_confirmation import parse_texts
from campaigns.message.stop_words import with_more
from campaigns.plan.account_limits import limit_account
from campaigns.plan.limits import LimitProfile
from campaigns.ports import Gateway, WorkerStart
from campaigns.series import SeriesRuns
from campaigns.service import CampaignService
from core.clock import Clock
from core.config import Config
from core.container import Needs
from core.domain.account import Account, WorkspaceKind
from core.locks import account_lock
from core.secrets.manager import SecretsManager
from core.workspace import Workspace
from database import (
    AccountStore,
    CampaignStore,
    ChatSignStore,
    Database,
    DeliveryStore,
    EventStore,
    IncomingStore,
    LeaseStore,
    RequestStore,
    SeriesStore,
    UploadStore,
    WorkerStore,
    WorkspaceStore,
)
from proxy import ProxyPool
from wiring.accounts import make_profiles
from wiring.foundation import running
from wiring.keys import GATEWAY

DRAIN_S = 35.0
"""How long an orderly stop waits for answers: above the time-out of a send, after which every fate is known."""

RECONNECT_S: tuple[float, ...] = (0.2, 1.0, 3.0, 10.0, 30.0, 60.0)
"""Waits before an account connects again; Telegram answers too many connects from one address with 429."""


@asynccontextmanager
async def make_gateway(workspace: Workspace, needs: Needs) -> AsyncIterator[Gateway]:
    from telegram import SANDBOX_API, CustomDataCentre, DataCentres, TelegramGateway

    row = await needs.get(WorkspaceStore).get()
    # The pair of a live workspace is entered at its first sign-in; the sandbox accepts any.
    custom = CustomDataCentre.of(needs.get(Config).data_centre, workspace.folder)
    yield TelegramGateway(
        DataCentres(row.kind, sandbox_folder=workspace.sandbox, custom=custom),
        needs.get(SecretsManager),
        SANDBOX_API if row.kind is WorkspaceKind.SANDBOX else None,
        needs.get(ProxyPool),
    )


@asynccontextmanager
async def make_route_watch(needs: Needs, clock: Clock) -> AsyncIterator[object]:
    from telegram import RouteWatch, TelegramGateway

    gateway = needs.get(GATEWAY)
    assert isinstance(gateway, TelegramGateway)
    changes = await needs.get(Database).follow_changes(own_commits=True)
    watch = RouteWatch(changes, [gateway, needs.get(Worker)], clock)
    async with running(watch.run(), "route watch"):
        yield watch


@asynccontextmanager
async def make_worker(workspace: Workspace, needs: Needs, start: WorkerStart, clock: Clock) -> AsyncIterator[Worker]:
    config = needs.get(Config)
    delivery, people, inbox = config.delivery, config.people, config.inbox
    kind = (await needs.get(WorkspaceStore).get()).kind
    secrets = needs.get(SecretsManager)
    plain_profile_of = make_profiles(needs, kind)

    def profile_of(account: Account) -> LimitProfile:
        return limit_account(plain_profile_of(account), account.limits)

    def take_lock(account: Account) -> HeldLock | None:
        lock = account_lock(account.session_secret)
        return lock if lock.acquire() else None

    yield Worker(
        start=start,
        kind=kind,
        ports=WorkerPorts(
            lane=LanePorts(
                gateway=needs.get(GATEWAY),
                deliveries=needs.get(DeliveryStore),
                campaigns=needs.get(CampaignStore),
                accounts=needs.get(AccountStore),
                incoming=needs.get(IncomingStore),
                events=needs.get(EventStore),
                requests=needs.get(RequestStore),
                uploads=needs.get(UploadStore),
                signs=needs.get(ChatSignStore),
                erase_session=lambda account: asyncio.to_thread(secrets.delete, account.session_secret),
            ),
            leases=needs.get(LeaseStore),
            workers=needs.get(WorkerStore),
            changes=await needs.get(Database).follow_changes(own_commits=False),
            series=SeriesRuns(needs.get(SeriesStore), needs.get(CampaignService)),
        ),
        settings=WorkerSettings(
            lane=LaneSettings(
                in_flight=delivery.in_flight,
                read_ahead=delivery.read_ahead,
                settle_retry_s=delivery.settle_retry_s,
                reconnect_s=RECONNECT_S,
                media_folder=workspace.media,
                stop_words=with_more(people.stop_words),
                reactions=ReactionRules(resolve=inbox.resolve_reaction, ticket=inbox.ticket_reaction),
                confirmations=parse_texts(people.stop_confirmation) if people.confirm_stop else None,
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
