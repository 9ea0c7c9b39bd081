"""A real workspace for tests of the window: the wiring of main.py over a database with rows, and no Telegram."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.ports import LaneReport, LaneStatus, WorkerStart
from campaigns.reasons import DeliveryReason
from core.clock import Clock
from core.container import ServiceContainer
from core.domain.account import WorkspaceKind
from core.domain.ids import AccountId, CampaignId, WorkerId
from core.locks import OsLock, worker_lock
from core.workspace import Workspace, open_workspace
from database import Database
from main import MainHouse
from tests.database.stores.world import NOW, World, peer, person
from tests.fake_clock import FakeClock

S = DeliveryState
PEOPLE = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A started container, and what its rows are: one running campaign, one in review, one cancelled draft."""

    folder: Path
    workspace: Workspace
    house: MainHouse
    services: ServiceContainer
    world: World
    clock: Clock
    accounts: tuple[AccountId, ...]
    running: CampaignId
    in_review: CampaignId


@asynccontextmanager
async def fill(folder: Path, clock: Clock) -> AsyncIterator[Filled]:
    """Make a sandbox workspace in `folder` with two accounts, 24 people and three campaigns."""
    house = MainHouse(clock)
    workspace = open_workspace(folder)
    async with house.services(workspace, kind=WorkspaceKind.SANDBOX, process="console") as services:
        world = World(services.get(Database), folder)
        first, second = await world.add_account(1), await world.add_account(2)
        await world.import_people([*(person(number) for number in range(1, PEOPLE)), person(PEOPLE, consent=None)])
        for account_id in (first, second):
            await world.know(account_id, *[peer(number, wrote_at=NOW) for number in range(1, PEOPLE + 1)])
        running = await world.run([first, second])
        await _deliver_some(world, running, first)
        await world.leases.report(
            [
                LaneReport(account_id=first, status=LaneStatus.SENDING),
                LaneReport(
                    account_id=second,
                    status=LaneStatus.WAITING,
                    reason="Telegram asked for a pause.",
                    until=NOW + timedelta(minutes=31),
                ),
            ],
            now=NOW,
        )
        desk = world.desk
        in_review = await desk.create(
            title="Members’ evening", template="Hi {{ name }}", account_ids=[second], actor="kaya", now=NOW
        )
        await desk.choose_everyone(in_review)
        await desk.change_state(in_review, CampaignState.IN_REVIEW, actor="kaya", reason="", now=NOW)
        yield Filled(
            folder=folder,
            workspace=workspace,
            house=house,
            services=services,
            world=world,
            clock=clock,
            accounts=(first, second),
            running=running,
            in_review=in_review,
        )


async def _deliver_some(world: World, campaign_id: CampaignId, account_id: AccountId) -> None:
    """Of one lane: five sent, one failed, one put off."""
    rows = [row.id for row in await world.ahead(account_id, campaign_id)][:7]
    lease = await world.take(account_id)
    for number, row_id in enumerate(rows):
        await world.claim(lease, row_id)
        at = NOW + timedelta(seconds=20 * number)
        if number == 5:
            await world.record(lease, row_id, S.FAILED, at=at, reason=DeliveryReason.PRIVACY)
        elif number == 6:
            until = NOW + timedelta(minutes=30)
            await world.record(lease, row_id, S.DEFERRED, at=at, reason=DeliveryReason.CHAT_PAUSE, not_before=until)
        else:
            await world.record(lease, row_id, S.SENT, message_id=11 + number, at=at)


async def begin_worker(filled: Filled, *, pid: int = 4242, name: str = "worker-one") -> WorkerId:
    """A row as a worker writes it at its start, 52 hours before the clock's now; no process is behind it."""
    worker_id = WorkerId(name)
    started_at = filled.clock.now() - timedelta(hours=52)
    await filled.world.workers.begin(WorkerStart(worker_id=worker_id, pid=pid, started_at=started_at))
    return worker_id


async def begin_beating(filled: Filled) -> None:
    """A worker that has just said that it is alive; with the fixture `held` it runs, as far as anybody can tell."""
    worker_id = await begin_worker(filled)
    await filled.world.workers.beat(worker_id, now=filled.clock.now())


@pytest.fixture
def held(filled: Filled) -> Iterator[OsLock]:
    """The lock that a running worker holds."""
    lock = worker_lock(filled.workspace, "worker-one")
    assert lock.acquire()
    yield lock
    lock.release()


@pytest.fixture
async def filled(tmp_path: Path) -> AsyncIterator[Filled]:
    """The workspace of `fill` ten minutes later, at a clock that stands still until the test moves it."""
    async with fill(tmp_path / "northlight", FakeClock(NOW + timedelta(minutes=10))) as made:
        yield made
