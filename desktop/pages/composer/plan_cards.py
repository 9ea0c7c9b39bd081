"""The cards of the Plan step: when it sends, how fast, to whom first. Each reads and shows its part of a CampaignPlan."""

from collections.abc import Sequence
from datetime import UTC, datetime, time

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from campaigns.schedule.campaign_plan import CampaignPlan, Canary, CanaryAdvance, FrequencyCap
from campaigns.schedule.windows import Schedule, Window, find_zone
from core.errors import ConfigurationError
from desktop.pages.composer.plan_inputs import WORKDAYS, NumberInput, WindowRow, ZoneInput, row_of
from desktop.theme import Role
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.cards import Card
from desktop.widgets.choices import Segments, Switch
from desktop.widgets.fields import Field, mark_wrong
from desktop.widgets.labels import label

FIRST_WINDOW = Window(weekdays=WORKDAYS, begins=time(9), ends=time(20))
_MOMENT = "%Y-%m-%d %H:%M"


class WhenCard(Card):
    """Any time or windows; the zone they are meant in; an end."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__("When")
        self.kind = Segments("When it sends", (("any", "At any time"), ("windows", "In windows")))
        self.rows: list[WindowRow] = []
        self._windows = QVBoxLayout()
        self._windows.setSpacing(8)
        self.add = Button("Another window", "mdi6.plus", kind=Kind.LINK)
        self.own_zone = Switch("In each person’s own time zone")
        self.zone = ZoneInput("Time zone")
        self.has_start, self.has_end = Switch("It begins at a time"), Switch("It ends at a time")
        self.start, self.end = _moment_input("2026-12-01 09:00"), _moment_input("2026-12-24 18:00")
        self.start_field, self.end_field = Field("Start", self.start), Field("End", self.end)
        self._in_windows = QWidget()
        self._build_ui()
        self._connect_signals()

    def schedule(self) -> Schedule:
        """Raises ConfigurationError for one that cannot be."""
        windows = tuple(row.value() for row in self.rows) if self.kind.value == "windows" else ()
        name = self.zone.value()
        plain = Schedule(
            windows=windows, time_zone=name, in_own_zone=bool(windows) and self.own_zone.isChecked(), ends_at=None
        )
        return Schedule(
            windows=windows,
            time_zone=name,
            in_own_zone=plain.in_own_zone,
            starts_at=_read(self.start, "start", plain) if self.has_start.isChecked() else None,
            ends_at=_read(self.end, "end", plain) if self.has_end.isChecked() else None,
        )

    def show_schedule(self, schedule: Schedule) -> None:
        windows = schedule.windows
        self.kind.set_value("windows" if windows else "any")
        if windows and len(self.rows) == len(windows):
            for row, window in zip(self.rows, windows, strict=True):
                row.show_value(window)
        elif windows:
            self._show_rows(windows)
        self._in_windows.setVisible(bool(windows))
        self.own_zone.setChecked(schedule.in_own_zone)
        self.zone.show_value(schedule.time_zone)
        for switch, line, field, moment in (
            (self.has_start, self.start, self.start_field, schedule.starts_at),
            (self.has_end, self.end, self.end_field, schedule.ends_at),
        ):
            switch.setChecked(moment is not None)
            field.setVisible(moment is not None)
            if moment is not None and not line.hasFocus():
                line.setText(moment.astimezone(schedule.zone).strftime(_MOMENT))

    def mark(self, error: ConfigurationError | None) -> None:
        """Show beside which input the mistake is."""
        words = error.message.lower().split() if error is not None else []
        about_end, about_start = "end" in words, "start" in words and "end" not in words
        self.end_field.set_error(error.message if error is not None and about_end else "")
        self.start_field.set_error(error.message if error is not None and about_start else "")
        mark_wrong(self.zone, error is not None and find_zone(self.zone.currentText()) is None)

    def set_zones(self, zones: Sequence[str]) -> None:
        """The names that there are."""
        self.zone.set_zones(zones)

    def _build_ui(self) -> None:
        zone = row_of(self.own_zone, label("In each person’s own time zone, else in", Role.DIM), self.zone)
        inside = QVBoxLayout(self._in_windows)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(8)
        inside.addLayout(self._windows)
        inside.addLayout(row_of(self.add))
        inside.addLayout(zone)
        self.body.addLayout(row_of(self.kind))
        self.body.addWidget(self._in_windows)
        self.body.addLayout(row_of(self.has_start, label("It begins at a time, once it is started", Role.DIM)))
        self.body.addWidget(self.start_field)
        self.body.addLayout(
            row_of(self.has_end, label("It ends at a time: who has not had it by then does not get it", Role.DIM))
        )
        self.body.addWidget(self.end_field)
        self.body.addStretch(1)

    def _connect_signals(self) -> None:
        self.kind.valueChanged.connect(self._choose_kind)
        self.add.clicked.connect(self._add_row)
        for switch in (self.own_zone, self.has_start, self.has_end):
            switch.clicked.connect(self._touched)
        self.zone.changed.connect(self._touched)
        for line in (self.start, self.end):
            line.editingFinished.connect(self._touched)

    def _show_rows(self, windows: tuple[Window, ...]) -> None:
        for row in self.rows:
            self._windows.removeWidget(row)
            row.deleteLater()
        self.rows = []
        for window in windows:
            row = WindowRow(window)
            row.changed.connect(self.changed)
            row.removed.connect(self._remove_row)
            self.rows.append(row)
            self._windows.addWidget(row)

    def _choose_kind(self, kind: str) -> None:
        if kind == "windows" and not self.rows:
            self._show_rows((FIRST_WINDOW,))
        self._in_windows.setVisible(kind == "windows")
        self.changed.emit()

    def _add_row(self) -> None:
        self._show_rows((*(row.value() for row in self.rows), FIRST_WINDOW))
        self.changed.emit()

    def _remove_row(self, row: WindowRow) -> None:
        kept = tuple(other.value() for other in self.rows if other is not row)
        self._show_rows(kept)
        if kept:
            self.changed.emit()
        else:
            self.kind.set_value("any")

    def _touched(self) -> None:
        for switch, line, field in (
            (self.has_start, self.start, self.start_field),
            (self.has_end, self.end, self.end_field),
        ):
            if switch.isChecked() and field.isHidden():
                field.show()
                line.setFocus()
                if not line.text():
                    return  # nothing was typed yet
            field.setVisible(switch.isChecked())
        self.changed.emit()


class PaceCard(Card):
    """The campaign's own limits, and the cap per person."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__("How fast")
        self.per_hour = NumberInput("Messages in any hour", 1, 10_000_000, optional=True)
        self.per_day = NumberInput("Messages in any 24 hours", 1, 10_000_000, optional=True)
        self.has_cap = Switch("A cap per person")
        self.messages = NumberInput("Messages a person gets", 1, 1_000, width=52)
        self.days = NumberInput("Days of the cap", 1, 366, width=52)
        self.messages.show_value(2)
        self.days.show_value(7)
        self.body.addLayout(row_of(label("At most", Role.DIM), self.per_hour, label("messages an hour", Role.DIM)))
        self.body.addLayout(row_of(label("At most", Role.DIM), self.per_day, label("in 24 hours", Role.DIM)))
        parts = (self.has_cap, label("A person gets", Role.DIM), self.messages, label("in", Role.DIM), self.days)
        self.body.addLayout(row_of(*parts, label("days", Role.DIM)))
        self.body.addWidget(label("Accounts keep their own limits as well.", Role.HINT))
        self.body.addStretch(1)
        for number in (self.per_hour, self.per_day, self.messages, self.days):
            number.changed.connect(self.changed)
        self.has_cap.clicked.connect(self.changed)

    def cap(self) -> FrequencyCap | None:
        if not self.has_cap.isChecked():
            return None
        return FrequencyCap(messages=self.messages.value() or 1, days=self.days.value() or 1)

    def show_plan(self, plan: CampaignPlan) -> None:
        self.per_hour.show_value(plan.per_hour)
        self.per_day.show_value(plan.per_day)
        self.has_cap.setChecked(plan.cap is not None)
        for number in (self.messages, self.days):
            number.setEnabled(plan.cap is not None)
        if plan.cap is not None:
            self.messages.show_value(plan.cap.messages)
            self.days.show_value(plan.cap.days)


class CanaryCard(Card):
    """The first few people."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__("First a few")
        self._shown = Canary(people=1)
        self.is_on = Switch("A few people get it first")
        self.number = NumberInput("How many get it first", 1, 10_000_000)
        self.unit = QComboBox()
        self.unit.setAccessibleName("People or percent")
        self.unit.addItems(["people", "% of all"])
        self.advance = QComboBox()
        self.advance.setAccessibleName("What follows")
        self.advance.addItems(["pause until I have looked", "go on by itself"])
        self.bound = NumberInput("Failures stay under", 0, 100, width=52)
        self.number.show_value(50)
        self.bound.show_value(5)
        self._bound_words = label("pauses when more than", Role.DIM)
        self._percent = label("% of them failed", Role.DIM)
        self.body.addLayout(row_of(self.is_on, label("First", Role.DIM), self.number, self.unit))
        self.body.addLayout(row_of(label("then", Role.DIM), self.advance))
        self.body.addLayout(row_of(self._bound_words, self.bound, self._percent))
        self.body.addStretch(1)
        self.is_on.clicked.connect(self.changed)
        self.number.changed.connect(self.changed)
        self.bound.changed.connect(self.changed)
        self.unit.activated.connect(self.changed)
        self.advance.activated.connect(self.changed)

    def canary(self) -> Canary | None:
        """Raises ConfigurationError for one that cannot be."""
        if not self.is_on.isChecked():
            return None
        number, bound = self.number.value() or 1, self.bound.value()
        is_percent = self.unit.currentIndex() == 1
        return Canary(
            people=None if is_percent else number,
            percent=_exact(number, self._shown.percent) if is_percent else None,
            advance=CanaryAdvance.BY_ITSELF if self.advance.currentIndex() == 1 else CanaryAdvance.BY_HAND,
            max_failed_percent=_exact(5 if bound is None else bound, self._shown.max_failed_percent),
        )

    def show_canary(self, canary: Canary | None) -> None:
        self.is_on.setChecked(canary is not None)
        for part in (self.number, self.unit, self.advance, self.bound):
            part.setEnabled(canary is not None)
        if canary is not None:
            self._shown = canary
            self.number.show_value(canary.people if canary.people is not None else round(canary.percent or 0))
            self.unit.setCurrentIndex(0 if canary.people is not None else 1)
            self.advance.setCurrentIndex(1 if canary.advance is CanaryAdvance.BY_ITSELF else 0)
            self.bound.show_value(round(canary.max_failed_percent))


def _exact(typed: int, shown: float | None) -> float:
    """A part that a command set is kept until another number is typed: 2.5 is shown as 2."""
    return shown if shown is not None and round(shown) == typed else float(typed)


def _moment_input(example: str) -> QLineEdit:
    line = QLineEdit()
    line.setFixedWidth(150)
    line.setPlaceholderText(example)
    return line


def _read(line: QLineEdit, name: str, schedule: Schedule) -> datetime:
    try:
        typed = datetime.strptime(line.text().strip(), _MOMENT)  # noqa: DTZ007  # the zone is laid on below
    except ValueError as error:
        raise ConfigurationError(
            f"The {name} is written as year, month, day and time, such as 2026-12-24 18:00."
        ) from error
    return typed.replace(tzinfo=schedule.zone).astimezone(UTC)
