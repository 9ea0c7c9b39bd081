"""What the inbox does with tickets: the open conversation gets one, or its own is closed."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from campaigns.inbox.conversations import ConversationRow, OurMessage, TheirMessage
from campaigns.inbox.tickets import Tickets
from core.errors import AppError
from desktop.pages.inbox.words import name_of
from desktop.pages.page import PageContext, PageKey
from desktop.pages.services import PageServices
from desktop.widgets.buttons import IconButton
from desktop.widgets.status import Glyph


class TicketPart(QObject):
    """Lives as long as its button. `row_now`: the open conversation; None: none is."""

    def __init__(
        self,
        context: PageContext,
        services: PageServices,
        button: IconButton,
        row_now: Callable[[], ConversationRow | None],
    ) -> None:
        super().__init__(button)
        self._context = context
        self._services = services
        self._button = button
        self._row_now = row_now
        self._tickets = context.services.get(Tickets)
        button.clicked.connect(self.toggle)

    @property
    def keys(self) -> Sequence[PageKey]:
        return (PageKey(keys="T", text="Open a ticket, or close it", act=self.toggle),)

    def show_row(self, row: ConversationRow) -> None:
        """What the button does for this conversation."""
        is_open = row.ticket is not None
        self._button.set_name(f"Close ticket {row.ticket} (T)" if is_open else "Open a ticket (T)")
        self._button.set_icon("mdi6.ticket-confirmation" if is_open else "mdi6.ticket-outline")

    def toggle(self) -> None:
        """Open a ticket for the open conversation, or close the one it has."""
        row = self._row_now()
        if row is not None:
            self._services.spawn(self._toggle(row), "inbox: ticket")

    def refusal(self, item: TheirMessage | OurMessage) -> str:
        """Why no ticket can be opened about this message now; empty: one can."""
        row = self._row_now()
        if row is not None and row.ticket is not None:
            return f"Ticket {row.ticket} of this conversation is open. Close it first (T)."
        return "" if item.message_id is not None else "It has not arrived at Telegram."

    def open_about(self, item: TheirMessage | OurMessage) -> None:
        """A ticket about this message of the open conversation."""
        row = self._row_now()
        if row is not None:
            self._services.spawn(self._open(row, item.message_id), "inbox: ticket about a message")

    async def _open(self, row: ConversationRow, message_id: int | None) -> None:
        try:
            number = await self._tickets.open(row.id, message_id, actor=self._context.actor)
            self._services.tells.toast(
                f"Ticket {number}: {name_of(row)}", "It stays in “Tickets” until it is closed."
            )
            await self._context.hub.poll_now()
        except AppError as error:
            self._services.tells.error(error)

    async def _toggle(self, row: ConversationRow) -> None:
        if row.ticket is None:
            await self._open(row, None)
            return
        actor = self._context.actor
        try:
            if await self._tickets.close(row.id, actor=actor) is not None:
                self._services.tells.toast(f"Ticket {row.ticket} is closed", glyph=Glyph.CHECK)
            await self._context.hub.poll_now()
        except AppError as error:
            self._services.tells.error(error)
