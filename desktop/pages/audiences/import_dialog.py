"""Importing people: choose or drop a file, see what its rows would become, import them, see what became of them, undo.

Nothing is written before "Import". The file is read in threads, and imported by a process of its own.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Final, Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QVBoxLayout, QWidget

from campaigns.audience.imports import ImportOptions, ImportState, ImportView
from campaigns.audience.preview import Preview, Sample, explain
from campaigns.job_errors import error_of
from core.domain.ids import ImportId
from core.errors import AppError, Cancelled, UserInputError
from desktop.dialogs.dialog import Dialog
from desktop.formatting import count_of
from desktop.pages.audiences.import_outcome import ImportOutcomeView, Refused
from desktop.pages.audiences.import_preview import ImportPreviewView
from desktop.pages.audiences.import_words import KINDS, UNDO_WORDS, Tally, go_words, tally, undone_words
from desktop.pages.services import PageServices
from desktop.scope import Scope
from desktop.theme import Role
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.cards import Note
from desktop.widgets.empty import EmptyState
from desktop.widgets.labels import label
from desktop.widgets.progress import Part, Progress
from desktop.widgets.status import Tone

BODY_HEIGHT: Final = 452
PARTS: Final = 1_000  # of the progress bar
NOTHING_YET: Final = "Nobody sees them before it is done. Cancel leaves nothing behind."


class Importer(Protocol):
    """What reads and writes; see desktop.pages.audiences.import_acts."""

    async def read(self, path: Path, encoding: str, delimiter: str) -> Sample: ...
    async def mapping_of(self, headings: Sequence[str]) -> Mapping[str, str]: ...
    def run(self, path: Path, options: ImportOptions) -> AsyncIterator[ImportView]: ...
    async def cancel(self) -> None: ...
    async def refused(self, import_id: ImportId) -> Sequence[Refused]: ...
    async def save_refused(self, import_id: ImportId, path: str) -> None: ...
    async def undo(self, import_id: ImportId) -> ImportView: ...


class PeopleImportDialog(Dialog):
    """`step` says what it shows: entry, working, preview, result, asking or undone."""

    failed = Signal(object)  # AppError

    def __init__(self, parent: QWidget, importer: Importer, services: PageServices) -> None:
        super().__init__(parent, "Import people", width=880)
        self.scope = Scope(self)
        self._importer = importer
        self._formats = services.formats
        self._clock = services.clock
        self._path = Path()
        self._sample: Sample | None = None
        self._counts: Tally | None = None
        self._view: ImportView | None = None
        self._is_running = self._is_undoing = False
        self.setAcceptDrops(True)
        self.browse = Button("Choose a file…", "mdi6.file-document-outline", kind=Kind.PRIMARY)
        self.entry = EmptyState("mdi6.tray-arrow-down", "Drop a list of people here", KINDS, actions=[self.browse])
        self.entry_note = Note("", "mdi6.alert-circle-outline", Tone.BAD)
        self.bar = Progress("How far the import is")
        self.progress_words = label("", Role.STRONG)
        self.progress_hint = label("", Role.DIM, wrap=True)
        self.undone = EmptyState("mdi6.undo-variant", "The import was taken back")
        self._stack = QStackedWidget()
        self._pages: dict[str, QWidget] = {}
        self._build_ui()
        self._connect_signals()
        self._show("entry")

    @cached_property
    def preview(self) -> ImportPreviewView:
        """Made in pieces when the first file is read."""
        return ImportPreviewView(self._formats, self._clock.now())

    @cached_property
    def outcome(self) -> ImportOutcomeView:
        """Made while the import runs."""
        return ImportOutcomeView(self._formats)

    @property
    def step(self) -> str:
        return next(name for name, page in self._pages.items() if page is self._stack.currentWidget())

    def take_file(self, path: str) -> None:
        """Read its first rows and show what they would become."""
        self._path = Path(path).absolute()
        self._tell_progress(f"Reading {self._path.name}", "Nothing is written yet.", 0)
        self._show("working")
        self.scope.task(self._read(is_new=True), "read a list of people", is_latest=True)

    def reject(self) -> None:
        """Esc and Cancel: while it imports this asks to stop, and the dialog stays until nothing is left."""
        if self._is_undoing:
            return
        if self._is_running:
            self.back.setEnabled(False)
            self.progress_hint.setText("Stopping; what was added is taken back.")
            self.scope.task(self._importer.cancel(), "cancel the import")
            return
        if self.step == "asking":
            self._show("result")
            return
        super().reject()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        urls = event.mimeData().urls()
        if self.step in ("entry", "preview") and urls and urls[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.take_file(event.mimeData().urls()[0].toLocalFile())

    # ------------------------------------------------------------------------------------------------ building

    def _build_ui(self) -> None:
        entry = QWidget()
        column = QVBoxLayout(entry)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.entry, 1)
        column.addWidget(self.entry_note)
        self.entry_note.hide()
        for name, page in (("entry", entry), ("working", self._progress_page()), ("undone", self.undone)):
            self._add_page(name, page)
        self._stack.setFixedHeight(self._theme.px(BODY_HEIGHT))
        self.body.addWidget(self._stack)
        self.another = self.add_quiet("Another file…", "mdi6.file-document-outline")
        self.undo = self.add_quiet("Undo this import…", "mdi6.undo-variant")
        self.save = self.add_action("Save the refused rows…", "mdi6.download-outline")
        self.back = self.add_action("Cancel")
        self.go = self.add_action("Import", kind=Kind.PRIMARY, is_default=True)

    def _progress_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(90, 0, 90, 0)
        column.setSpacing(10)
        column.addStretch(1)
        for part in (self.progress_words, self.bar, self.progress_hint):
            column.addWidget(part)
        column.addStretch(1)
        return page

    def _add_page(self, name: str, page: QWidget) -> None:
        self._pages[name] = page
        self._stack.addWidget(page)

    def _connect_signals(self) -> None:
        self.browse.clicked.connect(self._browse)
        self.another.clicked.connect(self._browse)
        self.back.clicked.connect(self.reject)
        self.go.clicked.connect(self._go_on)
        self.undo.clicked.connect(self._ask_undo)
        self.save.clicked.connect(self._choose_where)

    # ------------------------------------------------------------------------------------------------- showing

    def _show(self, step: str) -> None:
        self._stack.setCurrentWidget(self._pages[step])
        is_result = step == "result"
        refused = 0 if self._view is None else self._view.refused
        brought = 0 if self._view is None else self._view.added + self._view.updated
        self.another.setVisible(step == "preview")
        self.undo.setVisible(is_result and brought > 0)
        self.save.setVisible(is_result and refused > 0)
        self.back.setVisible(step in ("entry", "preview", "working", "asking"))
        self.back.setEnabled(not self._is_undoing)
        self.back.set_text("Keep the import" if step == "asking" else "Cancel")
        self.go.setVisible(step in ("preview", "result", "asking", "undone"))
        self.go.set_reason_disabled("")
        if step == "entry":
            self.browse.setFocus()
        elif step == "asking":
            self.go.set_text("Take it back")
            self.back.setFocus()
        elif is_result or step == "undone":
            self.go.set_text("Done")
            self.go.setFocus()

    def _tell_progress(self, words: str, hint: str, part: float) -> None:
        self.progress_words.setText(words)
        self.progress_hint.setText(hint)
        self.bar.set_parts([Part(round(part * PARTS), Tone.ACCENT)], PARTS)

    def _refuse(self, error: AppError) -> None:
        self.entry_note.text.setText(f"{error.title}. {error.message} {error.hint}".strip())
        self.entry_note.show()
        self._show("entry")

    def _show_go(self) -> None:
        if self._sample is None or self._counts is None:
            self.go.set_text("Import")
            self.go.set_reason_disabled("See below the preview what has to be changed first")
            return
        self.go.set_text(go_words(self._sample, self._counts, self._formats))
        is_nobody = self._sample.is_whole and not self._counts.taken
        self.go.set_reason_disabled("Not one row of it can be taken" if is_nobody else "")

    # ------------------------------------------------------------------------------------------------- reading

    async def _read(self, *, is_new: bool) -> None:
        options = ImportOptions() if is_new else self.preview.options
        self._counts = None
        try:
            sample = await self._importer.read(self._path, options.encoding, options.delimiter)
            mapping = await self._importer.mapping_of(sample.headings)
        except AppError as error:
            if is_new:
                self._refuse(error)
            else:
                self._sample = None
                self.preview.tell(error)
                self._show_go()
            return
        self._sample = sample
        await self._make_preview()
        if not sample.rows:
            nobody = "It has a header and nobody below it."
            self._refuse(UserInputError(nobody, title="There is nobody in this file", hint="Choose another file."))
            return
        self.preview.show_sample(sample, self._path, mapping, is_new=is_new)
        await self._explain()

    async def _make_preview(self) -> None:
        if "preview" in self._pages:
            return
        for _ in self.preview.prepare():
            await asyncio.sleep(0)
        self._add_page("preview", self.preview)
        self.preview.readAgain.connect(self._read_again)
        self.preview.changed.connect(self._explain_again)

    async def _explain(self) -> None:
        """Say what the rows would become as things are chosen now."""
        sample, options = self._sample, self.preview.options
        if sample is None:
            return
        try:
            preview, counts = await asyncio.to_thread(_explain, sample, options, self._clock.now())
        except AppError as error:
            self._counts = None
            self.preview.show_problem(error)
        else:
            self._counts = counts
            self.preview.show_preview(preview, counts)
        if self.step != "preview":
            self._show("preview")
            self.preview.people.setFocus()
        self._show_go()

    def _read_again(self) -> None:
        self.scope.task(self._read(is_new=False), "read a list of people", is_latest=True)

    def _explain_again(self) -> None:
        self.scope.task(self._explain(), "explain a list of people", is_latest=True)

    # ----------------------------------------------------------------------------------------------- importing

    def _go_on(self) -> None:
        if self.step == "preview":
            if self.preview.check():
                self.scope.task(self._import(), "import people")
        elif self.step == "asking":
            self.scope.task(self._take_back(), "undo an import")
        else:
            self.accept()

    async def _import(self) -> None:
        number = self._formats.number
        options = self.preview.options
        self._is_running = True
        self._tell_progress("Importing", NOTHING_YET, 0)
        self._show("working")
        view: ImportView | None = None
        try:
            async for view in self._importer.run(self._path, options):
                rows = count_of(number(view.rows), "row")
                self._tell_progress(f"{rows} read", self.progress_hint.text(), view.part_read)
            assert view is not None, "it tells at least how it ended"
            if view.state is not ImportState.DONE:
                raise error_of(view.problem, is_cancelled=view.state is ImportState.CANCELLED)
            refused = await self._importer.refused(view.id) if view.refused else ()
        except AppError as error:
            self._show("preview")
            self._show_go()
            self.preview.tell(_CANCELLED if isinstance(error, Cancelled) else error)
            return
        finally:
            self._is_running = False
        self._view = view
        if "result" not in self._pages:
            self._add_page("result", self.outcome)
            await asyncio.sleep(0)
        self.outcome.show_result(view, refused)
        self._show("result")

    # -------------------------------------------------------------------------------------------------- result

    def _ask_undo(self) -> None:
        if "asking" not in self._pages:
            self._add_page("asking", EmptyState("mdi6.undo-variant", "Take this import back?", UNDO_WORDS))
        self._show("asking")

    async def _take_back(self) -> None:
        assert self._view is not None
        self._is_undoing = True
        self._tell_progress("Taking the import back", "From now on no campaign sees whom it brought.", 0)
        self._show("working")
        try:
            view = await self._importer.undo(self._view.id)
        except AppError as error:
            self._show("result")
            self.failed.emit(error)
            return
        finally:
            self._is_undoing = False
        self.undone.set_words("The import was taken back", undone_words(view, self._formats))
        self._show("undone")

    def _choose_where(self) -> None:
        assert self._view is not None
        chooser = QFileDialog(self, "Save the refused rows")
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setDefaultSuffix("csv")
        chooser.selectFile(f"{self._path.stem}-refused.csv")
        chooser.fileSelected.connect(self.save_refused)
        chooser.open()

    def save_refused(self, path: str) -> None:
        """Write all refused rows there, to be mended and imported again."""
        self.scope.task(self._save(path), "save refused rows")

    async def _save(self, path: str) -> None:
        assert self._view is not None
        try:
            await self._importer.save_refused(self._view.id, path)
        except AppError as error:
            self.failed.emit(error)
            return
        self.outcome.words.setText(
            f"They are being written into {Path(path).name}, with the reasons behind. Mend them and import that file."
        )

    def _browse(self) -> None:
        chooser = QFileDialog(self, "Choose a list of people")
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        chooser.fileSelected.connect(self.take_file)
        chooser.open()


def _explain(sample: Sample, options: ImportOptions, now: datetime) -> tuple[Preview, Tally]:
    preview = explain(sample, options, now=now)
    return preview, tally(preview)


_CANCELLED: Final = Cancelled("Nothing of it was kept.", title="The import was cancelled", hint="")
