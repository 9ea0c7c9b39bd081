"""When an approved campaign starts by itself."""

from datetime import UTC, datetime, timedelta

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.dialogs.dialog import Dialog
from desktop.formatting import Formats
from desktop.widgets.buttons import Kind
from desktop.widgets.fields import Field

MOMENT = "%Y-%m-%d %H:%M"


class StartDialog(Dialog):
    """`chosen` carries the moment, in UTC."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget, now: datetime, formats: Formats) -> None:
        super().__init__(parent, "Start at a time", width=440)
        self._now, self._formats = now, formats
        morning = (formats.local(now) + timedelta(days=1)).replace(hour=9, minute=0)
        self.moment = QLineEdit(f"{morning:{MOMENT}}")
        self.field = Field("Day and time, by your clock", self.moment, "The worker has to run then.")
        self.body.addWidget(self.field)
        self.add_action("Cancel").clicked.connect(self.reject)
        self.keep = self.add_action("Schedule it", kind=Kind.PRIMARY, is_default=True)
        self.keep.clicked.connect(self._keep)
        self.moment.setFocus()

    def _keep(self) -> None:
        try:
            typed = datetime.strptime(self.moment.text().strip(), MOMENT)  # noqa: DTZ007  # the zone is laid on below
        except ValueError:
            self.field.set_error("Write it as year, month, day and time, such as 2026-12-05 09:00")
            return
        zone = self._formats.zone
        at = (typed.astimezone() if zone is None else typed.replace(tzinfo=zone)).astimezone(UTC)
        if at <= self._now:
            self.field.set_error("This moment has passed")
            return
        self.chosen.emit(at)
        self.accept()
