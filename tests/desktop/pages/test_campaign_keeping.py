"""Campaigns copied, put away and compared by real clicks."""

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from campaigns.campaign import CampaignState
from core.domain.ids import CampaignId
from desktop.pages.campaigns.compare_dialog import CompareDialog
from desktop.pages.campaigns.page import CampaignsPage
from desktop.pages.campaigns.presenter import Chosen
from tests.desktop.pages.conftest import Window, shown
from tests.desktop.window import click
from tests.desktop.workspace_fixture import Filled


async def opened(window: Window[CampaignsPage], campaign_id: CampaignId) -> CampaignsPage:
    panel = window.page.panel
    for button in (panel.buttons.clone, panel.buttons.archive, panel.buttons.unarchive):
        window.widget.layout().addWidget(button)  # where the header would show it
        button.show()
    window.page.show_subject(campaign_id)
    await window.until(lambda: panel.title)
    return window.page


async def test_a_copy_is_opened_as_a_draft(filled: Filled, qtbot: QtBot) -> None:
    async with shown(filled, CampaignsPage) as window:
        page = await opened(window, filled.running)
        assert page.panel.buttons.archive not in page.header_actions

        await click(page.panel.buttons.clone)

        await window.until(lambda: window.opened)
        (kind, number) = window.opened[-1]
        copy = await filled.world.reports.progress(CampaignId(number or 0))
        assert (kind, copy.title, copy.state) == ("campaigns", "Spring (copy)", CampaignState.DRAFT)


async def test_what_is_put_away_has_a_view_of_its_own_and_comes_back(filled: Filled, qtbot: QtBot) -> None:
    await filled.world.desk.change_state(
        filled.running, CampaignState.CANCELLED, actor="kaya", reason="", now=filled.clock.now()
    )
    async with shown(filled, CampaignsPage) as window:
        page = await opened(window, filled.running)
        await window.until(lambda: page.panel.buttons.archive in page.header_actions)
        await click(page.panel.buttons.archive)
        await window.until(lambda: page.panel.buttons.unarchive in page.header_actions)

        page.go_back()
        await window.until(lambda: page.list.model.rowCount() == 1)
        assert page.list.chips[Chosen.ARCHIVED].text() == "Archived 1"
        qtbot.mouseClick(page.list.chips[Chosen.ARCHIVED], Qt.MouseButton.LeftButton)
        assert page.list.model.cell(0, 0).words == "Spring"

        await opened(window, filled.running)
        await click(page.panel.buttons.unarchive)
        await window.until(lambda: page.panel.buttons.archive in page.header_actions)


async def test_two_chosen_campaigns_are_compared_side_by_side(filled: Filled, qtbot: QtBot) -> None:
    async with shown(filled, CampaignsPage) as window:
        page = window.page
        await window.until(lambda: page.list.model.rowCount() == 2)
        assert not page.list.compare.isVisible()
        page.list.table.selectAll()
        assert page.list.compare.accessibleName() == "Compare 2…"

        qtbot.mouseClick(page.list.compare, Qt.MouseButton.LeftButton)

        await window.until(lambda: window.widget.findChild(CompareDialog))
        dialog = window.widget.findChild(CompareDialog)
        assert isinstance(dialog, CompareDialog)
        words = [[dialog.model.cell(row, column).words for column in range(3)] for row in range(4)]
        assert words[2:] == [["People", "0", "24"], ["Delivered", "0", "5 · 20.8 %"]]
        assert "Not everybody has been reached yet." in dialog.note.text.text()
        dialog.accept()
        await window.settle()
