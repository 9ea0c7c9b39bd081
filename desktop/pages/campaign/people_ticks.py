"""A list of people of whom some are ticked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from campaigns.report.views import RecipientRow
from desktop.formatting import Formats
from desktop.models.paged_rows import ALL, Ids, PagedRows, RowsByIds, RowsListener
from desktop.models.table_model import TableModel
from desktop.pages.reasons import short
from desktop.pages.services import PageServices
from desktop.theme import Role
from desktop.widgets.status import Glyph
from desktop.widgets.table import Cell, Column, TickTable

COLUMNS: Final = (
    Column("Person", 180, stretch=3),
    Column("Reason", 150, stretch=2),
    Column("Account", 110, stretch=1),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TickRow:
    """One person with what became of the message."""

    name: str
    handle: str
    reason: str
    account: str


class PeopleOf(RowsByIds[TickRow]):
    """These deliveries, as rows: read when they are looked at."""

    def __init__(self, services: PageServices, ids: Ids) -> None:
        self._services = services
        self._ids = ids

    async def ids(self, limit: int = ALL) -> Ids:
        return self._ids if limit == ALL else self._ids[:limit]

    async def rows(self, ids: Sequence[int]) -> Mapping[int, TickRow]:
        found = await self._services.screens.people(ids)
        return {row_id: _tick_row(row) for row_id, row in found.items()}


class Ticks:
    """Which of the rows are ticked: all or none, but for some. Knows no Qt."""

    def __init__(self, rows: PagedRows[TickRow], *, all_ticked: bool) -> None:
        self.people = rows
        self._base = all_ticked
        self._but: set[int] = set()

    def __len__(self) -> int:
        return len(self.people)

    def row(self, index: int) -> tuple[TickRow, bool] | None:
        row = self.people.row(index)
        return None if row is None else (row, self.is_ticked(self.people.id_at(index)))

    def listen(self, listener: RowsListener) -> None:
        self.people.listen(listener)

    def is_ticked(self, row_id: int) -> bool:
        return self._base is not (row_id in self._but)

    def toggle(self, index: int) -> None:
        self._but ^= {self.people.id_at(index)}

    def tick_all(self, *, ticked: bool) -> None:
        self._base = ticked
        self._but.clear()

    @property
    def ticked(self) -> list[int]:
        return [row_id for row_id in self.people.ids if self.is_ticked(row_id)]


class PeopleTicks(TickTable):
    """People with the reason that stands at their message."""

    def __init__(self, title: str, rows: PagedRows[TickRow], formats: Formats, *, all_ticked: bool) -> None:
        super().__init__(title, COLUMNS)
        self._formats = formats
        self.ticks = Ticks(rows, all_ticked=all_ticked)
        self.table.setModel(TableModel(self.ticks, _cells, len(COLUMNS), self))
        self.show_count()

    @property
    def ticked(self) -> list[int]:
        return self.ticks.ticked

    def show_count(self) -> None:
        """After the rows came, or others were ticked."""
        chosen, all_ = self._formats.number(len(self.ticked)), self._formats.number(len(self.ticks))
        self.count.setText(f"{chosen} of {all_} people chosen")
        self.table.viewport().update()

    def toggle(self, row: int) -> None:
        self.ticks.toggle(row)
        self._follow()

    def tick_all(self, *, ticked: bool) -> None:
        self.ticks.tick_all(ticked=ticked)
        self._follow()

    def _follow(self) -> None:
        self.show_count()
        self.changed.emit()


def _tick_row(row: RecipientRow) -> TickRow:
    handle = f"@{row.username}" if row.username else ""
    return TickRow(
        name=row.name or handle or f"Person {row.contact_id}",
        handle=handle if row.name else "",
        reason=short(row.reason) if row.reason is not None else "",
        account=row.account_title,
    )


def _cells(ticked: tuple[TickRow, bool]) -> Sequence[Cell]:
    row, is_ticked = ticked
    glyph, words = (Glyph.CHECK, "chosen") if is_ticked else (Glyph.RING, "not chosen")
    detail = f"{row.handle} · {words}" if row.handle else words
    return (
        Cell(text=row.name, detail=detail, role=Role.STRONG, glyph=glyph),
        Cell(text=row.reason, role=Role.DIM),
        Cell(text=row.account, role=Role.DIM),
    )
