"""A very long list in bounded memory: the ids of all rows, and the rows that were looked at last. Knows no Qt.

The ids of a million rows take 8 MB; rows are fetched by id, 200 at a time, when somebody looks at them. Never by OFFSET,
which costs more the further one scrolls (measured: 20 ms against 1.4 ms a page).
"""

from abc import ABC, abstractmethod
from array import array
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeAlias, TypeVar

from core.errors import AppError

Row = TypeVar("Row")
Row_co = TypeVar("Row_co", covariant=True)

PAGE_ROWS: Final = 200
KEPT_ROWS: Final = 10_000  # 50 pages
ALL: Final = -1  # as a limit
WANTED_PAGES: Final = 4  # who scrolls fast wants to see where they are, not everything they passed

Ids: TypeAlias = "array[int]"
"""Of type code q: 8 bytes each. (array cannot be subscripted at run time before Python 3.12.)"""

Spawn = Callable[[Coroutine[object, object, None], str], object]
"""Starts a named task that ends with its view (Scope.task)."""


class RowSource(Protocol[Row_co]):
    """One question to the database. Another filter, search or order is another source."""

    async def first(self, limit: int) -> Mapping[int, Row_co]:
        """The first rows by id, in order, for the time until the ids are there."""
        ...

    async def ids(self) -> Ids:
        """The ids of all rows in order. Cancelling stops the statement."""
        ...

    async def rows(self, ids: Sequence[int]) -> Mapping[int, Row_co]:
        """These rows as they are now; what is gone is missing."""
        ...


class RowsByIds(ABC, Generic[Row]):
    """A source whose first rows are those of its first ids."""

    async def first(self, limit: int) -> Mapping[int, Row]:
        ids = await self.ids(limit)
        rows = await self.rows(ids)
        return {row_id: rows[row_id] for row_id in ids if row_id in rows}

    @abstractmethod
    async def ids(self, limit: int = ALL) -> Ids: ...

    @abstractmethod
    async def rows(self, ids: Sequence[int]) -> Mapping[int, Row]: ...


@dataclass(frozen=True, slots=True)
class Span:
    """Rows `first` up to, not including, `end`."""

    first: int
    end: int


class RowsListener(Protocol):
    """Who shows the rows. Each pair of calls brackets the change, as Qt demands it."""

    def about_to_reset(self) -> None: ...
    def was_reset(self) -> None: ...
    def about_to_insert(self, span: Span) -> None: ...
    def was_inserted(self) -> None: ...
    def has_changed(self, span: Span) -> None: ...


class PagedRows(Generic[Row]):
    """The rows of one source after the other. A row that is not here yet is None, and asked for.

    At most 2 x KEPT_ROWS are held: those looked at since the kept half was full, and those before them.
    """

    def __init__(self, spawn: Spawn, on_error: Callable[[AppError], None]) -> None:
        """`on_error` is told why rows that are looked at cannot be read."""
        self._spawn = spawn
        self._on_error = on_error
        self._listener: RowsListener | None = None
        self._source: RowSource[Row] | None = None
        self._ids: Ids = array("q")
        self._young: dict[int, Row] = {}
        self._old: dict[int, Row] = {}
        self._wanted: dict[int, None] = {}  # first rows of pages, the latest last
        self._is_fetching = False
        self._order = 0  # counts the orders shown so far: places of one say nothing in another
        self._inserted = 0  # rows put on top since the source was opened: positions of a running fetch move by them
        self.is_complete = False  # the ids of all rows are here

    def listen(self, listener: RowsListener) -> None:
        self._listener = listener

    def __len__(self) -> int:
        return len(self._ids)

    def id_at(self, index: int) -> int:
        return self._ids[index]

    @property
    def ids(self) -> Ids:
        """Of all rows that are known so far, in order; not to be changed."""
        return self._ids

    def find(self, row_id: int) -> int | None:
        """Where this row is; None: it is not among those known so far."""
        try:
            return self._ids.index(row_id)
        except ValueError:
            return None

    def row(self, index: int) -> Row | None:
        """The row, or None: then its page is fetched."""
        row_id = self._ids[index]
        row = self._young.get(row_id)
        if row is None:
            row = self._old.get(row_id)
            if row is None:
                self._want(index)
                return None
            self._keep(row_id, row)
        return row

    async def open(self, source: RowSource[Row]) -> None:
        """Show another question's rows: the first page at once, the rest as soon as all ids are known."""
        self._source = source
        self.is_complete = False
        first = await source.first(PAGE_ROWS)
        if self._source is not source:
            return
        self._replace(array("q", first), first)
        ids = await source.ids() if len(first) == PAGE_ROWS else array("q", first)
        if self._source is not source:
            return
        self._complete(ids)

    async def reorder(self, span: Span) -> None:
        """Read the order again, with the rows that will stand in this span; tells of it only when it is another."""
        source, order = self._source, self._order
        if source is None:
            return
        ids = await source.ids()
        if ids == self._ids:
            return
        seen = await source.rows(ids[span.first : span.end])
        if self._source is source and self._order == order:
            self.is_complete = True
            self._replace(ids, seen)

    def put_on_top(self, rows: Mapping[int, Row]) -> None:
        """New rows before the first, in their order."""
        if not rows:
            return
        listener = self._listener
        if listener:
            listener.about_to_insert(Span(0, len(rows)))
        self._ids = array("q", rows) + self._ids
        self._inserted += len(rows)
        self._wanted = {start + len(rows): None for start in self._wanted}
        for row_id, row in rows.items():
            self._keep(row_id, row)
        if listener:
            listener.was_inserted()

    async def refresh(self, span: Span) -> None:
        """Read these rows again, because they may have changed; whoever shows them hears only of those that did."""
        source, order, inserted = self._source, self._order, self._inserted
        if source is None:
            return
        ids = self._ids[span.first : span.end]
        fresh = await source.rows(ids)
        if self._source is not source or self._order != order:
            return
        moved = span.first + self._inserted - inserted
        for index, row_id in enumerate(ids):
            row = fresh.get(row_id)
            if row is not None and row != self._known(row_id):
                self._keep(row_id, row)
                self._tell(Span(moved + index, moved + index + 1))

    # --------------------------------------------------------------------------------------------------------

    def _replace(self, ids: Ids, rows: Mapping[int, Row]) -> None:
        if self._listener:
            self._listener.about_to_reset()
        self._ids = ids
        self._order += 1
        self._young, self._old = dict(rows), {}
        self._wanted.clear()
        self._inserted = 0
        if self._listener:
            self._listener.was_reset()

    def _complete(self, ids: Ids) -> None:
        shown = len(self._ids)
        self.is_complete = True
        if ids[:shown] != self._ids:  # something came in between; what was fetched is still true
            self._replace(ids, self._young)
        elif len(ids) > shown:
            if self._listener:
                self._listener.about_to_insert(Span(shown, len(ids)))
            self._ids = ids
            if self._listener:
                self._listener.was_inserted()

    def _known(self, row_id: int) -> Row | None:
        return self._young.get(row_id) or self._old.get(row_id)

    def _keep(self, row_id: int, row: Row) -> None:
        if len(self._young) >= KEPT_ROWS:
            self._young, self._old = {}, self._young
        self._young[row_id] = row

    def _want(self, index: int) -> None:
        # Pages lie at fixed places counted from the oldest row, so rows on top do not move them.
        start = index - (index - self._inserted) % PAGE_ROWS
        if start not in self._wanted:
            self._wanted[start] = None
            while len(self._wanted) > WANTED_PAGES:
                del self._wanted[next(iter(self._wanted))]
        if not self._is_fetching:
            self._is_fetching = True
            self._spawn(self._fetch_wanted(), "rows that are looked at")

    async def _fetch_wanted(self) -> None:
        try:
            while self._wanted:
                start, _ = self._wanted.popitem()
                await self._fetch(start)
        except Exception as error:
            self._wanted.clear()
            if not isinstance(error, AppError):
                raise
            self._on_error(error)
        finally:
            self._is_fetching = False

    async def _fetch(self, start: int) -> None:
        source, order, inserted = self._source, self._order, self._inserted
        if source is None:
            return
        ids = self._ids[max(0, start) : start + PAGE_ROWS]
        rows = await source.rows(ids)
        if self._source is not source or self._order != order:
            return
        for row_id in ids:
            row = rows.get(row_id)
            if row is not None:
                self._keep(row_id, row)
        moved = max(0, start) + self._inserted - inserted
        self._tell(Span(moved, moved + len(ids)))

    def _tell(self, span: Span) -> None:
        if self._listener:
            self._listener.has_changed(span)
