"""Reads the card of the person whose conversation is open."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from campaigns.inbox.conversations import ConversationRow
from core.errors import AppError
from database import ContactCardStore
from desktop.pages.inbox.person_side import PersonSide
from desktop.pages.page import PageContext
from desktop.pages.services import PageServices


class PersonPart(QObject):
    """Lives as long as the side. `row_now`: the open conversation; None: none is."""

    def __init__(
        self,
        context: PageContext,
        services: PageServices,
        side: PersonSide,
        row_now: Callable[[], ConversationRow | None],
    ) -> None:
        super().__init__(side)
        self._services = services
        self._side = side
        self._row_now = row_now
        self._store = context.services.get(ContactCardStore)

    def open(self, row: ConversationRow) -> None:
        """This conversation, as it is now."""
        if row.contact_id is not None and self._side.isVisible():
            self._services.spawn(self._read(row), "inbox: the person's card")

    async def _read(self, row: ConversationRow) -> None:
        assert row.contact_id is not None
        try:
            card = await self._store.card(row.contact_id)
        except AppError as error:
            self._services.tells.error(error)
            return
        now = self._row_now()
        if now is not None and now.id == row.id:
            self._side.person.show_person(now, card)
