"""Starts the services of a process in order of what they need, and stops them in reverse. Knows none of them."""

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Generic, Self, TypeVar, cast

from core.errors import AppError, ServiceStuck

T = TypeVar("T")

logger = logging.getLogger(__name__)

# A service that is cancelled after its stop time-out gets this long to unwind; then it is given up.
UNWIND_S = 1.0


class Key(Generic[T]):
    """Names a service whose type cannot: a port (Protocol), or the second service of one type."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


class ServiceGraphError(Exception):
    """The wiring is wrong: a need nobody registered, a cycle, a use before the start. Our mistake, not a person's."""


class StopReason(StrEnum):
    """Why `run_until_stopped` ended."""

    FINISHED = "finished"  # the work was done
    SIGNAL = "signal"  # the system or a person asked the process to end


class Needs:
    """What a factory may use: the services it named in `needs`, started already."""

    def __init__(self, container: "ServiceContainer", owner: str, keys: Sequence[object]) -> None:
        self._container = container
        self._owner = owner
        self._keys = keys

    def get(self, key: type[T] | Key[T]) -> T:
        """The started service; raises ServiceGraphError for one that was not named in `needs`."""
        if key not in self._keys:
            raise ServiceGraphError(f"{self._owner} uses {_name(key)}, which is not among its needs")
        return self._container.get(key)


@dataclass(slots=True, eq=False)
class _Service:
    """A registered service. One task of its own enters and leaves its context, so task groups inside it work."""

    name: str
    factory: Callable[[Needs], object]
    needs: tuple[object, ...]
    start_timeout_s: float
    stop_timeout_s: float
    task: asyncio.Task[None] | None = None
    started: asyncio.Future[None] | None = None
    leave: asyncio.Event = field(default_factory=asyncio.Event)
    value: object = None

    @property
    def is_up(self) -> bool:
        return self.started is not None and self.started.done()


class ServiceContainer:
    """Services with a lifetime, each registered with what it needs.

    A factory returns the service, or an async context manager that yields it: entering starts it, leaving stops
    it. `start` runs them one after the other, needs first; when one fails or takes too long, or the start is
    cancelled, all that were started are stopped again. `stop` runs in reverse order and always to its end. Both
    may be called twice and at once: the second call waits for the first and finds nothing to do.
    """

    def __init__(self) -> None:
        self._services: dict[object, _Service] = {}
        self._begun: list[_Service] = []
        self._is_started = False
        self._turn = asyncio.Lock()
        self._failed = asyncio.Event()
        self._failure: Exception | None = None

    def register(
        self,
        key: type[T] | Key[T],
        factory: Callable[[Needs], T | AbstractAsyncContextManager[T]],
        *,
        needs: Sequence[object] = (),
        start_timeout_s: float = 30.0,
        stop_timeout_s: float = 10.0,
    ) -> None:
        """Add a service before the start, each key once. `needs` are keys and may be registered later.

        A start that loads libraries takes a second, and many times that on a machine that is busy elsewhere.
        """
        if key in self._services:
            raise ServiceGraphError(f"{_name(key)} is registered twice")
        if self._is_started:
            raise ServiceGraphError(f"{_name(key)} is registered after the start")
        self._services[key] = _Service(_name(key), factory, tuple(needs), start_timeout_s, stop_timeout_s)

    def get(self, key: type[T] | Key[T]) -> T:
        """The started service; raises ServiceGraphError when it is not registered or does not run."""
        service = self._services.get(key)
        if service is None:
            raise ServiceGraphError(f"{_name(key)} is not registered")
        if service not in self._begun or not service.is_up:
            raise ServiceGraphError(f"{_name(key)} does not run")
        return cast("T", service.value)

    async def start(self) -> None:
        """Start everything. Raises what the failing service raised, or ServiceStuck for one that took too long;
        when undoing failed as well, an ExceptionGroup of all of it."""
        async with self._turn:
            if self._is_started:
                return
            self._failed.clear()
            self._failure = None
            try:
                for service in self._order():
                    await self._start_one(service)
            except BaseException as error:
                _raise_with(error, await _to_the_end(self._stop_all()))
                raise
            self._is_started = True

    async def stop(self) -> None:
        """Stop everything in reverse order, also when some fail, then raise their errors as an ExceptionGroup.

        A cancel of the caller takes effect after the last service was stopped.
        """
        async with self._turn:
            self._is_started = False
            failures = await _to_the_end(self._stop_all())
        if failures:
            raise ExceptionGroup("not everything stopped as it should", failures)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is not None and _is_defect(error):
            # Here, because the log is a service too: when the error has come out, nothing writes to it any more.
            logger.error("ended by an unexpected error", exc_info=error)
        try:
            await self.stop()
        except ExceptionGroup as failures:
            if error is None:
                raise
            _raise_with(error, list(failures.exceptions))

    async def run_until_stopped(
        self, work: Callable[[Self], Coroutine[object, object, object]] | None = None
    ) -> StopReason:
        """Start, do `work` (without one: wait), stop once; in the main thread of the process.

        Ends when the work is done, on SIGTERM or SIGINT (the work, or a start under way, is cancelled), and when
        a service ends by itself, whose error is raised. Further signals do not disturb the stop.
        """
        signals: list[str] = []
        main = _spawn(self._live(work), "container")

        def on_signal(name: str) -> None:
            signals.append(name)
            if len(signals) == 1:
                main.cancel()

        with _signals_handled(on_signal):
            try:
                await main
            except asyncio.CancelledError:
                if signals and not _is_being_cancelled():
                    return StopReason.SIGNAL
                raise
        return StopReason.SIGNAL if signals else StopReason.FINISHED

    async def _live(self, work: Callable[[Self], Coroutine[object, object, object]] | None) -> None:
        async with self:
            failed = _spawn(self._failed.wait(), "container-watch")
            doing = [] if work is None else [_spawn(work(self), "container-work")]
            try:
                await asyncio.wait([failed, *doing], return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (failed, *doing):
                    task.cancel()
                await asyncio.wait([failed, *doing])
                for task in doing:
                    if not task.cancelled():
                        task.result()  # raises what the work raised, also while it was being cancelled
            if self._failure is not None:
                raise self._failure

    def _order(self) -> list[_Service]:
        """Needs before those that need them; otherwise as registered. Raises ServiceGraphError naming the path."""
        order: list[_Service] = []

        def visit(key: object, path: list[object]) -> None:
            names = " → ".join(_name(step) for step in (*path, key))
            if key in path:
                raise ServiceGraphError(f"services need each other in a circle: {names}")
            if key not in self._services:
                raise ServiceGraphError(f"{names}: the last one is not registered")
            service = self._services[key]
            if service in order:
                return
            for need in service.needs:
                visit(need, [*path, key])
            order.append(service)

        for key in self._services:
            visit(key, [])
        return order

    async def _start_one(self, service: _Service) -> None:
        service.leave.clear()
        service.started = asyncio.get_running_loop().create_future()
        service.task = _spawn(self._host(service), f"service-{service.name}")
        self._begun.append(service)
        await asyncio.wait(
            [service.task, service.started], timeout=service.start_timeout_s, return_when=asyncio.FIRST_COMPLETED
        )
        if service.task.done():
            self._begun.remove(service)
            service.task.result()
            raise ServiceGraphError(f"{service.name} ended before it had started")
        if not service.is_up:
            raise ServiceStuck(f"{service.name} did not start within {service.start_timeout_s:g} s.")

    async def _host(self, service: _Service) -> None:
        try:
            product = service.factory(Needs(self, service.name, service.needs))
            if isinstance(product, AbstractAsyncContextManager):
                async with product as value:
                    await _serve(service, value)
            else:
                await _serve(service, product)
        except BaseException as error:
            if service.is_up and not service.leave.is_set():
                by_itself = ServiceStuck(f"{service.name} was ended from inside.")
                self._failure = error if isinstance(error, Exception) else by_itself
                self._failed.set()
            raise
        finally:
            service.value = None

    async def _stop_all(self) -> list[Exception]:
        failures: list[Exception] = []
        while self._begun:
            service = self._begun[-1]
            failures += await self._stop_one(service)
            self._begun.pop()
        return failures

    async def _stop_one(self, service: _Service) -> list[Exception]:
        task = service.task
        assert task is not None
        failures: list[Exception] = []
        service.leave.set()
        if not service.is_up:
            task.cancel()
        await asyncio.wait([task], timeout=service.stop_timeout_s)
        if not task.done():
            failures.append(ServiceStuck(f"{service.name} did not stop within {service.stop_timeout_s:g} s."))
            task.cancel()
            await asyncio.wait([task], timeout=UNWIND_S)
        if task.done() and not task.cancelled():
            error = task.exception()
            if isinstance(error, Exception):
                failures.append(error)
        return failures


async def _serve(service: _Service, value: object) -> None:
    assert service.started is not None
    service.value = value
    service.started.set_result(None)
    await service.leave.wait()


def _raise_with(error: BaseException, failures: list[Exception]) -> None:
    """Raise `error` and `failures` as one; a cancel or exit stays what it is and carries the failures as notes."""
    failures = [failure for failure in failures if failure is not error]
    if not failures:
        return
    if isinstance(error, Exception):
        raise ExceptionGroup("it failed, and stopping failed too", [error, *failures]) from error
    for failure in failures:
        error.add_note(f"while stopping: {failure!r}")


async def _to_the_end(stopping: Coroutine[object, object, list[Exception]]) -> list[Exception]:
    """Stopping is not interrupted half way: a cancel is raised when it is over. Each step has its own time-out."""
    task = _spawn(stopping, "container-stop")
    cancel: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancel = error
    if cancel is not None:
        _raise_with(cancel, task.result())
        raise cancel
    return task.result()


def _spawn(coroutine: Coroutine[object, object, T], name: str) -> asyncio.Task[T]:
    # The container owns these tasks: each is awaited to its end by the method that starts it, or by stop().
    return asyncio.get_running_loop().create_task(coroutine, name=name)


def _is_defect(error: BaseException) -> bool:
    """Whether it holds an error that is none of those made for people to read."""
    if isinstance(error, BaseExceptionGroup):
        return any(_is_defect(each) for each in error.exceptions)
    return isinstance(error, Exception) and not isinstance(error, AppError)


def _is_being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


@contextmanager
def _signals_handled(on_signal: Callable[[str], None]) -> Iterator[None]:
    """Route SIGTERM and SIGINT into the event loop; the former handlers come back at the end."""
    loop = asyncio.get_running_loop()
    former = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for number in former:
        try:
            loop.add_signal_handler(number, on_signal, number.name)
        except NotImplementedError:  # Windows, and loops that are not Unix's own
            signal.signal(number, lambda which, _: loop.call_soon_threadsafe(on_signal, signal.Signals(which).name))
    try:
        yield
    finally:
        for number, handler in former.items():
            with suppress(NotImplementedError):
                loop.remove_signal_handler(number)
            signal.signal(number, handler)


def _name(key: object) -> str:
    return key.__qualname__ if isinstance(key, type) else repr(key)
