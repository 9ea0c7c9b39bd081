"""People as somebody looks after them: found, chosen, tagged, suppressed, erased, by clicks and keys."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QFileDialog, QLabel, QMenu, QWidget

from campaigns.audience.contacts import ContactQuestion, Standing
from campaigns.exporting.control import ExportControl
from campaigns.exporting.job import ExportJob
from campaigns.exporting.orders import ExportKind, ExportOrder
from core.errors import StorageError
from desktop.dialogs.error_box import ErrorBox
from desktop.notifications import ToastContent
from desktop.pages.activity.page import ActivityPage
from desktop.pages.audiences import contact_acts
from desktop.pages.audiences.contact_dialogs import (
    ConsentDialog,
    EditDialog,
    EraseDialog,
    MergeDialog,
    ReasonDialog,
    TagDialog,
)
from desktop.pages.audiences.page import SUPPRESSION, AudiencesPage
from desktop.widgets.buttons import Button
from desktop.widgets.empty import EmptyState
from tests.database.stores.world import person
from tests.desktop.pages.conftest import Window, dialog_of, run_exports, shown
from tests.desktop.workspace_fixture import PEOPLE, Filled


def texts(page: AudiencesPage, column: int = 0) -> list[str]:
    model = page.list.model
    return [model.index(row, column).data() for row in range(model.rowCount())]


def words(widget: QWidget) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel))


async def ready(window: Window[AudiencesPage], count: int) -> None:
    await window.until(lambda: window.page.list.model.rowCount() == count)
    await window.settle()


async def choose(window: Window[AudiencesPage], contact_id: int) -> None:
    window.page.list.select(contact_id)
    await window.until(lambda: window.page.panel.card is not None and window.page.panel.card.row.id == contact_id)
    await window.settle()


async def test_everybody_is_listed_with_what_may_be_written(filled: Filled) -> None:
    async with shown(filled, AudiencesPage) as window:
        await ready(window, PEOPLE)

        assert texts(window.page)[0] == f"Person {PEOPLE}", "the newest first"
        assert texts(window.page, 2)[:2] == ["No basis", "Consent"]
        assert window.page.subtitle == f"{PEOPLE} people · {PEOPLE - 1} may be written to"


async def test_a_search_and_a_chip_narrow_the_list_and_are_cleared(filled: Filled) -> None:
    async with shown(filled, AudiencesPage) as window:
        page = window.page
        await ready(window, PEOPLE)

        QTest.keyClicks(page.list.search, "@person_1")
        await window.until(lambda: page.list.model.rowCount() == 11)
        await window.settle()
        assert page.list.sentence.whole_text == f"11 of {PEOPLE} people match “@person_1”"
        page.list.chips[Standing.NO_BASIS].click()
        await window.until(lambda: isinstance(page.list.table.placeholder, EmptyState))
        assert "Nobody matches “@person_1” and 1 filter" in words(page.list.table.placeholder)
        QTest.mouseClick(page.list.table.placeholder.findChild(Button), Qt.MouseButton.LeftButton)
        await window.until(lambda: page.list.model.rowCount() == PEOPLE)


async def test_columns_sort_and_a_second_click_turns_it_round(filled: Filled) -> None:
    async with shown(filled, AudiencesPage) as window:
        await ready(window, PEOPLE)
        header = window.page.list.table.horizontalHeader()

        header.sectionClicked.emit(0)
        await window.settle()
        first = texts(window.page)
        header.sectionClicked.emit(0)
        await window.settle()

        assert first == sorted(first)
        assert texts(window.page) == first[::-1]


async def test_a_person_chosen_shows_the_card_with_the_proof(filled: Filled) -> None:
    async with shown(filled, AudiencesPage) as window:
        await ready(window, PEOPLE)
        await choose(window, 1)
        panel = window.page.panel

        shown_note = next(note for note in panel.notes.values() if not note.isHidden())
        assert "May be written to" in shown_note.text.text()
        assert "newsletter form" in shown_note.text.text()
        assert ("Username", "@person_1") in panel.facts.shown
        panel.tabs.set_value("sent")
        assert panel.lists["sent"].table.model().index(0, 0).data() == "Spring"
        window.page.escape()
        assert window.page.side.isHidden()


async def test_tags_are_put_on_all_that_match_by_the_question(filled: Filled) -> None:
    async with shown(filled, AudiencesPage) as window:
        page = window.page
        await ready(window, PEOPLE)
        QTest.keyClick(page.list.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        assert page.list.is_everybody_selected
        assert page.list.bulk.chosen.text() == f"{PEOPLE} chosen"

        page.list.bulk.tag.click()
        dialog = await dialog_of(window, TagDialog)
        QTest.keyClicks(dialog.entry, "camp")
        dialog.keep.click()
        await window.settle()

        tagged = await page.presenter._lists.ids(ContactQuestion(tag="camp"))
        assert len(tagged) == PEOPLE


@pytest.fixture
def exported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exports_wait: None) -> Path:
    """The file that is chosen."""
    path = tmp_path / "people.csv"

    async def choose_file(chooser: QFileDialog, _: object) -> str:
        chooser.deleteLater()
        return str(path)

    monkeypatch.setattr(contact_acts, "ask_for", choose_file)
    return path


async def test_who_is_chosen_is_exported(filled: Filled, exported: Path) -> None:
    async with shown(filled, AudiencesPage) as window:
        page, toasts = window.page, []
        page.context.notifications.toastRequested.connect(toasts.append)
        await ready(window, PEOPLE)
        await choose(window, 1)

        page.list.bulk.export.click()

        await window.until(lambda: page.list.bulk.export.accessibleName() == "Stop: 0 written")
        await run_exports(window)
        await window.until(lambda: toasts)
        assert toasts[-1].title == "1 person is in people.csv"
        assert toasts[-1].action.text == "Show the folder"
        await window.until(lambda: page.list.bulk.export.accessibleName() == "Export…")
        assert len(exported.read_text("utf-8-sig").splitlines()) == 2


async def test_an_export_is_stopped_in_a_window_that_was_opened_after_it_began(
    filled: Filled, exported: Path
) -> None:
    async with shown(filled, AudiencesPage) as window:
        await ready(window, PEOPLE)
        await choose(window, 1)
        window.page.list.bulk.export.click()
        await window.until(lambda: window.page.list.bulk.export.accessibleName() == "Stop: 0 written")

    async with shown(filled, AudiencesPage) as window:
        bulk, toasts = window.page.list.bulk, []
        window.page.context.notifications.toastRequested.connect(toasts.append)
        await ready(window, PEOPLE)
        await window.until(lambda: bulk.isVisible() and bulk.export.accessibleName() == "Stop: 0 written")
        assert bulk.writing.text() == "People are written into people.csv"
        assert not any(part.isVisible() for part in (bulk.chosen, bulk.tag, bulk.list, bulk.everybody))

        bulk.export.click()
        async with asyncio.timeout(40):
            while await filled.world.column("SELECT is_cancel_asked FROM export") != [1]:
                await asyncio.sleep(0.01)
        await run_exports(window)

        await window.until(lambda: toasts and not bulk.isVisible())
        assert (toasts[-1].title, toasts[-1].text) == (
            "Nobody was exported",
            "No file was written. Begin again when you like.",
        )
        assert not exported.exists()


async def test_how_an_export_ended_while_no_window_was_open_is_told_once(filled: Filled, exported: Path) -> None:
    get = filled.services.get
    order = ExportOrder(kind=ExportKind.PEOPLE, whom=ContactQuestion())
    for path in (exported, exported.parent / "absent" / "people.csv"):
        export_id = await get(ExportControl).start(order, path, actor="kaya")
        with suppress(StorageError):
            await get(ExportJob).run(export_id)

    async with shown(filled, AudiencesPage) as window:
        toasts: list[ToastContent] = []
        window.page.context.notifications.toastRequested.connect(toasts.append)
        box = await dialog_of(window, ErrorBox)

        assert toasts[0].title == f"{PEOPLE} people are in people.csv"
        assert "Look whether this place exists" in words(box)
        box.reject()

    assert await get(ExportControl).look() == []
    async with shown(filled, ActivityPage) as window:
        model = window.page.model
        await window.until(lambda: model.rowCount() > 5)
        await window.settle()
        lines = [tuple(model.cell(row, at).words for at in (1, 2)) for row in range(model.rowCount())]
        assert ("People exported", f"{PEOPLE} people in {exported}") in lines
        assert ("Export failed", f"people into {exported.parent / 'absent' / 'people.csv'}") in lines


async def test_a_consent_is_written_down_with_its_evidence(filled: Filled) -> None:
    async with shown(filled, AudiencesPage) as window:
        await ready(window, PEOPLE)
        await choose(window, PEOPLE)
        window.page.panel.consent.click()
        dialog = await dialog_of(window, ConsentDialog)

        buttons = dialog.findChildren(type(dialog.add_quiet("x")))
        QTest.keyClicks(dialog.source_entry, "fair")
        QTest.keyClick(dialog.source_entry, Qt.Key.Key_Return)
        assert dialog.isVisible(), "without evidence it stays open"
        QTest.keyClicks(dialog.evidence_entry, "paper 12")
        next(button for button in buttons if button.text().strip() == "Add the consent").click()
        await window.settle()
        window.page.presenter.refresh()
        await window.settle()

        assert window.page.presenter.counts.may == PEOPLE
        (consent,) = window.page.panel.card.consents
        assert (consent.evidence, consent.recorded_by) == ("paper 12", "kaya")


async def test_a_suppression_is_put_on_and_taken_off_with_a_reason(filled: Filled) -> None:
    async with shown(filled, AudiencesPage) as window:
        await ready(window, PEOPLE)
        await choose(window, 3)
        panel = window.page.panel
        panel.suppress.click()
        dialog = await dialog_of(window, ReasonDialog)
        QTest.keyClicks(dialog.entry, "asked by phone")
        QTest.keyClick(dialog.entry, Qt.Key.Key_Return)
        await window.until(lambda: not dialog_is_open(window))
        await window.settle()
        window.page.presenter.refresh()
        await window.settle()
        assert panel.card.suppression.note == "asked by phone"
        window.page.tabs.set_value(SUPPRESSION)
        await window.settle()
        assert window.page.suppression.model.index(0, 0).data() == "Person 3"
        window.page.suppression.table.opened.emit(0)
        await choose(window, 3)

        panel.lift.click()
        dialog = await dialog_of(window, ReasonDialog)
        QTest.keyClick(dialog.entry, Qt.Key.Key_Return)
        assert dialog.isVisible(), "a reason is demanded"
        QTest.keyClicks(dialog.entry, "somebody else")
        QTest.keyClick(dialog.entry, Qt.Key.Key_Return)
        await window.settle()
        window.page.presenter.refresh()
        await window.settle()
        assert panel.card.suppression is None


def dialog_is_open(window: Window[AudiencesPage]) -> bool:
    return any(dialog.isVisible() for dialog in window.widget.findChildren(QDialog))


async def test_a_person_is_changed_and_found_by_the_new_name(filled: Filled) -> None:
    async with shown(filled, AudiencesPage) as window:
        await ready(window, PEOPLE)
        await choose(window, 5)
        window.page.panel.edit.click()
        dialog = await dialog_of(window, EditDialog)
        dialog.entries["name"].setText("Zoë Öst")
        dialog.fields_entry.setPlainText("course: Finnish B1")
        dialog._check()
        await window.settle()

        QTest.keyClicks(window.page.list.search, "zoe ost")
        await window.until(lambda: texts(window.page) == ["Zoë Öst"])


async def test_erasing_wants_the_name_typed(filled: Filled) -> None:
    async with shown(filled, AudiencesPage) as window:
        await ready(window, PEOPLE)
        await choose(window, PEOPLE)
        window.page.panel.erase.click()
        dialog = await dialog_of(window, EraseDialog)
        assert not dialog.confirm.isEnabled()

        QTest.keyClicks(dialog.entry, f"person {PEOPLE}")
        dialog.confirm.click()
        await window.until(lambda: window.page.list.model.rowCount() == PEOPLE - 1)

        assert window.page.side.isHidden()


async def test_possible_duplicates_are_offered_and_merged(filled: Filled) -> None:
    await filled.world.import_people([person(91, username="", phone="+9996619101", consent=None)])
    await filled.world.import_batch([person(1, phone="+9996619101")])
    async with shown(filled, AudiencesPage) as window:
        await ready(window, PEOPLE + 1)
        assert window.page.offers.text().strip() == "1 possible duplicate…"
        window.page.offers.click()
        dialog = await dialog_of(window, MergeDialog)
        dialog.two.click()
        await window.settle()
        window.page.presenter.refresh()
        await window.settle()

        assert window.page.offers.isHidden()


async def test_what_another_process_changes_is_shown_in_place(filled: Filled) -> None:
    async with shown(filled, AudiencesPage) as window:
        await ready(window, PEOPLE)

        await filled.world.import_people([person(77, name="Newcomer")])
        await window.until(lambda: "Newcomer" in texts(window.page), 8)


async def test_the_filter_menu_names_tags_languages_and_imports(filled: Filled) -> None:
    async with shown(filled, AudiencesPage) as window:
        await ready(window, PEOPLE)
        menu = window.page.list.filter_menu()

        titles = [action.text() for action in menu.actions()]
        assert titles[:3] == ["Consent", "Started bot", "Wrote first"]
        imports = menu.actions()[-1].menu()
        assert isinstance(imports, QMenu)
        imports.actions()[0].trigger()
        await window.settle()

        assert [chip.text() for chip in window.page.list.chosen_filters] == ["Import: 1"]
        menu.deleteLater()
