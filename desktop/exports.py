"""The exports that a window follows: how far each is, and one word about each that has ended, also while it was closed."""

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from campaigns.exporting.control import ExportControl
from campaigns.exporting.orders import ExportKind, ExportOrder, ExportView
from campaigns.job_errors import error_of
from campaigns.jobs import JobState
from core.errors import AppError
from desktop.formatting import Formats, count_of
from desktop.notifications import NotificationCenter, Step
from desktop.scope import Scope
from desktop.widgets.status import Glyph

LOOK_S: Final = 0.2
NOT_WRITTEN: Final = {
    ExportKind.PEOPLE: "Nobody was exported",
    ExportKind.SUPPRESSIONS: "The list was not exported",
    ExportKind.REPORT: "The report was not exported",
    ExportKind.REFUSED: "The refused rows were not saved",
}


class ExportDesk(QObject):
    """One a window. It looks only while something runs."""

    changed = Signal()  # which run, or how far they are

    def __init__(
        self, control: ExportControl, tells: NotificationCenter, formats: Formats, *, actor: str, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._control = control
        self._tells = tells
        self._formats = formats
        self._actor = actor
        self._scope = Scope(self)
        self._running: Sequence[ExportView] = ()
        self._is_due = self._is_looking = False

    def find(self, kind: ExportKind, subject_id: int = 0) -> ExportView | None:
        """The one of these that runs."""
        return next((view for view in self._running if (view.kind, view.subject_id) == (kind, subject_id)), None)

    async def start(self, order: ExportOrder, path: str) -> None:
        """Begin to write a file, and tell when it is done. Raises AppError where it cannot begin."""
        await self._control.start(order, Path(path), actor=self._actor)
        self.look()

    def cancel(self, view: ExportView) -> None:
        """It ends within a second; nothing of its file is left."""
        self._scope.task(self._control.cancel(view.id), "cancel an export")

    def look(self) -> None:
        """Follow what runs, and tell what has ended since somebody was told."""
        self._is_due = True
        if not self._is_looking:
            self._is_looking = True
            self._scope.task(self._follow(), "follow exports")

    def end(self) -> None:
        """Look no more; exports go on."""
        self._scope.close()

    async def _follow(self) -> None:
        try:
            while self._is_due or self._running:
                self._is_due = False
                views = await self._control.look()
                for view in views:
                    if view.state is not JobState.RUNNING:
                        await self._control.set_told(view.id)
                        self._tell(view)
                self._running = [view for view in views if view.state is JobState.RUNNING]
                self.changed.emit()
                await asyncio.sleep(LOOK_S)
        except AppError as error:
            self._tells.error(error)
        finally:
            self._is_looking = False

    def _tell(self, view: ExportView) -> None:
        if view.state is JobState.DONE:
            title, text = _result(view, self._formats)
            folder = QUrl.fromLocalFile(str(view.path.parent))
            show = Step(text="Show the folder", act=partial(QDesktopServices.openUrl, folder))
            self._tells.toast(title, text, action=show)
        elif view.state is JobState.CANCELLED:
            self._tells.toast(
                NOT_WRITTEN[view.kind], "No file was written. Begin again when you like.", glyph=Glyph.DASH
            )
        else:
            self._tells.error(error_of(view.problem, is_cancelled=False))


def _result(view: ExportView, formats: Formats) -> tuple[str, str]:
    number, file = formats.number(view.written), view.path.name
    people, are = count_of(number, "person", "people"), count_of(number, "person is", "people are")
    match view.kind:
        case ExportKind.PEOPLE:
            return f"{are} in {file}", "Who is suppressed says no in it, wherever it is imported."
        case ExportKind.SUPPRESSIONS:
            left_out = f"{formats.number(view.left_out)} have neither a name nor a number." if view.left_out else ""
            return f"{are} in {file}", left_out
        case ExportKind.REPORT:
            return "Report exported", f"{people} in {file}"
        case ExportKind.REFUSED:
            return f"{count_of(number, 'row is', 'rows are')} in {file}", "Mend them and import that file."
