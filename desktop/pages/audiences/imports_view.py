"""The imports there were: what each brought, its refused rows to be saved, and all of it to be taken back later."""

from collections.abc import Awaitable, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from campaigns.audience.import_file import FileImport
from campaigns.audience.imports import ImportPurpose, ImportState, ImportView
from campaigns.exporting.orders import ExportKind, ExportOrder
from core.container import ServiceContainer
from core.errors import AppError
from database import ImportStore
from desktop.dialogs.confirm import Question
from desktop.event_loop import ask_for
from desktop.models.keyed_rows import KeyedRows
from desktop.models.table_model import TableModel
from desktop.pages.audiences.contacts_presenter import SpawnLatest
from desktop.pages.audiences.import_words import UNDO_LIST_WORDS, UNDO_WORDS, form_words, import_state, undone_words
from desktop.pages.services import PageServices
from desktop.theme import Role
from desktop.widgets.buttons import Button
from desktop.widgets.empty import EmptyState, FailedState
from desktop.widgets.labels import label
from desktop.widgets.status import Glyph
from desktop.widgets.table import Cell, Column, Table, TableCard

SAVE: Final = "Save the refused rows…"
COLUMNS: Final = (
    Column("File", 200, stretch=3),
    Column("State", 160, stretch=2),
    Column("Added", 84, numeric=True),
    Column("Updated", 84, numeric=True),
    Column("Unchanged", 96, numeric=True),
    Column("Refused", 84, numeric=True),
    Column("By", 120, stretch=1),
    Column("When", 92),
)


class ImportsView(QWidget):
    """Reads when it is shown, and again whenever it is told to."""

    def __init__(self, services: PageServices, container: ServiceContainer, spawn_latest: SpawnLatest) -> None:
        super().__init__()
        self._services = services
        self._store = container.get(ImportStore)
        self._imports = container.get(FileImport)
        self._spawn_latest = spawn_latest
        self._rows = KeyedRows[ImportView](lambda view: view.id)
        self.table = Table("Imports", COLUMNS)
        self.table.setModel(TableModel(self._rows, self._cells, len(COLUMNS), self.table))
        self.words = label("Choose an import to save its refused rows or to take it back.", Role.DIM)
        self.save = Button(SAVE, "mdi6.download-outline")
        self.undo = Button("Undo this import…", "mdi6.undo-variant")
        self.cancel = Button("Cancel the import", "mdi6.stop")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.words, 1)
        for button in (self.save, self.cancel, self.undo):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 0, 24, 16)
        column.setSpacing(10)
        column.addLayout(row)
        column.addWidget(TableCard(self.table), 1)
        self.table.selectionModel().selectionChanged.connect(self._chosen)
        self.save.clicked.connect(self._begin_save)
        self.undo.clicked.connect(self._begin_undo)
        self.cancel.clicked.connect(self._begin_cancel)
        self._chosen()

    @property
    def chosen(self) -> ImportView | None:
        place = self.table.chosen_row
        return None if place is None else self._rows.row(place)

    def read(self) -> None:
        self._spawn_latest(self._read(), "imports")

    async def _read(self) -> None:
        try:
            views = await self._store.list_recent()
        except AppError as error:
            self.table.set_placeholder(FailedState(error))
            return
        if len(self._rows):
            self._rows.update(views)
        else:
            self._rows.show(views)
        nothing = EmptyState(
            "mdi6.tray-arrow-down",
            "No import yet",
            "What a list brought stands here, and can be taken back as a whole.",
        )
        self.table.set_placeholder(None if views else nothing)
        self._chosen()

    def _cells(self, view: ImportView) -> Sequence[Cell]:
        formats = self._services.formats
        is_nothing = view.state in (ImportState.CANCELLED, ImportState.FAILED)  # of what it had read nothing was kept
        counts = (view.added, view.updated, view.unchanged, view.refused)
        return (
            Cell(view.file_name, form_words(view), Role.STRONG),
            Cell.of_state(import_state(view, formats)),
            *(Cell("" if is_nothing else formats.number(count), role=Role.DIM) for count in counts),
            Cell(view.created_by, role=Role.DIM),
            Cell(formats.moment(view.created_at, self._services.clock.now()), role=Role.DIM),
        )

    def _chosen(self, *_: object) -> None:
        view = self.chosen
        is_done = view is not None and view.state is ImportState.DONE
        self.save.setVisible(is_done and view is not None and view.refused > 0)
        self.show_exporting()
        self.undo.setVisible(is_done)
        self.cancel.setVisible(view is not None and view.state is ImportState.RUNNING)

    def show_exporting(self) -> None:
        """How far the refused rows of the chosen import are written; pressed meanwhile, the button stops it."""
        running = None if (view := self.chosen) is None else self._services.exports.find(ExportKind.REFUSED, view.id)
        words = SAVE if running is None else f"Stop: {self._services.formats.number(running.written)} written"
        self.save.set_text(words)

    def _begin_save(self) -> None:
        if (view := self.chosen) is None:
            return
        if (running := self._services.exports.find(ExportKind.REFUSED, view.id)) is not None:
            self._services.exports.cancel(running)
        else:
            self._services.spawn(self._tell_errors(self._save(view)), "save refused rows")

    def _begin_undo(self) -> None:
        if (view := self.chosen) is not None:
            self._services.spawn(self._tell_errors(self._undo(view)), "undo an import")

    def _begin_cancel(self) -> None:
        if (view := self.chosen) is not None:
            self._services.spawn(self._tell_errors(self._cancel(view)), "cancel an import")

    async def _tell_errors(self, act: Awaitable[None]) -> None:
        try:
            await act
        except AppError as error:
            self._services.tells.error(error)
        self.read()

    async def _save(self, view: ImportView) -> None:
        chooser = QFileDialog(self.window(), "Save the refused rows")
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setDefaultSuffix("csv")
        chooser.selectFile(f"{Path(view.file_name).stem}-refused.csv")
        chosen = await ask_for(chooser, lambda: chooser.selectedFiles()[0])
        if chosen is not None:
            await self._services.exports.start(ExportOrder(kind=ExportKind.REFUSED, subject_id=view.id), chosen)

    async def _undo(self, view: ImportView) -> None:
        question = Question(
            title=f"Take {view.file_name} back?",
            message=UNDO_LIST_WORDS if view.purpose is ImportPurpose.SUPPRESSION else UNDO_WORDS,
            confirm="Take it back",
            cancel="Keep the import",
            is_dangerous=True,
        )
        if await self._services.tells.confirm(question):
            undone = await self._imports.undo(view.id)
            words = undone_words(undone, self._services.formats)
            self._services.tells.toast("The import was taken back", words, glyph=Glyph.DASH)

    async def _cancel(self, view: ImportView) -> None:
        await self._store.ask_to_cancel(view.id)
        await self._imports.clean_up()  # where its process is gone
