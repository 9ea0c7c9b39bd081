"""What a person does with fixed lists and filters: puts people on a list, takes them off, saves a filter as an audience."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from campaigns.audience.contacts import ContactQuestion
from campaigns.audience.filter_rules import rule_of
from campaigns.audience.views import AudienceKind
from core.domain.ids import AudienceId
from core.errors import AppError
from database import ContactListStore
from desktop.event_loop import ask_for
from desktop.formatting import count_of
from desktop.notifications import Step
from desktop.pages.audiences.list_dialogs import AddToListDialog, AudienceTitleDialog
from desktop.pages.services import PageServices

Whom = ContactQuestion | Sequence[int]
"""All whom a question finds, or these."""


class ListActs:
    """Owned by the page; every coroutine ends with it. Each raises AppError. `show`: opens an audience."""

    def __init__(
        self,
        window: QWidget,
        services: PageServices,
        contacts: ContactListStore,
        show: Callable[[AudienceId], object],
    ) -> None:
        self._window = window
        self._services = services
        self._contacts = contacts
        self._show = show

    async def add(self, whom: Whom, count: int) -> None:
        """To a list that there is, or to a new one."""
        audiences = self._services.audiences
        lists = {one.id: one.title for one in await audiences.list_all() if one.kind is AudienceKind.LIST}
        dialog = AddToListDialog(self._window, self._people(count), lists)
        chosen = await ask_for(dialog, lambda: (dialog.list_id, dialog.title))
        if chosen is None:
            return
        list_id, title = chosen
        ids = await self._ids(whom)
        if list_id is None:
            services = self._services
            list_id = await audiences.create_list(title, ids, actor=services.actor, now=services.clock.now())
            added = len(ids)
        else:
            title = lists[list_id]
            added = await audiences.add_members(list_id, ids)
        were_there = len(ids) - added
        number = self._services.formats.number
        said = f"{number(were_there)} were on it already." if were_there else ""
        step = Step(text="Show it", act=lambda: self._show(list_id))
        self._services.tells.toast(f"{self._people(added)} put on “{title}”", said, action=step)

    async def take_off(self, list_id: AudienceId, whom: Whom) -> None:
        """From this list; there is a way back."""
        audiences, ids = self._services.audiences, list(await self._ids(whom))
        title = (await audiences.get(list_id)).title
        removed = await audiences.remove_members(list_id, ids)

        async def back() -> None:
            try:
                await audiences.add_members(list_id, ids)
            except AppError as error:
                self._services.tells.error(error)

        self._services.tells.toast(
            f"{self._people(removed)} taken off “{title}”",
            "They stay among your contacts.",
            undo=lambda: self._services.spawn(back(), "back on the list"),
        )

    async def save_filter(self, question: ContactQuestion) -> None:
        """An audience that means whoever is like this, now and later."""
        audiences, now = self._services.audiences, self._services.clock.now()
        rule = rule_of(question)
        sentence = await audiences.describe(rule)
        count = await audiences.count(rule, now=now)
        explanation = f"{sentence} {self._people(count.people)} now; whoever is like this later is in it as well."
        dialog = AudienceTitleDialog(self._window, "Save as audience", "Save it", explanation)
        title = await ask_for(dialog, lambda: dialog.text)
        if title is not None:
            number = await audiences.create_rule(title, rule, actor=self._services.actor, now=now)
            step = Step(text="Show it", act=lambda: self._show(number))
            self._services.tells.toast(f"“{title}” is an audience", self._people(count.people), action=step)

    async def _ids(self, whom: Whom) -> Sequence[int]:
        return await self._contacts.ids(whom) if isinstance(whom, ContactQuestion) else whom

    def _people(self, count: int) -> str:
        return count_of(self._services.formats.number(count), "person", "people")
