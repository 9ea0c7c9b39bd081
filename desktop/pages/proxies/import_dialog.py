"""Importing proxies: paste, file or drop; what each line means; how far it is; what became of it, and undo.

Nothing is written before "Import". The pasted text is gone from view as soon as it was read: passwords are masked then.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final, Protocol

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from campaigns.audience.files.opening import unreadable
from core.domain.proxy import ProxyChange
from core.errors import AppError, Cancelled, UserInputError
from desktop.dialogs.dialog import Dialog
from desktop.formatting import Formats, count_of
from desktop.pages.proxies.import_lines import ImportLines
from desktop.pages.proxies.import_preview import Fate, Preview, read_preview
from desktop.pages.proxies.proxy_dialogs import GroupFields
from desktop.scope import Scope
from desktop.theme import Role
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.cards import Note
from desktop.widgets.empty import EmptyState
from desktop.widgets.labels import label
from desktop.widgets.progress import Part, Progress
from desktop.widgets.status import Tone
from proxy import MAX_LIST_BYTES, decode_list

BODY_HEIGHT: Final = 410
EXAMPLES: Final = (
    "One proxy a line, such as\n"
    "192.0.2.7:1080\n192.0.2.7:1080:user:password\nsocks5://user:password@proxy.example:1080\n"
    "http://192.0.2.7:3128\nhttps://t.me/proxy?server=192.0.2.7&port=443&secret=dd…"
)


class Importer(Protocol):
    """What writes; see desktop.pages.proxies.acts."""

    async def known(self) -> frozenset[tuple[str, str, int, str]]: ...
    def can_keep_secrets(self) -> bool: ...
    async def run(self, preview: Preview, group: ProxyChange, tell: Callable[[int, int], object]) -> "Imported": ...
    def cancel(self) -> None: ...


class Imported(Protocol):
    """What an import did."""

    @property
    def count(self) -> int: ...
    @property
    def is_cancelled(self) -> bool: ...
    @property
    def undo(self) -> Callable[[], Awaitable[int]]: ...


class ImportDialog(Dialog):
    """`ended` comes with what was imported, when it was not undone here."""

    ended = Signal(object)  # Imported
    checkRequested = Signal(object)  # Imported
    failed = Signal(object)  # AppError

    def __init__(self, parent: QWidget, importer: Importer, formats: Formats) -> None:
        super().__init__(parent, "Import proxies", width=740)
        self.scope = Scope(self)
        self._importer = importer
        self._formats = formats
        self._lines: list[str] = []
        self._preview: Preview | None = None
        self._imported: Imported | None = None
        self._is_running = False
        self.setAcceptDrops(True)
        self.text = QPlainTextEdit()
        self.browse = Button("Choose a file…", "mdi6.file-document-outline")
        self.entry_note = Note("", "mdi6.alert-circle-outline", Tone.BAD)
        self.secret_note = Note("", "mdi6.key-outline", Tone.WARN)
        self.bar = Progress("How far the import is")
        self.progress_words = label("", Role.STRONG)
        self.progress_hint = label("", Role.DIM, wrap=True)
        self.outcome = EmptyState("mdi6.check", "")
        self._stack = QStackedWidget()
        self._pages: dict[str, QWidget] = {}
        self._build_ui()
        self._connect_signals()
        self._show("entry")

    @cached_property
    def lines(self) -> ImportLines:
        """Made with the preview, after there is a list: all steps at once are more than one handler may take."""
        return ImportLines()

    @cached_property
    def fields(self) -> GroupFields:
        return GroupFields(label="", country="", capacity="1")

    @property
    def step(self) -> str:
        """entry, reading, preview, running or result."""
        return next(name for name, page in self._pages.items() if page is self._stack.currentWidget())

    def take(self, mime: QMimeData) -> None:
        """Read what was pasted or dropped."""
        if mime.hasUrls() and mime.urls() and mime.urls()[0].isLocalFile():
            self.take_file(mime.urls()[0].toLocalFile())
        elif mime.hasText():
            self.take_lines(mime.text().splitlines())

    def take_file(self, path: str) -> None:
        try:
            with Path(path).open("rb") as file:
                self.take_lines(decode_list(file.read(MAX_LIST_BYTES + 1)))
        except OSError as error:
            self._refuse(unreadable(error))
        except UserInputError as error:
            self._refuse(error)

    def take_lines(self, lines: Sequence[str]) -> None:
        """Show what they mean."""
        self._lines = list(lines)
        self._show("reading")
        self.scope.task(self._read(), "read the list", is_latest=True)

    def reject(self) -> None:
        """Esc and Cancel: while it writes this asks to stop, and the dialog stays until that is done."""
        if self._is_running:
            self.quiet.setEnabled(False)
            self.progress_hint.setText("Stopping; what was added is taken back.")
            self._importer.cancel()
            return
        self._tell_end()
        super().reject()

    def accept(self) -> None:
        self._tell_end()
        super().accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.step in ("entry", "preview") and (event.mimeData().hasUrls() or event.mimeData().hasText()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.take(event.mimeData())

    # -------------------------------------------------------------------------------------------- building

    def _build_ui(self) -> None:
        self.text.setPlaceholderText(EXAMPLES)
        self.text.setAccessibleName("The list, one proxy a line")
        self.text.setTabChangesFocus(True)
        self.text.setAcceptDrops(False)
        self._pages = {
            "entry": self._entry_page(),
            "reading": self._progress_page(),
            "result": self.outcome,
        }
        for page in self._pages.values():
            self._stack.addWidget(page)
        self._stack.setFixedHeight(self._theme.px(BODY_HEIGHT))
        self.body.addWidget(self._stack)
        self.quiet = self.add_quiet("Change the list", "mdi6.arrow-left")
        self.undo = self.add_quiet("Undo the import", "mdi6.undo-variant")
        self.back = self.add_action("Cancel")
        self.check = self.add_action("Check them now", "mdi6.radar")
        self.go = self.add_action("Preview", kind=Kind.PRIMARY, is_default=True)

    def _entry_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        words = (
            "Paste the list, drop its file here, or choose it. You see what each line means before anything is added."
        )
        column.addWidget(label(words, Role.DIM, wrap=True))
        column.addWidget(self.text, 1)
        column.addWidget(self.entry_note)
        row = QHBoxLayout()
        row.addWidget(self.browse)
        row.addStretch(1)
        column.addLayout(row)
        self.entry_note.hide()
        return page

    def _progress_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(60, 0, 60, 0)
        column.setSpacing(10)
        column.addStretch(1)
        column.addWidget(self.progress_words)
        column.addWidget(self.bar)
        column.addWidget(self.progress_hint)
        column.addStretch(1)
        return page

    def _preview_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self.lines, 1)
        column.addWidget(self.secret_note)
        column.addWidget(label("For all of the new ones", Role.LABEL))
        column.addWidget(self.fields)
        return page

    def _connect_signals(self) -> None:
        self.back.clicked.connect(self.reject)
        self.go.clicked.connect(self._go_on)
        self.quiet.clicked.connect(self._back_to_entry)
        self.undo.clicked.connect(self._undo)
        self.check.clicked.connect(self._check)
        self.browse.clicked.connect(self._browse)
        self.text.textChanged.connect(self._typed)

    # --------------------------------------------------------------------------------------------- steps

    def _show(self, step: str) -> None:
        if step not in self._pages:
            self._pages[step] = self._preview_page()
            self._stack.addWidget(self._pages[step])
        self._stack.setCurrentWidget(self._pages[step])
        is_preview, is_result = step == "preview", step == "result"
        self.quiet.setVisible(is_preview)
        self.undo.setVisible(is_result and self._imported is not None and self._imported.count > 0)
        self.check.setVisible(self.undo.isVisibleTo(self))
        self.back.setVisible(not is_result)
        self.back.setEnabled(True)
        self.go.setVisible(step in ("entry", "preview", "result"))
        self.go.set_reason_disabled("")
        if step == "entry":
            self.go.set_text("Preview")
            self._typed()
            self.text.setFocus()
        elif is_result:
            self.go.set_text("Done")
            self.go.setFocus()

    def _go_on(self) -> None:
        match self.step:
            case "entry":
                self.take_lines(self.text.toPlainText().splitlines())
            case "preview":
                self._begin()
            case _:
                self.accept()

    def _typed(self) -> None:
        has_text = bool(self.text.toPlainText().strip())
        self.go.set_reason_disabled("" if has_text else "Paste the list first")
        self.entry_note.hide()

    def _back_to_entry(self) -> None:
        self._show("entry")

    def _refuse(self, error: AppError) -> None:
        self._show("entry")
        self.entry_note.text.setText(f"{error.message} {error.hint}".strip())
        self.entry_note.show()

    async def _read(self) -> None:
        number = self._formats.number
        total = len(self._lines)
        self.progress_hint.setText("Nothing is written yet.")

        def tell(done: int) -> None:
            self.progress_words.setText(f"{number(done)} of {count_of(number(total), 'line')} read")
            self.bar.set_parts([Part(done, Tone.ACCENT, "read")], max(total, 1))

        tell(0)
        try:
            preview = await read_preview(self._lines, await self._importer.known(), tell)
        except AppError as error:
            self._refuse(error)
            return
        if not preview.lines:
            self._refuse(UserInputError("There is no proxy in it, only blank lines or comments.", hint=""))
            return
        self._preview = preview
        self.text.setPlainText("")  # the list holds passwords; from here on they are masked
        self._show_preview(preview)

    def _show_preview(self, preview: Preview) -> None:
        number = self._formats.number
        self._show("preview")
        self.lines.show_preview(preview)
        is_lost = preview.secret_count > 0 and not self._importer.can_keep_secrets()
        self.secret_note.setVisible(is_lost)
        self.secret_note.text.setText(
            f"This workspace has no secret store that stays, so {count_of(number(preview.secret_count), 'password')} cannot "
            "be kept. Those proxies will not work until you choose a store and import the list again."
        )
        if preview.new_count:
            self.go.set_text(f"Import {count_of(number(preview.new_count), 'proxy', 'proxies')}")
        elif preview.renewed_count and not is_lost:
            self.go.set_text(f"Renew {count_of(number(preview.renewed_count), 'password')}")
        else:
            self.go.set_text("Import")
            self.go.set_reason_disabled("There is nothing new in this list")
        self.fields.label.setFocus()

    def _begin(self) -> None:
        group = self.fields.read()
        if group is not None and self._preview is not None:
            self.scope.task(self._import(self._preview, group), "import proxies")

    async def _import(self, preview: Preview, group: ProxyChange) -> None:
        number = self._formats.number

        def tell(done: int, total: int) -> None:
            self.progress_words.setText(f"{number(done)} of {number(total)} written")
            self.bar.set_parts([Part(done, Tone.ACCENT, "written")], max(total, 1))

        self.progress_hint.setText("Passwords go into the vault first. Cancel takes back what was added.")
        tell(0, len(preview.accepted) + preview.secret_count)
        self._show("reading")
        self._is_running = True
        try:
            imported = await self._importer.run(preview, group, tell)
        except Cancelled:
            self._show_preview(preview)
            return
        except AppError as error:
            self._show_preview(preview)
            self.failed.emit(error)
            return
        finally:
            self._is_running = False
        if imported.is_cancelled:
            self._show_preview(preview)
            return
        self._imported = imported
        self._show_result(preview, imported)

    def _show_result(self, preview: Preview, imported: Imported) -> None:
        number = self._formats.number
        parts = []
        if preview.count(Fate.KNOWN):
            renewed = (
                f" ({count_of(number(preview.renewed_count), 'password')} renewed)" if preview.renewed_count else ""
            )
            parts.append(f"{count_of(number(preview.count(Fate.KNOWN)), 'was', 'were')} here already{renewed}")
        if preview.count(Fate.DUPLICATE):
            parts.append(count_of(number(preview.count(Fate.DUPLICATE)), "duplicate"))
        if preview.count(Fate.REFUSED):
            parts.append(f"{number(preview.count(Fate.REFUSED))} refused with reasons")
        added = count_of(number(imported.count), "proxy imported", "proxies imported")
        rest = f"{', '.join(parts)}. " if parts else ""
        after = "The worker checks them as soon as it runs." if imported.count else ""
        self.outcome.set_words(added, f"{rest}{after}".strip())
        self._show("result")

    def _undo(self) -> None:
        self.scope.task(self._take_back(), "undo the import")

    async def _take_back(self) -> None:
        imported, self._imported = self._imported, None
        if imported is None:
            return
        self.undo.setEnabled(False)
        try:
            removed = await imported.undo()
        except AppError as error:
            self.failed.emit(error)
            return
        kept = imported.count - removed
        words = (
            f"{self._formats.number(kept)} stay: accounts leave through them." if kept else "Nothing of it is left."
        )
        self.outcome.set_words("The import was taken back", words)
        self._show("result")

    def _check(self) -> None:
        if self._imported is not None:
            self.checkRequested.emit(self._imported)
        self.accept()

    def _tell_end(self) -> None:
        imported, self._imported = self._imported, None
        if imported is not None and imported.count:
            self.ended.emit(imported)

    def _browse(self) -> None:
        chooser = QFileDialog(self, "Choose a list of proxies")
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        chooser.fileSelected.connect(self.take_file)
        chooser.open()
