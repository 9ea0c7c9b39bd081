"""What the schema itself refuses, and counters that equal the counts whatever happens."""

import random
import sqlite3
from datetime import timedelta

import pytest

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.plan.eligibility import ClaimAnswer
from campaigns.reasons import DeliveryReason
from core.domain.ids import DeliveryId
from tests.database.stores.world import NOW, World, peer

S = DeliveryState


@pytest.fixture
async def delivery_id(world: World) -> DeliveryId:
    """A planned row whose person is known."""
    account_id = await world.add_account()
    await world.import_people(2)
    await world.know(account_id, peer(1, wrote_at=NOW), peer(2, wrote_at=NOW))
    campaign_id = await world.run([account_id])
    return (await world.ahead(account_id, campaign_id))[0].id


@pytest.mark.parametrize(
    "change",
    [
        "state = 'sending'",
        "state = 'sending', unknown_since = 1, tries = 1, text_hash = x'00', key_fingerprint = x'00'",
        "state = 'sent', settled_at = 1",
        "state = 'deferred', not_before = 1, settled_at = 1",
        "state = 'deferred', reason = 'cooldown', settled_at = 1",
        "state = 'failed', settled_at = 1",
        "state = 'skipped', reason = 'gone'",
        "state = 'uncertain', settled_at = 1, unknown_since = 1",
        "state = 'lost', settled_at = 1",
        "unknown_since = 1",
        "settled_at = 1",
        "random_id = 0",
        "random_id = random_id + 1",
    ],
)
async def test_an_impossible_row_is_refused(world: World, delivery_id: DeliveryId, change: str) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        await world.execute(f"UPDATE outgoing SET {change} WHERE id = ?", delivery_id)


@pytest.mark.parametrize("state", ["sending", "sent"])
@pytest.mark.parametrize(
    "change",
    ["account_id = account_id + 1", "telegram_user_id = 5", "inputs = '[]'", "text_hash = x'00'", "random_id = 5"],
)
async def test_a_row_that_left_changes_neither_person_nor_text(
    world: World, delivery_id: DeliveryId, change: str, state: str
) -> None:
    (account,) = await world.accounts.list_accounts()
    lease = await world.take(account.id)
    await world.claim(lease, delivery_id)
    if state == "sent":
        await world.record(lease, delivery_id, S.SENT)

    with pytest.raises(sqlite3.IntegrityError):
        await world.execute(f"UPDATE outgoing SET {change} WHERE id = ?", delivery_id)


async def test_an_open_try_cannot_go_back_without_being_proved_unsent(world: World, delivery_id: DeliveryId) -> None:
    (account,) = await world.accounts.list_accounts()
    await world.claim(await world.take(account.id), delivery_id)

    for state in ("planned", "failed", "cancelled"):
        with pytest.raises(sqlite3.IntegrityError):
            await world.execute(
                "UPDATE outgoing SET state = ?, reason = 'x', settled_at = 1 WHERE id = ?", state, delivery_id
            )


async def test_a_contact_gets_one_row_of_a_campaign(world: World, delivery_id: DeliveryId) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        await world.execute(
            "INSERT INTO outgoing (campaign_id, contact_id, account_id, random_id, inputs) "
            "SELECT campaign_id, contact_id, account_id, 99, inputs FROM outgoing WHERE id = ?",
            delivery_id,
        )


async def test_events_are_never_changed(world: World, delivery_id: DeliveryId) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        await world.execute("UPDATE event SET actor = 'somebody'")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
async def test_counters_equal_the_counts_after_a_random_walk(world: World, seed: int) -> None:
    dice = random.Random(seed)
    accounts = [await world.add_account(number) for number in (1, 2)]
    await world.import_people(60)
    for account_id in accounts:
        await world.know(account_id, *[peer(number, wrote_at=NOW) for number in dice.sample(range(1, 61), 40)])
    campaigns = [await world.run(accounts), await world.run(accounts)]
    leases = {account_id: await world.take(account_id) for account_id in accounts}
    open_rows: list[tuple[int, DeliveryId]] = []
    now = NOW
    for _ in range(150):
        now += timedelta(seconds=1)
        account_id = dice.choice(accounts)
        rows = [row for row in await world.ahead(account_id, *campaigns, now=now) if row.telegram_user_id]
        if rows and dice.random() < 0.6:
            row = dice.choice(rows)
            claim = await world.claim(leases[account_id], row.id, now=now)
            if claim.answer is ClaimAnswer.CLAIMED:
                open_rows.append((account_id, row.id))
        elif open_rows:
            account_id, delivery_id = open_rows.pop(dice.randrange(len(open_rows)))
            state, reason = dice.choice(
                [
                    (S.SENT, None),
                    (S.PLANNED, None),
                    (S.DEFERRED, DeliveryReason.SERVER_TROUBLE),
                    (S.FAILED, DeliveryReason.PRIVACY),
                    (S.FAILED, DeliveryReason.BLOCKED_US),
                    (S.SKIPPED, DeliveryReason.SUPPRESSED),
                    (S.UNCERTAIN, DeliveryReason.NOT_IN_HISTORY),
                ]
            )
            await world.record(
                leases[account_id],
                delivery_id,
                state,
                at=now,
                reason=reason,
                not_before=now + timedelta(seconds=20),
                suppress=reason is DeliveryReason.BLOCKED_US,
            )
    await world.desk.change_state(campaigns[0], CampaignState.CANCELLED, actor="ann", reason="", now=now)
    while await world.campaigns.cancel_rest(now, limit=7):
        pass

    assert await world.reports.verify_counters() == []
    assert len(await world.rows("SELECT DISTINCT state, reason FROM outgoing")) > 5


async def test_a_counter_that_is_wrong_is_found(world: World, delivery_id: DeliveryId) -> None:
    await world.execute("UPDATE delivery_count SET count = count + 1 WHERE state = 'planned'")

    (difference,) = await world.reports.verify_counters()

    assert (difference.state, difference.counter, difference.rows) == (S.PLANNED, 3, 2)
