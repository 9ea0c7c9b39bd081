"""What a person does about people: each act asks first, does its work through the use cases, and tells."""

from collections.abc import Coroutine, Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from campaigns.audience.contacts import ContactCard, ContactQuestion, MergeOffer
from campaigns.audience.people_service import PeopleService
from campaigns.exporting.orders import ExportKind, ExportOrder
from database import ContactCardStore
from desktop.dialogs.confirm import Question
from desktop.event_loop import ask_for
from desktop.formatting import count_of
from desktop.pages.audiences.contact_dialogs import (
    ConsentDialog,
    EditDialog,
    EraseDialog,
    MergeDialog,
    ReasonDialog,
    TagDialog,
)
from desktop.pages.audiences.words import name_of
from desktop.pages.services import PageServices
from desktop.widgets.status import Glyph


class ContactActs:
    """Owned by the page; every coroutine ends with it."""

    def __init__(
        self, window: QWidget, services: PageServices, people: PeopleService, cards: ContactCardStore
    ) -> None:
        self._window = window
        self._services = services
        self._people = people
        self._cards = cards

    def begin(self, work: Coroutine[object, object, None], name: str) -> None:
        """An act; what goes wrong is told."""
        self._services.begin(work, name)

    async def add_consent(self, card: ContactCard) -> None:
        who = name_of(card.row)
        dialog = ConsentDialog(self._window, who, self._services.clock.now())
        given = await ask_for(dialog, lambda: (dialog.values, dialog.at))
        if given is None:
            return
        values, at = given
        await self._people.give_consent(card.row.id, at=at, actor=self._services.actor, **values)
        still = " They stay on the suppression list." if card.suppression is not None else ""
        self._services.tells.toast(f"{who} agreed", f"The consent is written down.{still}")

    async def withdraw(self, card: ContactCard) -> None:
        who = name_of(card.row)
        message = (
            "Every consent in force is taken back and stays as a record. Nobody writes to them without a new one."
        )
        dialog = ReasonDialog(self._window, f"{who} took the consent back?", message, "Take it back", must=False)
        why = await ask_for(dialog, lambda: dialog.text)
        if why is not None:
            await self._people.withdraw_consent(card.row.id, why=why, actor=self._services.actor)
            self._services.tells.toast("The consent is taken back", who, glyph=Glyph.DASH)

    async def suppress(self, contact_id: int, who: str) -> None:
        message = "No campaign writes to this person any more, whatever they agreed to."
        dialog = ReasonDialog(self._window, f"Suppress {who}?", message, "Suppress", must=False)
        note = await ask_for(dialog, lambda: dialog.text)
        if note is not None:
            await self._people.suppress(contact_id, note=note, actor=self._services.actor)  # type: ignore[arg-type]
            self._services.tells.toast(f"{who} is suppressed", "Nobody writes to them from now on.", glyph=Glyph.DASH)

    async def lift(self, card: ContactCard) -> None:
        who = name_of(card.row)
        message = (
            "They may be written to again, as far as a consent is in force. Who said STOP has to agree again first."
        )
        dialog = ReasonDialog(self._window, f"Take {who} off the suppression list?", message, "Take off", must=True)
        why = await ask_for(dialog, lambda: dialog.text)
        if why is not None:
            await self._people.lift_suppression(card.row.id, why=why, actor=self._services.actor)
            self._services.tells.toast(f"{who} is off the suppression list")

    async def tag(self, whom: ContactQuestion | Sequence[int], count: int, known: Sequence[str]) -> None:
        people = count_of(self._services.formats.number(count), "person", "people")
        dialog = TagDialog(self._window, people, known)
        chosen = await ask_for(dialog, lambda: (dialog.text, dialog.is_removal))
        if chosen is None:
            return
        tag, is_removal = chosen
        if is_removal:
            done = await self._people.tag(whom, remove=[tag], actor=self._services.actor)
        else:
            done = await self._people.tag(whom, add=[tag], actor=self._services.actor)
        words = "taken off" if is_removal else "put on"
        number = count_of(self._services.formats.number(done), "person", "people")
        self._services.tells.toast(f"“{tag}” {words} {number}")

    async def edit(self, card: ContactCard) -> None:
        dialog = EditDialog(self._window, card)
        edit = await ask_for(dialog, lambda: dialog.edit)
        if edit is not None and await self._people.edit(card.row.id, edit, actor=self._services.actor):
            self._services.tells.toast("Saved", edit.name or name_of(card.row))

    async def export(self, card: ContactCard) -> None:
        chooser = QFileDialog(self._window, "Everything about this person")
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setDefaultSuffix("json")
        chooser.selectFile(f"person-{card.row.id}.json")
        chosen = await ask_for(chooser, lambda: chooser.selectedFiles()[0])
        if chosen is not None:
            rows = await self._people.export(card.row.id, Path(chosen), actor=self._services.actor)
            records = count_of(self._services.formats.number(rows), "record")
            self._services.tells.toast("Exported", f"{records} in {Path(chosen).name}")

    async def export_many(self, whom: ContactQuestion | Sequence[int]) -> None:
        """As a CSV that can be imported again, written by a process of its own."""
        chooser = QFileDialog(self._window, "Export people")
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setDefaultSuffix("csv")
        chooser.selectFile("people.csv")
        chosen = await ask_for(chooser, lambda: chooser.selectedFiles()[0])
        if chosen is not None:
            people = whom if isinstance(whom, ContactQuestion) else tuple(whom)
            await self._services.exports.start(ExportOrder(kind=ExportKind.PEOPLE, whom=people), chosen)

    async def erase(self, card: ContactCard) -> None:
        plan = await self._people.plan_erasure(card.row.id)
        dialog = EraseDialog(self._window, card.row, plan, self._services.formats)
        if await ask_for(dialog, lambda: True) is None:
            return
        done = await self._people.erase(card.row.id, actor=self._services.actor)
        rest = "" if done.is_log_empty else "The last traces leave the disk when other programs have stopped reading."
        if done.missed:
            rest = (
                f"The list beside the backups in {done.missed[0]} was not written: the folder is away. {rest}".strip()
            )
        self._services.tells.toast("The person is erased", rest, glyph=Glyph.DASH)

    async def look_at_offers(self) -> None:
        offers = await self._cards.merge_offers()
        dialog = MergeDialog(self._window, offers)
        dialog.mergeRequested.connect(self._begin_merge)
        dialog.dismissed.connect(self._begin_dismiss)
        dialog.open()

    def _begin_merge(self, offer: MergeOffer) -> None:
        self.begin(self._merge(offer), "merge two contacts")

    def _begin_dismiss(self, offer: MergeOffer) -> None:
        self.begin(self._people.dismiss_merge(offer.first.id, offer.second.id), "leave two contacts")

    async def _merge(self, offer: MergeOffer) -> None:
        first, second = name_of(offer.first), name_of(offer.second)
        question = Question(
            title=f"Merge {second} into {first}?",
            message="All that either agreed to, refused or got belongs to one person then. This cannot be undone.",
            confirm="Merge",
            cancel="Keep two",
            is_dangerous=True,
        )
        if await self._services.tells.confirm(question):
            await self._people.merge(offer.first.id, offer.second.id, actor=self._services.actor)
            self._services.tells.toast(f"{first} and {second} are one person now")
