"""Made-up campaigns on their way and over, written through the stores: for pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from campaigns.audience.imports import Batch, ImportOptions
from campaigns.audience.people import ImportedPerson
from campaigns.delivery import DeliveryState
from campaigns.message.media import MediaShelf
from campaigns.message.variants import Message, Text, Variant
from campaigns.plan.limits import PROFILES
from campaigns.ports import ClaimOrder, Incoming, IncomingBatch, IncomingKind, Outcome
from campaigns.reasons import DeliveryReason
from campaigns.service import PLAN_CHUNK, CampaignService
from core.clock import Clock
from core.domain.account import AccountKind, DataCentre
from core.domain.consent import Consent, ConsentBasis
from core.domain.ids import AccountId, CampaignId, DeliveryId, TelegramUserId, WorkerId
from core.domain.peer import Peer
from database import (
    AccountStore,
    CampaignDesk,
    CampaignStore,
    Database,
    DeliveryStore,
    ImportStore,
    IncomingStore,
    LeaseStore,
    MediaStore,
    ReportStore,
)

_NAMES: Final = (
    *("Olena Tkachyk", "Minh Châu Lý", "Kaarel Põldsepp", "Wojciech Zalewa", "Nadège Okoumé", "Shira Ben-Dov"),
    *("Dimitra Veloudi", "Iñaki Zubiri", "Sunniva Haugdal", "Tomáš Vlach", "Amara Nwosu-Bell", "Reiko Imaizumi"),
)
_TITLES: Final = ("Desk FI", "Events East", "Workshops NL")
_PEOPLE: Final = 480
_FIRST_USER: Final = 7_000_000_000
_S, _R = DeliveryState, DeliveryReason


_ANSWERS = (
    "Thank you! Is there a discount for two children?",
    "Kiitos! Tulemme kahdestaan.",
    "Obrigado. At what time do the doors open?",
    "You charged me twice for the ceramics course.",
    "Дякую! Беру два квитки",
    "👍",
    "Can I move to the Thursday group? The first evening was so full that nobody found a chair.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleCampaigns:
    """One that is over, with people who failed and unknown fates; one that runs; an account that is in neither."""

    over: CampaignId
    running: CampaignId


async def add_sample_campaigns(database: Database, clock: Clock, *, actor: str) -> SampleCampaigns:
    """Three accounts, 480 people and two campaigns, of which one took the last hour."""
    began = clock.now() - timedelta(hours=1)
    accounts = [await _add_account(database, number, began, actor) for number in range(len(_TITLES) + 1)]
    await _add_people(database, began, actor)
    for account_id in accounts[:-1]:
        await _know_everybody(database, account_id, began)
    over = await _start(database, clock, "Autumn concert", accounts[:-1], began, actor)
    await deliver(database, over, accounts[:-1], began, share=1.0)
    await CampaignStore(database).finish_done(began + timedelta(minutes=52))
    await _react(database, over, accounts[:-1], began)
    running = await _start(
        database, clock, "Members’ evening", accounts[:-1], clock.now() - timedelta(minutes=8), actor
    )
    await deliver(database, running, accounts[:-1], clock.now() - timedelta(minutes=8), share=0.4)
    return SampleCampaigns(over=over, running=running)


async def _add_account(database: Database, number: int, now: datetime, actor: str) -> AccountId:
    title = (*_TITLES, "Desk DE 2")[number]
    return await AccountStore(database).add_account(
        kind=AccountKind.USER,
        title=title,
        username=title.lower().replace(" ", "_"),
        telegram_user_id=TelegramUserId(_FIRST_USER - 100 + number),
        data_centre=DataCentre.SANDBOX,
        session_secret=f"sample-{number}",
        limit_profile="sandbox",
        actor=actor,
        now=now,
    )


async def _add_people(database: Database, now: datetime, actor: str) -> None:
    consent = Consent(basis=ConsentBasis.AGREED, at=now - timedelta(days=30), source="newsletter form")
    people = [
        ImportedPerson(
            line=number + 2,
            name=f"{_NAMES[number % len(_NAMES)]}",
            username=f"person_{number}",
            phone="",
            language=("en", "fi")[number % 3 == 0],
            time_zone="",
            fields={},
            consent=consent if number % 40 else None,
        )
        for number in range(_PEOPLE)
    ]
    store = ImportStore(database)
    import_id = await store.create("members.csv", ImportOptions(), actor=actor, now=now)
    batch = Batch(people=people, cells=[()] * len(people), refused=(), part_read=1.0)
    await store.add(import_id, batch, now=now)
    while await store.finish_some(import_id, now=now):
        pass


async def _know_everybody(database: Database, account_id: AccountId, now: datetime) -> None:
    lease = await LeaseStore(database).take(account_id, WorkerId("sample"), until=now + timedelta(hours=9))
    peers = tuple(
        Peer(user_id=TelegramUserId(_FIRST_USER + n), access_hash=n + 1, username=f"person_{n}", wrote_at=None)
        for n in range(_PEOPLE)
    )
    await IncomingStore(database).commit(lease, IncomingBatch(items=(), peers=peers, state=None), [])


async def _start(
    database: Database, clock: Clock, title: str, accounts: Sequence[AccountId], now: datetime, actor: str
) -> CampaignId:
    desk = CampaignDesk(database)
    shelf = MediaShelf(Path("media"), MediaStore(database), clock)  # the samples have no photos, so it stays unused
    service = CampaignService(desk, shelf, clock)
    campaign_id = await service.create(title=title, template="Hi {{ name }}", account_ids=accounts, actor=actor)
    texts = {
        "Date first": ("Friday at 19:00, {{ name }}: the concert.", "Perjantaina klo 19, {{ name }}: konsertti."),
        "Name first": ("{{ name }}, the concert is on Friday.", "{{ name }}, konsertti on perjantaina."),
    }
    variants = tuple(
        Variant(name=name, texts=(Text(source=english, language="en"), Text(source=finnish, language="fi")))
        for name, (english, finnish) in texts.items()
    )
    await service.set_message(campaign_id, Message(variants=variants, language="en"), actor=actor)
    await service.submit(campaign_id, actor=actor)
    await service.approve(campaign_id, actor="Kim Aaltonen", comment="Read both wordings.")
    campaign = await desk.get(campaign_id)
    while await desk.plan_chunk(campaign_id, campaign.message.fields, limit=PLAN_CHUNK, now=now):
        pass
    await desk.schedule(campaign_id, start_at=now, actor=actor, now=now)
    await CampaignStore(database).start_due(now)
    return campaign_id


async def deliver(
    database: Database, campaign_id: CampaignId, accounts: Sequence[AccountId], began: datetime, *, share: float
) -> None:
    """This share of each lane, spread over 50 minutes; some fail, of some the fate stays unknown."""
    store, leases = DeliveryStore(database), LeaseStore(database)
    for place, account_id in enumerate(accounts):
        lease = await leases.take(account_id, WorkerId("sample"), until=began + timedelta(hours=9))
        rows = await store.read_ahead(account_id, [campaign_id], now=began, limit=_PEOPLE)
        for number, row in enumerate(rows[: round(len(rows) * share)]):
            at = began + timedelta(seconds=number * 3000 * share / max(1, len(rows)) + place)
            order = ClaimOrder(
                delivery_id=row.id,
                text_hash=b"h" * 32,
                key_fingerprint=b"sample00",
                profile=PROFILES["unlimited", AccountKind.USER],
                now=at,
            )
            await store.record_and_claim(lease, None, order)
            await store.record_and_claim(lease, _outcome(row.id, number, at), None)


def _outcome(delivery_id: DeliveryId, number: int, at: datetime) -> Outcome:
    failed = {9: _R.PRIVACY, 17: _R.REFUSED, 23: _R.IS_BOT, 31: _R.UNREACHABLE, 40: _R.PRIVACY}.get(number % 61)
    if failed is not None:
        return Outcome(delivery_id=delivery_id, state=_S.FAILED, at=at, reason=failed)
    if number % 77 == 5:
        return Outcome(delivery_id=delivery_id, state=_S.UNCERTAIN, at=at, reason=_R.NOT_IN_HISTORY)
    return Outcome(delivery_id=delivery_id, state=_S.SENT, at=at, message_id=1_000 + number)


async def _react(database: Database, campaign_id: CampaignId, accounts: Sequence[AccountId], began: datetime) -> None:
    """Most read it, some answer (more of one wording), two say STOP."""
    leases, incoming = LeaseStore(database), IncomingStore(database)
    for place, account_id in enumerate(accounts):
        lease = await leases.take(account_id, WorkerId("sample"), until=began + timedelta(hours=9))
        rows = await ReportStore(database).recipients(campaign_id, after=None, limit=_PEOPLE)
        mine = [row for row in rows if row.state is _S.SENT and row.account_title == _TITLES[place]]
        for number, row in enumerate(mine):
            user_id = TelegramUserId(_FIRST_USER + int((row.username or "").rpartition("_")[2]))
            at = began + timedelta(minutes=53, seconds=number)
            items: list[Incoming] = []
            if number % 4:
                items.append(Incoming(kind=IncomingKind.READ, user_id=user_id, at=at, message_id=row.message_id or 0))
            if number % (6 if row.variant == "Name first" else 15) == 1:
                text = _ANSWERS[number % len(_ANSWERS)]
                said = Incoming(
                    kind=IncomingKind.MESSAGE, user_id=user_id, at=at, message_id=5_000 + number, text=text
                )
                items.append(said)
            stops: list[Incoming] = []
            if number == 70:
                stop = Incoming(kind=IncomingKind.MESSAGE, user_id=user_id, at=at, message_id=9_000, text="STOP")
                items.append(stop)
                stops = [stop]
            if items:
                await incoming.commit(lease, IncomingBatch(items=tuple(items), peers=(), state=None), stops)
