"""The one place that decides how news and errors reach the person: toast, error box or question."""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QWidget

from core.clock import Clock
from core.errors import AppError, Cancelled
from core.logs import current_correlation_id
from desktop.dialogs.confirm import ConfirmDialog, Question
from desktop.dialogs.error_box import ErrorBox, ErrorReport
from desktop.event_loop import ask
from desktop.widgets.status import Glyph

log = logging.getLogger(__name__)

Act = Callable[[], object]

MOST_HELD = 3  # as many toasts as stand in the window at once; Activity has them all


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that can be done from a toast or an error box: its verb and what it does."""

    text: str
    act: Act


@dataclass(frozen=True, slots=True, kw_only=True)
class ToastContent:
    """What a toast says. `undo` is what Ctrl+Z does while it is the newest."""

    title: str
    text: str = ""
    glyph: Glyph = Glyph.CHECK
    action: Step | None = None
    undo: Act | None = None


class NotificationCenter(QObject):
    """Pages call it; the window shows. One error box at a time: what comes meanwhile waits as a toast."""

    toastRequested = Signal(ToastContent)

    def __init__(self, window: QWidget, clock: Clock) -> None:
        super().__init__(window)
        self._window = window
        self._clock = clock
        self._undo: Act | None = None
        self._open_error: str | None = None
        self._held: list[ToastContent] | None = None

    def hold(self) -> None:
        """The window is locked: toasts, which may name people, wait for `release`."""
        if self._held is None:
            self._held = []

    def release(self) -> None:
        """Show what came meanwhile, the newest last."""
        held, self._held = self._held or [], None
        for content in held:
            self.toastRequested.emit(content)

    def toast(
        self,
        title: str,
        text: str = "",
        *,
        glyph: Glyph = Glyph.CHECK,
        action: Step | None = None,
        undo: Act | None = None,
    ) -> None:
        """Something is done. It stays in view for 6 s, longer under the pointer."""
        if undo is not None:
            self._undo = undo
        content = ToastContent(title=title, text=text, glyph=glyph, action=action, undo=undo)
        if self._held is None:
            self.toastRequested.emit(content)
        else:
            self._held = [*self._held, content][-MOST_HELD:]

    def undo_last(self) -> None:
        """Ctrl+Z: what the newest toast offered, once."""
        undo, self._undo = self._undo, None
        if undo is not None:
            undo()

    def forget_undo(self, undo: Act) -> None:
        """Its toast is gone."""
        if self._undo is undo:
            self._undo = None

    def error(self, error: BaseException, *, next_step: Step | None = None) -> None:
        """Show it with its time and id. What is no AppError is a defect of ours and says so; a cancel is no error."""
        if isinstance(error, Cancelled):
            return
        report = ErrorReport(
            error=in_words(error),
            at=self._clock.now(),
            error_id=current_correlation_id()[:6] or secrets.token_hex(3),
        )
        log.warning("shown to the person: %s, id %s", report.error.code, report.error_id)
        if self._open_error == report.error.title:
            return  # the same sentence stands there already
        if self._open_error is not None:
            look = Step(text="Look", act=lambda: self._show(report, next_step))
            self.toast(report.error.title, report.error.message, glyph=Glyph.CROSS, action=look)
            return
        self._show(report, next_step)

    async def confirm(self, question: Question) -> bool:
        """Ask; True: do it."""
        return await ask(ConfirmDialog(self._window, question)) == QDialog.DialogCode.Accepted

    def _show(self, report: ErrorReport, next_step: Step | None) -> None:
        box = ErrorBox(self._window, report, next_step=next_step.text if next_step else "")
        self._open_error = report.error.title
        # The box owns these closures and deletes itself when it closes.
        box.finished.connect(self._closed)
        if next_step is not None:
            box.accepted.connect(next_step.act)
        box.open()

    def _closed(self, _: int) -> None:
        self._open_error = None


def in_words(error: BaseException) -> AppError:
    """An error that may be shown; what is no AppError is a defect of ours."""
    if isinstance(error, AppError):
        return error
    if isinstance(error, BaseExceptionGroup):
        known = error.subgroup(AppError)
        if known is not None:
            return in_words(known.exceptions[0])
    return AppError(
        "This is a defect of Wireroom. What was saved before is safe.",
        hint="Copy the details and report them; the log of the console has the rest.",
        detail=type(error).__name__,
    )
