"""The panel beside the list: one proxy whole, or what can be done with several."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from core.domain.proxy import ProxyCheck, ProxyKind
from database.stores.proxy_screens import AccountRoute, ProxyDetails, ProxyLine
from desktop.formatting import Formats, count_of
from desktop.models.keyed_rows import KeyedRows
from desktop.models.table_model import TableModel
from desktop.pages.proxies.words import (
    account_words,
    check_words,
    credential_words,
    kind_words,
    next_check_words,
    state_of,
    use_words,
    why_words,
)
from desktop.theme import Role
from desktop.widgets.buttons import Button, IconButton, Kind
from desktop.widgets.cards import Note
from desktop.widgets.choices import Tabs
from desktop.widgets.empty import EmptyState
from desktop.widgets.facts import Facts
from desktop.widgets.labels import ElidedLabel, label
from desktop.widgets.progress import Part, Progress
from desktop.widgets.sparkline import Sparkline
from desktop.widgets.status import Glyph, State, Status, Tone
from desktop.widgets.table import Cell, Column, Table

WIDTH: Final = 340
CHART_FROM: Final = 660  # px of height; below that the list of checks needs the place

CHECK_COLUMNS: Final = (Column("When", 78), Column("Telegram", 120, stretch=1), Column("TCP", 68, numeric=True))
ACCOUNT_COLUMNS: Final = (Column("Account", 120, stretch=1), Column("If the proxy fails", 140))


class ProxyPanel(QFrame):
    """Shows what the presenter gives it, and emits what is pressed."""

    closeRequested = Signal()
    checkRequested = Signal()
    assignRequested = Signal()
    releaseRequested = Signal()
    editRequested = Signal()
    removeRequested = Signal()
    accountRequested = Signal(int)

    def __init__(self, formats: Formats, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._formats = formats
        self._now: datetime | None = None
        self._has_checks = False
        self.setObjectName("panel")
        self.setAccessibleName("Details of the chosen proxies")
        self.setFixedWidth(WIDTH)
        self.title, self.subtitle = ElidedLabel("", Role.H2), ElidedLabel("", Role.HINT)
        self.close_button = IconButton("mdi6.close", "Close the details")
        self.check = Button("Check now", "mdi6.radar", small=True)
        self.assign = Button("Assign…", "mdi6.swap-horizontal", small=True)
        self.edit = Button("Edit…", "mdi6.pencil-outline", small=True)
        self.release = Button("Release…", "mdi6.link-variant-off", small=True)
        self.remove = Button("Remove…", "mdi6.trash-can-outline", kind=Kind.STOP, small=True)
        self.status = Status(State(Glyph.RING, ""))
        self.notes = {
            Tone.BAD: Note("", "mdi6.alert-circle-outline", Tone.BAD),
            Tone.WARN: Note("", "mdi6.clock-outline", Tone.WARN),
        }
        self.facts = Facts()
        self.bar = Progress("The chosen proxies by state")
        self.tabs = Tabs("Parts of the details", [("checks", "Checks"), ("accounts", "Accounts")])
        self.chart = Sparkline("Telegram time at the last checks")
        self.figures = label("", Role.HINT, wrap=True)
        self._checks = KeyedRows[ProxyCheck](lambda check: check.at)
        self.checks = Table("Checks of this proxy", CHECK_COLUMNS, row_height=30)
        self._accounts = KeyedRows[AccountRoute](lambda account: account.account_id)
        self._several = QWidget()
        self._stack = QStackedWidget()
        self._build_ui()
        self._connect_signals()

    @cached_property
    def accounts(self) -> Table:
        """Made when its tab is first opened: with the rest it would be nearly as much as one handler may take."""
        table = Table("Accounts that leave through this proxy", ACCOUNT_COLUMNS, row_height=34)
        table.setModel(TableModel(self._accounts, _account_cells, len(ACCOUNT_COLUMNS), self))
        table.opened.connect(self._open_account)
        self._stack.addWidget(table)
        return table

    def show_details(self, details: ProxyDetails, now: datetime, *, is_checking: bool) -> None:
        """One proxy."""
        self._now = now
        line, proxy = details.line, details.line.proxy
        self.title.set_text(proxy.endpoint.address)
        self.subtitle.set_text(kind_words(proxy))
        state = state_of(line, self._formats, now, is_checking=is_checking)
        self.status.set_state(State(state.glyph, state.word))
        self.status.show()
        why = why_words(line, self._formats, now)
        for tone, note in self.notes.items():
            is_this = bool(why) and tone is (Tone.WARN if state.tone is Tone.WARN else Tone.BAD)
            note.text.setText(why)
            note.setVisible(is_this)
        self.release.set_reason_disabled("" if details.accounts else "No account leaves through it")
        self.facts.show_facts(self._facts(line, now))
        self.bar.hide()
        self.tabs.set_count("accounts", len(details.accounts))
        self._show_history(details.checks, now, is_slow=line.is_slow)
        self._checks.update(details.checks)
        self.checks.set_placeholder(
            None
            if details.checks
            else EmptyState("mdi6.radar", "Not checked yet", "The worker checks it when it runs.")
        )
        self._accounts.update(details.accounts)
        self.tabs.show()
        self._show_tab(self.tabs.value)

    def show_several(self, lines: Sequence[ProxyLine], count: int, now: datetime) -> None:
        """What is chosen, counted; `lines` are all of them, or none when there are too many to look at."""
        self._now = now
        number = self._formats.number
        self.title.set_text(f"{number(count)} proxies chosen")
        held = sum(len(line.proxy.account_ids) for line in lines)
        accounts = count_of(number(held), "account leaves", "accounts leave")
        self.subtitle.set_text(f"{accounts} through them" if lines else "")
        for widget in (self.status, self.tabs, *self.notes.values()):
            widget.hide()
        self.release.set_reason_disabled("" if held or not lines else "No account leaves through them")
        self._stack.setCurrentWidget(self._several)
        self._show_summary(lines)

    def place(self, row: QHBoxLayout, page: QWidget, *, is_over: bool) -> None:
        """At the end of the row, or over the page."""
        if is_over == (row.indexOf(self) >= 0):
            if is_over:
                row.removeWidget(self)
            else:
                row.addWidget(self)
        if is_over:
            self.setGeometry(page.width() - WIDTH, 0, WIDTH, page.height())
            self.raise_()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_chart()

    # --------------------------------------------------------------------------------------------------------

    def _show_chart(self) -> None:
        has_room = self._has_checks and self.height() >= CHART_FROM
        self.chart.setVisible(has_room)
        self.figures.setVisible(has_room)

    def _build_ui(self) -> None:
        head = QHBoxLayout()
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.title)
        words.addWidget(self.subtitle)
        head.addLayout(words, 1)
        head.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(17, 14, 17, 12)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self.status)
        for note in self.notes.values():
            column.addWidget(note)
        for buttons in ((self.check, self.assign, self.edit), (self.release, self.remove)):
            row = QHBoxLayout()
            row.setSpacing(6)
            for button in buttons:
                row.addWidget(button)
            row.addStretch(1)
            column.addLayout(row)
        column.addWidget(self.bar)
        column.addWidget(self.facts)
        column.addWidget(self.tabs)
        column.addWidget(self._stack, 1)
        self.chart.setFixedSize(WIDTH - 34, 60)
        history = QWidget()
        inner = QVBoxLayout(history)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(6)
        inner.addWidget(self.chart)
        inner.addWidget(self.figures)
        inner.addWidget(self.checks, 1)
        self.checks.setModel(TableModel(self._checks, self._check_cells, len(CHECK_COLUMNS), self))
        self._history = history
        for part in (self._history, self._several):
            self._stack.addWidget(part)

    def _connect_signals(self) -> None:
        self.close_button.clicked.connect(self.closeRequested)
        self.check.clicked.connect(self.checkRequested)
        self.assign.clicked.connect(self.assignRequested)
        self.release.clicked.connect(self.releaseRequested)
        self.edit.clicked.connect(self.editRequested)
        self.remove.clicked.connect(self.removeRequested)
        self.tabs.valueChanged.connect(self._show_tab)

    def _show_tab(self, key: str) -> None:
        self._stack.setCurrentWidget(self.accounts if key == "accounts" else self._history)
        if key == "accounts":
            self.accounts.set_placeholder(
                None
                if len(self._accounts)
                else EmptyState("mdi6.account-outline", "Free", "No account leaves through it.")
            )

    def _open_account(self, row: int) -> None:
        self.accountRequested.emit(self._accounts.row(row).account_id)

    def _check_cells(self, check: ProxyCheck) -> Sequence[Cell]:
        state, tcp = check_words(check, self._formats)
        assert self._now is not None, "a check is shown"
        when = self._formats.moment(check.at, self._now, with_seconds=True)
        ended = Cell(text=state.word, tone=state.tone, glyph=state.glyph)
        return Cell(text=when, role=Role.DIM), ended, Cell(text=tcp, role=Role.DIM)

    def _facts(self, line: ProxyLine, now: datetime) -> Sequence[tuple[str, str]]:
        proxy, formats = line.proxy, self._formats
        return (
            ("User name", proxy.endpoint.username or "none"),
            ("Secret" if proxy.endpoint.kind is ProxyKind.MTPROXY else "Password", credential_words(proxy)),
            ("Label", proxy.label or "none"),
            ("Country", proxy.country or "not given"),
            ("Use", use_words(proxy, formats)),
            ("Checked", formats.moment(proxy.checked_at, now, with_seconds=True)),
            ("Next check", next_check_words(line, formats, now)),
            ("Added", formats.moment(line.added_at, now)),
        )

    def _show_history(self, checks: Sequence[ProxyCheck], now: datetime, *, is_slow: bool) -> None:
        self._has_checks = bool(checks)
        self._show_chart()
        if not checks:
            return
        failed = sum(check.times.failure is not None for check in checks)
        times = [check.times.telegram_ms for check in reversed(checks)]
        known = [value for value in times if value is not None]
        number = self._formats.number
        since = self._formats.moment(checks[-1].at, now)
        figures = f"{count_of(number(len(checks)), 'check')} since {since}, {number(failed)} failed"
        if known:
            figures += f"; Telegram answered in {number(round(min(known)))} to {number(round(max(known)))} ms"
        tone = Tone.BAD if checks[0].times.failure else Tone.WARN if is_slow else Tone.GOOD
        self.chart.set_values(times, tone, figures)
        self.figures.setText(figures)

    def _show_summary(self, lines: Sequence[ProxyLine]) -> None:
        good = sum(line.proxy.failure is None and line.proxy.checked_at is not None for line in lines)
        slow = sum(line.is_slow for line in lines)
        failing = sum(line.proxy.failure is not None for line in lines)
        unchecked = len(lines) - good - failing
        free = sum(max(0, line.proxy.capacity - len(line.proxy.account_ids)) for line in lines)
        number = self._formats.number
        self.bar.setVisible(bool(lines))
        parts = (
            (good - slow, Tone.GOOD, "healthy"),
            (slow, Tone.WARN, "slow"),
            (failing, Tone.BAD, "failing"),
            (unchecked, Tone.MUTE, "not checked"),
        )
        self.bar.set_parts([Part(*part) for part in parts], len(lines))
        facts = (
            ("Healthy", number(good - slow)),
            ("Slow", number(slow)),
            ("Failing", number(failing)),
            ("Not checked", number(unchecked)),
            ("Room for more accounts", number(free)),
        )
        self.facts.show_facts(facts if lines else ())


def _account_cells(account: AccountRoute) -> Sequence[Cell]:
    return Cell(text=account.title, role=Role.STRONG), Cell(text=account_words(account), role=Role.DIM)
