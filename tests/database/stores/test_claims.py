"""Recording a result and claiming the next row: one unit, checked by what the database holds at that moment."""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.plan.eligibility import Claim, ClaimAnswer
from campaigns.plan.limits import PROFILES
from campaigns.ports import Outcome
from campaigns.reasons import DeliveryReason
from core.domain.account import AccountKind, AccountState
from core.errors import InvalidTransitionError, LeaseLost
from tests.database.stores.world import HASH, KEY, NOW, OTHER_HASH, Lane, World, peer

S = DeliveryState
MINUTE = timedelta(minutes=1)


async def test_a_claimed_row_holds_its_open_try(lane: Lane) -> None:
    first, *_ = await lane.ids()

    claim = await lane.world.claim(lane.lease, first)

    row = await lane.world.row(first)
    assert claim.answer is ClaimAnswer.CLAIMED
    assert (row["state"], row["tries"], row["text_hash"], row["key_fingerprint"]) == ("sending", 1, HASH, KEY)
    assert row["unknown_since"] == row["first_tried_at"] == int(NOW.timestamp() * 1000)


async def test_one_unit_records_the_previous_row_and_claims_the_next(lane: Lane) -> None:
    first, second, *_ = await lane.ids()
    await lane.world.claim(lane.lease, first)
    sent = Outcome(delivery_id=first, state=S.SENT, at=NOW, message_id=41)

    claim = await lane.world.deliveries.record_and_claim(lane.lease, sent, lane.world.order(second))

    assert claim is not None
    assert claim.answer is ClaimAnswer.CLAIMED
    assert ((await lane.world.row(first))["state"], (await lane.world.row(first))["message_id"]) == ("sent", 41)
    assert (await lane.world.row(second))["state"] == "sending"


@pytest.mark.parametrize(
    "values",
    [
        {"state": S.PLANNED},
        {"state": S.DEFERRED, "reason": DeliveryReason.COOLDOWN, "not_before": NOW + MINUTE},
        {"state": S.FAILED, "reason": DeliveryReason.PRIVACY},
        {"state": S.SKIPPED, "reason": DeliveryReason.SUPPRESSED},
    ],
)
async def test_a_row_proved_unsent_has_no_open_try_and_keeps_its_text(lane: Lane, values: dict[str, object]) -> None:
    first, *_ = await lane.ids()
    await lane.world.claim(lane.lease, first)

    await lane.world.record(lane.lease, first, **values)

    row = await lane.world.row(first)
    assert row["state"] == values["state"]
    assert (row["unknown_since"], row["tries"], row["key_fingerprint"]) == (None, 0, None)
    assert row["text_hash"] == HASH


@pytest.mark.parametrize("state", [S.SENT, S.UNCERTAIN])
async def test_a_row_that_left_or_may_have_left_keeps_when_it_was_tried(lane: Lane, state: DeliveryState) -> None:
    first, *_ = await lane.ids()
    await lane.world.claim(lane.lease, first)

    await lane.world.record(lane.lease, first, state, reason=DeliveryReason.NOT_IN_HISTORY, at=NOW + MINUTE)

    row = await lane.world.row(first)
    assert row["unknown_since"] == int(NOW.timestamp() * 1000)
    assert row["settled_at"] == int((NOW + MINUTE).timestamp() * 1000)


async def test_a_refused_repeat_leaves_the_row_open_until_later(lane: Lane) -> None:
    first, *_ = await lane.ids()
    await lane.world.claim(lane.lease, first)
    await lane.world.deliveries.begin_repeat(lane.lease, first, now=NOW)

    await lane.world.record(lane.lease, first, S.SENDING, not_before=NOW + MINUTE, detail="FLOOD_WAIT")

    (open_try,) = await lane.world.deliveries.open_tries(lane.account_id)
    assert (open_try.tries, open_try.not_before, open_try.unknown_since) == (2, NOW + MINUTE, NOW)


@pytest.mark.parametrize("state", [S.PLANNED, S.DEFERRED, S.FAILED])
async def test_a_refusal_of_a_repeat_never_ends_a_row(
    lane: Lane, state: DeliveryState, caplog: pytest.LogCaptureFixture
) -> None:
    first, *_ = await lane.ids()
    await lane.world.claim(lane.lease, first)
    await lane.world.deliveries.begin_repeat(lane.lease, first, now=NOW)

    await lane.world.record(lane.lease, first, state, reason=DeliveryReason.PRIVACY, not_before=NOW)

    assert (await lane.world.row(first))["state"] == "sending"
    assert "open tries" in caplog.text


async def test_a_row_that_was_settled_elsewhere_is_not_overwritten(
    lane: Lane, caplog: pytest.LogCaptureFixture
) -> None:
    first, *_ = await lane.ids()
    await lane.world.claim(lane.lease, first)
    await lane.world.record(lane.lease, first, S.SENT, message_id=7)

    with caplog.at_level(logging.WARNING):
        await lane.world.record(lane.lease, first, S.UNCERTAIN, reason=DeliveryReason.NOT_IN_HISTORY)

    row = await lane.world.row(first)
    assert (row["state"], row["message_id"]) == ("sent", 7)
    assert f"delivery {first} is sent already" in caplog.text


async def test_a_change_that_the_table_forbids_changes_nothing(lane: Lane) -> None:
    first, *_ = await lane.ids()
    await lane.world.claim(lane.lease, first)

    with pytest.raises(InvalidTransitionError):
        await lane.world.record(lane.lease, first, S.CANCELLED, reason=DeliveryReason.CAMPAIGN_STOPPED)

    assert (await lane.world.row(first))["state"] == "sending"


async def test_of_many_claims_of_one_row_one_succeeds(lane: Lane) -> None:
    first, *_ = await lane.ids()

    claims = await asyncio.gather(*(lane.world.claim(lane.lease, first) for _ in range(20)))

    assert [claim.answer for claim in claims].count(ClaimAnswer.CLAIMED) == 1
    assert (await lane.world.row(first))["tries"] == 1


async def test_claims_that_share_a_commit_see_what_those_before_them_took_of_a_quota(lane: Lane) -> None:
    two_an_hour = replace(PROFILES["careful", AccountKind.USER], per_hour=2)

    claims = await asyncio.gather(
        *(lane.world.claim(lane.lease, each, profile=two_an_hour) for each in await lane.ids())
    )

    assert [claim.answer for claim in claims] == [ClaimAnswer.CLAIMED] * 2 + [ClaimAnswer.HELD] * 3
    assert [claim.reason for claim in claims[2:]] == [DeliveryReason.QUOTA_HOUR] * 3


async def test_of_lanes_that_share_a_commit_each_stands_under_its_own_lease(world: World) -> None:
    one, two = await world.add_account(1), await world.add_account(2)
    await world.import_people(2)
    await world.know(one, peer(1, wrote_at=NOW))
    await world.know(two, peer(2, wrote_at=NOW))
    campaign_id = await world.run([one, two])
    (mine,), (theirs,) = await world.ahead(one, campaign_id), await world.ahead(two, campaign_id)
    lease, over = await world.take(one), await world.take(two)
    await world.take(two, "worker-two")

    claim, lost = await asyncio.gather(
        world.claim(lease, mine.id), world.claim(over, theirs.id), return_exceptions=True
    )

    assert isinstance(claim, Claim)
    assert claim.answer is ClaimAnswer.CLAIMED
    assert isinstance(lost, LeaseLost)
    assert (await world.row(theirs.id))["state"] == "planned"


async def test_a_result_that_shares_a_commit_with_claims_holds_for_them(lane: Lane) -> None:
    """A wait that Telegram demanded, and a STOP, reach who is claimed beside them."""
    world = lane.world
    first, second, *_ = await lane.ids()
    await world.claim(lane.lease, first)
    waits = Outcome(
        delivery_id=first,
        state=S.DEFERRED,
        at=NOW,
        reason=DeliveryReason.COOLDOWN,
        not_before=NOW + MINUTE,
        cooldown_until=NOW + MINUTE,
    )

    claim, _ = await asyncio.gather(
        world.claim(lane.lease, second), world.deliveries.record_and_claim(lane.lease, waits, None)
    )

    assert (claim.answer, claim.until) == (ClaimAnswer.HELD, NOW + MINUTE)


async def test_results_that_share_a_commit_are_each_written_to_their_own_row(lane: Lane) -> None:
    world = lane.world
    ids = await lane.ids()
    for each in ids[:4]:
        await world.claim(lane.lease, each)
    await world.record(lane.lease, ids[3], S.SENT, message_id=1)

    await asyncio.gather(
        world.record(lane.lease, ids[0], S.SENT, message_id=41),
        world.record(lane.lease, ids[1], S.FAILED, reason=DeliveryReason.PRIVACY),
        world.record(lane.lease, ids[2], S.SENT, message_id=43),
    )

    rows = [await world.row(each) for each in ids]
    assert [(row["state"], row["message_id"]) for row in rows] == [
        ("sent", 41),
        ("failed", None),
        ("sent", 43),
        ("sent", 1),
        ("planned", None),
    ]


async def test_nothing_is_written_under_a_lease_that_is_over(lane: Lane) -> None:
    world = lane.world
    first, second, *_ = await lane.ids()
    await world.claim(lane.lease, first)
    await world.take(lane.account_id, "worker-two")
    sent = Outcome(delivery_id=first, state=S.SENT, at=NOW)
    deferred = Outcome(
        delivery_id=second, state=S.DEFERRED, at=NOW, reason=DeliveryReason.COOLDOWN, not_before=NOW + MINUTE
    )

    for write in (
        world.deliveries.record_and_claim(lane.lease, sent, world.order(second)),
        world.deliveries.record_and_claim(lane.lease, None, world.order(second)),
        world.deliveries.settle_untried(lane.lease, deferred),
        world.deliveries.begin_repeat(lane.lease, first, now=NOW),
        world.deliveries.bind_person(lane.lease, second, peer(2), now=NOW),
        world.accounts.stop(lane.lease, AccountState.FROZEN, "frozen", now=NOW),
    ):
        with pytest.raises(LeaseLost):
            await write

    assert (await world.row(first))["state"] == "sending"
    assert (await world.row(first))["tries"] == 1
    assert (await world.row(second))["state"] == "planned"
    assert (await world.accounts.get(lane.account_id)).state is AccountState.READY


async def test_an_account_writes_no_row_of_another_account(world: World) -> None:
    one, two = await world.add_account(1), await world.add_account(2)
    await world.import_people(1)
    await world.know(one, peer(1, wrote_at=NOW))
    campaign_id = await world.run([one, two])
    (row,) = await world.ahead(one, campaign_id)
    foreign = await world.take(two)

    claim = await world.claim(foreign, row.id)

    assert claim.answer is ClaimAnswer.HELD
    with pytest.raises(LookupError):
        await world.record(foreign, row.id, S.SENT)


# ------------------------------------------------------------------------------------ what stands in the way


async def test_a_paused_campaign_sends_nothing(lane: Lane) -> None:
    first, *_ = await lane.ids()
    await lane.world.desk.change_state(lane.campaign_id, CampaignState.PAUSED, actor="ann", reason="", now=NOW)

    claim = await lane.world.claim(lane.lease, first)

    assert claim.answer is ClaimAnswer.HELD
    assert (await lane.world.row(first))["state"] == "planned"


async def test_a_paused_account_sends_nothing(lane: Lane) -> None:
    first, *_ = await lane.ids()
    await lane.world.accounts.pause(lane.account_id, actor="ann", now=NOW)

    assert (await lane.world.claim(lane.lease, first)).answer is ClaimAnswer.HELD


async def test_a_withdrawn_consent_skips_the_row(lane: Lane) -> None:
    first, *_ = await lane.ids()
    await lane.world.execute("UPDATE consent SET withdrawn_at = 1")

    claim = await lane.world.claim(lane.lease, first)

    row = await lane.world.row(first)
    assert (claim.answer, claim.reason) == (ClaimAnswer.SKIPPED, DeliveryReason.NO_CONSENT)
    assert (row["state"], row["reason"], row["unknown_since"]) == ("skipped", "no_consent", None)


async def test_a_start_of_one_bot_allows_no_other_account(world: World) -> None:
    bot, user = await world.add_account(1, kind=AccountKind.BOT), await world.add_account(2)
    await world.import_people(1)
    await world.know(user, peer(1, wrote_at=NOW))
    campaign_id = await world.run([user])
    await world.execute("UPDATE consent SET basis = 'started_bot', account_id = ?", bot)
    (row,) = await world.ahead(user, campaign_id)

    claim = await world.claim(await world.take(user), row.id)

    assert claim.reason is DeliveryReason.NO_CONSENT


@pytest.mark.parametrize(
    "suppression",
    ["INSERT INTO suppression (contact_id, reason, at) SELECT contact_id, 'said_stop', 1 FROM outgoing WHERE id = ?1",
     "INSERT INTO suppression (telegram_user_id, reason, at) "
     "SELECT telegram_user_id, 'said_stop', 1 FROM outgoing WHERE id = ?1"],
    ids=["by contact", "by Telegram id"],
)  # fmt: skip
async def test_a_suppressed_person_is_skipped(lane: Lane, suppression: str) -> None:
    first, *_ = await lane.ids()
    await lane.world.execute(suppression, first)

    claim = await lane.world.claim(lane.lease, first)

    assert (claim.answer, claim.reason) == (ClaimAnswer.SKIPPED, DeliveryReason.SAID_STOP)


async def test_another_text_than_that_of_the_first_try_is_not_sent(lane: Lane) -> None:
    first, *_ = await lane.ids()
    await lane.world.claim(lane.lease, first)
    await lane.world.record(lane.lease, first, S.PLANNED)

    claim = await lane.world.claim(lane.lease, first, text_hash=OTHER_HASH)

    assert (claim.answer, claim.reason) == (ClaimAnswer.SKIPPED, DeliveryReason.TEXT_CHANGED)


async def test_a_row_is_tried_again_with_its_first_moment_and_its_random_id(lane: Lane) -> None:
    first, *_ = await lane.ids()
    before = await lane.world.row(first)
    await lane.world.claim(lane.lease, first)
    await lane.world.record(lane.lease, first, S.DEFERRED, reason=DeliveryReason.COOLDOWN, not_before=NOW + MINUTE)

    claim = await lane.world.claim(lane.lease, first, now=NOW + MINUTE)

    row = await lane.world.row(first)
    assert claim.answer is ClaimAnswer.CLAIMED
    assert row["random_id"] == before["random_id"]
    assert row["first_tried_at"] == int(NOW.timestamp() * 1000)
    assert row["unknown_since"] == int((NOW + MINUTE).timestamp() * 1000)
    assert (row["not_before"], row["reason"], row["settled_at"]) == (None, None, None)


async def test_a_deferred_row_is_held_until_its_moment(lane: Lane) -> None:
    first, *_ = await lane.ids()
    later = Outcome(
        delivery_id=first, state=S.DEFERRED, at=NOW, reason=DeliveryReason.SERVER_TROUBLE, not_before=NOW + MINUTE
    )
    await lane.world.deliveries.settle_untried(lane.lease, later)

    claim = await lane.world.claim(lane.lease, first)

    assert (claim.answer, claim.until) == (ClaimAnswer.HELD, NOW + MINUTE)


async def test_quotas_count_what_left_or_may_have_left(lane: Lane) -> None:
    world = lane.world
    sending, sent, uncertain, failed, last = await lane.ids()
    for each in (sending, sent, uncertain, failed):
        await world.claim(lane.lease, each)
    await world.record(lane.lease, sent, S.SENT)
    await world.record(lane.lease, uncertain, S.UNCERTAIN, reason=DeliveryReason.NOT_IN_HISTORY)
    await world.record(lane.lease, failed, S.FAILED, reason=DeliveryReason.PRIVACY)
    careful = PROFILES["careful", AccountKind.USER]
    full, room = replace(careful, per_hour=3), replace(careful, per_hour=4)

    held = await world.claim(lane.lease, last, profile=full)
    next_hour = await world.claim(lane.lease, last, profile=replace(full, per_day=3), now=NOW + 61 * MINUTE)
    claimed = await world.claim(lane.lease, last, profile=room)

    assert (held.answer, held.reason) == (ClaimAnswer.HELD, DeliveryReason.QUOTA_HOUR)
    assert next_hour.reason is DeliveryReason.QUOTA_DAY
    assert claimed.answer is ClaimAnswer.CLAIMED


async def test_the_hours_quota_is_free_again_after_an_hour(lane: Lane) -> None:
    first, second, *_ = await lane.ids()
    await lane.world.claim(lane.lease, first)
    one_an_hour = replace(PROFILES["careful", AccountKind.USER], per_hour=1)

    claim = await lane.world.claim(lane.lease, second, profile=one_an_hour, now=NOW + 61 * MINUTE)

    assert claim.answer is ClaimAnswer.CLAIMED
