"""Writes the workspace into one file: asks where to, shows how far it is, and can be cancelled."""

import asyncio
from pathlib import Path
from typing import Final, Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QWidget

from campaigns.backup.backups import SUFFIX, Backup, Backups
from core.errors import AppError, Cancelled, UserInputError
from desktop.dialogs.dialog import Dialog
from desktop.event_loop import ask_for
from desktop.formatting import Formats
from desktop.scope import Scope
from desktop.theme import Role
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.fields import Field
from desktop.widgets.labels import label
from desktop.widgets.progress import Part, Progress
from desktop.widgets.status import Tone

PARTS: Final = 1_000  # of the progress bar
LOOK_MS: Final = 100
MEGABYTE: Final = 1_000_000
WHAT: Final = (
    "Everything in one file: people, campaigns, settings, media, and secrets as they are encrypted. Window and worker go "
    "on meanwhile. Keep it where you would keep the workspace: who has the file can read about the people in it."
)


class Tells(Protocol):
    def toast(self, title: str, text: str = "") -> None: ...


class BackUpDialog(Dialog):
    """`submitted` carries the path; `show_progress` follows it. Accepted with `made` when it is done."""

    submitted = Signal(object)

    def __init__(self, parent: QWidget, target: Path, key_words: str) -> None:
        super().__init__(parent, "Back up now", width=520)
        self.made: Backup | None = None
        self.add_text(WHAT)
        if key_words:
            self.body.addWidget(label(key_words, Role.HINT, wrap=True))
        self.entry = QLineEdit(str(target))
        self.field = Field("File", self.entry, "A file that exists is never written over.")
        self.choose = Button("Choose…")
        self.choose.clicked.connect(self._choose)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.field, 1)
        row.addWidget(self.choose, 0, Qt.AlignmentFlag.AlignVCenter)
        self.body.addLayout(row)
        self.bar = Progress("How far the backup is")
        self.bar.hide()
        self.body.addWidget(self.bar)
        self.cancel = self.add_action("Cancel")
        self.cancel.clicked.connect(self.reject)
        self.save = self.add_action("Back up", "mdi6.download-outline", kind=Kind.PRIMARY, is_default=True)
        self.save.clicked.connect(self._submit)
        self.entry.setFocus()

    def show_busy(self, *, is_busy: bool) -> None:
        """While it is written only cancelling is left."""
        for control in (self.entry, self.choose, self.save):
            control.setEnabled(not is_busy)
        self.bar.setVisible(is_busy)
        self.fit()

    def show_progress(self, part: float) -> None:
        self.bar.set_parts([Part(round(part * PARTS), Tone.ACCENT, "written")], PARTS)

    def show_refused(self, reason: str) -> None:
        self.field.set_error(reason)
        self.fit()

    def _submit(self) -> None:
        self.field.set_error("")
        self.submitted.emit(Path(self.entry.text().strip()).expanduser().absolute())

    def _choose(self) -> None:
        chooser = QFileDialog(self, "Where the backup goes")
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setDefaultSuffix(SUFFIX.removeprefix("."))
        chooser.selectFile(self.entry.text())
        chooser.fileSelected.connect(self.entry.setText)
        chooser.open()


async def ask_and_back_up(window: QWidget, backups: Backups, tells: Tells, formats: Formats) -> None:
    """Ask, write, and say where it is. Closing the dialog cancels, and leaves nothing behind."""
    key_words = await asyncio.to_thread(backups.key_words)
    dialog = BackUpDialog(window, Path.home() / backups.suggest_name(), key_words)
    work = _Work(dialog, backups)
    made = await ask_for(dialog, lambda: dialog.made)
    work.is_over = True
    if made is not None:
        size = formats.number(max(1, round(made.size / MEGABYTE)))
        tells.toast("Backed up", f"{made.path}, {size} MB")


class _Work:
    """The thread that writes, and the bar that follows it."""

    def __init__(self, dialog: BackUpDialog, backups: Backups) -> None:
        self.is_over = False
        self._part = 0.0
        self._dialog = dialog
        self._backups = backups
        self._scope = scope = Scope(dialog)
        scope.timer(LOOK_MS, lambda: dialog.show_progress(self._part))
        scope.connect(dialog.submitted, lambda path: scope.task(self._run(path), "back up", is_latest=True))

    async def _run(self, path: Path) -> None:
        dialog = self._dialog
        dialog.show_busy(is_busy=True)
        try:
            dialog.made = await asyncio.to_thread(self._backups.make, path, self._tell)
        except UserInputError as error:
            dialog.show_refused(error.message)
        except Cancelled:
            return
        except AppError as error:
            dialog.show_refused(f"{error.title}. {error.message}".strip())
        else:
            dialog.accept()
            return
        self._part = 0.0
        dialog.show_busy(is_busy=False)

    def _tell(self, part: float) -> None:
        """On the thread that writes."""
        if self.is_over:
            raise Cancelled
        self._part = part
