"""What a webhook was told: when, how it went and why; what was given up is sent again from here."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from core.domain.webhook import HookDelivery, HookDeliveryState, Webhook
from desktop.dialogs.dialog import Dialog
from desktop.formatting import Formats
from desktop.models.keyed_rows import KeyedRows
from desktop.models.table_model import TableModel
from desktop.pages.settings.webhooks.words import EVENTS, delivery_reason, delivery_state
from desktop.theme import Role
from desktop.widgets.buttons import Kind
from desktop.widgets.empty import EmptyState
from desktop.widgets.table import Cell, Column, Table, TableCard

COLUMNS = (
    Column("Happened", 128),
    Column("What", 190, stretch=1),
    Column("State", 96),
    Column("Tries", 76, numeric=True),
    Column("Reason", 230, stretch=2),
)
HEIGHT = 380


class DeliveriesDialog(Dialog):
    """Emits `againRequested` with the ids of chosen rows that were given up; none chosen: with all of them."""

    againRequested = Signal(list)  # of WebhookDeliveryId

    def __init__(self, parent: QWidget, hook: Webhook, formats: Formats) -> None:
        super().__init__(parent, f"What {hook.name} was told", width=860)
        self._formats = formats
        self._now: datetime | None = None
        self._rows = KeyedRows[HookDelivery](lambda row: row.id)
        self.table = Table("Deliveries", COLUMNS, several=True)
        self.table.setModel(TableModel(self._rows, self._cells, len(COLUMNS), self))
        self.table.setFixedHeight(self._theme.px(HEIGHT))
        self.body.addWidget(TableCard(self.table))
        self.add_text("The newest 200. What was taken is kept for a week, what was given up for 30 days.", Role.HINT)
        self.again = self.add_action("Send again", "mdi6.refresh")
        self.again.clicked.connect(self._ask_again)
        self.add_action("Close", kind=Kind.PRIMARY, is_default=True).clicked.connect(self.accept)
        self.table.selectionModel().selectionChanged.connect(self._follow)

    def show_deliveries(self, found: Sequence[HookDelivery], now: datetime) -> None:
        """The newest first."""
        self._now = now
        if [row.id for row in found] == [self._rows.row(place).id for place in range(len(self._rows))]:
            self._rows.update(found)  # keeps what is chosen
        else:
            self._rows.show(found)
        empty = EmptyState("mdi6.webhook", "It was told nothing yet", "“Send a test” shows whether it can be told.")
        self.table.set_placeholder(None if found else empty)
        self._follow()

    def _given_up(self) -> list[int]:
        chosen = self.table.chosen_rows or range(len(self._rows))
        rows = [self._rows.row(place) for place in chosen]
        return [row.id for row in rows if row.state is HookDeliveryState.GIVEN_UP]

    def _follow(self) -> None:
        count = len(self._given_up())
        self.again.set_text(f"Send {count} again" if count else "Send again")
        self.again.set_reason_disabled("" if count else "None of these was given up")

    def _ask_again(self) -> None:
        self.againRequested.emit(self._given_up())

    def _cells(self, row: HookDelivery) -> Sequence[Cell]:
        assert self._now is not None
        return (
            Cell(self._formats.moment(row.event_at, self._now)),
            Cell(EVENTS[row.event]),
            Cell.of_state(delivery_state(row)),
            Cell(self._formats.number(row.tries)),
            Cell(delivery_reason(row, self._formats, self._now)),
        )
