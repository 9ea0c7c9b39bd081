"""Which rows are chosen, kept by their ids while a list is read anew: in another order, or without some of them."""

from collections.abc import Sequence
from typing import Final, Protocol

from PySide6.QtCore import QAbstractItemModel, QItemSelection, QItemSelectionModel, QItemSelectionRange, QObject

from desktop.models.paged_rows import Ids, Span
from desktop.widgets.table import Table

MOST_SPANS: Final = 1_000
"""Of a selection that is kept when the rows come in another order: each costs 9 µs, and a frame has 16 ms."""


class RowIds(Protocol):
    """PagedRows, as far as it is needed here."""

    @property
    def ids(self) -> Ids: ...


class KeptSelection(QObject):
    """A reset of the model clears the selection and tells nobody. Lives as long as its table."""

    def __init__(self, table: Table, model: QAbstractItemModel, rows: RowIds) -> None:
        super().__init__(table)
        self._table = table
        self._model = model
        self._rows = rows
        self._kept: list[int] = []
        model.modelAboutToBeReset.connect(self._remember)

    @property
    def chosen_ids(self) -> list[int]:
        """In the order of the list."""
        ids = self._rows.ids
        return [ids[row] for row in self._table.chosen_rows if row < len(ids)]

    def restore(self) -> bool:
        """The rows have been read anew: who was chosen stays chosen, as far as they are in the list. False: rows were
        chosen and none of them is in it any more, which no signal of the selection tells."""
        kept, self._kept = self._kept, []
        if not kept:
            return True
        places = {row_id: place for place, row_id in enumerate(self._rows.ids)}
        spans = spans_of(sorted(places[row_id] for row_id in kept if row_id in places))
        found = QItemSelection()
        for span in spans if len(spans) <= MOST_SPANS else ():
            last = self._model.index(span.end - 1, self._model.columnCount() - 1)
            found.append(QItemSelectionRange(self._model.index(span.first, 0), last))
        self._table.selectionModel().select(found, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        return bool(found.count())

    def _remember(self) -> None:
        self._kept = self.chosen_ids or self._kept


def spans_of(places: Sequence[int]) -> list[Span]:
    """Neighbours put together; `places` in order."""
    found: list[Span] = []
    for place in places:
        if found and found[-1].end == place:
            found[-1] = Span(found[-1].first, place + 1)
        else:
            found.append(Span(place, place + 1))
    return found
