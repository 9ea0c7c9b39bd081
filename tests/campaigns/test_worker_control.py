"""A worker seen from outside: a real process that is started, watched, stopped, held up and killed."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from campaigns.delivery import DeliveryState
from campaigns.ports import LaneStatus
from campaigns.report.views import WorkerView
from campaigns.worker_control import LOG_NAME, WorkerCondition, WorkerControl
from core.clock import SystemClock
from core.errors import TimedOut
from core.processes import ProcessRecord, is_alive, kill
from core.workspace import open_workspace
from telegram.sandbox.control import FaultKind
from tests.campaigns.dispatch.rig import ASKED_BY, Rig

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def control(rig: Rig) -> WorkerControl:
    rig.set("delivery", "sandbox_rate_per_s", 40.0)
    return rig.console.get(WorkerControl)


async def start(rig: Rig, control: WorkerControl) -> ProcessRecord:
    record = await control.start(rig.secrets.key_line())
    for account in rig.known:
        await rig.until_lane(account, LaneStatus.IDLE)
    return record


async def condition(control: WorkerControl) -> WorkerCondition:
    return (await control.status()).condition


async def until_condition(rig: Rig, control: WorkerControl, wanted: WorkerCondition) -> None:
    async def look() -> bool:
        return await condition(control) is wanted

    await rig.until(look, f"the worker is {wanted}")


async def until_gone(rig: Rig, record: ProcessRecord) -> None:
    async def look() -> bool:
        try:
            return psutil.Process(record.pid).status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True

    await rig.until(look, "the process has ended")


async def test_a_worker_is_started_once_and_ends_in_order_when_a_row_asks(rig: Rig, control: WorkerControl) -> None:
    await rig.add_account(people=60, profile="sandbox")
    assert await condition(control) is WorkerCondition.NEVER_STARTED
    record = await start(rig, control)
    assert await condition(control) is WorkerCondition.RUNNING
    assert await control.start(rig.secrets.key_line()) == record, "one runs already"
    await rig.start_campaign()
    await rig.until_rows(lambda _: len(rig.sent()) >= 3, "it sends")

    assert await control.stop(requester=ASKED_BY)

    assert await condition(control) is WorkerCondition.STOPPED
    await until_gone(rig, record)
    rows = await rig.rows()
    assert {row.state for row in rows} == {DeliveryState.SENT, DeliveryState.PLANNED}
    assert sum(row.state is DeliveryState.SENT for row in rows) == len(rig.sent())
    assert await control.stop(requester=ASKED_BY), "to stop what has stopped is done at once"


async def test_two_who_start_a_worker_at_once_get_the_same_one(rig: Rig, control: WorkerControl) -> None:
    key_line = rig.secrets.key_line()

    first, second = await asyncio.gather(control.start(key_line), control.start(key_line))

    try:
        assert first.pid == second.pid
        assert len(await rig.reports.current_workers()) == 1
    finally:
        kill(first)
        kill(second)


async def test_stopping_ends_every_worker_that_runs_and_not_only_the_newest(rig: Rig, control: WorkerControl) -> None:
    key_line = rig.secrets.key_line()
    started = [await control.start(key_line)]
    try:
        os.kill(started[0].pid, signal.SIGSTOP)
        await until_condition(rig, control, WorkerCondition.NOT_ANSWERING)
        started.append(await control.start(key_line))
        os.kill(started[0].pid, signal.SIGCONT)

        assert await control.stop(requester=ASKED_BY)

        assert [is_alive(record) for record in started] == [False, False]
        (newest,) = await rig.reports.current_workers()
        assert newest.ended_at is not None
    finally:
        for record in started:
            kill(record)


async def test_sigterm_ends_a_worker_in_order_with_what_is_under_way_recorded(
    rig: Rig, control: WorkerControl
) -> None:
    account = await rig.add_account(people=30, profile="sandbox")
    record = await start(rig, control)
    await rig.inject(account, FaultKind.DELAY, seconds=0.3, count=None)
    await rig.start_campaign()
    await rig.until_rows(lambda rows: any(row.state is DeliveryState.SENDING for row in rows), "some are under way")

    os.kill(record.pid, signal.SIGTERM)

    await until_condition(rig, control, WorkerCondition.STOPPED)
    rows = await rig.rows()
    assert {row.state for row in rows} == {DeliveryState.SENT, DeliveryState.PLANNED}
    assert sum(row.state is DeliveryState.SENT for row in rows) == len(rig.sent())


async def test_a_killed_worker_has_died_and_the_next_one_goes_on(rig: Rig, control: WorkerControl) -> None:
    account = await rig.add_account(people=20, profile="sandbox")
    record = await start(rig, control)
    await rig.inject(account, FaultKind.DELAY, seconds=0.3, every=5, count=None)
    await rig.start_campaign()
    await rig.until_rows(
        lambda rows: rig.sent() and any(row.state is DeliveryState.SENDING for row in rows), "some are under way"
    )

    os.kill(record.pid, signal.SIGKILL)
    await until_condition(rig, control, WorkerCondition.DIED)
    assert await control.stop(requester=ASKED_BY), "nobody is there to be asked"
    await control.start(rig.secrets.key_line())

    rows = await rig.until_final()
    assert {row.state for row in rows} == {DeliveryState.SENT}
    assert await control.stop(requester=ASKED_BY)


async def test_a_worker_that_is_held_up_does_not_answer_and_is_ended_by_force_after_the_deadline(
    rig: Rig, control: WorkerControl
) -> None:
    await rig.add_account(people=1)
    record = await start(rig, control)

    os.kill(record.pid, signal.SIGSTOP)
    await until_condition(rig, control, WorkerCondition.NOT_ANSWERING)
    os.kill(record.pid, signal.SIGCONT)
    await until_condition(rig, control, WorkerCondition.RUNNING)

    os.kill(record.pid, signal.SIGSTOP)
    assert not await control.stop(requester=ASKED_BY, timeout_s=0.3)
    await until_gone(rig, record)
    assert await condition(control) is WorkerCondition.DIED


async def test_a_worker_that_cannot_start_says_where_its_words_are(rig: Rig, control: WorkerControl) -> None:
    with pytest.raises(TimedOut) as caught:
        await control.start(b"no key\n")

    assert "worker-output.log" in caught.value.hint
    assert (rig.workspace.logs / "worker-output.log").stat().st_size > 0


async def test_a_worker_that_nobody_waits_for_any_more_or_that_never_comes_up_is_ended(
    rig: Rig, control: WorkerControl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "_program", ["sh", "-c", f"exec sleep 600 # {rig.workspace.folder}"])

    with pytest.raises(TimedOut):
        await control.start(rig.secrets.key_line(), timeout_s=0.1)
    async with asyncio.TaskGroup() as group:
        starting = group.create_task(control.start(rig.secrets.key_line()), name="start")
        await rig.until(lambda: _is_any_asleep(rig), "it was started")
        starting.cancel()

    assert not await _is_any_asleep(rig)


async def _is_any_asleep(rig: Rig) -> bool:
    """Whether a stand-in of a worker lives; its arguments after the script are those of a worker."""
    return any(
        process.info["cmdline"] == ["sleep", "600"] and process.cwd() == str(rig.workspace.folder)
        for process in psutil.Process().children()
        for process.info in [process.as_dict(["cmdline"])]
    )


async def test_a_defect_ends_the_process_with_70_and_its_traceback_is_in_the_log(rig: Rig) -> None:
    await rig.add_account(people=2)
    await rig.start_campaign()
    program = [sys.executable, str(Path(__file__).with_name("broken_worker.py"))]
    command = [*program, "worker", "--workspace", str(rig.workspace.folder), "--key-fd", "0"]

    ended = await asyncio.to_thread(
        subprocess.run,
        command,
        input=rig.secrets.key_line(),
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )

    assert ended.returncode == 70, ended.stderr
    assert b"This is a mistake in Wireroom" in ended.stderr
    assert b"+99966100007" not in ended.stderr
    lines = [json.loads(line) for line in (rig.workspace.logs / "worker.log").read_text().splitlines()]
    (told,) = [line for line in lines if line["level"] == "error"]
    assert "broken_worker.py" in told["exc_info"]
    assert "+99966100007" not in (rig.workspace.logs / "worker.log").read_text()
    assert await condition(rig.console.get(WorkerControl)) is WorkerCondition.DIED
    assert {row.state for row in await rig.rows()} == {DeliveryState.PLANNED}


class _NoWorkers:
    async def current_workers(self) -> Sequence[WorkerView]:
        return []

    async def ask_worker_to_stop(self, *_: object, **__: object) -> object:
        raise NotImplementedError


@pytest.mark.parametrize("end_with_us", [True, False])
async def test_the_worker_of_a_demo_ends_with_the_window_however_that_ends(tmp_path: Path, end_with_us: bool) -> None:
    """tests/cli/test_interrupts.py shows what `--parent` does."""
    workspace = open_workspace(tmp_path / "workspace")
    nobody = _NoWorkers()
    control = WorkerControl(
        workspace=workspace,
        looks=nobody,
        asks=nobody,
        clock=SystemClock(),
        program=[sys.executable, "-c", "import sys; print(*sys.argv[1:])"],
        heartbeat_s=2.0,
    )
    control.remember_key(b"key\n", end_with_us=end_with_us)

    with pytest.raises(TimedOut):  # it says what it was given, and is no worker
        await control.start(None)

    given = (workspace.logs / LOG_NAME).read_text("utf-8").split()
    assert (given[-2:] == ["--parent", str(os.getpid())]) is end_with_us
