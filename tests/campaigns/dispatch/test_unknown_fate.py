"""A send without an answer: the row stays open, the same random_id goes again, and nothing arrives twice."""

from collections.abc import Sequence
from hashlib import sha256

import pytest

from campaigns.delivery import DeliveryState
from campaigns.message.variants import Message, Text, Variant, encode_message
from campaigns.ports import OpenTry
from campaigns.reasons import DeliveryReason
from core.domain.account import AccountKind, AccountState
from core.domain.ids import AccountId
from core.domain.message import LinkPreview
from database import DeliveryStore
from telegram.sandbox.control import FaultKind, RepeatBehaviour
from tests.campaigns.dispatch.rig import ASKED_BY, Rig, Row

pytestmark = pytest.mark.slow


async def test_an_error_of_telegrams_own_leaves_the_row_open_and_the_same_random_id_goes_again(rig: Rig) -> None:
    account = await rig.add_account(people=8)
    await rig.start_worker()
    calls = await rig.calls()
    await rig.inject(account, FaultKind.ERROR, code=500, text="INTERNAL", count=2)

    await rig.start_campaign()

    rows = await rig.until_final()
    assert {row.state for row in rows} == {DeliveryState.SENT}
    assert await rig.calls() - calls == sum(row.tries for row in rows) == 10


@pytest.mark.parametrize("takes_effect", [True, False])
async def test_a_send_that_is_never_answered_ends_its_link_and_nothing_of_it_goes_out_later(
    rig: Rig, takes_effect: bool
) -> None:
    rig.set("timeouts", "send", 0.3)
    account = await rig.add_account(people=12)
    await rig.start_worker()
    calls = await rig.calls()
    await rig.inject(account, FaultKind.SWALLOW, takes_effect=takes_effect)

    await rig.start_campaign()

    rows = await rig.until_final()
    assert {row.state for row in rows} == {DeliveryState.SENT}
    assert [row.tries for row in rows].count(2) == 1
    await rig.until_beats(1)
    assert await rig.calls() - calls == sum(row.tries for row in rows)


@pytest.mark.parametrize(
    ("kind", "behaviour", "fault"),
    [
        (AccountKind.USER, RepeatBehaviour.ECHO, FaultKind.DROP_AFTER),
        (AccountKind.USER, RepeatBehaviour.REFUSE, FaultKind.DROP_AFTER),
        (AccountKind.BOT, RepeatBehaviour.ECHO, FaultKind.DROP_BEFORE),
        (AccountKind.BOT, RepeatBehaviour.REFUSE, FaultKind.DROP_AFTER),
    ],
)
async def test_a_broken_link_is_settled_by_the_repeat(
    rig: Rig, kind: AccountKind, behaviour: RepeatBehaviour, fault: FaultKind
) -> None:
    account = await rig.add_account(kind, people=12)
    await rig.control.set_repeat_behaviour(behaviour)
    await rig.start_worker()
    await rig.inject(account, fault, every=4, count=2)

    await rig.start_campaign()

    rows = await rig.until_final()
    assert {row.state for row in rows} == {DeliveryState.SENT}
    assert len(rig.sent()) == 12
    without_id = [row for row in rows if row.message_id is None]
    is_refused = behaviour is RepeatBehaviour.REFUSE and kind is AccountKind.BOT
    assert not without_id or is_refused, "a user account finds the id in the history, an echo holds it"


LOST, NEVER_ARRIVED = FaultKind.LOSE_THEN_REFUSE, FaultKind.DROP_THEN_REFUSE


@pytest.mark.parametrize(
    ("kind", "code", "text"),
    [
        (LOST, 400, "PEER_ID_INVALID"),
        (NEVER_ARRIVED, 403, "USER_PRIVACY_RESTRICTED"),
        (LOST, 400, "MESSAGE_TOO_LONG"),
        (NEVER_ARRIVED, 400, "SOMETHING_NEW"),
        (LOST, 420, "SLOWMODE_WAIT_1"),
        (LOST, 500, "INTERNAL"),
    ],
)
async def test_a_refusal_of_a_repeat_leaves_the_row_open_and_only_sets_a_later_moment(
    rig: Rig, kind: FaultKind, code: int, text: str
) -> None:
    rig.set("delivery", "settle_retry_s", (0.3,))
    account = await rig.add_account(people=3)
    await rig.start_worker()
    await rig.inject(account, kind, code=code, text=text)
    calls = await rig.calls()

    await rig.start_campaign()
    rows = await rig.until_rows(
        lambda rows: any(row.tries == 2 and row.not_before is not None for row in rows), "a repeat was refused"
    )

    (refused,) = [row for row in rows if row.not_before is not None]
    assert refused.state is DeliveryState.SENDING
    assert refused.reason is None
    rows = await rig.until_final()
    assert {row.state for row in rows} == {DeliveryState.SENT}
    assert await rig.calls() - calls <= sum(row.tries for row in rows), "more left than the rows know of"
    assert len(rig.sent()) == 3


@pytest.mark.parametrize("kind", [FaultKind.LOSE_THEN_REFUSE, FaultKind.DROP_THEN_REFUSE])
async def test_a_repeat_that_the_account_may_not_make_keeps_the_row_open_until_a_person_acts(
    rig: Rig, kind: FaultKind
) -> None:
    account = await rig.add_account(people=1)
    await rig.start_worker()
    await rig.inject(account, kind, code=400, text="PEER_FLOOD")

    await rig.start_campaign()
    await rig.until_state(account, AccountState.LIMITED)

    (row,) = await rig.rows()
    assert (row.state, row.tries) == (DeliveryState.SENDING, 2)
    await rig.accounts.resume(account.id, actor=ASKED_BY, now=rig.clock.now())
    (row,) = await rig.until_final()
    assert (row.state, row.tries) == (DeliveryState.SENT, 3)


async def test_somebody_who_blocks_during_an_open_try_is_not_written_to_again_and_the_history_decides(
    rig: Rig,
) -> None:
    account = await rig.add_account(people=1)
    await rig.start_worker()
    await rig.inject(account, FaultKind.LOSE_THEN_REFUSE, code=403, text="USER_IS_BLOCKED")
    first = await rig.start_campaign()

    (row,) = await rig.until_final(first)
    assert (row.state, row.tries) == (DeliveryState.SENT, 2)
    (again,) = await rig.until_final(await rig.start_campaign())
    assert (again.state, again.reason) == (DeliveryState.SKIPPED, DeliveryReason.BLOCKED_US)


async def leave_open(rig: Rig, kind: AccountKind, *, takes_effect: bool) -> Row:
    """A worker that ended while a message was under way."""
    account = await rig.add_account(kind, people=1)
    await rig.start_worker()
    await rig.inject(account, FaultKind.SWALLOW, takes_effect=takes_effect)
    await rig.start_campaign()
    before = await rig.calls()
    await rig.until_states(sending=1)

    async def has_arrived() -> bool:
        return await rig.calls() > before or bool(rig.sent()) or not takes_effect

    await rig.until(has_arrived, "the message is under way")
    await rig.abandon_worker()
    (row,) = await rig.rows()
    assert row.state is DeliveryState.SENDING
    return row


TOO_OLD = "UPDATE outgoing SET unknown_since = unknown_since - 25 * 3600000"
FROM_THE_FUTURE = "UPDATE outgoing SET unknown_since = unknown_since + 25 * 3600000"
ANOTHER_TEXT = f"UPDATE campaign SET message = '{encode_message(Message.of_text('Another text, {{ name }}'))}'"
ANOTHER_KEY = "UPDATE outgoing SET key_fingerprint = x'00'"


@pytest.mark.parametrize(
    ("kind", "takes_effect", "change", "reason"),
    [
        (AccountKind.USER, True, TOO_OLD, None),
        (AccountKind.USER, True, ANOTHER_TEXT, None),
        (AccountKind.USER, True, ANOTHER_KEY, None),
        (AccountKind.USER, False, TOO_OLD, DeliveryReason.TOO_OLD_TO_REPEAT),
        (AccountKind.USER, False, ANOTHER_TEXT, DeliveryReason.CONTENT_CHANGED),
        (AccountKind.USER, False, ANOTHER_KEY, DeliveryReason.NOT_IN_HISTORY),
        # The history since a moment that has not come shows nothing.
        (AccountKind.USER, True, FROM_THE_FUTURE, DeliveryReason.TOO_OLD_TO_REPEAT),
        (AccountKind.BOT, True, TOO_OLD, DeliveryReason.TOO_OLD_TO_REPEAT),
        (AccountKind.BOT, False, ANOTHER_KEY, DeliveryReason.NOT_IN_HISTORY),
    ],
)
async def test_what_may_not_be_repeated_is_looked_up_and_never_sent_again(
    rig: Rig, kind: AccountKind, takes_effect: bool, change: str, reason: DeliveryReason | None
) -> None:
    await leave_open(rig, kind, takes_effect=takes_effect)
    await rig.edit(change)
    calls = await rig.calls()

    await rig.start_worker()

    (row,) = await rig.until_final()
    assert row.state is (DeliveryState.SENT if reason is None else DeliveryState.UNCERTAIN)
    assert row.reason is reason
    assert await rig.calls() == calls


async def test_a_repeat_that_got_too_old_while_it_waited_for_its_turn_is_looked_up(rig: Rig) -> None:
    account = await rig.add_account(people=2, profile="sandbox")
    await rig.start_worker()
    await rig.inject(account, FaultKind.SWALLOW, takes_effect=True, count=2)
    await rig.start_campaign()
    await rig.until_states(sending=2)
    await rig.abandon_worker()
    await rig.edit("UPDATE outgoing SET unknown_since = unknown_since - (24 * 3600 - 60) * 1000")
    rig.set("delivery", "sandbox_rate_per_s", 0.02)
    rig.set("delivery", "lease_s", 600.0)
    calls = await rig.calls()

    await rig.start_worker(until_idle=False)
    await rig.until_states(sent=1, sending=1)
    rig.clock.slept_s += 120  # the turn of the second has come, and its day is over

    await rig.until_states(sent=2)
    assert await rig.calls() - calls == 1, "the second was repeated"


async def test_a_worker_that_ended_with_messages_under_way_repeats_them_with_the_same_random_id(rig: Rig) -> None:
    rig.set("delivery", "in_flight", 8)
    account = await rig.add_account(people=8)
    await rig.start_worker()
    await rig.inject(account, FaultKind.SWALLOW, takes_effect=True, every=2, count=4)
    await rig.inject(account, FaultKind.SWALLOW, count=4)
    await rig.start_campaign()
    await rig.until_states(sending=8)
    await rig.abandon_worker()
    await rig.control.clear_faults()

    await rig.start_worker()

    rows = await rig.until_final()
    assert {(row.state, row.tries) for row in rows} == {(DeliveryState.SENT, 2)}
    assert len(rig.sent()) == 8


async def test_a_repeat_says_what_the_first_try_said_though_the_persons_fields_changed(rig: Rig) -> None:
    row = await leave_open(rig, AccountKind.USER, takes_effect=False)
    await rig.edit("UPDATE contact SET name = 'Somebody else'")

    await rig.start_worker()

    (settled,) = await rig.until_final()
    assert (settled.state, settled.tries, settled.random_id) == (DeliveryState.SENT, 2, row.random_id)


async def test_how_a_message_arrives_does_not_hide_its_text_in_the_history(rig: Rig) -> None:
    """The history shows neither the choice of a preview nor, for certain, that a message was silent."""
    await rig.add_account(people=1)
    texts = Text(source="Hello {{ name }}"), Text(source="Oi {{ name }}, https://example.org", language="pt")
    message = Message(variants=(Variant(name="B", texts=texts),), preview=LinkPreview.OFF, is_silent=True)
    await rig.control.set_repeat_behaviour(RepeatBehaviour.REFUSE)
    await rig.edit("UPDATE contact SET language = 'pt-BR'")
    await rig.start_worker()
    await rig.inject(rig.known[0], FaultKind.DROP_AFTER)

    await rig.start_campaign(message=message)

    (row,) = await rig.until_final()
    assert (row.state, row.message_id) == (DeliveryState.SENT, rig.sent()[0].message_id)
    (person,) = rig.known[0].people
    assert rig.sent()[0].text_sha256 == sha256(f"Oi {person.name}, https://example.org".encode()).hexdigest()


async def test_what_telegram_adds_to_a_text_by_itself_does_not_hide_it_in_the_history(rig: Rig) -> None:
    """The template holds an address, a name and a number, which Telegram marks when it gives the message back."""
    account = await rig.add_account(people=1)
    await rig.control.set_repeat_behaviour(RepeatBehaviour.REFUSE)
    await rig.start_worker()
    await rig.inject(account, FaultKind.DROP_AFTER)

    await rig.start_campaign(
        template="Hello **{{ name }}**: https://example.org, @northlight, #autumn, /start, +99966100000"
    )

    (row,) = await rig.until_final()
    assert (row.state, row.message_id) == (DeliveryState.SENT, rig.sent()[0].message_id)


async def test_rows_that_were_being_sent_when_open_tries_were_read_take_no_place_from_the_next(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await rig.add_account(people=60)
    await rig.start_worker()
    read = DeliveryStore.open_tries

    async def read_late(store: DeliveryStore, account_id: AccountId) -> Sequence[OpenTry]:
        """The answer comes when all that it says has changed."""
        found = await read(store, account_id)
        ids = {each.candidate.id for each in found}
        await rig.until_rows(lambda rows: not any(r.id in ids and r.state == "sending" for r in rows), "answered")
        return found

    monkeypatch.setattr(DeliveryStore, "open_tries", read_late)
    await rig.inject(account, FaultKind.DELAY, count=None, seconds=0.02)

    campaign_id = await rig.start_campaign()

    async def are_all_sent() -> bool:
        await rig.edit("UPDATE campaign SET id = id", subject=("campaign", campaign_id))  # the lane looks again
        return {row.state for row in await rig.rows()} == {DeliveryState.SENT}

    await rig.until(are_all_sent, "everybody has it")
    assert {row.tries for row in await rig.rows()} == {1}
