"""Fixed lists and saved filters by real clicks: made, filled, looked at, emptied, renamed, removed."""

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from campaigns.audience.contacts import Standing
from campaigns.audience.views import AudienceKind
from desktop.pages.audiences.list_dialogs import AddToListDialog, AudienceTitleDialog
from desktop.pages.audiences.page import CONTACTS, SAVED, AudiencesPage
from tests.desktop.pages.conftest import Window, dialog_of, shown
from tests.desktop.pages.test_contacts_page import ready
from tests.desktop.workspace_fixture import PEOPLE, Filled

LEFT = Qt.MouseButton.LeftButton


def tick(window: Window[AudiencesPage], *rows: int) -> None:
    """As Ctrl and a click do."""
    people = window.page.list
    flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    people.table.clearSelection()
    for row in rows:
        people.table.selectionModel().select(people.model.index(row, 0), flags)


async def test_ticked_people_are_put_on_a_new_list_and_more_on_the_same(filled: Filled, qtbot: QtBot) -> None:
    async with shown(filled, AudiencesPage) as window:
        page = window.page
        await ready(window, PEOPLE)
        tick(window, 0, 1, 2)
        qtbot.mouseClick(page.list.bulk.list, LEFT)
        dialog = await dialog_of(window, AddToListDialog)
        qtbot.mouseClick(dialog.keep, LEFT)
        assert dialog.isVisible(), "a list needs a title"
        qtbot.keyClicks(dialog.entry, "VIP")
        qtbot.mouseClick(dialog.keep, LEFT)
        await window.settle()

        tick(window, 2, 3)
        qtbot.mouseClick(page.list.bulk.list, LEFT)
        dialog = await dialog_of(window, AddToListDialog)
        assert dialog.which.currentText() == "VIP"
        qtbot.mouseClick(dialog.keep, LEFT)
        await window.settle()

        (vip,) = [one for one in await page.services.audiences.list_all() if one.kind is AudienceKind.LIST]
        assert (await page.services.audiences.count(vip.id, now=filled.clock.now())).people == 4


async def test_all_that_match_a_filter_go_on_a_list(filled: Filled, qtbot: QtBot) -> None:
    async with shown(filled, AudiencesPage) as window:
        page = window.page
        await ready(window, PEOPLE)
        QTest.keyClicks(page.list.search, "@person_1")
        await window.until(lambda: page.list.model.rowCount() == 11)
        await window.settle()
        page.list.table.selectAll()
        qtbot.mouseClick(page.list.bulk.list, LEFT)
        dialog = await dialog_of(window, AddToListDialog)
        qtbot.keyClicks(dialog.entry, "Ones")
        qtbot.mouseClick(dialog.keep, LEFT)
        await window.settle()
        (ones,) = [one for one in await page.services.audiences.list_all() if one.title == "Ones"]
        assert (await page.services.audiences.count(ones.id, now=filled.clock.now())).people == 11


async def test_a_list_is_made_its_people_are_looked_at_and_taken_off_with_a_way_back(
    filled: Filled, qtbot: QtBot
) -> None:
    async with shown(filled, AudiencesPage) as window:
        page = window.page
        await ready(window, PEOPLE)
        page.tabs.set_value(SAVED)
        saved = page.saved
        saved.layout().addWidget(saved.new_list)  # where the header would show it
        qtbot.mouseClick(saved.new_list, LEFT)
        dialog = await dialog_of(window, AudienceTitleDialog)
        qtbot.keyClicks(dialog.entry, "Board")
        qtbot.mouseClick(dialog.keep, LEFT)
        await window.until(lambda: saved.list.chosen is not None and saved.list.chosen.title == "Board")
        audiences, now = page.services.audiences, filled.clock.now()
        board = saved.list.chosen
        assert board is not None
        await audiences.add_members(board.id, [1, 2, 3])

        qtbot.mouseClick(saved.list.people, LEFT)
        await window.until(lambda: page.tabs.value == CONTACTS and page.list.model.rowCount() == 3)
        await window.until(lambda: [one.text() for one in page.list.chosen_filters] == ["List: Board"])
        tick(window, 0, 1)
        qtbot.mouseClick(page.list.bulk.unlist, LEFT)
        await window.until(lambda: page.list.model.rowCount() == 1)
        assert (await audiences.count(board.id, now=now)).people == 1
        await window.settle()

        page.tabs.set_value(SAVED)
        saved.presenter.rename()
        dialog = await dialog_of(window, AudienceTitleDialog)
        dialog.entry.selectAll()
        qtbot.keyClicks(dialog.entry, "The board")
        qtbot.mouseClick(dialog.keep, LEFT)
        await window.until(lambda: saved.list.chosen is not None and saved.list.chosen.title == "The board")
        await window.settle()


async def test_a_filter_is_saved_as_an_audience_that_goes_on_meaning_it(filled: Filled, qtbot: QtBot) -> None:
    async with shown(filled, AudiencesPage) as window:
        page = window.page
        await ready(window, PEOPLE)
        assert not page.list.save.isVisible()
        QTest.keyClicks(page.list.search, "@person_1")
        page.list.chips[Standing.MAY].click()
        await window.until(lambda: page.list.model.rowCount() == 11 and page.list.save.isVisible())
        await window.settle()
        qtbot.mouseClick(page.list.save, LEFT)
        dialog = await dialog_of(window, AudienceTitleDialog)
        assert "11 people now" in dialog.message.text()
        qtbot.keyClicks(dialog.entry, "Ones who may")
        qtbot.mouseClick(dialog.keep, LEFT)
        await window.settle()

        (made,) = [one for one in await page.services.audiences.list_all() if one.title == "Ones who may"]
        assert made.kind is AudienceKind.RULE
        await filled.services.get(type(page._people)).suppress(10, note="", actor="kaya")
        assert (await page.services.audiences.count(made.id, now=filled.clock.now())).people == 10

        page.list.chips[Standing.SUPPRESSED].setVisible(True)
        page.list.chips[Standing.SUPPRESSED].click()
        await window.until(lambda: not page.list.save.isEnabled())
        assert page.list.save.toolTip() == "No campaign writes to people on the suppression list"
        await window.settle()
