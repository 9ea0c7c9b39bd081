"""Who may send: leases, sleep, clocks; how a worker ends; what it leaves behind."""

import asyncio
import json
from datetime import timedelta

import pytest

from campaigns.delivery import DeliveryState
from campaigns.dispatch.rendering import Rendering
from campaigns.ports import LaneStatus
from core.domain.account import AccountState
from core.domain.change import Subject
from core.locks import account_lock
from telegram.sandbox.control import FaultKind
from tests.campaigns.dispatch.rig import Rig, RigAccount

pytestmark = pytest.mark.slow


async def epoch_of(rig: Rig, account: RigAccount) -> int:
    def read(raw: object) -> int:
        sql = "SELECT epoch FROM account_lease WHERE account_id = ?"
        return raw.execute(sql, (account.id,)).fetchone()[0]  # type: ignore[attr-defined]

    return await rig.database.read(read)


async def test_never_more_rows_are_sending_than_the_window_and_one_whatever_goes_wrong(rig: Rig) -> None:
    rig.set("delivery", "in_flight", 3)
    account = await rig.add_account(people=60)
    await rig.start_worker()
    await rig.inject(account, FaultKind.ERROR, code=500, text="INTERNAL", every=2, count=25)
    await rig.inject(account, FaultKind.DROP_AFTER, every=20, count=2)
    seen: list[int] = []

    await rig.start_campaign()

    def sample(rows: list[object]) -> bool:
        seen.append(sum(row.state is DeliveryState.SENDING for row in rows))  # type: ignore[attr-defined]
        return all(row.state is DeliveryState.SENT for row in rows)  # type: ignore[attr-defined]

    await rig.until_rows(sample, "everybody has it")
    assert 1 <= max(seen) <= 4
    assert len(rig.sent()) == 60


async def test_an_orderly_end_leaves_nothing_under_way_and_says_that_it_ended(rig: Rig) -> None:
    account = await rig.add_account(people=60)
    await rig.start_worker()
    await rig.inject(account, FaultKind.DELAY, seconds=0.2, every=3, count=None)
    await rig.start_campaign()
    await rig.until_states(sending=6)  # five under way, and the next one claimed

    await rig.stop_worker()

    rows = await rig.rows()
    assert {row.state for row in rows} == {DeliveryState.SENT, DeliveryState.PLANNED}
    worker = await rig.reports.newest_worker()
    assert worker is not None
    assert worker.ended_at is not None
    assert (await rig.lane(account)).status is LaneStatus.OFFLINE
    assert account_lock(account.secret).acquire(), "the account is free for another worker"


async def test_an_orderly_end_leaves_no_task_behind(rig: Rig) -> None:
    await rig.add_account(people=3)
    before = asyncio.all_tasks()

    await rig.start_worker()
    await rig.start_campaign()
    await rig.until_final()
    await rig.stop_worker()

    assert asyncio.all_tasks() - before == set()


async def test_a_lost_lease_ends_the_lane_without_a_further_write(rig: Rig) -> None:
    account = await rig.add_account(people=8)
    await rig.start_worker()
    await rig.inject(account, FaultKind.DELAY, seconds=0.4, count=None)
    await rig.start_campaign()
    before = await rig.until_states(sending=6)  # five under way, and the next one claimed

    # Signed out too, so that this worker does not take the account at once again.
    await rig.edit("UPDATE account_lease SET epoch = epoch + 1")
    await rig.edit("UPDATE account SET state = 'signed_out'", subject=(Subject.ACCOUNT, account.id))
    lock = account_lock(account.secret)

    async def is_given_back() -> bool:
        return lock.acquire()

    await rig.until(is_given_back, "the lane has ended")

    assert len(rig.sent()) == 5
    assert await rig.rows() == before
    lock.release()
    await rig.control.clear_faults()
    await rig.accounts.resume(account.id, actor="ann", now=rig.clock.now())
    await rig.until_final()
    assert len(rig.sent()) == 8


async def test_an_account_that_another_process_holds_is_shown_and_never_taken(rig: Rig) -> None:
    held, free = await rig.add_account(people=3), await rig.add_account(people=3)
    await rig.start_worker()
    await rig.stop_worker()
    await rig.start_campaign()
    lock = account_lock(held.secret)
    assert lock.acquire()

    await rig.start_worker(until_idle=False)
    await rig.until_rows(lambda _: len(rig.sent(free)) == 3, "the free account sends")

    async def is_told() -> bool:
        lane = await rig.lane(held)
        return (lane.status, lane.reason) == (
            LaneStatus.OFFLINE,
            "Another process holds this account: a worker that does not answer, or another workspace on this computer.",
        )

    await rig.until(is_told, "the lane says why it waits")
    assert rig.sent(held) == []
    lock.release()
    await rig.until_final()


async def test_a_new_session_is_used_under_its_own_lock_alone(rig: Rig) -> None:
    account = await rig.add_account(people=3)
    await rig.start_worker()
    former = account.secret

    await rig.sign_in_again(account)

    lock = account_lock(account.secret)

    async def is_held() -> bool:
        if not lock.acquire():
            return True
        lock.release()
        return False

    await rig.until(is_held, "the worker holds the new session")
    await rig.start_campaign()
    await rig.until_final()
    assert len(rig.sent()) == 3
    assert account_lock(former).acquire(), "nobody holds the former session any more"


async def test_a_machine_that_slept_sends_nothing_before_it_owns_its_accounts_again(rig: Rig) -> None:
    rig.set("delivery", "heartbeat_s", 3.0)  # so that no heartbeat prolongs the lease meanwhile
    rig.set("delivery", "sandbox_rate_per_s", 50.0)
    account = await rig.add_account(people=60, profile="sandbox")
    await rig.start_worker()
    await rig.start_campaign()
    await rig.until_rows(lambda _: len(rig.sent()) >= 3, "it sends")
    epoch = await epoch_of(rig, account)

    rig.clock.slept_s += 60
    slept_at_count = len(rig.sent())

    rows = await rig.until_final()
    assert await epoch_of(rig, account) > epoch, "it went on under a lease that was over"
    assert {row.state for row in rows} == {DeliveryState.SENT}
    assert slept_at_count < 60


@pytest.mark.parametrize("hours", [25, -25])
async def test_a_clock_that_is_set_while_the_worker_runs_is_told_and_nobody_gets_anything_twice(
    rig: Rig, hours: int
) -> None:
    rig.set("delivery", "sandbox_rate_per_s", 50.0)
    account = await rig.add_account(people=40, profile="sandbox")
    await rig.start_worker()
    await rig.inject(account, FaultKind.DROP_AFTER, every=12, count=2)
    await rig.start_campaign()
    await rig.until_rows(lambda _: len(rig.sent()) >= 5, "it sends")

    rig.clock.wall_offset_s = hours * 3600
    await rig.until_event("clock.jumped")
    await rig.until_event("clock.wrong")

    rows = await rig.until_final()
    assert {row.state for row in rows} == {DeliveryState.SENT}
    assert len(rig.sent()) == 40
    rig.clock.wall_offset_s = 0
    moments = [row.unknown_since for row in rows if row.unknown_since is not None]
    assert max(moments) - min(moments) < timedelta(minutes=1), "the engine's time is Telegram's"


async def test_what_is_unexpected_ends_the_worker_is_in_its_log_and_nothing_is_lost(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await rig.add_account(people=12)
    await rig.start_worker()
    render, count = Rendering.render, iter(range(100))

    def fail_in_the_middle(self: Rendering, candidate: object) -> object:
        if next(count) == 6:
            raise RuntimeError("no plan for +99966100007")
        return render(self, candidate)  # type: ignore[arg-type]

    monkeypatch.setattr(Rendering, "render", fail_in_the_middle)
    await rig.start_campaign()
    with pytest.raises(ExceptionGroup):
        await rig.until_final()
    rig.worker = None
    monkeypatch.undo()

    lines = [json.loads(line) for line in (rig.workspace.logs / "worker.log").read_text().splitlines()]
    (told,) = [line for line in lines if line["level"] == "error"]
    assert "RuntimeError" in told["exc_info"]
    assert "fail_in_the_middle" in told["exc_info"], "with its traceback"
    assert "+99966100007" not in json.dumps(told)
    worker = await rig.reports.newest_worker()
    assert worker is not None
    assert worker.ended_at is None, "it did not end in order"
    await rig.verify()

    monkeypatch.setenv("WIREROOM_STATE_DIR", str(rig.workspace.folder.parent / "state"))
    await rig.start_worker(until_idle=False)
    await rig.until_final()
    assert len(rig.sent(account)) == 12


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE workspace SET kind = 'live'", "Sandbox and live accounts do not mix"),
        ("UPDATE account SET data_centre = 'production'", "Sandbox and live accounts do not mix"),
    ],
)
async def test_an_account_of_the_other_kind_is_refused(rig: Rig, change: str, words: str) -> None:
    account = await rig.add_account(people=1)
    await rig.edit(change)

    await rig.start_worker(until_idle=False)

    lane = await rig.until_lane(account, LaneStatus.NEEDS_YOU)
    assert words in lane.reason


async def test_a_live_workspace_refuses_limits_of_the_sandbox_for_that_account_alone(rig: Rig) -> None:
    account = await rig.add_account(people=1)
    await rig.edit("UPDATE account SET data_centre = 'production'")
    await rig.edit("UPDATE workspace SET kind = 'live'")

    await rig.start_worker(until_idle=False)

    lane = await rig.until_lane(account, LaneStatus.NEEDS_YOU)
    assert 'The limit profile "unlimited" is only for the sandbox.' in lane.reason
    await rig.until_beats()
    assert (await rig.accounts.get(account.id)).state is AccountState.READY
