"""A list of accounts of which some are ticked: by a click, or by Space on the row that has the keyboard."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.domain.account import AccountKind
from core.domain.ids import AccountId
from database.stores.proxy_screens import AccountRoute
from desktop.models.keyed_rows import KeyedRows
from desktop.models.table_model import TableModel
from desktop.pages.proxies.words import account_words, route_words
from desktop.theme import Role
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.labels import label
from desktop.widgets.status import Glyph
from desktop.widgets.table import Cell, Column, Table, TableCard

COLUMNS: Final = (Column("Account", 200, stretch=2), Column("Leaves through", 190, stretch=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    account: AccountRoute
    is_ticked: bool


class AccountList(QWidget):
    """`changed` comes when others are ticked."""

    changed = Signal()

    def __init__(self, accounts: Sequence[AccountRoute], *, ticked: Sequence[AccountId]) -> None:
        super().__init__()
        self._rows = KeyedRows[AccountRow](lambda row: row.account.account_id)
        chosen = set(ticked)
        self._rows.show(AccountRow(account=one, is_ticked=one.account_id in chosen) for one in accounts)
        self.table = Table("Accounts", COLUMNS, row_height=40)
        self.table.setModel(TableModel(self._rows, _cells, len(COLUMNS), self))
        self.all = Button("All", kind=Kind.LINK, small=True)
        self.without = Button("Those without a proxy", kind=Kind.LINK, small=True)
        self.none = Button("None", kind=Kind.LINK, small=True)
        head = QHBoxLayout()
        head.setSpacing(4)
        self.count = label("", Role.LABEL)
        head.addWidget(self.count, 1)
        for button in (self.all, self.without, self.none):
            head.addWidget(button)
        self.without.setVisible(any(not one.address for one in accounts))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(TableCard(self.table), 1)
        self.table.clicked.connect(self._toggle)
        space = QShortcut(QKeySequence(Qt.Key.Key_Space), self.table)
        space.setContext(Qt.ShortcutContext.WidgetShortcut)
        space.activated.connect(self._toggle_current)
        self.all.clicked.connect(self._tick_all)
        self.without.clicked.connect(self._tick_without)
        self.none.clicked.connect(self._tick_none)
        self._count()

    @property
    def ticked(self) -> list[AccountRoute]:
        rows = [self._rows.row(index) for index in range(len(self._rows))]
        return [row.account for row in rows if row.is_ticked]

    def _toggle(self, index: QModelIndex) -> None:
        row = self._rows.row(index.row())
        self._tick({row.account.account_id: not row.is_ticked})

    def _toggle_current(self) -> None:
        if self.table.currentIndex().isValid():
            self._toggle(self.table.currentIndex())

    def _tick_all(self) -> None:
        self._tick({account.account_id: True for account in self._accounts()})

    def _tick_without(self) -> None:
        self._tick({account.account_id: not account.address for account in self._accounts()})

    def _tick_none(self) -> None:
        self._tick({account.account_id: False for account in self._accounts()})

    def _accounts(self) -> list[AccountRoute]:
        return [self._rows.row(index).account for index in range(len(self._rows))]

    def _tick(self, wanted: dict[AccountId, bool]) -> None:
        rows = [self._rows.row(index) for index in range(len(self._rows))]
        self._rows.update([replace(row, is_ticked=wanted.get(row.account.account_id, row.is_ticked)) for row in rows])
        self._count()
        self.changed.emit()

    def _count(self) -> None:
        self.count.setText(f"{len(self.ticked)} of {len(self._rows)} accounts chosen")


def _cells(row: AccountRow) -> Sequence[Cell]:
    account = row.account
    kind = "bot" if account.kind is AccountKind.BOT else "person"
    glyph, detail = (Glyph.CHECK, f"{kind} · chosen") if row.is_ticked else (Glyph.RING, kind)
    move = account_words(account) if account.address else ""
    return (
        Cell(text=account.title, detail=detail, role=Role.STRONG, glyph=glyph),
        Cell(text=route_words(account), detail=move),
    )
