"""The database of one workspace as one process sees it: one writer, two readers, figures."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from core.clock import Clock, SystemClock
from core.errors import StorageError
from database.changes import ChangeFeed
from database.connection import Connection, check_sound
from database.lock_handler import LOCK_PATIENCE_S, LockHandler, SharedUnit, UnitOfWork
from database.migrations.runner import MIGRATIONS_FOLDER, migrate
from database.readers import Reader
from database.soundness import needs_check, remember
from database.statistics import DatabaseStatistics, Tally

A = TypeVar("A")
T = TypeVar("T")

logger = logging.getLogger(__name__)


class Database:
    """All access to the database file. From `open` to `close`, on one event loop.

    Whatever reads or writes is a function that runs whole on a database thread; nothing can be awaited inside.
    """

    def __init__(
        self,
        path: Path,
        *,
        writer: Connection,
        readers: tuple[Connection, Connection],
        clock: Clock,
        patience_s: float,
    ) -> None:
        """Use `open`."""
        self._path = path
        self._tally = Tally(path)
        self._writer = writer
        self._lock_handler = LockHandler(writer, tally=self._tally, clock=clock, patience_s=patience_s)
        self._pages = Reader(readers[0], tally=self._tally, clock=clock, is_stoppable=False)
        self._long = Reader(readers[1], tally=self._tally, clock=clock, is_stoppable=True)
        self._is_closed = False

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        backups: Path,
        clock: Clock | None = None,
        migrations: Path = MIGRATIONS_FOLDER,
        patience_s: float = LOCK_PATIENCE_S,
    ) -> Self:
        """Open or make the database and bring its tables up to date.

        `backups`: the folder for a copy before tables are changed. `patience_s`: how long a write waits for another
        process. Raises StorageError (StorageCorrupt, DatabaseTooNew, StorageReadOnly, StorageFull, StorageLocked),
        ConfigurationError when SQLite is too old; then nothing was changed.
        """
        clock = clock or SystemClock()
        async with AsyncExitStack() as opened:
            has_to_be_read = needs_check(path)
            writer = await Connection.open_writer(path, clock=clock, patience_s=patience_s)
            opened.push_async_callback(writer.close)
            if has_to_be_read:
                await writer.run(check_sound)
            await writer.run(
                partial(migrate, folder=migrations, path=path, backups=backups, clock=clock, patience_s=patience_s)
            )
            pages = await Connection.open_reader(path)
            opened.push_async_callback(pages.close)
            long = await Connection.open_reader(path)
            opened.pop_all()  # nothing failed, so they stay open
        return cls(path, writer=writer, readers=(pages, long), clock=clock, patience_s=patience_s)

    def write(self, unit: Callable[[UnitOfWork], T]) -> asyncio.Future[T]:
        """Run a unit of work; its result comes once it is committed (see LockHandler.write).

        Raises what the unit raised, with its changes taken back, or a StorageError with nothing kept.
        """
        self._refuse_when_closed()
        return self._lock_handler.write(unit)

    def write_shared(self, func: Callable[[UnitOfWork, Sequence[A]], Sequence[T]], item: A) -> asyncio.Future[T]:
        """As `write`, for units of one kind that come by the thousand: those that wait together share statements too.

        `func` gives one result for each item; it is the same function object for all of them (see SharedUnit).
        """
        return self.write(SharedUnit(func, item))

    async def read(self, fn: Callable[[sqlite3.Connection], T], *, is_long: bool = False) -> T:
        """The result of `fn(connection)`, all of it from one moment of the database.

        `fn` fetches a bounded page and returns values, never a cursor. Reads that may take longer than some ms say
        `is_long`: they have a connection of their own, one at a time, and cancelling stops the running statement.
        """
        self._refuse_when_closed()
        return await (self._long if is_long else self._pages).read(fn)

    async def follow_changes(self, *, own_commits: bool) -> ChangeFeed:
        """A feed of what changes from now on. `own_commits`: commits of this process wake it too (the console)."""
        self._refuse_when_closed()
        return await ChangeFeed.from_now(self._pages.connection if own_commits else self._writer)

    async def empty_log(self) -> bool:
        """Move all that was committed into the file and cut the log to nothing. False: somebody is reading just now."""
        self._refuse_when_closed()
        return await self._writer.run(_empty_log)

    def statistics(self) -> DatabaseStatistics:
        """The figures of this process since `open`."""
        return self._tally.read()

    async def close(self) -> None:
        """Refuse what is new, finish what is queued, empty the write-ahead log, close. Harmless when closed."""
        if self._is_closed:
            return
        self._is_closed = True
        try:
            await asyncio.gather(self._lock_handler.drain(), self._pages.close(), self._long.close())
            await self._writer.run(_empty_log)
        finally:
            await self._writer.close()
        remember(self._path)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _refuse_when_closed(self) -> None:
        if self._is_closed:
            raise StorageError("Nothing more is read or written.", title="This workspace is closed")


def _empty_log(raw: sqlite3.Connection) -> bool:
    """Move everything into the database file and cut the log; when that fails, the next start reads the log."""
    try:
        is_busy, *_ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError as error:
        logger.warning("the write-ahead log stays beside the database until the next start: %s", error)
        return False
    return not is_busy
