"""What stops one account and no other: its rows stay with it until a person acts, and then go on, nothing twice."""

import pytest

from campaigns.delivery import DeliveryState
from campaigns.ports import LaneStatus
from core.domain.account import AccountState
from telegram.sandbox.control import FaultKind
from tests.campaigns.dispatch.rig import ASKED_BY, Rig, RigAccount

pytestmark = pytest.mark.slow


async def resume(rig: Rig, account: RigAccount) -> None:
    await rig.accounts.resume(account.id, actor=ASKED_BY, now=rig.clock.now())


@pytest.mark.parametrize(
    ("code", "text", "state", "words"),
    [
        (400, "PEER_FLOOD", AccountState.LIMITED, "Ask @SpamBot"),
        (420, "FROZEN_METHOD_INVALID", AccountState.FROZEN, "Telegram froze this account"),
        (401, "AUTH_KEY_UNREGISTERED", AccountState.SIGNED_OUT, "Sign in again"),
        (401, "USER_DEACTIVATED_BAN", AccountState.BANNED, "blocked or deleted"),
    ],
)
async def test_a_refusal_of_the_account_stops_it_alone_and_a_person_lets_it_go_on(
    rig: Rig, code: int, text: str, state: AccountState, words: str
) -> None:
    stopped, other = await rig.add_account(people=8), await rig.add_account(people=8)
    await rig.start_worker()
    await rig.inject(stopped, FaultKind.ERROR, code=code, text=text)

    await rig.start_campaign()
    account = await rig.until_state(stopped, state)

    assert words in (account.state_reason or "")
    assert (await rig.until_lane(stopped, LaneStatus.NEEDS_YOU)).reason
    rows = await rig.until_rows(
        lambda rows: all(row.state is DeliveryState.SENT for row in rows if row.account_id == other.id),
        "the other account goes on",
    )
    mine = [row for row in rows if row.account_id == stopped.id]
    assert {row.state for row in mine} <= {DeliveryState.SENT, DeliveryState.PLANNED}
    assert any(row.state is DeliveryState.PLANNED for row in mine), "its rows stay with it"
    (told,) = await rig.events("account.stopped")
    assert (told.level, told.data["state"]) == ("error", state.value)

    await resume(rig, stopped)
    await rig.until_final()
    assert len(rig.sent(stopped)) == len(rig.sent(other)) == 8


async def test_a_session_used_twice_signs_the_account_out_and_signing_in_again_goes_on(rig: Rig) -> None:
    stopped, other = await rig.add_account(people=8), await rig.add_account(people=8)
    await rig.start_worker()
    await rig.inject(stopped, FaultKind.DUPLICATE_KEY)

    await rig.start_campaign()
    account = await rig.until_state(stopped, AccountState.SIGNED_OUT)

    assert "used in two places" in (account.state_reason or "")
    await rig.until_rows(lambda _: len(rig.sent(other)) == 8, "the other account goes on")
    await rig.sign_in_again(stopped)
    await rig.until_rows(
        lambda rows: all(row.state in (DeliveryState.SENT, DeliveryState.UNCERTAIN) for row in rows), "all are final"
    )


async def test_a_session_that_telegram_forgot_is_signed_out_at_the_second_refusal(rig: Rig) -> None:
    stopped, other = await rig.add_account(people=6), await rig.add_account(people=6)
    await rig.start_worker()
    await rig.inject(stopped, FaultKind.FORGET_KEY)

    await rig.start_campaign()
    account = await rig.until_state(stopped, AccountState.SIGNED_OUT)

    assert "no longer knows this session" in (account.state_reason or "")
    await rig.until_rows(lambda _: len(rig.sent(other)) == 6, "the other account goes on")


async def test_after_a_new_sign_in_an_open_try_is_looked_up_and_never_repeated(rig: Rig) -> None:
    rig.set("timeouts", "send", 0.5)
    account = await rig.add_account(people=2)
    await rig.start_worker()
    await rig.inject(account, FaultKind.SWALLOW, takes_effect=True)
    await rig.inject(account, FaultKind.SWALLOW)
    await rig.start_campaign()
    await rig.until_states(sending=2)
    await rig.control.forget_keys(account.user_id)
    await rig.until_state(account, AccountState.SIGNED_OUT)
    calls = await rig.calls()

    await rig.sign_in_again(account)

    await rig.until_states(sent=1, uncertain=1)
    assert await rig.calls() == calls


async def test_a_session_that_is_not_in_the_vault_is_signed_out_and_the_others_go_on(rig: Rig) -> None:
    lost, other = await rig.add_account(people=3), await rig.add_account(people=3)
    await rig.start_worker()
    await rig.stop_worker()
    await rig.start_campaign()
    rig.secrets.delete(lost.secret)

    await rig.start_worker(until_idle=False)
    account = await rig.until_state(lost, AccountState.SIGNED_OUT)

    assert "not in the vault" in (account.state_reason or "")
    assert "Sign in again" in (account.state_reason or "")
    await rig.until_rows(lambda _: len(rig.sent(other)) == 3, "the other account goes on")
    await rig.sign_in_again(lost)
    await rig.until_final()
    assert len(rig.sent()) == 6


async def test_an_account_paused_by_a_person_waits_and_says_so(rig: Rig) -> None:
    paused, other = await rig.add_account(people=5), await rig.add_account(people=5)
    await rig.start_worker()
    await rig.accounts.pause(paused.id, actor=ASKED_BY, now=rig.clock.now())
    await rig.until_lane(paused, LaneStatus.PAUSED)

    await rig.start_campaign()
    await rig.until_rows(lambda _: len(rig.sent(other)) == 5, "the other account goes on")
    await rig.until_beats()
    assert rig.sent(paused) == []

    await resume(rig, paused)
    await rig.until_final()
    assert len(rig.sent(paused)) == 5


async def test_a_limited_account_stays_online_and_hears_stop(rig: Rig) -> None:
    limited = await rig.add_account(people=4)
    await rig.start_worker()
    await rig.inject(limited, FaultKind.ERROR, code=400, text="PEER_FLOOD")
    await rig.start_campaign()
    await rig.until_state(limited, AccountState.LIMITED)
    (waiting, *_) = [row for row in await rig.rows() if row.state is DeliveryState.PLANNED]
    person = next(person for person in limited.people if person.username == waiting.username)

    await rig.control.person_says(person.user_id, limited.user_id, "STOP")

    await rig.until_event("person.stopped")
    await resume(rig, limited)
    await rig.until_final()
    assert rig.sent_to(person) == 0
    assert (await rig.row_of(person)).state is DeliveryState.SKIPPED


async def test_a_broken_link_or_a_wait_while_connecting_is_waited_for_and_nothing_else(rig: Rig) -> None:
    account = await rig.add_account(people=3)
    await rig.inject(account, FaultKind.FLOOD, "users.getUsers", seconds=1)
    await rig.inject(account, FaultKind.ERROR, "updates.getDifference", code=400, text="SOMETHING_NEW")
    await rig.inject(account, FaultKind.DROP_BEFORE, "help.getAppConfig")

    await rig.start_worker()
    await rig.start_campaign()

    await rig.until_final()
    assert len(rig.sent()) == 3
