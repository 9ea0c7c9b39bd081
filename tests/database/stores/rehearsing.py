"""Rehearsals for tests: run over a real store, and their claims tried one by one on that store."""

from collections.abc import Sequence
from datetime import datetime

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.plan.account_limits import limit_account
from campaigns.plan.eligibility import Claim, ClaimAnswer
from campaigns.plan.limits import PROFILES, LimitProfile
from campaigns.plan.rehearsal import Rehearsal
from campaigns.plan.rehearsal_views import Figures
from campaigns.reasons import DeliveryReason
from core.domain.account import Account
from core.domain.ids import AccountId, CampaignId
from database.stores.rehearsal_facts import RehearsalFactStore
from tests.database.stores.world import NOW, World
from tests.fake_clock import FakeClock

Answer = tuple[datetime, int, Claim]


def profile_of(account: Account) -> LimitProfile:
    return limit_account(PROFILES[account.limit_profile, account.kind], account.limits)


class Rehearsed:
    """What one rehearsal said."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []  # moment, row, answer
        self.told: list[Figures] = []
        self.contacts: Sequence[int] = ()
        self.skipped: dict[int, DeliveryReason] = {}
        self.figures = Figures()


async def rehearse(
    world: World, campaign_id: CampaignId, *, start_at: datetime | None = None, now: datetime = NOW
) -> Rehearsed:
    said = Rehearsed()

    async def tell(figures: Figures) -> bool:
        said.told.append(figures)
        return True

    rehearsal = Rehearsal(
        RehearsalFactStore(world.database),
        profile_of,
        FakeClock(now),
        read_ahead=50,
        tell=tell,
        watch=lambda at, row, claim: said.answers.append((at, row, claim)),
    )
    said.figures = await rehearsal.run(campaign_id, start_at=start_at)
    said.skipped = dict(rehearsal.exceptions())
    assert rehearsal.crowd is not None
    said.contacts = rehearsal.crowd.people.contacts
    return said


async def replay(world: World, campaign_id: CampaignId, said: Rehearsed) -> dict[int, tuple[str, str | None]]:
    """Start the approved campaign, and try every claim of the rehearsal on the store: each must get the same answer.

    Returns how everybody of it stands then: contact, (state, reason).
    """
    while await world.plan(campaign_id, fields=frozenset({"name"})):
        pass
    await world.desk.schedule(campaign_id, start_at=NOW, actor="ann", now=NOW)
    await world.campaigns.start_due(NOW)
    accounts = {account.id: account for account in await world.accounts.list_accounts()}
    leases = {account_id: await world.take(account_id) for account_id in accounts}
    rows = await world.rows("SELECT id, contact_id, account_id FROM outgoing WHERE campaign_id = ?", campaign_id)
    deliveries = {row["contact_id"]: (row["id"], AccountId(row["account_id"])) for row in rows}
    for at, row, claim in said.answers:
        delivery_id, account_id = deliveries[said.contacts[row]]
        real = await world.claim(
            leases[account_id], delivery_id, now=at, profile=profile_of(accounts[account_id]), text_hash=b"h" * 32
        )
        assert real == claim, (at, said.contacts[row])
        if claim.reason is DeliveryReason.CANARY:
            assert await world.campaigns.judge_canaries(at) == [campaign_id]
            await world.desk.change_state(campaign_id, CampaignState.RUNNING, actor="ann", reason="", now=at)
        if claim.answer is ClaimAnswer.CLAIMED:
            await world.record(leases[account_id], delivery_id, DeliveryState.SENT, at=at, message_id=delivery_id)
    ends_at = (await world.desk.get(campaign_id)).plan.schedule.ends_at
    if ends_at is not None:
        await world.campaigns.end_due(ends_at, limit=10_000)
    found = await world.rows("SELECT contact_id, state, reason FROM outgoing WHERE campaign_id = ?", campaign_id)
    return {row["contact_id"]: (row["state"], row["reason"]) for row in found}
