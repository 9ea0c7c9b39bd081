"""An error as a person reads it: what stands still, why, what to do, one next step, and the small line for support."""

from dataclasses import dataclass
from datetime import datetime

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.errors import AppError
from desktop.dialogs.dialog import Dialog
from desktop.theme import Role
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.cards import Note
from desktop.widgets.labels import label


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorReport:
    """An error with the moment and the id under which the log has it."""

    error: AppError
    at: datetime
    error_id: str

    @property
    def small_line(self) -> str:
        """14:19:47 · signed_out · id 9ee2a9"""
        return f"{self.at.astimezone():%H:%M:%S} · {self.error.detail or self.error.code} · id {self.error_id}"

    @property
    def details(self) -> str:
        """What "Copy details" puts on the clipboard; an AppError holds no secret and no message text."""
        parts = [
            self.error.title,
            self.error.message,
            self.error.hint,
            "",
            f"code {self.error.code}",
            self.small_line,
        ]
        return "\n".join(part for part in parts if part)


class ErrorBox(Dialog):
    """540 wide. `next_step` is the word on the primary button; without one there is only Close."""

    def __init__(self, parent: QWidget, report: ErrorReport, *, next_step: str = "") -> None:
        super().__init__(parent, report.error.title, width=540)
        self._report = report
        if report.error.message:
            self.add_text(report.error.message)
        if report.error.hint:
            self.body.addWidget(Note(report.error.hint))
        row = QHBoxLayout()
        row.addWidget(label(report.small_line, Role.HINT), 1)
        self._copy = Button("Copy details", kind=Kind.LINK, small=True)
        self._copy.clicked.connect(self._copy_details)
        row.addWidget(self._copy)
        self.body.addLayout(row)
        if next_step:
            self.add_action("Later").clicked.connect(self.reject)
            self.add_action(next_step, kind=Kind.PRIMARY, is_default=True).clicked.connect(self.accept)
        else:
            self.add_action("Close", is_default=True).clicked.connect(self.accept)

    def _copy_details(self) -> None:
        QGuiApplication.clipboard().setText(self._report.details)
        self._copy.set_text("Copied")
