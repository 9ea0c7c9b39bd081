"""A short list that is read anew many times a second and shown in place. Knows no Qt.

Rows keep their places while somebody looks at them: what is new comes on top, what is gone leaves, nothing is sorted
again before the list is opened the next time.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Generic, TypeVar

from desktop.models.paged_rows import RowsListener, Span

Row = TypeVar("Row")


class KeyedRows(Generic[Row]):
    """Rows with a key each. Whoever shows them hears only of rows that differ."""

    def __init__(self, key: Callable[[Row], Hashable]) -> None:
        self._key = key
        self._rows: list[Row] = []
        self._listener: RowsListener | None = None

    def listen(self, listener: RowsListener) -> None:
        self._listener = listener

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, index: int) -> Row:
        return self._rows[index]

    def find(self, key: Hashable) -> int | None:
        return next((index for index, row in enumerate(self._rows) if self._key(row) == key), None)

    def show(self, rows: Iterable[Row]) -> None:
        """These rows in this order: the list was opened, filtered or sorted by a person."""
        listener = self._listener
        if listener:
            listener.about_to_reset()
        self._rows = list(rows)
        if listener:
            listener.was_reset()

    def update(self, rows: Sequence[Row]) -> None:
        """The same list a moment later: changed rows in place, new ones on top; starts anew when some have left."""
        fresh = {self._key(row): row for row in rows}
        if any(self._key(row) not in fresh for row in self._rows):
            kept = [fresh.pop(key) for row in self._rows if (key := self._key(row)) in fresh]
            self.show([*fresh.values(), *kept])
            return
        for index, old in enumerate(self._rows):
            row = fresh.pop(self._key(old))
            if row != old:
                self._rows[index] = row
                if self._listener:
                    self._listener.has_changed(Span(index, index + 1))
        if fresh:
            if self._listener:
                self._listener.about_to_insert(Span(0, len(fresh)))
            self._rows[:0] = fresh.values()
            if self._listener:
                self._listener.was_inserted()
