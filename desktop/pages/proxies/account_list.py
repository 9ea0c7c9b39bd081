"""A list of accounts of which some are ticked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from core.domain.account import AccountKind
from core.domain.ids import AccountId
from database.stores.proxy_screens import AccountRoute
from desktop.models.keyed_rows import KeyedRows
from desktop.models.table_model import TableModel
from desktop.pages.proxies.words import account_words, route_words
from desktop.theme import Role
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.status import Glyph
from desktop.widgets.table import Cell, Column, TickTable

COLUMNS: Final = (Column("Account", 200, stretch=2), Column("Leaves through", 190, stretch=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    account: AccountRoute
    is_ticked: bool


class AccountList(TickTable):
    """Accounts with how they leave."""

    def __init__(self, accounts: Sequence[AccountRoute], *, ticked: Sequence[AccountId]) -> None:
        super().__init__("Accounts", COLUMNS)
        self._rows = KeyedRows[AccountRow](lambda row: row.account.account_id)
        chosen = set(ticked)
        self._rows.show(AccountRow(account=one, is_ticked=one.account_id in chosen) for one in accounts)
        self.table.setModel(TableModel(self._rows, _cells, len(COLUMNS), self))
        self.without = Button("Those without a proxy", kind=Kind.LINK, small=True)
        self.without.setVisible(any(not one.address for one in accounts))
        self.without.clicked.connect(self._tick_without)
        self.head.insertWidget(self.head.indexOf(self.none), self.without)
        self._count()

    @property
    def ticked(self) -> list[AccountRoute]:
        return [row.account for row in self._all_rows() if row.is_ticked]

    def toggle(self, row: int) -> None:
        rows = self._all_rows()
        rows[row] = replace(rows[row], is_ticked=not rows[row].is_ticked)
        self._show(rows)

    def tick_all(self, *, ticked: bool) -> None:
        self._show([replace(row, is_ticked=ticked) for row in self._all_rows()])

    def _tick_without(self) -> None:
        self._show([replace(row, is_ticked=not row.account.address) for row in self._all_rows()])

    def _all_rows(self) -> list[AccountRow]:
        return [self._rows.row(index) for index in range(len(self._rows))]

    def _show(self, rows: Sequence[AccountRow]) -> None:
        self._rows.update(rows)
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
