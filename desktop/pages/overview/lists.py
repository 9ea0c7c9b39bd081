"""The lists of the first page: needs with their button, waits with the time left, accounts, replies, first steps."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.pages.overview.facts import AccountLine, FirstStep, Need, Wait
from desktop.theme import Role, Token
from desktop.widgets.buttons import Button
from desktop.widgets.cards import Card
from desktop.widgets.labels import ElidedLabel, hairline, label
from desktop.widgets.layouts import clear_layout
from desktop.widgets.pills import Pill
from desktop.widgets.progress import Part, Progress
from desktop.widgets.status import Glyph, State, Status, StatusGlyph, Tone

MOST_NEEDS = 6
MOST_WAITS = 5


class _Row(QFrame):
    """A glyph, two lines, and something on the right; 47 px."""

    def __init__(self, state: State, right: QWidget | None) -> None:
        super().__init__()
        self.glyph = StatusGlyph(state.glyph, state.word)
        self.title, self.line = ElidedLabel("", Role.STRONG), ElidedLabel("", Role.HINT)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.title)
        words.addWidget(self.line)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 6, 0, 6)
        row.setSpacing(10)
        row.addWidget(self.glyph, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        if right is not None:
            row.addWidget(right, 0, Qt.AlignmentFlag.AlignVCenter)


class _RowsCard(Card):
    """A title and rows under hairlines; the rows are made again only when other things stand in them."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.body.setSpacing(0)
        self.rows: list[_Row] = []
        self._area = QVBoxLayout()
        self._area.setContentsMargins(0, 6, 0, 0)
        self._area.setSpacing(0)
        self.body.addLayout(self._area)

    def clear_rows(self) -> None:
        self.rows.clear()
        clear_layout(self._area)

    def add_row(self, row: _Row) -> None:
        self._area.addWidget(hairline())
        self._area.addWidget(row)
        self.rows.append(row)


class NeedsCard(_RowsCard):
    """What stands still until a person acts. With nothing to do it is one line."""

    needOpened = Signal(object)  # (page, id of the thing or None)

    def __init__(self) -> None:
        super().__init__("Needs you")
        self.count = Pill(State(Glyph.WARNING, "0"))
        self.head.insertWidget(1, self.count)
        self._needs: tuple[Need, ...] | None = None
        self._more = label("", Role.HINT)
        self.body.addWidget(self._more)

    def show_needs(self, needs: tuple[Need, ...]) -> None:
        if needs == self._needs:
            return
        self._needs = needs
        self.title.setText("Needs you" if needs else "Nothing needs you")
        self.count.setVisible(bool(needs))
        self.count.set_count(str(len(needs)), Tone.BAD, None, f"{len(needs)} things need you")
        self.clear_rows()
        for need in needs[:MOST_NEEDS]:
            self._add(need)
        more = len(needs) - MOST_NEEDS
        self._more.setText(f"and {more} more" if more > 0 else "")
        self._more.setVisible(more > 0)

    def _add(self, need: Need) -> None:
        button = None
        if need.opens is not None:
            button = Button(need.action, small=True)
            button.setAccessibleName(f"{need.action}: {need.title}")
            button.clicked.connect(partial(self.needOpened.emit, need.opens))
        row = _Row(State(need.glyph, "Needs you"), button)
        row.title.set_text(need.title)
        row.line.set_text(need.line)
        self.add_row(row)


class WaitsCard(_RowsCard):
    """What goes on by itself; the time left ticks in place."""

    def __init__(self) -> None:
        super().__init__("Waiting, and until when")
        self.add_to_head(label("goes on by itself", Role.HINT))
        self._lefts: list[QLabel] = []

    def show_waits(self, waits: tuple[Wait, ...]) -> None:
        self.setVisible(bool(waits))
        shown = waits[:MOST_WAITS]
        if len(shown) != len(self.rows):
            self.clear_rows()
            self._lefts = []
            for _ in shown:
                left = label("", Role.STRONG, Token.WARN)
                row = _Row(State(Glyph.CLOCK, "Waiting"), left)
                self._lefts.append(left)
                self.add_row(row)
        for row, left, wait in zip(self.rows, self._lefts, shown, strict=True):
            if row.title.whole_text != wait.title:
                row.title.set_text(wait.title)
            if row.line.whole_text != wait.line:
                row.line.set_text(wait.line)
            if left.text() != wait.left:
                left.setText(wait.left)


class AccountsCard(Card):
    """How many accounts are ready, wait, or need somebody."""

    def __init__(self) -> None:
        super().__init__("Accounts")
        self.online = label("", Role.LABEL, Token.ACCENT_TEXT)
        self.add_to_head(self.online)
        self.bar = Progress("Accounts by state", 8)
        self.body.addWidget(self.bar)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(6)
        self.body.addLayout(self._lines)
        self._shown: tuple[AccountLine, ...] = ()

    def show_accounts(self, lines: tuple[AccountLine, ...], parts: Sequence[Part], total: int, online: str) -> None:
        self.setVisible(total > 0)
        if self.online.text() != online:
            self.online.setText(online)
        self.bar.set_parts(parts, total)
        if lines == self._shown:
            return
        self._shown = lines
        clear_layout(self._lines)
        for line in lines:
            row = QWidget()
            box = QHBoxLayout(row)
            box.setContentsMargins(0, 0, 0, 0)
            box.addWidget(Status(line.state))
            box.addStretch(1)
            box.addWidget(label(line.number, Role.H3))
            note = label(line.line, Role.HINT)
            note.setMinimumWidth(118)
            box.addWidget(note)
            self._lines.addWidget(row)


class RepliesCard(Card):
    """Who answered to which campaign."""

    def __init__(self) -> None:
        super().__init__("Replies by campaign")
        self._lines = QVBoxLayout()
        self._lines.setSpacing(6)
        self.body.addLayout(self._lines)
        self._shown: tuple[tuple[str, str, str], ...] | None = None

    def show_replies(self, replies: tuple[tuple[str, str, str], ...]) -> None:
        self.setVisible(bool(replies))
        if replies == self._shown:
            return
        self._shown = replies
        clear_layout(self._lines)
        for title, count, share in replies:
            row = QWidget()
            box = QHBoxLayout(row)
            box.setContentsMargins(0, 0, 0, 0)
            name = ElidedLabel(title)
            box.addWidget(name, 1)
            box.addWidget(label(count, Role.H3))
            note = label(share, Role.HINT)
            note.setMinimumWidth(52)
            note.setAlignment(Qt.AlignmentFlag.AlignRight)
            box.addWidget(note)
            self._lines.addWidget(row)


class FirstStepsCard(_RowsCard):
    """A workspace without a campaign: the three steps to the first one."""

    accountRequested = Signal()

    def __init__(self) -> None:
        super().__init__("Three steps to the first campaign")
        self._steps: tuple[FirstStep, ...] = ()
        self.add_account = Button("Add an account…", "mdi6.account-plus-outline", small=True)
        self.add_account.clicked.connect(self.accountRequested)
        self.add_to_head(self.add_account)

    def show_steps(self, steps: tuple[FirstStep, ...]) -> None:
        self.setVisible(bool(steps))
        if steps == self._steps:
            return
        self._steps = steps
        self.clear_rows()
        for step in steps:
            row = _Row(step.state, None)
            row.title.set_text(step.state.word)
            row.line.set_text(step.line)
            self.add_row(row)
