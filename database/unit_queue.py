"""Units that wait for one connection: all that is queued when its thread is free goes as one batch, in one hop."""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, TypeVar

from database.connection import Connection, set_exception

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

    A batch is made on the thread, at the moment in which it begins: while one runs, the call for the next already
    stands there, so a loop that is busy with the answers of the first does not keep the thread waiting.
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
        self._queue: deque[Waiting[S]] = deque()  # the loop appends, the thread takes
        self._loop: asyncio.AbstractEventLoop | None = None  # to ask which one runs is a call of the system
        self._is_called = False  # the thread will look at the queue
        self._unanswered = 0
        self._idle = asyncio.Event()

    @property
    def is_busy(self) -> bool:
        """Whether anything runs or waits."""
        return self._unanswered > 0

    def put(self, unit: Callable[[S], T]) -> asyncio.Future[T]:
        """Queue a unit; the future gets its result once its batch is done."""
        loop = self._loop
        if loop is None:
            loop = self._loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        self._queue.append((unit, answer))
        self._unanswered += 1
        if not self._is_called:
            # With the next turn of the loop, so that all tasks that are ready now get into the same batch.
            self._is_called = True
            loop.call_soon(self._call, loop)
        return answer

    async def drain(self) -> None:
        """Return when everything queued so far, and what comes while waiting, has its answer."""
        while self.is_busy:
            self._idle.clear()
            await self._idle.wait()

    def _call(self, loop: asyncio.AbstractEventLoop) -> None:
        self._connection.post(lambda raw: self._run(raw, loop))

    def _run(self, raw: sqlite3.Connection, loop: asyncio.AbstractEventLoop) -> None:
        """On the connection's thread."""
        self._is_called = False  # first: for a unit that is queued after this line the loop calls again
        take = self._queue.popleft  # by this thread alone
        batch = [take() for _ in range(min(len(self._queue), self._limit))]
        if not batch:
            return  # the batch before took them
        try:
            outcomes = self._run_batch(raw, batch)
        except BaseException as error:  # noqa: BLE001 - the waiting coroutines get it
            outcomes = [(None, error)] * len(batch)
        rest = batch[len(outcomes) :]
        self._queue.extendleft(reversed(rest))
        if self._queue and not self._is_called:
            self._is_called = True
            self._call(loop)
        loop.call_soon_threadsafe(self._finish, batch, outcomes)

    def _finish(self, batch: Sequence[Waiting[S]], outcomes: Sequence[Outcome]) -> None:
        for (_, answer), (result, error) in zip(batch, outcomes, strict=False):
            if error is not None:
                set_exception(answer, error)
            elif not answer.done():  # as `set_result`, without a call for each
                answer.set_result(result)
        self._unanswered -= len(outcomes)
        if not self.is_busy:
            self._idle.set()
