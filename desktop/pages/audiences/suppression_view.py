"""The suppression list: whom no campaign writes to, searched, imported and exported."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from campaigns.audience.import_jobs import ImportJobs
from campaigns.audience.imports import ImportOptions, ImportPurpose, ImportState, ImportView
from campaigns.audience.suppression_list import ListRow
from campaigns.exporting.orders import ExportKind, ExportOrder
from campaigns.job_errors import error_of
from core.container import ServiceContainer
from core.errors import AppError
from database import ImportStore, SuppressionListStore
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

    def __init__(self, services: PageServices, container: ServiceContainer, spawn_latest: SpawnLatest) -> None:
        super().__init__()
        self._services = services
        self._store = container.get(SuppressionListStore)
        self._jobs = container.get(ImportJobs)
        self._imports = container.get(ImportStore)
        self._spawn = spawn_latest
        self._text = ""
        self.rows = PagedRows[ListRow](spawn_latest, self._failed)
        self.search = SearchField("Name, @name, number")
        self.status = label("", Role.DIM)
        self.stop_button = Button("Stop", "mdi6.stop", kind=Kind.QUIET)
        self._stops: Callable[[], Coroutine[object, object, None]] | None = None  # the import that runs now
        self._is_exporting = False
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
        self._services.begin(self._import(), "import a suppression list")

    def _begin_export(self) -> None:
        self._services.begin(self._export(), "export the suppression list")

    async def _import(self) -> None:
        chooser = QFileDialog(self.window(), "Choose a list of people who must not be written to")
        chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        chosen = await ask_for(chooser, lambda: chooser.selectedFiles()[0])
        if chosen is None:
            return
        options = ImportOptions(purpose=ImportPurpose.SUPPRESSION)
        self._begin()
        try:
            job = await self._jobs.start(Path(chosen), options, actor=self._services.actor)
            self._stops = lambda: self._jobs.cancel(job.id)
            async for view in self._jobs.follow(job):
                last = view
                self.status.setText(f"{self._services.formats.percent(round(view.part_read * 1000), 1000)} done")
        finally:
            self._end()
        await self._tell_result(last)

    async def _tell_result(self, done: ImportView) -> None:
        number = self._services.formats.number
        if done.state is ImportState.CANCELLED:
            self._services.tells.toast("The list was not imported", "Nothing of it was kept.", glyph=Glyph.DASH)
            return
        if done.state is not ImportState.DONE:
            raise error_of(done.problem, is_cancelled=False)
        first = next(iter(await self._imports.refusals(done.id, limit=1)), None)
        why = f" Line {first[1]}: {first[2]}" if first is not None else ""
        self._services.tells.toast(
            f"{count_of(number(done.added), 'person', 'people')} put on the list",
            f"{number(done.unchanged)} stood there, {number(done.refused)} refused.{why} The tab Imports takes it back.",
            glyph=Glyph.DASH,
        )

    def _begin(self) -> None:
        """Something long runs, and can be stopped."""
        self.import_button.setEnabled(False)
        self.export_button.setEnabled(False)
        self.stop_button.show()

    def _end(self) -> None:
        self._stops = None
        self.status.setText("")
        self.import_button.setEnabled(True)
        self.export_button.setEnabled(True)
        self.stop_button.hide()

    def _stop(self) -> None:
        running = self._services.exports.find(ExportKind.SUPPRESSIONS)
        if running is not None:
            self._services.exports.cancel(running)
        elif self._stops is not None:
            self._services.begin(self._stops(), "stop what runs")

    async def _export(self) -> None:
        chooser = QFileDialog(self.window(), "Export the suppression list")
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setDefaultSuffix("csv")
        chooser.selectFile("suppression.csv")
        chosen = await ask_for(chooser, lambda: chooser.selectedFiles()[0])
        if chosen is None:
            return
        await self._services.exports.start(ExportOrder(kind=ExportKind.SUPPRESSIONS), chosen)

    def show_exporting(self) -> None:
        """How far the list is written, which also a window that was opened meanwhile shows."""
        running = self._services.exports.find(ExportKind.SUPPRESSIONS)
        if running is not None:
            self._begin()
            self.status.setText(f"{self._services.formats.number(running.written)} written")
        elif self._is_exporting:
            self._end()
        self._is_exporting = running is not None

    def _failed(self, error: AppError) -> None:
        self.late.end()
        self.table.set_placeholder(FailedState(error))
