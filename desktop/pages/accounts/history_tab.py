"""What happened to one account, newest first, by the page; news come on top while it is looked at."""

from dataclasses import replace
from typing import Final

from PySide6.QtWidgets import QVBoxLayout, QWidget

from campaigns.report.screens import EventQuestion
from core.domain.ids import AccountId
from core.errors import AppError
from desktop.models.paged_rows import PagedRows
from desktop.models.rows import EventRow
from desktop.models.table_model import TableModel
from desktop.pages.activity.presenter import EventSource
from desktop.pages.services import PageServices
from desktop.theme import Role
from desktop.widgets.empty import EmptyState, FailedState
from desktop.widgets.table import Cell, Column, Table

COLUMNS: Final = (Column("When", 84), Column("What", 180, stretch=1))
MOST_NEW: Final = 200


class HistoryTab(QWidget):
    """Reads only while it is shown."""

    def __init__(self, services: PageServices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._source: EventSource | None = None
        self.rows = PagedRows[EventRow](services.spawn, self._failed)
        self.table = Table("History", COLUMNS)
        self.table.horizontalHeader().hide()
        self.model = TableModel(self.rows, _cells, len(COLUMNS), self)
        self.table.setModel(self.model)
        column = QVBoxLayout(self)
        column.setContentsMargins(5, 6, 5, 0)
        column.addWidget(self.table)

    def open(self, account_id: AccountId) -> None:
        """The history of this account."""
        if self._source is None or self._source.asked.account_id != account_id:
            self._source = EventSource(self._services, EventQuestion(account_id=account_id))
            self._services.spawn(self._open(self._source), "history of an account")

    def changed(self) -> None:
        """There are new events."""
        if self.isVisible() and self._source is not None and self.rows.is_complete:
            self._services.spawn(self._read_news(self._source), "new events of an account")

    async def _open(self, source: EventSource) -> None:
        try:
            await self.rows.open(source)
        except AppError as error:
            self._failed(error)
            return
        if self._source is source:
            nothing = EmptyState("mdi6.text-box-outline", "Nothing has happened yet")
            self.table.set_placeholder(None if len(self.rows) else nothing)

    async def _read_news(self, source: EventSource) -> None:
        newest = self.rows.id_at(0) if len(self.rows) else 0
        asked = replace(source.asked, after_id=newest)
        ids = await self._services.screens.event_ids(asked, limit=MOST_NEW)
        fresh = await source.rows(ids)
        is_same = self._source is source and (self.rows.id_at(0) if len(self.rows) else 0) == newest
        if fresh and is_same:
            self.table.set_placeholder(None)
            self.rows.put_on_top({row_id: fresh[row_id] for row_id in ids if row_id in fresh})

    def _failed(self, error: AppError) -> None:
        self.table.set_placeholder(FailedState(error))


def _cells(row: EventRow) -> tuple[Cell, ...]:
    details = " · ".join(part for part in (row.details, row.who if row.who != "worker" else "") if part)
    return (
        Cell(row.time, role=Role.HINT),
        Cell(row.state.word, details, Role.STRONG, glyph=row.state.glyph),
    )
