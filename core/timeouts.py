"""How long an outside call may take: one table by kind of operation, as decorator and as context manager.

For coroutines the limit is enforced by cancelling. A blocking call cannot be cancelled by anybody: it runs on a
daemon thread, its caller goes on after the limit, and the exit of the program does not wait for it.
"""

import asyncio
import functools
import inspect
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from enum import StrEnum
from types import TracebackType
from typing import Generic, ParamSpec, Self, TypeVar, cast

from core.config import TimeoutSettings
from core.errors import TimedOut

P = ParamSpec("P")
R = TypeVar("R")


class OperationType(StrEnum):
    """The kinds of outside calls; the values are the names of the settings in `timeouts`."""

    CONNECT = "connect"  # to open a connection
    KEY_EXCHANGE = "key_exchange"  # to agree on a session key
    SIGN_IN = "sign_in"  # one step of a sign-in
    SEND = "send"  # the answer to one message
    UPLOAD = "upload"  # one part of a photo or file
    RESOLVE = "resolve"  # to look a person up
    HISTORY = "history"  # one page of a conversation
    CATCH_UP = "catch_up"  # to read what came while offline
    PROXY_CHECK = "proxy_check"  # Telegram's answer through a proxy
    AI_GENERATE = "ai_generate"  # a whole answer of the model
    AI_STREAM = "ai_stream"  # a whole streamed answer
    WEBHOOK = "webhook"  # one try to tell a webhook, with finding its address
    SECRET_STORE = "secret_store"  # one call to the key store  # noqa: S105 - a name, not a secret
    DATABASE = "database"  # one unit of work


# What took too long, and what a person can do where NetworkError's own hint ("connects again") is not true.
_WORDS: dict[OperationType, tuple[str, str]] = {
    OperationType.CONNECT: ("Connecting", ""),
    OperationType.KEY_EXCHANGE: ("Agreeing on a session key", ""),
    OperationType.SIGN_IN: ("A step of the sign-in", "Start the sign-in again."),
    OperationType.SEND: ("Telegram's answer to a message", "Wireroom finds out by itself whether it arrived."),
    OperationType.UPLOAD: ("Uploading a part of a file", "It begins again by itself once the link is back."),
    OperationType.RESOLVE: ("Looking a person up", ""),
    OperationType.HISTORY: ("Reading a conversation", ""),
    OperationType.CATCH_UP: ("Reading what came while offline", ""),
    OperationType.PROXY_CHECK: ("Telegram's answer through the proxy", "Check the proxy, or choose another one."),
    OperationType.AI_GENERATE: ("The model's answer", "Ask again, or ask for less at once."),
    OperationType.AI_STREAM: ("The model's answer", "Ask again, or ask for less at once."),
    OperationType.WEBHOOK: ("The answer of a webhook", "It is tried again by itself."),
    OperationType.SECRET_STORE: (
        "The key store's answer",
        "Look for a window that asks for the password of your key store, then try again.",
    ),
    OperationType.DATABASE: ("A write to the workspace", "Close the program that has the database open."),
}

_settings = TimeoutSettings()


def use_timeouts(settings: TimeoutSettings) -> None:
    """Take the limits from the settings from now on; until then the defaults hold. Once per process and change."""
    global _settings  # decorators are applied at import, before there are settings
    _settings = settings


def timeout_of(operation: OperationType) -> float:
    """The present limit in seconds."""
    return cast("float", getattr(_settings, operation.value))


class with_timeout:
    """`@with_timeout(OperationType.SEND)`, `async with with_timeout(...)` or `with with_timeout(...)`.

    Each raises core.errors.TimedOut naming the operation.

    - Decorated coroutine function, and `async with`: what runs is cancelled at the limit. The caller's own
      cancellation stays a cancellation.
    - Decorated blocking function: as `call_blocking`.
    - `with` around blocking lines cannot interrupt them. It raises at the end of the block when the limit has
      passed, and `remaining_s()` is there to be handed to whatever takes a time-out of its own.

    One object may be entered again, one after the other; as a decorator it serves any number of calls at once.
    """

    def __init__(self, operation: OperationType, *, seconds: float | None = None) -> None:
        """`seconds` replaces the limit of the table, for a caller that knows better."""
        self.operation = operation
        self._seconds = seconds
        self._ends_at = 0.0
        self._scope: asyncio.Timeout | None = None

    @property
    def limit_s(self) -> float:
        """The limit that holds now."""
        return timeout_of(self.operation) if self._seconds is None else self._seconds

    def remaining_s(self) -> float:
        """Seconds left inside the block, for a call with a limit of its own; raises TimedOut at none left."""
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise timed_out(self.operation, self.limit_s)
        return left

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        operation, seconds = self.operation, self._seconds
        if inspect.isasyncgenfunction(function) or inspect.isgeneratorfunction(function):
            raise TypeError(f"{function.__qualname__} is a generator: use `async with with_timeout(...)` inside it")
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def run(*args: P.args, **kwargs: P.kwargs) -> object:
                async with with_timeout(operation, seconds=seconds):
                    return await function(*args, **kwargs)

            return cast("Callable[P, R]", run)

        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            return call_blocking(operation, functools.partial(function, *args, **kwargs), seconds=seconds)

        return call

    async def __aenter__(self) -> Self:
        self._ends_at = time.monotonic() + self.limit_s
        self._scope = asyncio.timeout(self.limit_s)
        await self._scope.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._scope is not None
        try:
            await self._scope.__aexit__(kind, error, traceback)
        except TimeoutError as late:
            # Only our own deadline becomes TimedOut: a TimeoutError from inside passes `error` through unraised.
            raise timed_out(self.operation, self.limit_s) from late

    def __enter__(self) -> Self:
        self._ends_at = time.monotonic() + self.limit_s
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None:
            self.remaining_s()


def timed_out(operation: OperationType, limit_s: float) -> TimedOut:
    """The error for `operation`, in words."""
    words, hint = _WORDS[operation]
    return TimedOut(f"{words} took longer than {limit_s:g} s.", hint=hint, detail=operation.value)


def call_blocking(operation: OperationType, function: Callable[[], R], *, seconds: float | None = None) -> R:
    """Run `function` on a daemon thread and wait for it; blocks the caller, at most as long as the limit.

    Raises TimedOut; the thread then goes on by itself and its answer is dropped (measured: a pool thread or
    `asyncio.to_thread` would hold the exit of the program until the call ends). Not for an event loop's thread.
    """
    limit = timeout_of(operation) if seconds is None else seconds
    answers: queue.SimpleQueue[_Answer[R]] = queue.SimpleQueue()
    _start_thread(operation, function, answers.put)
    try:
        answer = answers.get(timeout=limit)
    except queue.Empty:
        raise timed_out(operation, limit) from None
    return answer.take()


async def await_blocking(operation: OperationType, function: Callable[[], R], *, seconds: float | None = None) -> R:
    """As `call_blocking`, for coroutines: the event loop goes on meanwhile. Cancelling drops the answer."""
    loop = asyncio.get_running_loop()
    arrived: asyncio.Future[_Answer[R]] = loop.create_future()

    def deliver(answer: _Answer[R]) -> None:
        if not arrived.done():
            arrived.set_result(answer)

    def hand_over(answer: _Answer[R]) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(deliver, answer)

    _start_thread(operation, function, hand_over)
    async with with_timeout(operation, seconds=seconds):
        answer = await arrived
    return answer.take()


class _Answer(Generic[R]):
    """What a thread brings back: a value or an error."""

    def __init__(self, function: Callable[[], R]) -> None:
        self._error: BaseException | None = None
        self._value: list[R] = []
        try:
            self._value.append(function())
        except BaseException as error:  # noqa: BLE001 - raised again where the answer is taken
            self._error = error

    def take(self) -> R:
        if self._error is not None:
            raise self._error
        return self._value[0]


def _start_thread(
    operation: OperationType, function: Callable[[], R], hand_over: Callable[[_Answer[R]], None]
) -> None:
    context = copy_context()  # the correlation id goes along

    def run() -> None:
        hand_over(context.run(_Answer, function))

    threading.Thread(target=run, name=f"blocking-{operation.value}", daemon=True).start()
