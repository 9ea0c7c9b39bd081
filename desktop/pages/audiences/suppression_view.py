"""The suppression list: whom no campaign writes to, searched, imported and exported."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from campaigns.audience.people_service import PeopleService, SuppressionImport
from campaigns.audience.suppression_list import ListRow
from core.errors import AppError
from database import SuppressionListStore
from desktop.event_loop import ask_for
from desktop.formatting import count_of
from desktop.models.paged_rows import ALL, Ids, PagedRows, RowsByIds
from desktop.models.table_model import TableModel
from desktop.pages.audiences.contacts_presenter import SpawnLatest
from desktop.pages.audiences.words import SUPPRESSION_COLUMNS, suppression_cells
from desktop.pages.late import LateSkeleton
from desktop.pages.services import PageServices
from desktop.theme import Role
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.empty import EmptyState, FailedState
from desktop.widgets.fields import SearchField
from desktop.widgets.labels import label
from desktop.widgets.status import Glyph
from desktop.widgets.table import Cell, Table, TableCard

WHAT_IT_IS = (
    "Who says STOP, blocks an account or is put here by hand is never written to by a campaign. A list from elsewhere "
    "holds for people who are not known here yet, too."
)


class _Source(RowsByIds[ListRow]):
    def __init__(self, store: SuppressionListStore, text: str) -> None:
        self._store = store
        self._text = text

    async def ids(self, limit: int = ALL) -> Ids:
        return await self._store.ids(self._text, limit=limit)

    async def rows(self, ids: Sequence[int]) -> Mapping[int, ListRow]:
        return await self._store.rows(ids)


class SuppressionView(QWidget):
    """Reads when it is first shown, and again when people changed."""

    personRequested = Signal(int)  # a contact

    def __init__(
        self, services: PageServices, store: SuppressionListStore, people: PeopleService, spawn_latest: SpawnLatest
    ) -> None:
        super().__init__()
        self._services = services
        self._store = store
        self._people = people
        self._spawn = spawn_latest
        self._text = ""
        self.rows = PagedRows[ListRow](spawn_latest, self._failed)
        self.search = SearchField("Name, @name, number")
        self.status = label("", Role.DIM)
        self.stop_button = Button("Stop", "mdi6.stop", kind=Kind.QUIET)
        self._running: asyncio.Task[object] | None = None
        self._is_stopped = False
        self.import_button = Button("Import…", "mdi6.tray-arrow-down")
        self.export_button = Button("Export…", "mdi6.tray-arrow-up")
        self.table = Table("Suppression list", SUPPRESSION_COLUMNS)
        self.model = TableModel(self.rows, self._cells, len(SUPPRESSION_COLUMNS), self)
        self.late = LateSkeleton(self.table)
        self._build_ui()
        self.search.searched.connect(self._search)
        self.import_button.clicked.connect(self._begin_import)
        self.export_button.clicked.connect(self._begin_export)
        self.stop_button.clicked.connect(self._stop)
        self.table.opened.connect(self._open_person)

    def read(self) -> None:
        """Read the list anew."""
        self._spawn(self._open(self._text), "suppression list")

    def _build_ui(self) -> None:
        self.table.setModel(self.model)
        self.search.setMaximumWidth(270)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.search, 1)
        row.addStretch(1)
        row.addWidget(self.status)
        row.addWidget(self.stop_button)
        self.stop_button.hide()
        row.addWidget(self.export_button)
        row.addWidget(self.import_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 0, 24, 16)
        column.setSpacing(10)
        column.addLayout(row)
        column.addWidget(TableCard(self.table), 1)

    def _cells(self, row: ListRow) -> Sequence[Cell]:
        return suppression_cells(row, self._services.formats, self._services.clock.now())

    async def _open(self, text: str) -> None:
        try:
            await self.rows.open(_Source(self._store, text))
        except AppError as error:
            self._failed(error)
            return
        self.late.end()
        nothing = (
            EmptyState("mdi6.magnify", f"Nobody on the list matches “{text}”")
            if text
            else EmptyState("mdi6.account-cancel-outline", "Nobody is suppressed", WHAT_IT_IS)
        )
        self.table.set_placeholder(None if len(self.rows) else nothing)

    def _search(self, text: str) -> None:
        self._text = text.strip()
        self.late.begin()
        self.read()

    def _open_person(self, row: int) -> None:
        found = self.rows.row(row)
        if found is not None and found.contact_id is not None:
            self.personRequested.emit(found.contact_id)

    def _begin_import(self) -> None:
        self._services.spawn(self._tell_errors(self._import), "import a suppression list")

    def _begin_export(self) -> None:
        self._services.spawn(self._tell_errors(self._export), "export the suppression list")

    async def _tell_errors(self, act: object) -> None:
        try:
            await act()  # type: ignore[operator]
        except AppError as error:
            self._services.tells.error(error)

    async def _import(self) -> None:
        chooser = QFileDialog(self.window(), "Choose a list of people who must not be written to")
        chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        chosen = await ask_for(chooser, lambda: chooser.selectedFiles()[0])
        if chosen is None:
            return
        so_far: SuppressionImport | None = None

        def tell(part: float, result: SuppressionImport) -> None:
            nonlocal so_far
            so_far = result
            self.status.setText(f"{self._services.formats.percent(round(part * 1000), 1000)} read")

        self._begin()
        try:
            await self._people.import_suppressions(Path(chosen), actor=self._services.actor, tell=tell)
        except asyncio.CancelledError:
            if not self._is_stopped:  # the page goes
                raise
        except Exception:
            self._end()
            raise
        self._end()
        if so_far is not None:
            self._tell_result(so_far)

    def _tell_result(self, done: SuppressionImport) -> None:
        number = self._services.formats.number
        first = done.refusals[0] if done.refusals else None
        why = f" Line {first.line}: {first.reason}" if first is not None else ""
        people = count_of(number(done.added), "person", "people")
        self._services.tells.toast(
            f"{people} put on the list{' before it was stopped' if self._is_stopped else ''}",
            f"{number(done.known)} stood there, {number(done.refused)} refused.{why}",
            glyph=Glyph.DASH,
        )

    def _begin(self) -> None:
        """Something long runs in this task, and can be stopped."""
        self._running, self._is_stopped = asyncio.current_task(), False
        self.import_button.setEnabled(False)
        self.export_button.setEnabled(False)
        self.stop_button.show()

    def _end(self) -> None:
        self._running = None
        self.status.setText("")
        self.import_button.setEnabled(True)
        self.export_button.setEnabled(True)
        self.stop_button.hide()

    def _stop(self) -> None:
        if self._running is not None:
            self._is_stopped = True
            self._running.cancel()

    async def _export(self) -> None:
        chooser = QFileDialog(self.window(), "Export the suppression list")
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setDefaultSuffix("csv")
        chooser.selectFile("suppression.csv")
        chosen = await ask_for(chooser, lambda: chooser.selectedFiles()[0])
        if chosen is None:
            return
        number = self._services.formats.number
        self._begin()
        try:
            written, left_out = await self._people.export_suppressions(
                Path(chosen), lambda lines: self.status.setText(f"{number(lines)} written")
            )
        except asyncio.CancelledError:
            if not self._is_stopped:
                raise
            self._end()
            self._services.tells.toast("The list was not exported", "No file was written.", glyph=Glyph.DASH)
            return
        except Exception:
            self._end()
            raise
        self._end()
        rest = f"{number(left_out)} have neither a name nor a number." if left_out else ""
        self._services.tells.toast(f"{number(written)} people are in {Path(chosen).name}", rest)

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, AppError):
            raise error
        self.late.end()
        self.table.set_placeholder(FailedState(error.title, error.message, error.hint, error.detail))
