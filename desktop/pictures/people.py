"""Pictures of the Audiences page: a workspace of its own with people in many scripts, every standing, and its dialogs."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from PySide6.QtWidgets import QDialog

from campaigns.audience.contacts import ContactQuestion, ErasurePlan, MergeOffer
from campaigns.audience.imports import Batch, ImportOptions
from campaigns.audience.people import ImportedPerson
from campaigns.audience.people_service import PeopleService
from core.container import ServiceContainer
from core.domain.consent import Consent, ConsentBasis
from core.domain.ids import AudienceId, ContactId
from database import AudienceStore, ContactCardStore, Database, ImportStore
from desktop.formatting import Formats
from desktop.main_window import MainWindow
from desktop.pages.audiences.contact_dialogs import (
    ConsentDialog,
    EditDialog,
    EraseDialog,
    MergeDialog,
    ReasonDialog,
    TagDialog,
)
from desktop.pages.audiences.list_dialogs import AddToListDialog, AudienceTitleDialog
from desktop.pages.audiences.page import SUPPRESSION, AudiencesPage
from desktop.pictures.settling import settle

Take = Callable[[str], Awaitable[None]]


# Name, username, phone, language, tags; whether they agreed. All of them are made up.
_PEOPLE: Final = (
    ("Minh Châu Lý", "chau_ly_ex", "", "vi", ("camp", "parents"), True),
    ("Олена Ткачик", "tkachyk_olena", "", "uk", ("camp", "kyiv"), True),
    ("Ines Valkama", "ines_valkama", "+9996610041", "fi", ("members", "course", "staff"), True),
    ("Lupe Arriaga", "lupe_arriaga_x", "", "es", ("workshops",), True),
    ("Tarek Sabbour", "", "+9996610118", "en", ("workshops",), True),
    ("森田 ゆき", "yuki_morita_ex", "", "ja", ("members",), True),
    ("Shira Ben-Dov", "shira_bd", "", "he", ("parents", "telaviv"), True),
    ("Björn Aðalsteins", "bjorn_adal", "", "is", ("members",), True),
    ("Nadège Okoumé", "nadege_ok", "", "fr", (), False),
    ("ليلى المنصوري", "leyla_mns", "", "ar", ("parents",), True),
    ("Wojciech Zalewa", "", "+9996610129", "pl", ("theatre",), True),
    ("Aarav Deshmane", "aarav_deshmane", "+9996610123", "hi", ("camp",), True),
)
_INES, _STOPPED, _PHONE = ContactId(3), ContactId(11), ContactId(9)
WORDING: Final = "Send me the programme on Telegram"


async def _fill(services: ServiceContainer, now: datetime) -> None:
    imports, people = services.get(ImportStore), services.get(PeopleService)
    import_id = await imports.create("march.csv", ImportOptions(), actor="Aiko Brandvold", now=now)
    persons = [
        ImportedPerson(
            line=line,
            name=name,
            username=username,
            phone=phone,
            language=language,
            time_zone="",
            fields={"course": "Finnish B1 · Tuesdays"} if line == _INES else {},
            consent=Consent(
                basis=ConsentBasis.AGREED, at=now - timedelta(days=30 + line), source="joining form", wording=WORDING
            )
            if agreed
            else None,
        )
        for line, (name, username, phone, language, _, agreed) in enumerate(_PEOPLE, 1)
    ]
    await imports.add(import_id, Batch(people=persons, cells=[()] * len(persons), refused=(), part_read=1.0), now=now)
    while await imports.finish_some(import_id, now=now):
        pass
    for contact_id, (*_, tags, _agreed) in enumerate(_PEOPLE, 1):
        if tags:
            await people.tag([contact_id], add=tags, actor="Aiko Brandvold")
    await people.suppress(_STOPPED, note="asked by letter", actor="Aiko Brandvold")


async def take_people_pictures(window: MainWindow, services: ServiceContainer, now: datetime, take: Take) -> None:
    """The empty page, the list, a card, several chosen, no match, the suppression list, and each dialog."""
    window.navigate("audiences")
    page = window.page
    assert isinstance(page, AudiencesPage)
    await take("people-empty")
    await _fill(services, now)
    page.refresh()
    await take("people")
    page.show_subject(_INES)
    await take("people-card")
    page.panel.tabs.set_value("consent")
    await take("people-consent")
    page.escape()
    page.list.table.selectAll()
    await take("people-chosen")
    page.list.table.clearSelection()
    page.list.search.setText("kaisa")
    await take("people-no-match")
    page.list.search.clear()
    audiences = AudienceStore(services.get(Database))
    board = await audiences.create_list("Board", [1, 3, 4, 6], actor="Aiko Brandvold", now=now)
    page.refresh()
    page.presenter.ask(ContactQuestion(list_id=board))
    await settle(window, "people")
    page.list.table.selectRow(1)
    page.list.table.selectAll()
    await take("people-of-a-list")
    page.presenter.clear()
    page.show_audience(board)
    await settle(window, "people")
    page.show_audience(board)
    await take("audience-list")
    page.tabs.set_value(SUPPRESSION)
    await take("people-suppression")
    await _take_dialogs(window, services, now, take)


async def _take_dialogs(window: MainWindow, services: ServiceContainer, now: datetime, take: Take) -> None:
    cards = services.get(ContactCardStore)
    card, other = await cards.card(_INES), await cards.card(_PHONE)
    assert card is not None
    assert other is not None

    plan = ErasurePlan(deliveries=12, open_tries=0, planned=1, backups=2)
    offers = [MergeOffer(first=card.row, second=other.row, why="import")]
    dialogs: list[tuple[str, QDialog]] = [
        ("people-add-consent", ConsentDialog(window, "Ines Valkama", now)),
        ("people-edit", EditDialog(window, card)),
        ("people-erase", EraseDialog(window, card.row, plan, Formats())),
        ("people-merge", MergeDialog(window, offers)),
        (
            "people-suppress",
            ReasonDialog(
                window,
                "Suppress Ines Valkama?",
                "No campaign writes to this person any more, whatever they agreed to.",
                "Suppress",
                must=False,
            ),
        ),
        ("people-add-to-list", AddToListDialog(window, "4 people", {AudienceId(3): "Board"})),
        (
            "people-save-filter",
            AudienceTitleDialog(
                window,
                "Save as audience",
                "Save it",
                "People tagged “members”. 3 people now; whoever is like this later is in it as well.",
            ),
        ),
        ("people-tag", TagDialog(window, "812,406 people", ["camp", "members", "parents"])),
    ]
    for name, dialog in dialogs:
        dialog.open()
        await take(name)
        dialog.close()
        await asyncio.sleep(0)
