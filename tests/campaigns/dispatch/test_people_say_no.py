"""STOP, a block, a consent that is missing or taken back: honoured everywhere, also when the worker was down."""

import pytest

from campaigns.delivery import DeliveryState
from campaigns.reasons import DeliveryReason
from core.domain.account import AccountKind
from telegram.sandbox.control import FaultKind, PersonInfo
from tests.campaigns.dispatch.rig import ASKED_BY, Rig, RigAccount

pytestmark = pytest.mark.slow


async def say_stop(rig: Rig, person: PersonInfo, account: RigAccount) -> None:
    await rig.control.person_says(person.user_id, account.user_id, "STOP")


async def test_stop_before_the_turn_skips_in_every_campaign_and_on_every_account(rig: Rig) -> None:
    account, other = await rig.add_account(people=3), await rig.add_account()
    person = account.people[1]
    await rig.start_worker()
    await rig.accounts.pause(account.id, actor=ASKED_BY, now=rig.clock.now())
    planned_before = await rig.start_campaign(account)

    await say_stop(rig, person, account)
    await rig.until_event("person.stopped")
    planned_after = await rig.start_campaign(other)
    await rig.accounts.resume(account.id, actor=ASKED_BY, now=rig.clock.now())

    for campaign_id in (planned_before, planned_after):
        rows = await rig.until_final(campaign_id)
        (skipped,) = [row for row in rows if row.state is not DeliveryState.SENT]
        assert (skipped.state, skipped.reason) == (DeliveryState.SKIPPED, DeliveryReason.SAID_STOP)
        assert skipped.username == person.username
    assert rig.sent_to(person) == 0


@pytest.mark.parametrize(
    ("kind", "takes_effect", "state", "reason"),
    [
        (AccountKind.USER, True, DeliveryState.SENT, None),
        (AccountKind.USER, False, DeliveryState.SKIPPED, DeliveryReason.SAID_STOP),
        (AccountKind.BOT, False, DeliveryState.UNCERTAIN, DeliveryReason.NOT_IN_HISTORY),
    ],
)
async def test_stop_while_a_try_is_open_is_settled_without_a_repeat(
    rig: Rig, kind: AccountKind, takes_effect: bool, state: DeliveryState, reason: DeliveryReason | None
) -> None:
    rig.set("timeouts", "send", 0.6)
    account = await rig.add_account(kind, people=1)
    (person,) = account.people
    await rig.start_worker()
    await rig.inject(account, FaultKind.SWALLOW, takes_effect=takes_effect)
    await rig.start_campaign()
    await rig.until_states(sending=1)

    await say_stop(rig, person, account)

    (row,) = await rig.until_final()
    assert (row.state, row.reason, row.tries) == (state, reason, 0 if state is DeliveryState.SKIPPED else 1)
    assert len(rig.sent()) == takes_effect


@pytest.mark.parametrize("kind", AccountKind)
@pytest.mark.parametrize("is_gap_too_long", [False, True])
async def test_stop_said_while_the_worker_was_down_is_honoured_before_anything_is_sent(
    rig: Rig, kind: AccountKind, is_gap_too_long: bool
) -> None:
    if is_gap_too_long and kind is AccountKind.BOT:
        pytest.skip("Telegram tells bots everything they missed; they have no dialogs to read")
    account = await rig.add_account(kind, people=4)
    person = account.people[0]
    await rig.start_worker()
    await rig.stop_worker()
    await rig.start_campaign()

    await say_stop(rig, person, account)
    if is_gap_too_long:
        await rig.control.make_difference_too_long(account.user_id)
    await rig.start_worker(until_idle=False)

    await rig.until_final()
    row = await rig.row_of(person)
    assert (row.state, row.reason) == (DeliveryState.SKIPPED, DeliveryReason.SAID_STOP)
    assert (rig.sent_to(person), len(rig.sent())) == (0, 3)


async def test_a_bot_that_was_blocked_while_the_worker_was_down_sends_nothing_there(rig: Rig) -> None:
    bot = await rig.add_account(AccountKind.BOT, people=3)
    person = bot.people[0]
    await rig.start_worker()
    await rig.stop_worker()
    await rig.start_campaign()

    await rig.control.person_blocks(person.user_id, bot.user_id)
    await rig.start_worker(until_idle=False)

    await rig.until_final()
    row = await rig.row_of(person)
    assert (row.state, row.reason) == (DeliveryState.SKIPPED, DeliveryReason.BLOCKED_US)
    assert len(rig.sent()) == 2


async def test_without_a_consent_or_with_one_taken_back_nobody_is_written_to(rig: Rig) -> None:
    account = await rig.add_account(people=4)
    never, withdrew, *_ = account.people
    await rig.edit(
        "DELETE FROM consent WHERE contact_id = (SELECT id FROM contact WHERE username = ?)", never.username
    )
    await rig.start_worker()
    await rig.accounts.pause(account.id, actor=ASKED_BY, now=rig.clock.now())
    await rig.start_campaign()

    await rig.edit(
        "UPDATE consent SET withdrawn_at = 1 WHERE contact_id = (SELECT id FROM contact WHERE username = ?)",
        withdrew.username,
    )
    await rig.accounts.resume(account.id, actor=ASKED_BY, now=rig.clock.now())

    await rig.until_final()
    for person in (never, withdrew):
        row = await rig.row_of(person)
        assert (row.state, row.reason) == (DeliveryState.SKIPPED, DeliveryReason.NO_CONSENT)
    assert len(rig.sent()) == 2


@pytest.mark.parametrize("takes_effect", [True, False])
async def test_a_consent_taken_back_while_a_try_is_open_is_no_repeat(rig: Rig, takes_effect: bool) -> None:
    rig.set("timeouts", "send", 0.4)
    account = await rig.add_account(people=1)
    await rig.start_worker()
    await rig.inject(account, FaultKind.SWALLOW, takes_effect=takes_effect)
    await rig.start_campaign()
    await rig.until_states(sending=1)

    await rig.edit("UPDATE consent SET withdrawn_at = 1")

    (row,) = await rig.until_final()
    assert row.state is (DeliveryState.SENT if takes_effect else DeliveryState.SKIPPED)
    assert row.reason is (None if takes_effect else DeliveryReason.NO_CONSENT)
    assert len(rig.sent()) == takes_effect


async def test_two_contacts_that_are_one_person_get_one_message(rig: Rig) -> None:
    account = await rig.add_account(people=3)
    person = account.people[0]
    await rig.edit(
        "INSERT INTO contact (name, telegram_user_id, created_at, updated_at) VALUES ('The same', ?, 1, 1)",
        person.user_id,
    )
    await rig.edit(
        "INSERT INTO consent (contact_id, basis, source, given_at, recorded_at) "
        "SELECT id, 'agreed', 'form', 1, 1 FROM contact WHERE name = 'The same'"
    )
    # Planned before the account has learned who is who, so that it shows only when the peer is found.
    await rig.start_campaign()

    await rig.start_worker(until_idle=False)

    rows = await rig.until_final()
    assert sorted((row.state, row.reason) for row in rows if row.state is not DeliveryState.SENT) == [
        (DeliveryState.SKIPPED, DeliveryReason.SAME_PERSON)
    ]
    assert (rig.sent_to(person), len(rig.sent())) == (1, 3)
