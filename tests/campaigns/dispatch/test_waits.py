"""What Telegram makes an account or a chat wait for, and what the limits do: state, kept over restarts."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from campaigns.accounts.service import AccountService
from campaigns.delivery import DeliveryState
from campaigns.plan.account_limits import LimitSource
from campaigns.plan.limits import PROFILES
from campaigns.ports import LaneStatus
from campaigns.reasons import SENTENCES, DeliveryReason
from core.domain.account import AccountKind, LimitKind
from telegram.sandbox.control import FaultKind
from tests.campaigns.dispatch.rig import Rig

pytestmark = pytest.mark.slow

RESOLVE = "contacts.resolveUsername"


async def test_a_flood_wait_cools_down_only_that_account_and_survives_a_restart(rig: Rig) -> None:
    cooled, other = await rig.add_account(people=12), await rig.add_account(people=12)
    await rig.start_worker()
    await rig.inject(cooled, FaultKind.FLOOD, seconds=4)

    began = rig.clock.now()
    await rig.start_campaign()
    lane = await rig.until_lane(cooled, LaneStatus.WAITING)
    waiting_from = rig.clock.now()

    account = await rig.accounts.get(cooled.id)
    until = account.send_cooldown_until
    assert until is not None
    assert began + timedelta(seconds=4) < until < waiting_from + timedelta(seconds=4.1)
    assert (lane.reason, lane.until) == (SENTENCES[DeliveryReason.COOLDOWN], until)
    (deferred,) = [row for row in await rig.rows() if row.state is DeliveryState.DEFERRED]
    assert (deferred.reason, deferred.account_id) == (DeliveryReason.COOLDOWN, cooled.id)
    await rig.until_rows(
        lambda rows: all(row.state is DeliveryState.SENT for row in rows if row.account_id == other.id),
        "the other account goes on",
    )
    assert rig.clock.now() < until, "the other account waited too"

    await rig.stop_worker()
    await rig.start_worker(until_idle=False)
    assert (await rig.until_lane(cooled, LaneStatus.WAITING)).until == until

    await rig.until_final()
    assert len(rig.sent()) == 24
    assert [entry for entry in rig.sent(cooled) if waiting_from < entry.at < until] == []


async def test_after_a_flood_wait_an_account_sends_at_half_its_rate_also_after_a_restart(rig: Rig) -> None:
    bot = await rig.add_account(AccountKind.BOT, people=12, profile="careful")
    await rig.start_worker()
    await rig.inject(bot, FaultKind.FLOOD, seconds=1)
    await rig.start_campaign()
    await rig.until_lane(bot, LaneStatus.WAITING)

    account = await rig.accounts.get(bot.id)
    assert account.slowed_until is not None
    assert account.slowed_until - rig.clock.now() > timedelta(hours=23)
    assert len(await rig.events("account.slowed")) == 1
    (pace, *_) = await rig.console.get(AccountService).limits(bot.id)
    assert (pace.value, pace.source, pace.until) == (600, LimitSource.SLOWED, account.slowed_until)
    assert "after a flood wait" in pace.describe_source()
    await rig.stop_worker()
    sent_before = len(rig.sent())
    await rig.start_worker(until_idle=False)
    await rig.until_final()

    late = rig.sent()[sent_before:]
    assert len(late) >= 5
    assert late[-1].at - late[0].at > timedelta(seconds=(len(late) - 2) / 10)


async def test_a_slow_mode_wait_holds_one_chat_only(rig: Rig) -> None:
    account = await rig.add_account(people=8)
    await rig.start_worker()
    await rig.inject(account, FaultKind.ERROR, code=420, text="SLOWMODE_WAIT_1")

    await rig.start_campaign()
    rows = await rig.until_states(sent=7, deferred=1)

    (held,) = [row for row in rows if row.state is DeliveryState.DEFERRED]
    assert held.reason is DeliveryReason.CHAT_PAUSE
    assert held.not_before is not None
    assert held.not_before > rig.clock.now()
    assert (await rig.accounts.get(account.id)).send_cooldown_until is None
    await rig.until_final()
    assert len(rig.sent()) == 8


async def test_a_demanded_wait_for_a_repeat_holds_the_account_and_nobody_is_asked_meanwhile(rig: Rig) -> None:
    account = await rig.add_account(people=12)
    await rig.start_worker()
    # Several tries are open at once, and the first repeat is answered with a wait.
    await rig.inject(account, FaultKind.LOSE_THEN_REFUSE, code=420, text="FLOOD_WAIT_1", count=1)
    await rig.start_campaign()

    async def cooldown() -> datetime | None:
        return (await rig.accounts.get(account.id)).send_cooldown_until

    await rig.until(cooldown, "the refusal of the repeat is recorded")
    waiting_from, calls, until = rig.clock.now(), await rig.calls(), await cooldown()

    assert until is not None
    await rig.until_beats(1)
    assert rig.clock.now() < until
    assert await rig.calls() == calls
    await rig.until_final()
    assert [entry for entry in rig.sent() if waiting_from < entry.at < until] == []
    assert len(rig.sent()) == 12


async def test_a_quota_counts_what_was_sent_before_a_restart_and_says_when_a_place_is_free(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    three_an_hour = replace(PROFILES["unlimited", AccountKind.USER], per_hour=3)
    monkeypatch.setattr("wiring.accounts.profile_for", lambda *_: three_an_hour)
    account = await rig.add_account(people=8)
    await rig.start_worker()
    await rig.start_campaign()

    spent = SENTENCES[DeliveryReason.QUOTA_HOUR]
    lane = await rig.until_lane(account, LaneStatus.WAITING, spent)
    first = min(row.unknown_since for row in await rig.rows() if row.unknown_since is not None)
    assert lane.until == first + timedelta(hours=1)
    assert len(rig.sent()) == 3

    await rig.stop_worker()
    await rig.start_worker(until_idle=False)
    await rig.until_lane(account, LaneStatus.WAITING, spent)
    await rig.until_beats()
    assert len(rig.sent()) == 3

    await rig.stop_worker()
    await rig.edit("UPDATE outgoing SET unknown_since = unknown_since - 3600000 WHERE unknown_since IS NOT NULL")
    await rig.start_worker(until_idle=False)
    await rig.until_states(sent=6, planned=2)


async def test_a_wait_for_looking_people_up_defers_who_must_be_looked_up_and_nobody_else(rig: Rig) -> None:
    account, elsewhere = await rig.add_account(people=3), await rig.add_account()
    strangers = await rig.make_people(elsewhere, 3)
    await rig.import_people(strangers)
    await rig.start_worker()
    await rig.inject(account, FaultKind.FLOOD, RESOLVE, seconds=1)
    calls = await rig.calls(RESOLVE)

    await rig.start_campaign(account)
    rows = await rig.until_states(sent=3, deferred=3)

    assert await rig.calls(RESOLVE) == calls + 1, "the wait was probed"
    assert {row.reason for row in rows if row.state is DeliveryState.DEFERRED} == {DeliveryReason.COOLDOWN}
    await rig.until_final()
    assert [rig.sent_to(person) for person in strangers] == [1, 1, 1]


async def test_an_error_of_telegram_while_looking_somebody_up_holds_nobody_else(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaigns.dispatch.preparing.LOOK_UP_AGAIN", timedelta(seconds=0.3))
    account, elsewhere = await rig.add_account(people=3), await rig.add_account()
    await rig.import_people(await rig.make_people(elsewhere, 1))
    await rig.start_worker()
    await rig.inject(account, FaultKind.ERROR, RESOLVE, code=500, text="INTERNAL")

    await rig.start_campaign(account)

    rows = await rig.until_states(sent=3, deferred=1)
    assert {row.reason for row in rows} == {None, DeliveryReason.SERVER_TROUBLE}
    await rig.until_states(sent=4)


async def test_new_limits_of_an_account_hold_at_once(rig: Rig) -> None:
    rig.set("delivery", "sandbox_rate_per_s", 2.0)
    account = await rig.add_account(people=40, profile="sandbox")
    await rig.start_worker()
    await rig.start_campaign()
    await rig.until_states(sent=2)

    await rig.accounts.set_limit_profile(account.id, "unlimited", actor="ann", now=rig.clock.now())

    await rig.until_states(sent=40)


async def test_new_people_have_a_limit_of_their_own_and_whom_the_account_knows_goes_on(rig: Rig) -> None:
    account, other = await rig.add_account(people=3), await rig.add_account()
    strangers = await rig.add_people(other, 4)
    await rig.console.get(AccountService).set_limits(
        [account.id], {LimitKind.NEW_PEOPLE_PER_DAY: 1}, actor="Kaya Lindqvist"
    )
    await rig.start_worker()

    await rig.start_campaign(account)
    rows = await rig.until_states(sent=4, deferred=3)

    sent_to = {row.username for row in rows if row.state is DeliveryState.SENT}
    assert {person.username for person in account.people} < sent_to
    waiting = [row for row in rows if row.state is DeliveryState.DEFERRED]
    assert {row.reason for row in waiting} == {DeliveryReason.QUOTA_NEW_PEOPLE}
    assert {row.username for row in waiting} < {person.username for person in strangers}
    moments = sorted(row.not_before for row in waiting if row.not_before is not None)
    assert moments[1] - moments[0] > timedelta(hours=23), "each has a place of its own"

    await rig.console.get(AccountService).set_limits(
        [account.id], {LimitKind.NEW_PEOPLE_PER_DAY: None}, actor="Kaya Lindqvist"
    )
    await rig.edit("UPDATE outgoing SET not_before = 0 WHERE state = 'deferred'")
    await rig.until_states(sent=7)
