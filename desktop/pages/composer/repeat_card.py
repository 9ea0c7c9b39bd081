"""Whether a campaign runs again and again: how often, until when, what becomes of missed runs, and the next ones."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Final

from PySide6.QtCore import QTimeZone, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from campaigns.schedule.repeat import Every, Missed, Overlap, Repeat
from campaigns.schedule.windows import find_zone
from core.clock import Clock
from core.errors import ConfigurationError
from desktop.formatting import Formats
from desktop.pages.composer.plan_inputs import ClockInput, DayChips, NumberInput, ZoneInput, row_of
from desktop.pages.repeat_words import preview_words
from desktop.theme import Role
from desktop.widgets.cards import Card
from desktop.widgets.choices import Switch
from desktop.widgets.fields import mark_wrong
from desktop.widgets.labels import label

_UNITS: Final[Sequence[tuple[Every, str]]] = ((Every.DAY, "days"), (Every.WEEK, "weeks"), (Every.MONTH, "months"))
_NEVER, _ON_DAY, _AFTER_RUNS = range(3)
_MISSED: Final = ((Missed.SKIP, "does not take place"), (Missed.RUN_LATEST, "takes place late, the latest one only"))
_OVERLAP: Final = ((Overlap.WAIT, "waits for it"), (Overlap.SKIP, "does not take place"))


class RepeatCard(Card):
    """Reads and shows a Repeat; None: it runs once. Its inputs are made when it is first switched on."""

    changed = Signal()

    def __init__(self, formats: Formats, clock: Clock) -> None:
        super().__init__("Again")
        self._formats, self._clock = formats, clock
        self._zones: Sequence[str] = ()
        self._inputs: RepeatInputs | None = None
        self.is_on = Switch("It runs again and again")
        self.body.addLayout(row_of(self.is_on, label("It runs again and again", Role.DIM)))
        self.is_on.clicked.connect(self._turn)

    @property
    def inputs(self) -> "RepeatInputs":
        """They stand there while it is on."""
        if self._inputs is None:
            self._inputs = RepeatInputs(self._formats, self._clock, self)
            self._inputs.zone.set_zones(self._zones)
            self._inputs.changed.connect(self.changed)
            self.body.addWidget(self._inputs)
        return self._inputs

    def repeat(self) -> Repeat | None:
        """Raises ConfigurationError for one that cannot be."""
        return self.inputs.repeat() if self.is_on.isChecked() else None

    def show_repeat(self, repeat: Repeat | None) -> None:
        self.is_on.setChecked(repeat is not None)
        if repeat is not None:
            self.inputs.show_repeat(repeat)
        if self._inputs is not None:
            self._inputs.setVisible(repeat is not None)

    def set_zones(self, zones: Sequence[str]) -> None:
        """The names that there are."""
        self._zones = zones
        if self._inputs is not None:
            self._inputs.zone.set_zones(zones)

    def _turn(self) -> None:
        self.inputs.setVisible(self.is_on.isChecked())
        self.changed.emit()


class RepeatInputs(QWidget):
    """How often, until when, what becomes of missed and overlapping runs; and the next runs in words."""

    changed = Signal()

    def __init__(self, formats: Formats, clock: Clock, parent: QWidget) -> None:
        super().__init__(parent)
        self.hide()
        self._formats, self._clock = formats, clock
        self.interval = NumberInput("Every so many", 1, 366, width=52)
        self.unit = _choices("Days, weeks or months", [many for _, many in _UNITS])
        self.days = DayChips()
        self.at = ClockInput("Time of each run")
        self.zone = ZoneInput("Time zone of the runs", 170)
        self.first = _day_input("First day", "2026-12-01")
        self.end = _choices("It ends", ["without an end", "on a day", "after so many runs"])
        self.last = _day_input("Last day", "2027-03-31")
        self.runs = NumberInput("Number of runs", 1, 10_000, width=62)
        self._runs_word = label("runs", Role.DIM)
        self.missed = _choices("A run that is missed", [words for _, words in _MISSED])
        self.overlap = _choices("A run that overlaps", [words for _, words in _OVERLAP])
        self.next_runs = label("", Role.BODY, wrap=True)
        self._build_ui()
        self._begin()
        self._connect_signals()

    def repeat(self) -> Repeat:
        """Raises ConfigurationError for one that cannot be."""
        every = _UNITS[self.unit.currentIndex()][0]
        end = self.end.currentIndex()
        return Repeat(
            every=every,
            first_day=_read_day(self.first),
            at=self.at.value(),
            time_zone=self.zone.value(),
            interval=self.interval.value() or 1,
            weekdays=self.days.value() if every is Every.WEEK else frozenset(),
            last_day=_read_day(self.last) if end == _ON_DAY else None,
            runs=self.runs.value() or 1 if end == _AFTER_RUNS else None,
            missed=_MISSED[self.missed.currentIndex()][0],
            overlap=_OVERLAP[self.overlap.currentIndex()][0],
        )

    def show_repeat(self, repeat: Repeat) -> None:
        self.interval.show_value(repeat.interval)
        self.unit.setCurrentIndex([every for every, _ in _UNITS].index(repeat.every))
        self.days.show_value(repeat.weekdays or frozenset({repeat.first_day.weekday()}))
        self.at.show_value(repeat.at)
        self.zone.show_value(repeat.time_zone)
        _show_day(self.first, repeat.first_day)
        has_day, has_runs = repeat.last_day is not None, repeat.runs is not None
        self.end.setCurrentIndex(_ON_DAY if has_day else _AFTER_RUNS if has_runs else _NEVER)
        if repeat.last_day is not None:
            _show_day(self.last, repeat.last_day)
        if repeat.runs is not None:
            self.runs.show_value(repeat.runs)
        self.missed.setCurrentIndex([missed for missed, _ in _MISSED].index(repeat.missed))
        self.overlap.setCurrentIndex([overlap for overlap, _ in _OVERLAP].index(repeat.overlap))
        self._show_parts()
        self.next_runs.setText(preview_words(repeat, self._formats, self._clock.now()))

    def _begin(self) -> None:
        """What stands there when it is switched on: every week from tomorrow, by the clock of this machine."""
        zone = bytes(QTimeZone.systemTimeZoneId().data()).decode().removeprefix("Etc/")
        tomorrow = (self._formats.local(self._clock.now()) + timedelta(days=1)).date()
        self.interval.show_value(1)
        self.unit.setCurrentIndex(1)
        self.days.show_value(frozenset({tomorrow.weekday()}))
        self.at.show_value(time(9))
        self.zone.show_value(zone if find_zone(zone) is not None else "UTC")
        _show_day(self.first, tomorrow)
        _show_day(self.last, tomorrow + timedelta(days=90))
        self.runs.show_value(10)
        self._show_parts()

    def _show_parts(self) -> None:
        self.days.setVisible(_UNITS[self.unit.currentIndex()][0] is Every.WEEK)
        end = self.end.currentIndex()
        self.last.setVisible(end == _ON_DAY)
        for part in (self.runs, self._runs_word):
            part.setVisible(end == _AFTER_RUNS)

    def _build_ui(self) -> None:
        def dim(text: str) -> QWidget:
            return label(text, Role.DIM)

        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(8)
        inside.addLayout(row_of(dim("Every"), self.interval, self.unit, dim("at"), self.at, self.zone))
        inside.addWidget(self.days)
        inside.addLayout(row_of(dim("From"), self.first, self.end, self.last, self.runs, self._runs_word))
        inside.addLayout(row_of(dim("A run whose time passed while no worker ran"), self.missed))
        inside.addLayout(row_of(dim("One that comes while the run before still sends"), self.overlap))
        inside.addWidget(self.next_runs)
        note = label(
            "It is approved once. Each run is a campaign of its own, for whoever is in its audiences then.",
            Role.HINT,
            wrap=True,
        )
        inside.addWidget(note)

    def _connect_signals(self) -> None:
        for box in (self.unit, self.end, self.missed, self.overlap):
            box.activated.connect(self._touched)
        for part in (self.interval, self.days, self.at, self.zone, self.runs):
            part.changed.connect(self._touched)
        for day in (self.first, self.last):
            day.editingFinished.connect(self._touched)

    def _touched(self) -> None:
        self._show_parts()
        self.changed.emit()


def _choices(name: str, words: Sequence[str]) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    box.addItems(list(words))
    return box


def _day_input(name: str, example: str) -> QLineEdit:
    entry = QLineEdit()
    entry.setAccessibleName(name)
    entry.setPlaceholderText(example)
    entry.setFixedWidth(108)
    return entry


def _show_day(entry: QLineEdit, day: date) -> None:
    if not entry.hasFocus():
        entry.setText(day.isoformat())


def _read_day(entry: QLineEdit) -> date:
    try:
        day = date.fromisoformat(entry.text().strip())
    except ValueError as error:
        mark_wrong(entry, True)
        raise ConfigurationError(
            f"“{entry.text()}” is no day.", hint="Write it as year, month and day, such as 2026-12-05."
        ) from error
    mark_wrong(entry, False)
    return day
