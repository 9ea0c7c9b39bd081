"""Inputs of the plan: a number, a time of day, the days of a week, one window."""

from collections.abc import Sequence
from datetime import time

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QComboBox, QCompleter, QHBoxLayout, QLineEdit, QWidget

from campaigns.schedule.plan_words import DAY_NAMES
from campaigns.schedule.windows import Window
from desktop.formatting import LONG_DAYS
from desktop.theme import Role
from desktop.widgets.buttons import IconButton
from desktop.widgets.choices import FilterChip
from desktop.widgets.labels import label

WORKDAYS = frozenset(range(5))


class NumberInput(QLineEdit):
    """A whole number; `changed` comes when another one was typed to its end. Empty, where it may be: None."""

    changed = Signal()

    def __init__(self, name: str, lowest: int, highest: int, *, width: int = 74, optional: bool = False) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFixedWidth(width)
        self.setValidator(QIntValidator(lowest, highest, self))
        self._optional = optional
        self._shown = ""
        if optional:
            self.setPlaceholderText("any")
        self.editingFinished.connect(self._finish)

    def value(self) -> int | None:
        text = self.text().strip()
        return int(text) if text.isdigit() else None

    def show_value(self, value: int | None) -> None:
        """Does not touch what is being typed."""
        self._shown = "" if value is None else str(value)
        if not self.hasFocus():
            self.setText(self._shown)

    def focusOutEvent(self, event: object) -> None:
        # A validator keeps editingFinished back while the text is unfinished: then what was there comes back.
        super().focusOutEvent(event)  # type: ignore[arg-type]
        if not self.hasAcceptableInput() and not (self._optional and not self.text()):
            self.setText(self._shown)
        else:
            self._finish()

    def _finish(self) -> None:
        if self.text() != self._shown:
            self._shown = self.text()
            self.changed.emit()


class ClockInput(QComboBox):
    """A time of day, to be chosen by the half hour or typed."""

    changed = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.addItems([f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 30)])
        self.setFixedWidth(86)
        self._shown = "00:00"
        self.activated.connect(self._finish)
        field = self.lineEdit()
        assert field is not None
        field.editingFinished.connect(self._finish)
        field.setProperty("bare", "true")
        field.setAccessibleName(name)

    def value(self) -> time:
        return read_clock(self.currentText()) or time.fromisoformat(self._shown)

    def show_value(self, value: time) -> None:
        self._shown = f"{value:%H:%M}"
        self.setEditText(self._shown)

    def _finish(self) -> None:
        before = self._shown
        self.show_value(self.value())
        if self._shown != before:
            self.changed.emit()


def read_clock(text: str) -> time | None:
    """9, 9:30, 0930, 24:00; None: it is no time."""
    digits = text.replace(".", ":").strip()
    hour, _, minute = digits.partition(":") if ":" in digits else (digits[:-2] or digits, "", digits[-2:])
    if ":" not in digits and len(digits) <= 2:
        hour, minute = digits, "0"
    if not (hour.isdigit() and minute.isdigit()):
        return None
    if (int(hour), int(minute)) == (24, 0):
        return time(0)
    return time(int(hour), int(minute)) if int(hour) < 24 and int(minute) < 60 else None


class DayChips(QWidget):
    """The days of the week, each on or off; one stays on."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self.chips: list[FilterChip] = []
        for short, name in zip(DAY_NAMES, LONG_DAYS, strict=True):
            chip = FilterChip(short)
            chip.setAutoExclusive(False)
            chip.setAccessibleName(name)
            chip.clicked.connect(self._pressed)
            self.chips.append(chip)
            row.addWidget(chip)
        row.addStretch(1)

    def value(self) -> frozenset[int]:
        return frozenset(day for day, chip in enumerate(self.chips) if chip.isChecked())

    def show_value(self, days: frozenset[int]) -> None:
        for day, chip in enumerate(self.chips):
            chip.setChecked(day in days)

    def _pressed(self) -> None:
        if not self.value():
            pressed = self.sender()
            assert isinstance(pressed, FilterChip)
            pressed.setChecked(True)
            return
        self.changed.emit()


class WindowRow(QWidget):
    """Days, from, to; the cross takes the window out."""

    changed = Signal()
    removed = Signal(object)

    def __init__(self, window: Window) -> None:
        super().__init__()
        self.days = DayChips()
        self.begins = ClockInput("Window begins")
        self.ends = ClockInput("Window ends")
        self.remove = IconButton("mdi6.close", "Take this window out")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.days)
        row.addWidget(self.begins)
        row.addWidget(label("to", Role.DIM))
        row.addWidget(self.ends)
        row.addWidget(self.remove)
        row.addStretch(1)
        self.show_value(window)
        for part in (self.days, self.begins, self.ends):
            part.changed.connect(self.changed)
        self.remove.clicked.connect(self._remove)

    def value(self) -> Window:
        """Raises ConfigurationError for a window that is none."""
        return Window(weekdays=self.days.value(), begins=self.begins.value(), ends=self.ends.value())

    def show_value(self, window: Window) -> None:
        self.days.show_value(window.weekdays)
        self.begins.show_value(window.begins)
        self.ends.show_value(window.ends)

    def _remove(self) -> None:
        self.removed.emit(self)


class ZoneInput(QComboBox):
    """A time zone by its name, found by any part of it."""

    changed = Signal()

    def __init__(self, name: str, width: int = 190) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setMinimumWidth(width)
        self._zones: Sequence[str] = ()
        self.activated.connect(self._touched)
        field = self.lineEdit()
        assert field is not None
        field.setProperty("bare", "true")
        field.setAccessibleName(name)
        field.editingFinished.connect(self._touched)

    def value(self) -> str:
        return self.currentText().strip() or "UTC"

    def show_value(self, name: str) -> None:
        find_text(self, self._zones, name)

    def set_zones(self, zones: Sequence[str]) -> None:
        """The names that there are."""
        shown = self.currentText()
        self._zones = zones
        self.clear()
        self.addItems(zones)
        completer = QCompleter(self.model(), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setCompleter(completer)
        find_text(self, zones, shown)

    def _touched(self) -> None:
        self.changed.emit()


def row_of(*widgets: QWidget) -> QHBoxLayout:
    """Side by side, from the left."""
    row = QHBoxLayout()
    row.setSpacing(8)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return row


def find_text(box: QComboBox, texts: Sequence[str], wanted: str) -> None:
    """Show this choice, added when it was not among them."""
    if wanted not in texts:
        box.addItem(wanted)
    box.setCurrentText(wanted)
