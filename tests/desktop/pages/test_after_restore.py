"""A campaign that came back with a backup is not resumed before somebody has chosen how it goes on."""

from datetime import timedelta

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from database import Database, RestoreStore
from desktop.pages.campaign.after_restore import AfterRestore, AfterRestoreDialog
from desktop.pages.campaigns.page import CampaignsPage
from desktop.pages.overview.page import OverviewPage
from tests.desktop.pages.conftest import Window, shown
from tests.desktop.pages.test_campaign_steering import words
from tests.desktop.workspace_fixture import Filled


async def bring_back(filled: Filled) -> None:
    """As a restore leaves it."""
    now = filled.clock.now()
    await RestoreStore(filled.services.get(Database)).mark(
        since=now - timedelta(hours=3), generation=0, reason="Restored from a backup.", actor="kaya", now=now
    )


async def asked(window: Window[CampaignsPage], qtbot: QtBot) -> AfterRestoreDialog:
    resume = window.page.panel.buttons.resume
    window.widget.layout().addWidget(resume)  # where the header would show it
    window.page.show_subject(window.filled.running)
    await window.until(resume.isEnabled)
    await window.until(lambda: window.page.panel.run.progress.delivered.text() == "5")
    qtbot.mouseClick(resume, Qt.MouseButton.LeftButton)
    await window.until(lambda: window.widget.findChild(AfterRestoreDialog) is not None)
    dialog: AfterRestoreDialog = window.widget.findChild(AfterRestoreDialog)
    await window.until(dialog.isVisible)
    return dialog


async def test_resuming_asks_first_and_then_goes_on_as_it_was_chosen(filled: Filled, qtbot: QtBot) -> None:
    await bring_back(filled)
    async with shown(filled, CampaignsPage) as window:
        dialog = await asked(window, qtbot)
        assert "It came back with a backup of" in words(dialog)
        dialog.choices[AfterRestore.LEAVE].setChecked(True)
        dialog.go_on.click()
        await window.settle()

        progress = await filled.world.reports.progress(filled.running)

    assert progress.state is CampaignState.RUNNING
    assert DeliveryState.PLANNED not in progress.counts
    assert progress.counts[DeliveryState.UNCERTAIN] > 0


async def test_deciding_later_leaves_it_paused(filled: Filled, qtbot: QtBot) -> None:
    await bring_back(filled)
    async with shown(filled, CampaignsPage) as window:
        (await asked(window, qtbot)).reject()
        await window.settle()

        assert (await filled.world.reports.progress(filled.running)).state is CampaignState.PAUSED


async def test_the_first_page_says_that_somebody_has_to_choose(filled: Filled) -> None:
    await bring_back(filled)
    async with shown(filled, OverviewPage) as window:
        await window.until(lambda: "Choose how campaign" in words(window.page))
