"""Services start in order of their needs, stop in reverse, and a failed start leaves nothing running."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from core.container import Key, Needs, ServiceContainer, ServiceGraphError, StopReason
from core.errors import ServiceStuck, StorageFull, StorageLocked

A, B, C = Key[str]("a"), Key[str]("b"), Key[str]("c")


class Journal:
    """What was started and stopped, in order; services that can be told to fail or to hang."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def service(
        self,
        name: str,
        *,
        start: Callable[[], object] = lambda: None,
        stop: Callable[[], object] = lambda: None,
    ) -> Callable[[Needs], AbstractAsyncContextManager[str]]:
        @asynccontextmanager
        async def run(_: Needs) -> AsyncIterator[str]:
            self.lines.append(f"+{name}")
            result = start()
            if asyncio.iscoroutine(result):
                await result
            try:
                yield name.upper()
            finally:
                result = stop()
                if asyncio.iscoroutine(result):
                    await result
                self.lines.append(f"-{name}")

        return run


def hang() -> object:
    return asyncio.Event().wait()


def fail(error: Exception) -> Callable[[], object]:
    def raise_it() -> object:
        raise error

    return raise_it


def own_tasks() -> set[str]:
    return {task.get_name() for task in asyncio.all_tasks() if task is not asyncio.current_task()}


@pytest.fixture
def journal() -> Journal:
    return Journal()


def chain(journal: Journal, **how: Callable[[], object]) -> ServiceContainer:
    """a <- b <- c, registered in another order; `how` says what c does."""
    container = ServiceContainer()
    container.register(C, journal.service("c", **how), needs=[B], start_timeout_s=30, stop_timeout_s=30)
    container.register(A, journal.service("a"))
    container.register(B, journal.service("b"), needs=[A])
    return container


async def test_services_start_after_what_they_need_and_stop_in_reverse(journal: Journal) -> None:
    container = chain(journal)

    async with container:
        assert journal.lines == ["+a", "+b", "+c"]
        assert container.get(C) == "C"
    assert journal.lines == ["+a", "+b", "+c", "-c", "-b", "-a"]
    assert own_tasks() == set()


async def test_factory_gets_what_it_named_and_nothing_else() -> None:
    container = ServiceContainer()
    container.register(int, lambda _: 7)
    container.register(A, lambda needs: f"a{needs.get(int)}", needs=[int])
    container.register(B, lambda needs: needs.get(A))

    with pytest.raises(ServiceGraphError, match="b uses a, which is not among its needs"):
        await container.start()
    with pytest.raises(ServiceGraphError, match="does not run"):
        container.get(A)


async def test_plain_value_is_a_service() -> None:
    container = ServiceContainer()
    container.register(int, lambda _: 7)
    container.register(A, lambda needs: f"a{needs.get(int)}", needs=[int])

    async with container:
        assert container.get(A) == "a7"


async def test_circle_is_refused_and_names_its_path(journal: Journal) -> None:
    container = ServiceContainer()
    for key, need in ((A, B), (B, C), (C, A)):
        container.register(key, journal.service(key.name), needs=[need])

    with pytest.raises(ServiceGraphError, match="a → b → c → a"):
        await container.start()
    assert journal.lines == []


async def test_missing_need_is_refused_and_names_its_path(journal: Journal) -> None:
    container = ServiceContainer()
    container.register(A, journal.service("a"), needs=[B])
    container.register(B, journal.service("b"), needs=[int])

    with pytest.raises(ServiceGraphError, match="a → b → int"):
        await container.start()
    assert journal.lines == []


def test_service_is_registered_once(journal: Journal) -> None:
    container = chain(journal)

    with pytest.raises(ServiceGraphError, match="twice"):
        container.register(A, journal.service("a"))


async def test_failed_start_undoes_what_was_started(journal: Journal) -> None:
    container = chain(journal, start=fail(StorageFull()))

    with pytest.raises(StorageFull):
        await container.start()
    assert journal.lines == ["+a", "+b", "+c", "-b", "-a"]
    assert own_tasks() == set()


async def test_start_that_takes_too_long_is_undone_and_names_the_service(journal: Journal) -> None:
    container = chain(journal, start=hang)
    container._services[C].start_timeout_s = 0.1

    with pytest.raises(ServiceStuck, match=r"c did not start within 0\.1 s"):
        await container.start()
    assert journal.lines == ["+a", "+b", "+c", "-b", "-a"]
    assert own_tasks() == set()


async def test_undoing_goes_on_when_a_part_of_it_fails_and_all_errors_are_told(journal: Journal) -> None:
    container = ServiceContainer()
    container.register(A, journal.service("a"))
    container.register(B, journal.service("b", stop=fail(StorageLocked())), needs=[A])
    container.register(C, journal.service("c", start=fail(StorageFull())), needs=[B])

    with pytest.raises(ExceptionGroup) as caught:
        await container.start()
    assert [type(error) for error in caught.value.exceptions] == [StorageFull, StorageLocked]
    assert journal.lines == ["+a", "+b", "+c", "-a"]


async def test_start_may_be_tried_again_after_it_failed(journal: Journal) -> None:
    outcomes = iter([fail(StorageFull()), lambda: None])
    container = chain(journal, start=lambda: next(outcomes)())

    with pytest.raises(StorageFull):
        await container.start()
    async with container:
        assert container.get(C) == "C"


async def test_stop_goes_on_when_one_fails_or_hangs(journal: Journal) -> None:
    container = ServiceContainer()
    container.register(A, journal.service("a"))
    container.register(B, journal.service("b", stop=fail(StorageFull())), needs=[A])
    container.register(C, journal.service("c", stop=hang), needs=[B], stop_timeout_s=0.05)

    await container.start()
    with pytest.raises(ExceptionGroup) as caught:
        await container.stop()
    assert [type(error) for error in caught.value.exceptions] == [ServiceStuck, StorageFull]
    assert "c did not stop within 0.05 s" in str(caught.value.exceptions[0])
    assert journal.lines[-1] == "-a"
    assert own_tasks() == set()


async def test_start_and_stop_twice_and_at_once_do_it_once(journal: Journal) -> None:
    container = chain(journal)

    await asyncio.gather(container.start(), container.start(), container.start())
    await container.start()
    await asyncio.gather(container.stop(), container.stop())
    await container.stop()
    assert journal.lines == ["+a", "+b", "+c", "-c", "-b", "-a"]


async def test_stop_during_a_start_ends_with_nothing_running(journal: Journal) -> None:
    container = chain(journal)

    await asyncio.gather(container.start(), container.stop())
    assert journal.lines == ["+a", "+b", "+c", "-c", "-b", "-a"]


async def test_cancelled_start_is_undone_and_stays_cancelled(journal: Journal) -> None:
    container = chain(journal, start=hang)

    async with asyncio.TaskGroup() as group:
        starting = group.create_task(container.start())
        while journal.lines != ["+a", "+b", "+c"]:
            await asyncio.sleep(0)
        starting.cancel()
    assert starting.cancelled()
    assert journal.lines == ["+a", "+b", "+c", "-b", "-a"]
    assert own_tasks() == set()


async def test_cancelled_stop_stops_everything_first(journal: Journal) -> None:
    container = chain(journal, stop=lambda: asyncio.sleep(0.02))
    await container.start()

    async with asyncio.TaskGroup() as group:
        stopping = group.create_task(container.stop())
        await asyncio.sleep(0)
        stopping.cancel()
        await asyncio.sleep(0)
        stopping.cancel()
    assert stopping.cancelled()
    assert journal.lines == ["+a", "+b", "+c", "-c", "-b", "-a"]


async def test_task_group_of_a_service_may_be_left_by_another_task_than_started_it() -> None:
    @asynccontextmanager
    async def with_group(_: Needs) -> AsyncIterator[str]:
        async with asyncio.TaskGroup() as group:
            background = group.create_task(asyncio.Event().wait())
            yield "running"
            background.cancel()

    container = ServiceContainer()
    container.register(A, with_group)

    async with asyncio.TaskGroup() as group:
        await group.create_task(container.start())
    async with asyncio.TaskGroup() as group:
        await group.create_task(container.stop())


async def test_error_of_the_body_is_told_together_with_the_error_of_the_stop(journal: Journal) -> None:
    container = chain(journal, stop=fail(StorageFull()))

    with pytest.raises(ExceptionGroup) as caught:
        async with container:
            raise KeyError("body")
    assert [type(error) for error in caught.value.exceptions] == [KeyError, StorageFull]


async def test_run_ends_when_its_work_is_done(journal: Journal) -> None:
    async def work(container: ServiceContainer) -> None:
        journal.lines.append(container.get(C))

    assert await chain(journal).run_until_stopped(work) is StopReason.FINISHED
    assert journal.lines == ["+a", "+b", "+c", "C", "-c", "-b", "-a"]
    assert own_tasks() == set()


async def test_error_of_the_work_is_raised_after_the_stop(journal: Journal) -> None:
    async def work(_: ServiceContainer) -> None:
        raise StorageFull

    with pytest.raises(StorageFull):
        await chain(journal).run_until_stopped(work)
    assert journal.lines[-1] == "-a"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_signals_run_the_ordered_stop_once(journal: Journal, number: signal.Signals) -> None:
    former = signal.getsignal(number)

    async def work(_: ServiceContainer) -> None:
        os.kill(os.getpid(), number)
        await asyncio.Event().wait()

    async def stop() -> None:
        os.kill(os.getpid(), number)  # an impatient person
        await asyncio.sleep(0.01)

    assert await chain(journal, stop=stop).run_until_stopped(work) is StopReason.SIGNAL
    assert journal.lines == ["+a", "+b", "+c", "-c", "-b", "-a"]
    assert signal.getsignal(number) == former


async def test_signal_during_the_start_undoes_it(journal: Journal) -> None:
    async def start() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.Event().wait()

    container = chain(journal, start=start)

    assert await container.run_until_stopped() is StopReason.SIGNAL
    assert journal.lines == ["+a", "+b", "+c", "-b", "-a"]


async def test_service_that_dies_ends_the_run_with_its_error(journal: Journal) -> None:
    @asynccontextmanager
    async def dies(_: Needs) -> AsyncIterator[str]:
        async with asyncio.TaskGroup() as group:
            group.create_task(broken())
            yield "running"

    async def broken() -> None:
        raise StorageFull

    container = ServiceContainer()
    container.register(A, journal.service("a"))
    container.register(B, dies, needs=[A])

    with pytest.raises(ExceptionGroup) as caught:
        await container.run_until_stopped()
    assert caught.group_contains(StorageFull)
    assert journal.lines == ["+a", "-a"]
    assert own_tasks() == set()


async def test_an_error_of_a_former_run_is_not_told_again(journal: Journal) -> None:
    @asynccontextmanager
    async def dies_once(_: Needs) -> AsyncIterator[str]:
        async with asyncio.TaskGroup() as group:
            if journal.lines == ["+a"]:
                group.create_task(broken())
            yield "running"

    async def broken() -> None:
        raise StorageFull

    async def work(_: ServiceContainer) -> None: ...

    container = ServiceContainer()
    container.register(A, journal.service("a"))
    container.register(B, dies_once, needs=[A])
    with pytest.raises(ExceptionGroup):
        await container.run_until_stopped()

    assert await container.run_until_stopped(work) is StopReason.FINISHED


@pytest.mark.slow
def test_terminated_process_stops_in_order_and_ends_with_zero() -> None:
    script = """
import asyncio
from contextlib import asynccontextmanager
from core.container import Key, ServiceContainer
@asynccontextmanager
async def service(needs):
    print("started", flush=True)
    yield 1
    print("stopped", flush=True)
container = ServiceContainer()
container.register(Key[int]("x"), service)
print(asyncio.run(container.run_until_stopped()).value)
"""
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    process.terminate()
    out, _ = process.communicate(timeout=40)

    assert (out, process.returncode) == ("stopped\nsignal\n", 0)


@pytest.mark.parametrize(
    ("error", "is_told"),
    [
        (RuntimeError("a defect"), True),
        (ExceptionGroup("two", [ServiceStuck(), RuntimeError("a defect")]), True),
        (ServiceStuck(), False),
        (asyncio.CancelledError(), False),
    ],
)
async def test_a_defect_is_in_the_log_before_the_log_ends(
    error: BaseException, is_told: bool, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(type(error)):
        async with ServiceContainer():
            raise error

    assert [record.exc_info[1] for record in caplog.records if record.exc_info] == ([error] if is_told else [])
