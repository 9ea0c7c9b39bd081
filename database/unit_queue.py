"""Units that wait for one connection: what is queued now goes to its thread as one batch, in one hop."""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, Generic, TypeVar

from database.connection import Connection, set_exception, set_result

S = TypeVar("S")  # what a unit gets
T = TypeVar("T")


# Plain tuples: there is one of each for every unit.
Waiting = tuple[Callable[[S], object], asyncio.Future[Any]]  # a unit, and the future on which its caller waits
Outcome = tuple[object, BaseException | None]  # a unit's result, or the error it raised
NOT_RUN: Final[Outcome] = (None, None)  # nobody waits for it


class UnitQueue(Generic[S]):
    """First in, first out. There is no timer: the time one batch takes is the time in which the next one gathers.

    `run_batch` runs on the connection's thread and answers for the first of the units or for all of them; the rest
    goes on with the next batch. It skips units whose answer is cancelled: nobody waits for them any more. When it
    raises, every unit of the batch gets that error. Used from one event loop.
    """

    def __init__(
        self,
        connection: Connection,
        run_batch: Callable[[sqlite3.Connection, Sequence[Waiting[S]]], list[Outcome]],
        *,
        limit: int,
    ) -> None:
        self._connection = connection
        self._run_batch = run_batch
        self._limit = limit
        self._queue: deque[Waiting[S]] = deque()
        self._running: asyncio.Future[list[Outcome]] | None = None
        self._is_started = False  # a batch runs, or will with the loop's next turn

    @property
    def is_busy(self) -> bool:
        """Whether anything runs or waits."""
        return self._is_started

    def put(self, unit: Callable[[S], T]) -> asyncio.Future[T]:
        """Queue a unit; the future gets its result once its batch is done."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        self._queue.append((unit, answer))
        if not self._is_started:
            # With the next turn of the loop, so that all tasks that are ready now get into the same batch.
            self._is_started = True
            loop.call_soon(self._start)
        return answer

    async def drain(self) -> None:
        """Return when everything queued so far, and what comes while waiting, has its answer."""
        while self._is_started:
            if self._running is not None:
                await asyncio.wait([self._running])
            else:
                await asyncio.sleep(0)

    def _start(self) -> None:
        batch = [self._queue.popleft() for _ in range(min(self._limit, len(self._queue)))]
        self._running = self._connection.submit(lambda raw: self._run_batch(raw, batch))
        self._running.add_done_callback(partial(self._finish, batch))

    def _finish(self, batch: list[Waiting[S]], done: asyncio.Future[list[Outcome]]) -> None:
        self._running = None
        error = done.exception()
        outcomes: list[Outcome] = done.result() if error is None else [(None, error)] * len(batch)
        for (_, answer), (result, unit_error) in zip(batch, outcomes, strict=False):
            if unit_error is None:
                set_result(answer, result)
            else:
                set_exception(answer, unit_error)
        self._queue.extendleft(reversed(batch[len(outcomes) :]))
        if self._queue:
            done.get_loop().call_soon(self._start)
        else:
            self._is_started = False
