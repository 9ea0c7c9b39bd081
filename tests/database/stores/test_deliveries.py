"""Reading ahead, binding rows to people, and open tries."""

import sqlite3
from datetime import timedelta

import pytest

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.ports import Outcome
from campaigns.reasons import DeliveryReason
from core.errors import InvalidTransitionError
from database.stores import deliveries, incoming, planning, report_figures, reports
from tests.database.stores.world import HASH, KEY, NOW, World, peer, person, user_id

S = DeliveryState
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("sql", "count", "index"),
    [
        (deliveries.READ_PLANNED, 4, "outgoing_planned (account_id=? AND campaign_id=?)"),
        (deliveries.READ_DUE, 5, "outgoing_deferred (account_id=? AND campaign_id=? AND not_before<?)"),
        (deliveries.NEXT_DUE, 2, "outgoing_deferred (account_id=? AND campaign_id=?)"),
        (deliveries.OPEN_TRIES, 1, "outgoing_open (account_id=?)"),
        (deliveries.BOUND_MESSAGES, 2, "outgoing_one_person (telegram_user_id=?"),
        (incoming.LAST_SENT, 2, "outgoing_one_person (telegram_user_id=?"),
        (planning.PEERS_BY_ID, 3, "peer_by_user (user_id=?)"),
        (planning.PEERS_BY_NAME, 3, "peer_by_username (username=?)"),
        (reports.FEED, 2, "outgoing_settled (campaign_id=?"),
        (report_figures.RATE, 3, "COVERING INDEX outgoing_settled (campaign_id=?"),
        (report_figures.TOTALS, 1, "COVERING INDEX outgoing_settled (campaign_id=?"),
        (report_figures.REPLIES, 1, "event_reply (campaign_id=?)"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 80 and "\n" not in value else "",
)
async def test_queries_over_deliveries_use_their_index(world: World, sql: str, count: int, index: str) -> None:
    steps = await world.rows(f"EXPLAIN QUERY PLAN {sql}", *[1] * count)

    plan = [str(step["detail"]) for step in steps]
    assert any(index in step for step in plan), plan
    assert not any(step.startswith("SCAN o") for step in plan), plan


@pytest.mark.parametrize(
    "sql", [deliveries.READ_PLANNED, deliveries.READ_DUE, deliveries.OPEN_TRIES, reports.FEED], ids=range(4)
)
async def test_pages_of_deliveries_come_sorted_from_their_index(world: World, sql: str) -> None:
    steps = await world.rows(f"EXPLAIN QUERY PLAN {sql}", *[1] * sql.count("?"))

    assert not any("TEMP B-TREE" in str(step["detail"]) for step in steps)


async def test_a_candidate_brings_its_peer_its_inputs_and_its_random_id(world: World) -> None:
    account_id = await world.add_account()
    await world.import_people([person(1, fields={"city": "Bonn"})])
    await world.know(account_id, peer(1, wrote_at=NOW))
    campaign_id = await world.approve([account_id])
    await world.plan(campaign_id, fields=frozenset({"name", "city", "absent"}))

    (row,) = await world.ahead(account_id, campaign_id)

    assert row.peer is not None
    assert (row.peer.user_id, row.peer.access_hash, row.peer.wrote_at) == (user_id(1), 78, NOW)
    assert (row.telegram_user_id, row.username, row.text_hash) == (user_id(1), "person_1", None)
    assert row.inputs == {"city": "Bonn", "name": "Person 1"}
    assert 0 < row.random_id < 2**63


async def test_a_peer_learned_after_planning_is_found_by_username(world: World) -> None:
    account_id, campaign_id = await world.begin(1)
    await world.know(account_id, peer(1, username="PERSON_1"))

    (row,) = await world.ahead(account_id, campaign_id)

    assert row.telegram_user_id is None
    assert row.peer is not None
    assert row.peer.user_id == user_id(1)


async def test_another_accounts_peer_is_not_used(world: World) -> None:
    one, two = await world.add_account(1), await world.add_account(2)
    await world.import_people(1)
    campaign_id = await world.run([one])
    await world.know(two, peer(1))

    (row,) = await world.ahead(one, campaign_id)

    assert row.peer is None


async def test_a_username_belongs_to_whom_it_was_seen_with_last(world: World) -> None:
    account_id, campaign_id = await world.begin(1)
    await world.know(account_id, peer(7, username="person_1"))
    await world.know(account_id, peer(8, username="Person_1"))

    (row,) = await world.ahead(account_id, campaign_id)

    assert row.peer is not None
    assert row.peer.user_id == user_id(8)


async def test_deferred_rows_that_are_due_come_first_and_others_not_at_all(world: World) -> None:
    account_id, campaign_id = await world.begin(4)
    lease = await world.take(account_id)
    one, two, three, four = [row.id for row in await world.ahead(account_id, campaign_id)]
    for each, minutes in ((two, 60), (three, 2), (four, 1)):
        await world.deliveries.settle_untried(
            lease,
            Outcome(
                delivery_id=each,
                state=S.DEFERRED,
                at=NOW,
                reason=DeliveryReason.QUOTA_RESOLVE,
                not_before=NOW + minutes * MINUTE,
            ),
        )

    rows = await world.ahead(account_id, campaign_id, now=NOW + 5 * MINUTE)
    first_two = await world.deliveries.read_ahead(account_id, [campaign_id], now=NOW + 5 * MINUTE, limit=2)

    assert [row.id for row in rows] == [four, three, one]
    assert [row.id for row in first_two] == [four, three]
    assert await world.deliveries.next_due(account_id, [campaign_id]) == NOW + MINUTE
    assert await world.deliveries.next_due(account_id, []) is None


# ------------------------------------------------------------------------------------------------------- bind


async def test_binding_stores_the_person_on_contact_row_and_account(world: World) -> None:
    account_id, campaign_id = await world.begin(1)
    (row,) = await world.ahead(account_id, campaign_id)

    is_bound = await world.deliveries.bind_person(await world.take(account_id), row.id, peer(1), now=NOW)

    (bound,) = await world.ahead(account_id, campaign_id)
    assert is_bound
    assert bound.telegram_user_id == user_id(1)
    assert bound.peer == peer(1)
    assert await world.column("SELECT telegram_user_id FROM contact") == [user_id(1)]


async def test_of_two_contacts_that_are_one_person_the_second_is_skipped(world: World) -> None:
    account_id, campaign_id = await world.begin(2)
    first, second = await world.ahead(account_id, campaign_id)
    lease = await world.take(account_id)

    answers = [
        await world.deliveries.bind_person(lease, row.id, peer(1, username=None), now=NOW) for row in (first, second)
    ]

    skipped = await world.row(second.id)
    assert answers == [True, False]
    assert (skipped["state"], skipped["reason"], skipped["telegram_user_id"]) == ("skipped", "same_person", None)
    assert skipped["detail"] == f"contact {first.contact_id}"
    assert (await world.row(first.id))["state"] == "planned"


async def test_who_took_over_a_username_gets_nothing(world: World) -> None:
    account_id, campaign_id = await world.begin(1)
    await world.execute("UPDATE contact SET telegram_user_id = ?", user_id(1))
    (row,) = await world.ahead(account_id, campaign_id)

    is_bound = await world.deliveries.bind_person(
        await world.take(account_id), row.id, peer(2, username="person_1"), now=NOW
    )

    failed = await world.row(row.id)
    assert not is_bound
    assert (failed["state"], failed["reason"]) == ("failed", "not_found")


async def test_a_row_cancelled_meanwhile_is_not_bound(world: World) -> None:
    account_id, campaign_id = await world.begin(1)
    (row,) = await world.ahead(account_id, campaign_id)
    await world.desk.change_state(campaign_id, CampaignState.CANCELLED, actor="ann", reason="", now=NOW)
    await world.campaigns.cancel_rest(NOW, limit=10)

    assert not await world.deliveries.bind_person(await world.take(account_id), row.id, peer(1), now=NOW)


async def test_a_suppression_follows_a_contact_whose_person_becomes_known(world: World) -> None:
    account_id, campaign_id = await world.begin(1)
    (first,) = await world.ahead(account_id, campaign_id)
    await world.execute(
        "INSERT INTO suppression (contact_id, reason, at) VALUES (?, 'said_stop', 1)", first.contact_id
    )
    lease = await world.take(account_id)

    await world.deliveries.bind_person(lease, first.id, peer(1, username=None), now=NOW)

    assert await world.column("SELECT telegram_user_id FROM suppression") == [user_id(1)]


# -------------------------------------------------------------------------------------------- never tried


@pytest.mark.parametrize(
    ("state", "reason"), [(S.FAILED, DeliveryReason.NOT_FOUND), (S.SKIPPED, DeliveryReason.MISSING_FIELD)]
)
async def test_a_row_that_never_was_tried_ends_with_its_reason(
    world: World, state: DeliveryState, reason: DeliveryReason
) -> None:
    account_id, campaign_id = await world.begin(1)
    (row,) = await world.ahead(account_id, campaign_id)
    lease = await world.take(account_id)

    await world.deliveries.settle_untried(lease, Outcome(delivery_id=row.id, state=state, at=NOW, reason=reason))

    ended = await world.row(row.id)
    assert (ended["state"], ended["reason"], ended["unknown_since"]) == (state, reason, None)


async def test_an_erased_account_is_suppressed_though_it_was_never_tried(world: World) -> None:
    account_id, campaign_id = await world.begin(1)
    (row,) = await world.ahead(account_id, campaign_id)
    gone = Outcome(delivery_id=row.id, state=S.FAILED, at=NOW, reason=DeliveryReason.GONE, suppress=True)

    await world.deliveries.settle_untried(await world.take(account_id), gone)

    assert await world.column("SELECT contact_id FROM suppression WHERE reason = 'gone'") == [row.contact_id]
    assert "person.gone" in await world.event_kinds()


async def test_a_row_that_is_being_sent_is_no_untried_row(world: World) -> None:
    account_id, campaign_id = await world.begin(1, known=True)
    (row,) = await world.ahead(account_id, campaign_id)
    lease = await world.take(account_id)
    await world.claim(lease, row.id)

    await world.deliveries.settle_untried(
        lease, Outcome(delivery_id=row.id, state=S.SKIPPED, at=NOW, reason=DeliveryReason.MISSING_FIELD)
    )

    assert (await world.row(row.id))["state"] == "sending"


async def test_an_untried_row_was_not_sent(world: World) -> None:
    account_id, campaign_id = await world.begin(1)
    (row,) = await world.ahead(account_id, campaign_id)

    with pytest.raises(InvalidTransitionError):
        await world.deliveries.settle_untried(
            await world.take(account_id), Outcome(delivery_id=row.id, state=S.SENT, at=NOW)
        )


# ------------------------------------------------------------------------------------------------ open tries


async def test_open_tries_come_oldest_first_with_everything_settling_needs(world: World) -> None:
    account_id = await world.add_account()
    await world.import_people(3)
    await world.know(account_id, *[peer(number, wrote_at=NOW) for number in (1, 2, 3)])
    campaign_id = await world.run([account_id])
    one, two, three = await world.ahead(account_id, campaign_id)
    lease = await world.take(account_id)
    for row, minutes in ((one, 3), (two, 1), (three, 2)):
        await world.claim(lease, row.id, now=NOW + minutes * MINUTE)
    await world.record(lease, three.id, S.SENT)

    tries = await world.deliveries.open_tries(account_id)

    assert [each.candidate.id for each in tries] == [two.id, one.id]
    oldest = tries[0]
    assert oldest.candidate.peer is not None
    assert (oldest.candidate.random_id, oldest.candidate.text_hash) == (two.random_id, HASH)
    assert oldest.unknown_since == NOW + MINUTE
    assert (oldest.key_fingerprint, oldest.tries, oldest.not_before) == (KEY, 1, None)
    assert (oldest.campaign_state, oldest.forbidden) == (CampaignState.RUNNING, None)


@pytest.mark.parametrize("column", ["contact_id", "telegram_user_id"])
async def test_an_open_try_tells_that_its_person_is_suppressed(world: World, column: str) -> None:
    account_id, campaign_id = await world.begin(1, known=True)
    (row,) = await world.ahead(account_id, campaign_id)
    await world.claim(await world.take(account_id), row.id)
    await world.execute(
        f"INSERT INTO suppression ({column}, reason, at) SELECT {column}, 'gone', 1 FROM outgoing WHERE id = ?",
        row.id,
    )

    (open_try,) = await world.deliveries.open_tries(account_id)

    assert open_try.forbidden is DeliveryReason.GONE


async def test_a_repeat_is_counted_before_it_leaves_and_only_while_the_row_is_open(world: World) -> None:
    account_id, campaign_id = await world.begin(1, known=True)
    (row,) = await world.ahead(account_id, campaign_id)
    lease = await world.take(account_id)
    await world.claim(lease, row.id)

    assert await world.deliveries.begin_repeat(lease, row.id, now=NOW)
    assert (await world.row(row.id))["tries"] == 2
    await world.record(lease, row.id, S.SENT, message_id=9)
    assert not await world.deliveries.begin_repeat(lease, row.id, now=NOW)


async def test_a_message_bound_to_a_row_is_known_by_account_and_person(world: World) -> None:
    one, two = await world.add_account(1), await world.add_account(2)
    await world.import_people(1)
    await world.know(one, peer(1, wrote_at=NOW))
    lease = await world.take(one)
    for message_id in (5, 6):
        (row,) = await world.ahead(one, await world.run([one, two]))
        await world.claim(lease, row.id)
        await world.record(lease, row.id, S.SENT, message_id=message_id)

    assert await world.deliveries.bound_message_ids(one, user_id(1)) == {5, 6}
    assert await world.deliveries.bound_message_ids(two, user_id(1)) == frozenset()
    assert await world.deliveries.bound_message_ids(one, user_id(2)) == frozenset()


async def test_a_row_without_a_known_person_cannot_be_claimed(world: World) -> None:
    account_id, campaign_id = await world.begin(1)
    (row,) = await world.ahead(account_id, campaign_id)

    with pytest.raises(sqlite3.IntegrityError):
        await world.claim(await world.take(account_id), row.id)

    assert (await world.row(row.id))["state"] == "planned"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE campaign SET state = 'paused'",
        "UPDATE account SET state = 'limited'",
        "UPDATE account SET send_cooldown_until = 9999999999999",
        "INSERT INTO suppression (contact_id, reason, at) SELECT contact_id, 'said_stop', 1 FROM outgoing",
        "INSERT INTO suppression (telegram_user_id, reason, at) SELECT telegram_user_id, 'gone', 1 FROM outgoing",
        "UPDATE consent SET withdrawn_at = 1",
    ],
)
async def test_a_repeat_is_refused_by_what_happened_since_it_was_planned(world: World, change: str) -> None:
    account_id, campaign_id = await world.begin(1, known=True)
    (row,) = await world.ahead(account_id, campaign_id)
    lease = await world.take(account_id)
    await world.claim(lease, row.id)

    await world.execute(change)

    assert not await world.deliveries.begin_repeat(lease, row.id, now=NOW)
    assert (await world.row(row.id))["tries"] == 1
