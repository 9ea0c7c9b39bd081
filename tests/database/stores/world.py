"""A small workspace for tests: accounts, people with consent, and a campaign, made through the stores themselves."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from campaigns.audience.imports import Batch, ImportOptions, ImportView
from campaigns.audience.people import ImportedPerson
from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.message.media import MediaShelf
from campaigns.plan.eligibility import Claim
from campaigns.plan.limits import PROFILES, LimitProfile
from campaigns.ports import Candidate, ClaimOrder, Outcome
from campaigns.schedule.campaign_plan import CampaignPlan
from core.domain.account import AccountKind, DataCentre, Lease, WorkspaceKind
from core.domain.consent import Consent, ConsentBasis
from core.domain.ids import AccountId, CampaignId, DeliveryId, TelegramUserId, WorkerId
from core.domain.peer import Peer
from database.database import Database
from database.stores.accounts import AccountStore
from database.stores.campaign_desk import CampaignDesk
from database.stores.campaigns import CampaignStore
from database.stores.contacts import ContactStore
from database.stores.deliveries import DeliveryStore
from database.stores.events import EventStore
from database.stores.imports import ImportStore
from database.stores.incoming import IncomingStore
from database.stores.leases import LeaseStore
from database.stores.media import MediaStore
from database.stores.peers import put_peers
from database.stores.reports import ReportStore
from database.stores.requests import RequestStore
from database.stores.workers import WorkerStore
from database.stores.workspaces import WorkspaceStore
from tests.fake_clock import FakeClock

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
UNLIMITED = PROFILES["unlimited", AccountKind.USER]
HASH, OTHER_HASH = b"h" * 32, b"o" * 32
KEY = b"key-one!"
AGREED = Consent(basis=ConsentBasis.AGREED, at=NOW - timedelta(days=30), source="newsletter form")


def person(number: int, *, consent: Consent | None = AGREED, **values: object) -> ImportedPerson:
    """The person with the username person_<number>."""
    plain = ImportedPerson(
        line=number + 1,
        name=f"Person {number}",
        username=f"person_{number}",
        phone="",
        language="",
        time_zone="",
        fields={},
        consent=consent,
    )
    return msgspec.structs.replace(plain, **values)


def user_id(number: int) -> TelegramUserId:
    return TelegramUserId(1_000_000 + number)


def peer(number: int, *, wrote_at: datetime | None = None, username: str | None = "") -> Peer:
    """How an account knows person <number>."""
    name = f"person_{number}" if username == "" else username
    return Peer(user_id=user_id(number), access_hash=77 + number, username=name, wrote_at=wrote_at)


class World:
    """The stores over one database, and short words for what tests need again and again."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.media = folder / "media"
        self.shelf = MediaShelf(self.media, MediaStore(database), FakeClock(NOW))
        self.workspace = WorkspaceStore(database)
        self.accounts = AccountStore(database)
        self.contacts = ContactStore(database)
        self.imports = ImportStore(database)
        self.desk = CampaignDesk(database)
        self.campaigns = CampaignStore(database)
        self.deliveries = DeliveryStore(database)
        self.incoming = IncomingStore(database)
        self.leases = LeaseStore(database)
        self.workers = WorkerStore(database)
        self.requests = RequestStore(database)
        self.events = EventStore(database)
        self.reports = ReportStore(database)

    @classmethod
    async def make(cls, folder: Path, *, kind: WorkspaceKind = WorkspaceKind.SANDBOX) -> "World":
        world = cls(await Database.open(folder / "workspace.db", backups=folder / "backups"), folder)
        world.media.mkdir(exist_ok=True)
        await world.workspace.create("workspace-one", kind, now=NOW)
        return world

    async def add_account(
        self, number: int = 1, *, kind: AccountKind = AccountKind.USER, profile: str = "unlimited"
    ) -> AccountId:
        return await self.accounts.add_account(
            kind=kind,
            title=f"Account {number}",
            username=f"account_{number}",
            telegram_user_id=TelegramUserId(500 + number),
            data_centre=DataCentre.SANDBOX,
            session_secret=f"session-{number}",
            limit_profile=profile,
            actor="ann",
            now=NOW,
        )

    async def take(self, account_id: AccountId, worker_id: str = "worker-one") -> Lease:
        return await self.leases.take(account_id, WorkerId(worker_id), until=NOW + timedelta(seconds=30))

    async def import_people(self, people: int | Sequence[ImportedPerson]) -> None:
        batch = [person(number) for number in range(1, people + 1)] if isinstance(people, int) else people
        await self.import_batch(batch)

    async def import_batch(self, batch: Sequence[ImportedPerson]) -> ImportView:
        """A whole import of these people."""
        import_id = await self.imports.create("people.csv", ImportOptions(), actor="ann", now=NOW)
        rows = Batch(people=batch, cells=[()] * len(batch), refused=(), part_read=1.0)
        assert await self.imports.add(import_id, rows, now=NOW)
        while await self.imports.finish_some(import_id, now=NOW):
            pass
        return await self.imports.get(import_id)

    async def know(self, account_id: AccountId, *peers: Peer) -> None:
        """The account has these peers in its cache."""
        await self.database.write(lambda work: put_peers(work.connection, account_id, peers, now=0))

    async def approve(
        self, account_ids: Sequence[AccountId], template: str = "Hi {{ name }}", plan: CampaignPlan | None = None
    ) -> CampaignId:
        """An approved campaign for everybody."""
        desk = self.desk
        campaign_id = await desk.create(
            title="Spring", template=template, account_ids=account_ids, actor="ann", now=NOW
        )
        await desk.choose_everyone(campaign_id)
        if plan is not None:
            await desk.set_plan(campaign_id, plan, actor="ann", now=NOW)
        await desk.change_state(campaign_id, CampaignState.IN_REVIEW, actor="ann", reason="", now=NOW)
        content_hash = await desk.content_hash(campaign_id)
        await desk.approve(campaign_id, content_hash=content_hash, actor="bob", comment="", now=NOW)
        return campaign_id

    async def plan(self, campaign_id: CampaignId, *, limit: int = 2000, fields: frozenset[str] = frozenset()) -> int:
        return await self.desk.plan_chunk(campaign_id, fields, limit=limit, now=NOW)

    async def run(
        self, account_ids: Sequence[AccountId], template: str = "Hi {{ name }}", plan: CampaignPlan | None = None
    ) -> CampaignId:
        """A running campaign for everybody."""
        campaign_id = await self.approve(account_ids, template, plan)
        while await self.plan(campaign_id):
            pass
        await self.desk.schedule(campaign_id, start_at=NOW, actor="ann", now=NOW)
        await self.campaigns.start_due(NOW)
        return campaign_id

    async def begin(self, people: int, *, known: bool = False) -> tuple[AccountId, CampaignId]:
        """An account and its running campaign for so many people, whom it knows if `known`."""
        account_id = await self.add_account()
        await self.import_people(people)
        if known:
            await self.know(account_id, *[peer(number, wrote_at=NOW) for number in range(1, people + 1)])
        return account_id, await self.run([account_id])

    async def ahead(
        self, account_id: AccountId, *campaign_ids: CampaignId, now: datetime = NOW
    ) -> Sequence[Candidate]:
        return await self.deliveries.read_ahead(account_id, campaign_ids, now=now, limit=100)

    def order(
        self,
        delivery_id: DeliveryId,
        *,
        now: datetime = NOW,
        text_hash: bytes = HASH,
        profile: LimitProfile = UNLIMITED,
    ) -> ClaimOrder:
        return ClaimOrder(delivery_id=delivery_id, text_hash=text_hash, key_fingerprint=KEY, profile=profile, now=now)

    async def claim(self, lease: Lease, delivery_id: DeliveryId, **order: object) -> Claim:
        claim = await self.deliveries.record_and_claim(lease, None, self.order(delivery_id, **order))
        assert claim is not None
        return claim

    async def record(self, lease: Lease, delivery_id: DeliveryId, state: DeliveryState, **values: object) -> None:
        outcome = Outcome(**{"delivery_id": delivery_id, "state": state, "at": NOW, **values})
        assert await self.deliveries.record_and_claim(lease, outcome, None) is None

    async def row(self, delivery_id: DeliveryId) -> dict[str, object]:
        """The columns of one delivery."""
        return (await self.rows("SELECT * FROM outgoing WHERE id = ?", delivery_id))[0]

    async def rows(self, sql: str, *values: object) -> list[dict[str, object]]:
        def read(raw: sqlite3.Connection) -> list[dict[str, object]]:
            cursor = raw.execute(sql, values)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

        return await self.database.read(read)

    async def column(self, sql: str, *values: object) -> list[object]:
        """The first column of every row."""
        return [next(iter(row.values())) for row in await self.rows(sql, *values)]

    async def execute(self, sql: str, *values: object) -> None:
        """Straight to the tables: what no store does."""
        await self.database.write(lambda work: work.connection.execute(sql, values).rowcount)

    async def event_kinds(self) -> list[object]:
        return await self.column("SELECT kind FROM event ORDER BY id")


class Lane:
    """A running campaign of one account whose people it knows."""

    def __init__(self, world: World, account_id: AccountId, lease: Lease, campaign_id: CampaignId) -> None:
        self.world, self.account_id, self.lease, self.campaign_id = world, account_id, lease, campaign_id

    async def ids(self) -> list[DeliveryId]:
        return [row.id for row in await self.world.ahead(self.account_id, self.campaign_id)]
