"""Every outside call ends: with its answer, or with an error that names what took too long."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from core.config import TimeoutSettings
from core.errors import TimedOut
from core.timeouts import OperationType, await_blocking, call_blocking, timeout_of, use_timeouts, with_timeout

SHORT_S = 0.1


@pytest.fixture(autouse=True)
def short_limits() -> Iterator[None]:
    use_timeouts(TimeoutSettings(send=SHORT_S, secret_store=SHORT_S))
    yield
    use_timeouts(TimeoutSettings())


@pytest.fixture
def stuck() -> Iterator[threading.Event]:
    """What a blocking call waits for; freed at the end so that no thread is left."""
    event = threading.Event()
    yield event
    event.set()


def test_limits_come_from_the_settings() -> None:
    assert timeout_of(OperationType.SEND) == SHORT_S
    assert timeout_of(OperationType.DATABASE) == TimeoutSettings().database


@pytest.mark.parametrize("operation", list(OperationType))
def test_each_operation_is_named_in_words(operation: OperationType) -> None:
    with pytest.raises(TimedOut) as caught, with_timeout(operation, seconds=0):
        pass

    assert "took longer than 0 s" in caught.value.message
    assert caught.value.detail == operation.value
    assert caught.value.hint


async def test_decorated_coroutine_is_cancelled_at_its_limit() -> None:
    ended = []

    @with_timeout(OperationType.SEND)
    async def send() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    with pytest.raises(TimedOut, match=r"Telegram's answer to a message took longer than 0\.1 s"):
        await send()
    assert ended == [True]


async def test_decorated_coroutine_that_is_quick_answers_and_keeps_its_name() -> None:
    @with_timeout(OperationType.SEND)
    async def send(text: str, *, twice: bool) -> str:
        return text * (1 + twice)

    assert await send("a", twice=True) == "aa"
    assert send.__name__ == "send"


async def test_context_manager_ends_what_is_awaited_in_it() -> None:
    async def wait() -> None:
        async with with_timeout(OperationType.SEND) as limit:
            assert 0 < limit.remaining_s() <= SHORT_S
            await asyncio.Event().wait()

    with pytest.raises(TimedOut):
        await wait()


async def test_time_out_of_something_else_is_not_taken_for_ours() -> None:
    with pytest.raises(TimeoutError, match="from inside"):
        async with with_timeout(OperationType.SEND):
            raise TimeoutError("from inside")


async def test_cancel_stays_a_cancel() -> None:
    async def wait() -> None:
        async with with_timeout(OperationType.CONNECT):
            await asyncio.Event().wait()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(wait())
        await asyncio.sleep(0)
        task.cancel()
    assert task.cancelled()


def test_decorated_blocking_function_returns_at_its_limit(stuck: threading.Event) -> None:
    @with_timeout(OperationType.SECRET_STORE)
    def ask(_: str) -> bool:
        return stuck.wait(30)

    before = time.monotonic()
    with pytest.raises(TimedOut, match="key store"):
        ask("name")
    assert time.monotonic() - before < 5


def test_blocking_function_passes_its_answer_and_its_error_on() -> None:
    def fail() -> None:
        raise KeyError("x")

    assert call_blocking(OperationType.CONNECT, lambda: 42) == 42
    with pytest.raises(KeyError):
        call_blocking(OperationType.CONNECT, fail)


async def test_event_loop_goes_on_while_a_blocking_call_hangs(stuck: threading.Event) -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    async with asyncio.TaskGroup() as group:
        ticker = group.create_task(tick())
        with pytest.raises(TimedOut):
            await await_blocking(OperationType.SECRET_STORE, lambda: stuck.wait(30))
        ticker.cancel()
    assert ticks > 1


async def test_answer_that_comes_after_the_limit_is_dropped(stuck: threading.Event) -> None:
    with pytest.raises(TimedOut):
        await await_blocking(OperationType.SECRET_STORE, lambda: stuck.wait(30))
    stuck.set()

    assert await await_blocking(OperationType.CONNECT, lambda: "next") == "next"


def test_blocking_lines_learn_at_the_end_that_they_were_late() -> None:
    reached_end = []

    def work() -> None:
        with with_timeout(OperationType.SEND, seconds=0.01) as limit:
            threading.Event().wait(0.02)
            with pytest.raises(TimedOut):
                limit.remaining_s()
            reached_end.append(True)

    with pytest.raises(TimedOut):
        work()
    assert reached_end


def test_error_in_blocking_lines_is_not_hidden_by_the_limit() -> None:
    with pytest.raises(KeyError), with_timeout(OperationType.SEND, seconds=0):
        raise KeyError("x")


def test_generators_are_refused_because_their_limit_would_not_hold() -> None:
    with pytest.raises(TypeError, match="generator"):

        @with_timeout(OperationType.AI_STREAM)
        async def stream() -> object:
            yield "piece"


@pytest.mark.slow
def test_hanging_call_does_not_hold_the_exit_of_the_program() -> None:
    script = """
import asyncio, threading
from core.errors import TimedOut
from core.timeouts import OperationType, await_blocking
async def main():
    try:
        await await_blocking(OperationType.SECRET_STORE, threading.Event().wait, seconds=0.05)
    except TimedOut:
        print("late")
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=40, check=True)

    assert (done.stdout, done.stderr) == ("late\n", "")
