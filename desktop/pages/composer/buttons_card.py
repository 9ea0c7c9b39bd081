"""The buttons below a message: what each says, which address it opens, in which order and row they stand."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout

from campaigns.message.checking import MAX_BUTTON_TITLE, MAX_BUTTONS
from core.domain.message import ADDRESS, ButtonRows, UrlButton
from desktop.pages.composer.movable_line import MovableLine
from desktop.theme import Role, Theme
from desktop.widgets.buttons import Button, IconButton, Kind
from desktop.widgets.cards import Card
from desktop.widgets.fields import mark_wrong
from desktop.widgets.labels import label

FIRST = UrlButton(title="Open", url="https://")
"""What a new button says until somebody writes it."""


@dataclass(frozen=True, slots=True)
class Placed:
    """One button, and whether it stands beside the one before."""

    button: UrlButton
    is_beside: bool


def to_list(rows: ButtonRows) -> list[Placed]:
    """In reading order."""
    return [Placed(button, number > 0) for row in rows for number, button in enumerate(row)]


def to_rows(placed: Sequence[Placed]) -> ButtonRows:
    """The first one always begins a row."""
    rows: list[list[UrlButton]] = []
    for one in placed:
        if one.is_beside and rows:
            rows[-1].append(one.button)
        else:
            rows.append([one.button])
    return tuple(tuple(row) for row in rows)


class _Line(MovableLine):
    """One button."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__(up="Earlier", down="Later", remove="Take this button out")
        self.title, self.url = QLineEdit(), QLineEdit()
        self.title.setMaxLength(MAX_BUTTON_TITLE)
        self.title.setPlaceholderText("What it says")
        self.title.setFixedWidth(Theme.of_application().px(170))
        self.url.setPlaceholderText("https://")
        self.beside = IconButton("mdi6.arrow-split-vertical", "Beside the one before", checkable=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.title)
        row.addWidget(self.url, 1)
        for tool in (self.beside, self.up, self.down, self.remove):
            row.addWidget(tool)
        for entry in (self.title, self.url):
            entry.editingFinished.connect(self.changed)
        self.beside.clicked.connect(self.changed)

    def value(self) -> Placed:
        url = self.url.text().strip()
        if url and "://" not in url:
            url = f"https://{url}"
        return Placed(UrlButton(title=self.title.text().strip(), url=url), self.beside.isChecked())

    def show_value(self, placed: Placed, number: int, count: int) -> None:
        for entry, text in ((self.title, placed.button.title), (self.url, placed.button.url)):
            if entry.text() != text and not (entry.hasFocus() and entry.isModified()):
                entry.setText(text)
        self.title.setAccessibleName(f"Title of button {number + 1}")
        self.url.setAccessibleName(f"Address of button {number + 1}")
        mark_if_other(self.url, ADDRESS.fullmatch(placed.button.url) is None)
        mark_if_other(self.title, not placed.button.title)
        self.beside.setChecked(placed.is_beside)
        self.beside.setEnabled(number > 0)
        self.show_place(number, count)


class ButtonsCard(Card):
    """Shows and emits: `changed` with the rows as they are to be."""

    changed = Signal(object)  # ButtonRows

    def __init__(self) -> None:
        super().__init__("Buttons", role=Role.H3)
        self.lines: list[_Line] = []
        self.add = Button("Another button", "mdi6.plus", kind=Kind.LINK)
        self.head.insertWidget(1, label("open an address; bots only", Role.HINT))
        self.add_to_head(self.add)
        self._column = QVBoxLayout()
        self._column.setSpacing(6)
        self.body.setContentsMargins(14, 8, 12, 8)
        self.body.setSpacing(6)
        self.body.addLayout(self._column)
        self.add.clicked.connect(self.add_one)

    def show_rows(self, rows: ButtonRows, *, is_frozen: bool) -> None:
        placed = to_list(rows)
        while len(self.lines) > len(placed):
            line = self.lines.pop()
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        while len(self.lines) < len(placed):
            self.lines.append(self._make())
        for number, (line, one) in enumerate(zip(self.lines, placed, strict=True)):
            line.show_value(one, number, len(placed))
            line.setEnabled(not is_frozen)
        self.add.setVisible(not is_frozen and len(placed) < MAX_BUTTONS)

    def add_one(self) -> None:
        """One more below the others; its title is ready to be written."""
        self.changed.emit(to_rows([*self._values(), Placed(FIRST, is_beside=False)]))
        if self.lines:
            self.lines[-1].title.setFocus()
            self.lines[-1].title.selectAll()

    def _make(self) -> _Line:
        line = _Line()
        line.changed.connect(self._changed)
        line.moved.connect(self._move)
        line.removed.connect(self._remove)
        self._column.addWidget(line)
        return line

    def _values(self) -> list[Placed]:
        return [line.value() for line in self.lines]

    def _changed(self) -> None:
        self.changed.emit(to_rows(self._values()))

    def _move(self, line: _Line, by: int) -> None:
        values, at = self._values(), self.lines.index(line)
        values[at], values[at + by] = values[at + by], values[at]
        # Places stay as they are: the button changes, whether the place begins a row does not.
        first, second = values[at].is_beside, values[at + by].is_beside
        values[at], values[at + by] = replace(values[at], is_beside=second), replace(values[at + by], is_beside=first)
        self.changed.emit(to_rows(values))

    def _remove(self, line: _Line) -> None:
        at = self.lines.index(line)
        values = [one for number, one in enumerate(self._values()) if number != at]
        self.changed.emit(to_rows(values))


def mark_if_other(entry: QLineEdit, wrong: bool) -> None:
    """Styling anew costs half a millisecond: only where it makes a difference."""
    if bool(entry.property("wrong")) is not wrong:
        mark_wrong(entry, wrong)
