"""What is asked of the worker about an account: devices and logging out, by rows, over the account's own link."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from campaigns.accounts.removal import Unsent
from campaigns.accounts.service import AccountService, LogOut
from campaigns.accounts.standing import NextStep, describe_standing
from campaigns.delivery import DeliveryState
from campaigns.ports import LaneStatus
from campaigns.reasons import DeliveryReason
from campaigns.requests import RequestKind, RequestState
from core.domain.account import AccountKind, AccountState, LimitKind
from core.errors import RequestFailed, SecretNotFound, UserInputError, WorkerNotRunning, WorkspaceBusy
from core.locks import worker_lock
from database.stores.requests import RequestStore
from telegram.sandbox.control import FaultKind, Freeze
from tests.campaigns.dispatch.rig import ASKED_BY, Rig, RigAccount
from tests.telegram.sandbox_fixture import SandboxClient, connected, sign_in_by_code

pytestmark = pytest.mark.slow


@pytest.fixture
def service(rig: Rig) -> AccountService:
    return rig.console.get(AccountService)


@asynccontextmanager
async def working(rig: Rig) -> AsyncIterator[None]:
    """A worker that holds its own lock, as a process of its own would."""
    await rig.start_worker()
    worker = await rig.reports.newest_worker()
    assert worker is not None
    lock = worker_lock(rig.workspace, worker.worker_id)
    assert lock.acquire()
    try:
        yield
    finally:
        lock.release()


@asynccontextmanager
async def phone_of(rig: Rig, account: RigAccount, name: str = "Old phone") -> AsyncIterator[SandboxClient]:
    """Another device of the account."""
    async with connected(rig.sandbox.address, device_model=name) as client:
        await sign_in_by_code(rig.sandbox, client, account.made)
        yield client


async def models(service: AccountService, account: RigAccount) -> list[str]:
    return [device.model for device in await service.list_devices(account.id, actor=ASKED_BY)]


# --------------------------------------------------------------------------------------------------- devices


async def test_devices_are_listed_ours_first_and_one_is_ended(rig: Rig, service: AccountService) -> None:
    account = await rig.add_account()
    async with working(rig), phone_of(rig, account), phone_of(rig, account, "Tablet"):
        devices = await service.list_devices(account.id, actor=ASKED_BY)
        ours, *others = devices
        assert ours.is_current
        assert sorted(device.model for device in others) == ["Old phone", "Tablet"]
        (phone,) = [device for device in others if device.model == "Old phone"]

        await service.end_device(account.id, phone.hash, actor=ASKED_BY)

        assert [device.model for device in (await service.list_devices(account.id, actor=ASKED_BY))[1:]] == ["Tablet"]
        (told,) = await rig.events("account.devices")
        assert (told.actor, told.data) == (ASKED_BY, {"ended": "one"})
        with pytest.raises(RequestFailed) as refused:
            await service.end_device(account.id, phone.hash, actor=ASKED_BY)
        assert refused.value.title == "This device is not signed in any more"


async def test_all_other_devices_are_ended_and_deliveries_go_on(rig: Rig, service: AccountService) -> None:
    account = await rig.add_account(people=5)
    async with working(rig), phone_of(rig, account), phone_of(rig, account, "Tablet"):
        await service.end_other_devices(account.id, actor=ASKED_BY)

        assert len(await service.list_devices(account.id, actor=ASKED_BY)) == 1
        await rig.start_campaign()
        await rig.until_states(sent=5)


async def test_a_session_that_is_too_young_says_from_when_on_it_may_end_others(
    rig: Rig, service: AccountService
) -> None:
    account = await rig.add_account()
    await rig.control.let_young_sessions_end_others(False)
    try:
        async with working(rig), phone_of(rig, account):
            with pytest.raises(RequestFailed) as refused:
                await service.end_other_devices(account.id, actor=ASKED_BY)
            assert len(await service.list_devices(account.id, actor=ASKED_BY)) == 2
    finally:
        await rig.control.let_young_sessions_end_others(True)

    assert "24 hours after signing in" in refused.value.message
    assert "official app" in refused.value.hint


async def test_without_a_worker_it_is_said_at_once_what_to_do(rig: Rig, service: AccountService) -> None:
    account = await rig.add_account()

    with pytest.raises(WorkerNotRunning) as refused:
        await service.list_devices(account.id, actor=ASKED_BY)

    assert "Start the worker" in refused.value.hint


async def test_a_bot_has_no_devices_and_our_own_is_not_ended_by_its_number(rig: Rig, service: AccountService) -> None:
    bot, user = await rig.add_account(AccountKind.BOT), await rig.add_account()

    with pytest.raises(UserInputError, match="user accounts"):
        await service.list_devices(bot.id, actor=ASKED_BY)
    with pytest.raises(UserInputError, match="Wireroom uses"):
        await service.end_device(user.id, "0", actor=ASKED_BY)


async def test_a_list_whose_link_was_lost_is_asked_for_again_and_an_end_is_of_unknown_fate(
    rig: Rig, service: AccountService
) -> None:
    account = await rig.add_account()
    async with working(rig), phone_of(rig, account):
        await rig.inject(account, FaultKind.DROP_BEFORE, "account.getAuthorizations")
        devices = await service.list_devices(account.id, actor=ASKED_BY)
        assert len(devices) == 2

        await rig.inject(account, FaultKind.DROP_AFTER, "auth.resetAuthorizations")
        with pytest.raises(RequestFailed) as refused:
            await service.end_other_devices(account.id, actor=ASKED_BY)
        assert refused.value.title == "Nobody knows whether this was done"
        assert len(await service.list_devices(account.id, actor=ASKED_BY)) == 1


async def test_what_a_worker_had_begun_when_it_died_is_asked_again_only_where_that_harms_nobody(
    rig: Rig, service: AccountService
) -> None:
    account = await rig.add_account()
    requests = rig.console.get(RequestStore)
    now = rig.clock.now()
    ids = [
        await requests.ask(kind, account.id, requester=ASKED_BY, deadline=now + timedelta(minutes=1), now=now)
        for kind in (RequestKind.LIST_DEVICES, RequestKind.END_OTHER_DEVICES)
    ]
    await rig.edit("UPDATE request SET state = 'begun', worker_id = 'a worker that died'")

    async with working(rig):

        async def is_answered() -> bool:
            return (await requests.answer(ids[0])).state is RequestState.DONE

        await rig.until(is_answered, "the list was made again")

    assert (await requests.answer(ids[1])).state is RequestState.UNKNOWN


async def test_what_nobody_takes_in_time_is_never_done_later(
    rig: Rig, service: AccountService, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await rig.add_account()
    async with working(rig), phone_of(rig, account):
        await rig.edit("UPDATE account SET data_centre = 'production'")  # its lane never gets online again
        await rig.control.drop_links(account.user_id)

        async def is_offline() -> bool:
            return (await rig.lane(account)).status is not LaneStatus.IDLE

        await rig.until(is_offline, "it is offline")
        monkeypatch.setattr("campaigns.accounts.service.ASK_S", 0.3)
        with pytest.raises(RequestFailed, match="was not online in time"):
            await service._ask(RequestKind.END_OTHER_DEVICES, account.id, actor=ASKED_BY, wait_s=0.3)
        await rig.edit("UPDATE account SET data_centre = 'sandbox'")
        await rig.until_lane(account, LaneStatus.IDLE)
        assert len(await service.list_devices(account.id, actor=ASKED_BY)) == 2


# ---------------------------------------------------------------------------------------------------- log out


async def test_logging_out_ends_the_session_at_telegram_erases_it_and_keeps_the_queue(
    rig: Rig, service: AccountService
) -> None:
    account = await rig.add_account(people=6)
    async with working(rig), phone_of(rig, account) as phone:
        await service.pause(account.id, actor=ASKED_BY)
        await rig.start_campaign()

        assert await service.log_out(account.id, actor=ASKED_BY) is LogOut.ENDED

        found = await rig.accounts.get(account.id)
        standing = describe_standing(found)
        assert found.state is AccountState.SIGNED_OUT
        assert (standing.title, standing.next_step) == ("Logged out here", NextStep.SIGN_IN)
        with pytest.raises(SecretNotFound):
            rig.secrets.get(account.secret)
        from telethon.tl.functions.account import GetAuthorizationsRequest

        assert len((await phone(GetAuthorizationsRequest())).authorizations) == 1
        assert {row.state for row in await rig.rows()} == {DeliveryState.PLANNED}
        (told,) = await rig.events("account.logged_out")
        assert told.actor == ASKED_BY

        await rig.sign_in_again(account)
        await rig.until_states(sent=6)


async def test_logging_out_while_it_sends_answers_what_is_in_flight_first(rig: Rig, service: AccountService) -> None:
    account = await rig.add_account(people=60)
    async with working(rig):
        await rig.inject(account, FaultKind.DELAY, seconds=0.1, count=None)
        await rig.start_campaign()
        await rig.until_rows(lambda _: len(rig.sent()) >= 3, "it sends")

        assert await service.log_out(account.id, actor=ASKED_BY) is LogOut.ENDED

    rows = await rig.rows()
    assert {row.state for row in rows} == {DeliveryState.SENT, DeliveryState.PLANNED}
    assert sum(row.state is DeliveryState.SENT for row in rows) == len(rig.sent())


async def _devices(phone: SandboxClient) -> int:
    from telethon.tl.functions.account import GetAuthorizationsRequest

    return len((await phone(GetAuthorizationsRequest())).authorizations)


@asynccontextmanager
async def frozen(rig: Rig) -> AsyncIterator[RigAccount]:
    """A worker, and an account that it has given up since Telegram froze it."""
    account = await rig.add_account(people=1)
    async with working(rig):
        await rig.control.freeze_account(account.user_id, Freeze(since_s=1, until_s=2_000_000_000))
        await rig.start_campaign()
        await rig.until_state(account, AccountState.FROZEN)
        await rig.until_lane(account, LaneStatus.NEEDS_YOU)
        yield account


async def test_an_account_that_nobody_keeps_online_is_connected_once_to_log_it_out(
    rig: Rig, service: AccountService
) -> None:
    async with frozen(rig) as account, phone_of(rig, account) as phone:
        assert await _devices(phone) == 2

        assert await service.log_out(account.id, actor=ASKED_BY) is LogOut.ENDED

        assert await _devices(phone) == 1
        assert (await rig.accounts.get(account.id)).state is AccountState.SIGNED_OUT
        with pytest.raises(SecretNotFound):
            rig.secrets.get(account.secret)
        (told,) = await rig.events("account.logged_out")
        assert told.actor == ASKED_BY


@pytest.mark.parametrize("has_worker", [True, False])
async def test_where_telegram_cannot_be_told_the_session_is_erased_here_and_said_to_be_left(
    rig: Rig, service: AccountService, *, has_worker: bool
) -> None:
    async with frozen(rig) as account, phone_of(rig, account) as phone:
        if has_worker:
            await rig.inject(account, FaultKind.DROP_BEFORE, "auth.logOut")
        else:
            await rig.stop_worker()

        assert await service.log_out(account.id, actor=ASKED_BY) is LogOut.LEFT

        assert await _devices(phone) == 2
    with pytest.raises(SecretNotFound):
        rig.secrets.get(account.secret)


async def test_an_account_that_should_be_online_keeps_its_session_unless_it_is_left_on_purpose(
    rig: Rig, service: AccountService
) -> None:
    account = await rig.add_account()

    with pytest.raises(WorkerNotRunning):
        await service.log_out(account.id, actor=ASKED_BY)
    assert rig.secrets.get(account.secret)

    assert await service.log_out(account.id, leave_session=True, actor=ASKED_BY) is LogOut.LEFT
    assert (await rig.accounts.get(account.id)).state is AccountState.SIGNED_OUT


# ----------------------------------------------------------------------------------------------------- remove


async def test_a_removed_account_is_logged_out_gone_from_the_lists_and_readable_in_history(
    rig: Rig, service: AccountService
) -> None:
    gone, stays = await rig.add_account(people=4), await rig.add_account(people=4)
    async with working(rig):
        await rig.start_campaign()
        await rig.until_states(sent=8)
        await service.pause(gone.id, actor=ASKED_BY)
        await rig.start_campaign()
        await rig.until_rows(
            lambda rows: all(row.state is DeliveryState.SENT for row in rows if row.account_id == stays.id),
            "it sends",
        )
        removal = await service.plan_removal(gone.id)
        assert (removal.planned, removal.settled, removal.people) == (4, 4, 4)
        assert [(campaign.unsent, campaign.other_accounts) for campaign in removal.campaigns] == [(4, 1)]
        assert removal.sentences(Unsent.CANCEL)[-1].endswith("This cannot be undone.")

        removed = await service.remove(gone.id, actor=ASKED_BY)

        assert (removed.cancelled, removed.moved, removed.ended_at_telegram) == (4, 0, True)
        assert [account.id for account in await rig.accounts.list_accounts()] == [stays.id]
        assert [lane.account_id for lane in await rig.lanes()] == [stays.id]
        mine = [row for row in await rig.rows() if row.account_id == gone.id]
        assert sorted(row.state for row in mine) == [DeliveryState.CANCELLED] * 4 + [DeliveryState.SENT] * 4
        assert {row.reason for row in mine} == {None, DeliveryReason.ACCOUNT_REMOVED}
        with pytest.raises(UserInputError, match="no such account"):
            await rig.accounts.get(gone.id)
        with pytest.raises(SecretNotFound):
            rig.secrets.get(gone.secret)


async def test_a_worker_that_holds_the_account_keeps_it_from_being_removed(rig: Rig, service: AccountService) -> None:
    account = await rig.add_account(people=3)
    async with working(rig):
        with pytest.raises(WorkspaceBusy, match="A worker holds this account"):
            await service.remove(account.id, leave_session=True, actor=ASKED_BY)

    await rig.stop_worker()
    assert not (await service.remove(account.id, leave_session=True, actor=ASKED_BY)).ended_at_telegram


async def test_unsent_deliveries_move_where_the_consent_allows_it_and_arrive_once(
    rig: Rig, service: AccountService
) -> None:
    gone, stays = await rig.add_account(people=5), await rig.add_account()
    async with working(rig):
        await service.pause(gone.id, actor=ASKED_BY)
        await rig.start_campaign()

        removed = await service.remove(gone.id, unsent=Unsent.MOVE, actor=ASKED_BY)

        assert (removed.moved, removed.cancelled) == (5, 0)
        await rig.until_final()
        assert len(rig.sent(stays)) == 5


# ---------------------------------------------------------------------------------- limits and restrictions


async def test_a_limit_that_a_person_set_is_kept_by_dispatch_and_told_with_its_source(
    rig: Rig, service: AccountService
) -> None:
    account = await rig.add_account(people=5)
    async with working(rig):
        await service.set_limits([account.id], {LimitKind.PER_DAY: 2}, actor=ASKED_BY)
        await rig.start_campaign()

        lane = await rig.until_lane(account, LaneStatus.WAITING)

        assert "in a day" in lane.reason
        assert len(rig.sent()) == 2
        (per_day,) = [limit for limit in await service.limits(account.id) if limit.kind is LimitKind.PER_DAY]
        assert per_day.value == 2
        assert per_day.describe_source().startswith(f"set by {ASKED_BY} on ")
        (told,) = await rig.events("account.limits")
        assert told.data == {"per_day": 2}
        await service.set_limits([account.id], {LimitKind.PER_DAY: None}, actor=ASKED_BY)
        await rig.until_states(sent=5)


async def test_a_frozen_account_tells_since_when_until_when_and_where_to_appeal(
    rig: Rig, service: AccountService
) -> None:
    account = await rig.add_account(people=3)
    since = rig.clock.now().replace(microsecond=0)
    freeze = Freeze(since_s=int(since.timestamp()), until_s=int((since + timedelta(days=30)).timestamp()))
    async with working(rig):
        await rig.control.freeze_account(account.user_id, freeze)
        await rig.start_campaign()

        standing = describe_standing(await rig.until_state(account, AccountState.FROZEN))

        assert (standing.since, standing.until) == (since, since + timedelta(days=30))
        assert (standing.next_step, standing.appeal_url) == (NextStep.APPEAL, freeze.appeal_url)
        assert freeze.appeal_url in standing.hint
        assert "Its deliveries stay in the queue." in standing.message
        await rig.control.freeze_account(account.user_id, None)
        await service.resume(account.id, actor=ASKED_BY)
        await rig.until_states(sent=3)
