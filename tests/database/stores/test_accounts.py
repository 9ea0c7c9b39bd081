"""Accounts, leases, workers and the workspace: who may do what now."""

from datetime import timedelta
from pathlib import Path

import pytest

from campaigns.ports import IncomingBatch, LaneReport, LaneStatus, WorkerStart
from core.domain.account import AccountKind, AccountState, Lease, UpdateState, WorkspaceKind
from core.domain.ids import TelegramUserId, WorkerId
from core.errors import (
    ConfigurationError,
    InvalidTransitionError,
    LeaseLost,
    UserInputError,
    WorkspaceError,
)
from database.database import Database
from database.stores.workers import WorkerStore
from database.stores.workspaces import WorkspaceStore
from tests.database.stores.world import NOW, World

MINUTE = timedelta(minutes=1)
ONE, TWO = WorkerId("worker-one"), WorkerId("worker-two")


def start(worker_id: WorkerId = ONE, *, minutes: int = 0) -> WorkerStart:
    return WorkerStart(worker_id=worker_id, pid=4711, started_at=NOW + minutes * MINUTE)


# --------------------------------------------------------------------------------------------------- accounts


async def test_an_account_is_added_ready_and_only_once(world: World) -> None:
    account_id = await world.add_account()

    account = await world.accounts.get(account_id)
    assert (account.state, account.session_secret, account.send_cooldown_until) == (
        AccountState.READY,
        "session-1",
        None,
    )
    assert await world.accounts.list_accounts() == [account]
    with pytest.raises(UserInputError):
        await world.add_account()


async def test_an_account_that_is_not_there_is_said_so(world: World) -> None:
    with pytest.raises(UserInputError):
        await world.accounts.get(99)


async def test_a_live_workspace_takes_only_the_careful_profile(tmp_path: Path) -> None:
    world = await World.make(tmp_path, kind=WorkspaceKind.LIVE)
    async with world.database:
        with pytest.raises(ConfigurationError):
            await world.add_account(profile="unlimited")
        account_id = await world.add_account(profile="careful")
        with pytest.raises(ConfigurationError):
            await world.accounts.set_limit_profile(account_id, "sandbox", actor="ann", now=NOW)

        assert (await world.accounts.get(account_id)).limit_profile == "careful"


async def test_the_limit_profile_of_a_sandbox_account_can_be_changed(world: World) -> None:
    account_id = await world.add_account()

    await world.accounts.set_limit_profile(account_id, "sandbox", actor="ann", now=NOW)

    assert (await world.accounts.get(account_id)).limit_profile == "sandbox"
    assert (await world.event_kinds())[-1] == "account.limit_profile"


async def test_signing_in_again_needs_the_same_telegram_account(world: World) -> None:
    account_id = await world.add_account()
    account = await world.accounts.get(account_id)

    with pytest.raises(UserInputError, match="Another Telegram account"):
        await world.accounts.sign_in_again(
            account_id, TelegramUserId(account.telegram_user_id + 1), "session-9", actor="ann", now=NOW
        )
    await world.accounts.sign_in_again(account_id, account.telegram_user_id, "session-9", actor="ann", now=NOW)

    again = await world.accounts.get(account_id)
    assert (again.session_secret, again.state) == ("session-9", AccountState.READY)


@pytest.mark.parametrize(
    "state", [AccountState.LIMITED, AccountState.SIGNED_OUT, AccountState.FROZEN, AccountState.BANNED]
)
async def test_a_stopped_account_waits_for_a_person_who_resumes_it(world: World, state: AccountState) -> None:
    account_id = await world.add_account()
    lease = await world.take(account_id)

    for _ in range(2):
        await world.accounts.stop(lease, state, "Ask @SpamBot.", now=NOW)

    stopped = await world.accounts.get(account_id)
    assert (stopped.state, stopped.state_reason) == (state, "Ask @SpamBot.")
    assert (await world.event_kinds()).count("account.stopped") == 1
    await world.accounts.resume(account_id, actor="ann", now=NOW)
    resumed = await world.accounts.get(account_id)
    assert (resumed.state, resumed.state_reason) == (AccountState.READY, None)


async def test_only_a_ready_account_is_paused(world: World) -> None:
    account_id = await world.add_account()
    await world.accounts.pause(account_id, actor="ann", now=NOW)
    await world.accounts.pause(account_id, actor="ann", now=NOW)
    assert (await world.event_kinds()).count("account.paused") == 1
    await world.accounts.stop(await world.take(account_id), AccountState.BANNED, "gone", now=NOW)

    with pytest.raises(InvalidTransitionError):
        await world.accounts.pause(account_id, actor="ann", now=NOW)


async def test_resuming_does_not_shorten_a_demanded_wait(world: World) -> None:
    account_id = await world.add_account()
    await world.execute("UPDATE account SET state = 'paused', send_cooldown_until = 99000")

    await world.accounts.resume(account_id, actor="ann", now=NOW)

    assert await world.column("SELECT send_cooldown_until FROM account") == [99000]


async def test_how_far_an_account_has_read_is_kept(world: World) -> None:
    account_id = await world.add_account()
    lease = await world.take(account_id)
    state = UpdateState(pts=5, qts=0, date=NOW, seq=3)

    assert await world.accounts.update_state(account_id) is None
    await world.incoming.commit(lease, IncomingBatch(items=(), peers=(), state=state), [])

    assert await world.accounts.update_state(account_id) == state


# ----------------------------------------------------------------------------------------------------- leases


async def test_taking_an_account_ends_every_lease_of_before(world: World) -> None:
    account_id = await world.add_account()
    first = await world.take(account_id)
    second = await world.take(account_id, TWO)

    kept = await world.leases.renew([first, second], until=NOW + MINUTE)

    assert (first.epoch, second.epoch) == (1, 2)
    assert kept == [second]


async def test_a_lease_that_was_given_back_allows_nothing_and_never_comes_again(world: World) -> None:
    account_id = await world.add_account()
    lease = await world.take(account_id)

    await world.leases.release(lease)
    await world.leases.release(lease)

    with pytest.raises(LeaseLost):
        await world.accounts.stop(lease, AccountState.FROZEN, "", now=NOW)
    assert (await world.take(account_id)).epoch > lease.epoch + 1


async def test_an_account_nobody_ever_took_has_no_lease(world: World) -> None:
    account_id = await world.add_account()

    with pytest.raises(LeaseLost):
        await world.accounts.stop(Lease(account_id=account_id, epoch=0), AccountState.FROZEN, "", now=NOW)


async def test_an_account_is_held_until_its_lease_ends_or_is_given_back(world: World) -> None:
    account_id = await world.add_account()
    assert not await world.leases.is_held(account_id, now=NOW)

    lease = await world.take(account_id)

    assert await world.leases.is_held(account_id, now=NOW)
    assert not await world.leases.is_held(account_id, now=NOW + MINUTE)
    await world.leases.release(lease)
    assert not await world.leases.is_held(account_id, now=NOW)


async def test_a_lane_is_written_only_when_it_does_something_else(world: World) -> None:
    account_id = await world.add_account()
    report = LaneReport(account_id=account_id, status=LaneStatus.WAITING, reason="Telegram asked", until=NOW)

    await world.leases.report([report], now=NOW)
    await world.leases.report([report], now=NOW + MINUTE)

    assert await world.column("SELECT updated_at FROM lane") == [int(NOW.timestamp() * 1000)]
    (lane,) = await world.reports.lanes(None)
    assert (lane.status, lane.reason, lane.until) == (LaneStatus.WAITING, "Telegram asked", NOW)


# ---------------------------------------------------------------------------------------------------- workers


async def test_each_start_of_a_worker_raises_the_generation(world: World) -> None:
    generations = [await world.workers.begin(start(ONE)), await world.workers.begin(start(TWO, minutes=1))]

    newest = await world.reports.newest_worker()
    assert generations == [1, 2]
    assert await world.workspace.generation() == 2
    assert newest is not None
    assert (newest.worker_id, newest.pid, newest.ended_at) == (TWO, 4711, None)


async def test_the_newest_worker_is_the_last_that_started_though_the_clock_was_set_back(world: World) -> None:
    await world.workers.begin(start(ONE))
    await world.workers.begin(start(TWO, minutes=-90))

    newest = await world.reports.newest_worker()

    assert newest is not None
    assert newest.worker_id == TWO


async def test_a_worker_is_asked_to_stop_by_a_row_and_marks_it_done(world: World) -> None:
    await world.workers.begin(start())
    assert not await world.workers.beat(ONE, now=NOW)

    await world.requests.ask_worker_to_stop(ONE, requester="ann", deadline=NOW + MINUTE, now=NOW)

    assert await world.workers.beat(ONE, now=NOW + MINUTE)
    assert not await world.workers.beat(TWO, now=NOW)
    await world.workers.end(ONE, now=NOW + MINUTE)
    assert await world.column("SELECT state FROM request") == ["done"]
    newest = await world.reports.newest_worker()
    assert newest is not None
    assert newest.ended_at == NOW + MINUTE


async def test_a_request_whose_deadline_has_passed_asks_nothing_any_more(world: World) -> None:
    await world.workers.begin(start())
    await world.requests.ask_worker_to_stop(ONE, requester="ann", deadline=NOW, now=NOW)

    assert not await world.workers.beat(ONE, now=NOW + MINUTE)
    assert await world.column("SELECT state FROM request") == ["expired"]


async def test_the_newest_time_is_that_of_the_last_try_or_end(world: World) -> None:
    assert await world.workers.newest_time() is None
    account_id = await world.add_account()
    await world.import_people(2)
    await world.execute("UPDATE contact SET telegram_user_id = id")
    campaign_id = await world.run([account_id])
    first, second = [row.id for row in await world.ahead(account_id, campaign_id)]
    lease = await world.take(account_id)
    assert await world.workers.newest_time() is None

    await world.claim(lease, first, now=NOW + MINUTE)
    assert await world.workers.newest_time() == NOW + MINUTE
    await world.execute(
        "UPDATE outgoing SET state = 'cancelled', reason = 'campaign_stopped', settled_at = ? WHERE id = ?",
        int((NOW + 2 * MINUTE).timestamp() * 1000),
        second,
    )
    assert await world.workers.newest_time() == NOW + 2 * MINUTE


# -------------------------------------------------------------------------------------------------- workspace


async def test_a_workspace_is_named_once(world: World) -> None:
    row = await world.workspace.get()

    assert (row.workspace_id, row.kind, row.generation) == ("workspace-one", WorkspaceKind.SANDBOX, 0)
    with pytest.raises(WorkspaceError):
        await world.workspace.create("another", WorkspaceKind.LIVE, now=NOW)


async def test_a_database_without_a_name_starts_no_worker(tmp_path: Path) -> None:
    async with await Database.open(tmp_path / "w.db", backups=tmp_path / "backups") as database:
        assert await WorkspaceStore(database).find() is None
        with pytest.raises(WorkspaceError):
            await WorkspaceStore(database).get()
        with pytest.raises(WorkspaceError):
            await WorkerStore(database).begin(start())


async def test_a_bot_has_its_own_careful_profile(tmp_path: Path) -> None:
    world = await World.make(tmp_path, kind=WorkspaceKind.LIVE)
    async with world.database:
        account_id = await world.add_account(kind=AccountKind.BOT, profile="careful")

        assert (await world.accounts.get(account_id)).kind is AccountKind.BOT
