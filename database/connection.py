"""One SQLite connection on its own thread, with every setting that the promises rest on.

Whoever has work for it hands over a function that runs whole on that thread: one hop, nothing awaited in between.
"""

import asyncio
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, Self, TypeVar

import aiosqlite

from core.clock import Clock
from core.domain.search_key import fold
from core.errors import ConfigurationError, StorageCorrupt, StorageError
from database.errors import storage_errors
from database.lock_retry import retry_while_locked

T = TypeVar("T")

OLDEST_SQLITE: Final = (3, 38, 0)  # `->>` on JSON; STRICT tables came with 3.37, RETURNING with 3.35
CACHED_STATEMENTS: Final = 256  # the default is 128; our statements are constant texts and shall stay prepared
WRITER_BUSY_MS: Final = 250  # then our own jittered retry takes over (lock_retry)
READER_BUSY_MS: Final = (
    5_000  # readers wait only while another process recovers the log; they have no retry of their own
)
WAL_LIMIT_BYTES: Final = 64 * 1024 * 1024
CHECKPOINT_PAGES: Final = 8_000
"""32 MB. SQLite's 1,000 are full after 20 commits of a busy worker, and each time one commit waits some 10 ms for it."""


WRITER_PRAGMAS: Final = (
    "PRAGMA synchronous = FULL",  # a committed `sending` mark must survive a power cut
    "PRAGMA foreign_keys = ON",
    f"PRAGMA journal_size_limit = {WAL_LIMIT_BYTES}",
    f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}",
    "PRAGMA secure_delete = ON",  # what was deleted about a person is overwritten
    "PRAGMA temp_store = MEMORY",  # sorting people's rows leaves nothing in the system's temporary folder
)
READER_PRAGMAS: Final = (
    "PRAGMA query_only = ON",  # without "= ON" it would only be read
    "PRAGMA temp_store = MEMORY",
)


class Connection(aiosqlite.Connection):
    """A connection whose thread runs whole units: `run`, `submit` and `post`.

    Lifetime: from `open_writer` or `open_reader` to `close`, on one event loop. A cancelled `run` is not undone:
    the function still runs to its end on the thread.
    """

    @classmethod
    async def open_writer(cls, path: Path, *, clock: Clock, patience_s: float) -> Self:
        """Open or make the database for writing. Raises StorageError and ConfigurationError (SQLite too old)."""
        check_sqlite_version()

        def use_wal(raw: sqlite3.Connection) -> None:
            # Two processes may do this to a new file at once, and SQLite does not always wait by itself here.
            retry_while_locked(lambda: _switch_to_wal(raw), clock=clock, patience_s=patience_s)

        pragmas = (*WRITER_PRAGMAS, "PRAGMA fullfsync = ON") if sys.platform == "darwin" else WRITER_PRAGMAS
        return await cls._open(lambda: _connect(str(path), pragmas, WRITER_BUSY_MS, prepare=use_wal))

    @classmethod
    async def open_reader(cls, path: Path) -> Self:
        """Open an existing database for reading only: SQLite itself refuses every write. Raises StorageError."""
        return await cls._open(lambda: _connect(read_only_uri(path), READER_PRAGMAS, READER_BUSY_MS))

    @classmethod
    async def _open(cls, connector: Callable[[], sqlite3.Connection]) -> Self:
        connection = cls(
            connector, iter_chunk_size=64
        )  # the chunk size concerns only aiosqlite's cursors, unused here
        # The exit of the program never waits for a connection that somebody forgot, or a unit that is stuck: the
        # file stands a kill at any moment.
        connection._thread.daemon = True
        try:
            await connection
        except Exception:
            connection._thread.join()  # it was told to stop and has given its answer
            raise
        return connection

    def submit(self, fn: Callable[[sqlite3.Connection], T]) -> asyncio.Future[T]:
        """Queue `fn(connection)` for the thread at once; the future gets its result or its exception."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        raw = self._conn

        def job() -> None:
            try:
                result = fn(raw)
            except BaseException as error:  # noqa: BLE001 - the waiting coroutine gets it
                loop.call_soon_threadsafe(set_exception, answer, error)
            else:
                loop.call_soon_threadsafe(set_result, answer, result)

        self._hand_over(job)
        return answer

    def post(self, fn: Callable[[sqlite3.Connection], None]) -> None:
        """Queue `fn(connection)` for the thread at once, from any thread. What it raises is lost: it answers by itself."""
        raw = self._conn
        self._hand_over(lambda: fn(raw))

    def _hand_over(self, job: Callable[[], None]) -> None:
        # Not aiosqlite's own `_execute`: its thread dies when the loop has closed before the answer. Handed over
        # without a future, a failing job (nobody waits any more) leaves the thread alive. Both names are private
        # there, so aiosqlite is pinned and tests watch over this.
        self._tx.put_nowait((None, job))

    async def run(self, fn: Callable[[sqlite3.Connection], T]) -> T:
        """`fn(connection)`, whole, on this connection's thread."""
        return await self.submit(fn)

    async def close(self) -> None:
        """Finish what is queued, close the file, end the thread. Harmless when closed already."""
        await super().close()
        # The thread has given its last answer; all it still does is return.
        self._thread.join()


def check_sqlite_version(version: tuple[int, int, int] = sqlite3.sqlite_version_info) -> None:
    """Raise ConfigurationError when the SQLite library of this machine lacks what our tables need."""
    if version < OLDEST_SQLITE:
        found, needed = (".".join(map(str, parts)) for parts in (version, OLDEST_SQLITE))
        raise ConfigurationError(
            f"This computer has SQLite {found}. Wireroom needs {needed} or newer.",
            title="SQLite is too old",
            hint="Install a newer Python: it brings its own SQLite.",
        )


def check_sound(raw: sqlite3.Connection) -> None:
    """Raise StorageCorrupt when the file is damaged. Reads all of it: 0.2 s for a million contacts (160 MB)."""
    with storage_errors:
        (verdict,) = raw.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise StorageCorrupt("Parts of the file cannot be read. Nothing was changed.", detail=str(verdict))


def read_only_uri(path: Path) -> str:
    """The name under which SQLite opens a file that exists and never changes it."""
    return f"{path.resolve().as_uri()}?mode=ro"


def _connect(
    target: str,
    pragmas: tuple[str, ...],
    busy_ms: int,
    *,
    prepare: Callable[[sqlite3.Connection], None] | None = None,
) -> sqlite3.Connection:
    """Open on the connection's thread. `target` is a path, or a `file:` URI for a reader."""
    with storage_errors:
        raw = sqlite3.connect(
            target,
            timeout=busy_ms / 1000,
            isolation_level=None,  # transactions begin and end where we say
            cached_statements=CACHED_STATEMENTS,
            uri=target.startswith("file:"),
        )
        try:
            if prepare is not None:
                prepare(raw)
            for pragma in pragmas:
                raw.execute(pragma)
            raw.create_function("casefold", 1, str.casefold, deterministic=True)  # SQLite's lower() knows ASCII only
            raw.create_function("fold", 1, fold, deterministic=True)
        except BaseException:
            raw.close()
            raise
        return raw


def _switch_to_wal(raw: sqlite3.Connection) -> None:
    (mode,) = raw.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise StorageError(
            "The disk of this workspace cannot share a database between two programs.",
            hint="Choose a folder on a disk of this computer.",
            detail=f"journal_mode={mode}",
        )


def set_result(answer: asyncio.Future[T], result: T) -> None:
    """Answer, unless the caller has given up."""
    if not answer.done():
        answer.set_result(result)


def set_exception(answer: asyncio.Future[T], error: BaseException) -> None:
    """Answer with an error, unless the caller has given up."""
    if answer.done():
        return
    if isinstance(error, StopIteration):  # a function raises it easily with next(), and futures refuse it
        replacement = RuntimeError("a function on the database thread raised StopIteration")
        replacement.__cause__ = error
        error = replacement
    answer.set_exception(error)
