"""The list of campaigns and the road of one of them: what a person reads, and what their clicks do."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from campaigns.campaign import CampaignState
from desktop.dialogs.confirm import ConfirmDialog
from desktop.pages.campaigns.page import CampaignsPage
from desktop.pages.campaigns.presenter import Chosen
from tests.desktop.pages.conftest import Window, running_worker, shown
from tests.desktop.window import click
from tests.desktop.workspace_fixture import Filled


def texts(page: CampaignsPage, column: int) -> list[str]:
    model = page.list.model
    return [model.cell(row, column).words for row in range(model.rowCount())]


async def open_running(window: Window[CampaignsPage], page: CampaignsPage) -> None:
    page.show_subject(window.filled.running)
    await window.until(lambda: page.panel.run.progress.delivered.text() == "5")


async def test_the_list_says_state_and_progress_of_each_campaign(filled: Filled) -> None:
    async with shown(filled, CampaignsPage) as window:
        page = window.page
        await window.until(lambda: page.list.model.rowCount() == 2)

        assert texts(page, 0) == ["Members’ evening", "Spring"]
        assert texts(page, 1) == ["Needs approval", "Running"]
        assert texts(page, 3) == ["", "5 of 24"]
        assert page.list.chips[Chosen.ALL].text() == "All 2"
        assert page.list.chips[Chosen.NEEDS_YOU].text() == "Needs you 1"


async def test_chips_and_search_narrow_the_list_and_no_match_offers_to_clear(filled: Filled, qtbot: QtBot) -> None:
    async with shown(filled, CampaignsPage) as window:
        page = window.page
        await window.until(lambda: page.list.model.rowCount() == 2)

        qtbot.mouseClick(page.list.chips[Chosen.RUNNING], Qt.MouseButton.LeftButton)
        assert texts(page, 0) == ["Spring"]

        page.list.search.setText("kaisa")
        page.list.search.returnPressed.emit()
        placeholder = page.list.table.placeholder
        assert placeholder is not None
        assert "No campaign matches “kaisa”" in placeholder.title.text()

        placeholder.findChild(QPushButton).click()
        assert texts(page, 0) == ["Members’ evening", "Spring"]


async def test_enter_on_a_row_opens_its_campaign(filled: Filled, qtbot: QtBot) -> None:
    async with shown(filled, CampaignsPage) as window:
        page = window.page
        await window.until(lambda: page.list.model.rowCount() == 2)
        page.list.table.setFocus()
        page.list.table.selectRow(1)

        qtbot.keyClick(page.list.table, Qt.Key.Key_Return)

        await window.until(lambda: page.title == "Spring")
        assert page.can_go_back


async def test_the_monitor_counts_what_happened_and_says_what_lanes_wait_for(filled: Filled) -> None:
    async with running_worker(filled), shown(filled, CampaignsPage) as window:
        page = window.page
        await open_running(window, page)
        run = page.panel.run

        assert run.progress.of_all.text() == "of 24 delivered · 20.8 %"
        assert [(box.number.text(), box.status.state.word) for box in run.progress._boxes] == [
            ("5", "Delivered"),
            ("0", "Sending"),
            ("16", "To do"),
            ("1", "Deferred"),
            ("1", "Failed"),
            ("0", "Fate unknown"),
            ("1", "Skipped"),
        ]
        lanes = run.lanes_model
        assert [lanes.cell(row, 1).words for row in range(2)] == ["Sending", "Waiting"]
        assert lanes.cell(1, 2).words.endswith("Telegram asked for a pause")
        assert run.reasons_card.title.text() == "1 failed, 1 skipped"
        assert [(row.text, row.follows) for row in run.reasons.rows] == [
            ("Does not accept messages", "final"),
            ("No recorded basis", "final"),
        ]
        assert run.live.list.rows[-1].state.word in ("Delivered", "Skipped")


async def test_pause_and_resume_change_the_row_and_the_buttons(filled: Filled, qtbot: QtBot) -> None:
    async with shown(filled, CampaignsPage) as window:
        page = window.page
        await open_running(window, page)
        panel = page.panel
        assert panel.buttons.pause in page.header_actions
        assert panel.buttons.resume not in page.header_actions

        await click(panel.buttons.pause)
        await window.until(lambda: panel.buttons.resume in page.header_actions)

        assert "Paused" in page.subtitle
        assert "kaya" in page.subtitle
        progress = (await window.filled.world.reports.list_campaigns())[1]
        assert progress.state is CampaignState.PAUSED

        await click(panel.buttons.resume)
        await window.until(lambda: panel.buttons.pause in page.header_actions)


async def test_stop_asks_with_the_counts_and_says_what_is_lost(filled: Filled, qtbot: QtBot) -> None:
    async with shown(filled, CampaignsPage) as window:
        page = window.page
        await open_running(window, page)

        await click(page.panel.buttons.stop)
        await window.until(lambda: window.widget.findChild(ConfirmDialog))
        dialog = window.widget.findChild(ConfirmDialog)
        words = " ".join(label.text() for label in dialog.findChildren(type(dialog.heading)))
        assert "Stop the campaign?" in words
        assert "5 people have it and keep it; 17 will not get it." in words

        buttons = {button.accessibleName(): button for button in dialog.findChildren(QPushButton)}
        qtbot.mouseClick(buttons["Keep running"], Qt.MouseButton.LeftButton)
        await window.until(lambda: not window.widget.findChild(ConfirmDialog))
        assert page.panel.presenter.state is CampaignState.RUNNING

        await click(page.panel.buttons.stop)
        await window.until(lambda: window.widget.findChild(ConfirmDialog))
        dialog = window.widget.findChild(ConfirmDialog)
        buttons = {button.accessibleName(): button for button in dialog.findChildren(QPushButton)}
        qtbot.mouseClick(buttons["Stop it"], Qt.MouseButton.LeftButton)
        await window.until(lambda: page.panel.presenter.state is CampaignState.CANCELLED)


async def test_counts_keep_their_time_when_the_worker_is_gone(filled: Filled) -> None:
    async with shown(filled, CampaignsPage) as window:
        page = window.page
        async with running_worker(filled):
            await open_running(window, page)
            await window.settle()
            assert not page.panel.run.progress.stale.isVisible()

        page.panel.presenter.tick()

        await window.until(lambda: page.panel.run.progress.stale.isVisible())
        assert "The worker was seen last at 12:10:00" in page.panel.run.progress.stale.text.text()
        assert page.panel.run.progress.finish.text() == "No forecast"
        assert page.panel.run.progress.delivered.text() == "5"


async def test_the_report_is_exported_into_the_chosen_file(filled: Filled, tmp_path: Path) -> None:
    file = tmp_path / "everyone.csv"
    async with shown(filled, CampaignsPage) as window:
        page = window.page
        page.show_subject(filled.running)
        await window.until(lambda: page.panel.title)
        page.panel._choose_step("report")
        people = page.panel.report.people

        people.export.click()
        chooser = next(one for one in window.widget.findChildren(QFileDialog) if one.isVisible())
        chooser.fileSelected.emit(str(file))
        chooser.reject()
        await window.until(lambda: people.export.accessibleName() == "Export…" and file.exists())

        lines = file.read_text(encoding="utf-8-sig").splitlines()
        assert lines[0].startswith("person,username,account,variant,language,state")
        assert len(lines) == 1 + (await filled.world.reports.progress(filled.running)).recipients
