"""A whole campaign by clicks: made, rehearsed, approved, run by a real worker in the sandbox, paused, resumed, reported."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QWidget

from campaigns.audience.import_file import FileImport
from campaigns.campaign import CampaignState
from campaigns.worker_control import WorkerControl
from cli.demo.prepare import import_people, write_people
from core.clock import SystemClock
from core.config_writing import write_setting
from core.secrets.choice import StoreKind
from database import ReportStore
from desktop.changes import ChangeHub
from desktop.main_window import MainWindow
from desktop.pages.campaign.panel import CampaignPanel
from desktop.pages.campaigns.page import CampaignsPage
from desktop.pages.composer.name_dialog import NameDialog
from desktop.pages.composer.plan_view import ACCOUNT_ROLE
from tests.desktop.sign_in.conftest import at_the_window
from tests.desktop.sign_in.test_end_to_end import (
    add_bot,
    add_user,
    is_running,
    open_by_palette,
    open_main_window,
    wait_until,
)
from tests.telegram.sandbox_fixture import RunningSandbox

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("theme")]
PEOPLE, A_SECOND = 30, 6
TEXT = "Hi {{ name }}, answer STOP to end it"


async def click(widget: QWidget) -> None:
    """Only what a person could click is clicked, once they could."""
    await until(lambda: widget.isVisible() and widget.isEnabled())
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def named(widget: QWidget, name: str) -> QAbstractButton:
    found = [one for one in widget.findChildren(QAbstractButton) if one.accessibleName() == name and one.isVisible()]
    assert len(found) == 1, f"{len(found)} visible buttons named {name!r}"
    return found[0]


async def write(window: MainWindow, page: CampaignsPage) -> CampaignPanel:
    """From the list to a draft with a text, for everyone, from one account."""
    window.navigate("campaigns")
    await click(named(window, "New campaign"))
    await until(lambda: window.findChild(NameDialog) is not None)
    dialog = window.findChild(NameDialog)
    assert dialog is not None
    QTest.keyClicks(dialog.entry, "Autumn programme")
    await click(dialog.keep)
    await until(lambda: page.title == "Autumn programme")
    panel = page.panel
    await until(lambda: panel.composer.message.isVisible())
    QTest.keyClicks(panel.composer.message.editor, TEXT)
    await click(panel.buttons.next)
    people = panel.composer.people
    await until(lambda: people.may_write.text() == str(PEOPLE))
    await click(panel.buttons.next)
    accounts = panel.composer.plan.accounts
    await until(lambda: accounts.model.rowCount() == 2)
    bot = next(row for row in range(2) if accounts.model.item(row).data(ACCOUNT_ROLE) == 1)  # it was added first
    accounts.model.item(bot).setCheckState(Qt.CheckState.Unchecked)
    await click(panel.buttons.next)
    return panel


async def rehearse_and_approve(page: CampaignsPage, panel: CampaignPanel) -> None:
    review = panel.composer.review
    await click(review.rehearsal.start)
    await until(lambda: panel.composer.rehearsal_presenter.is_done)
    assert review.rehearsal.will_get.number.text() == str(PEOPLE)
    await click(panel.buttons.submit)
    await until(lambda: panel.buttons.approve in page.header_actions)
    review.name.setText("Mira")
    QTest.keyClicks(review.comment, "Fine")
    await click(panel.buttons.approve)
    await until(lambda: panel.buttons.start in page.header_actions)
    await click(panel.buttons.start)


async def until(condition: object) -> None:
    async def is_so() -> bool:
        return bool(condition())  # type: ignore[operator]

    await wait_until(is_so)


async def test_a_whole_campaign_by_clicks(tmp_path: Path, shared_sandbox: RunningSandbox) -> None:
    async with at_the_window(tmp_path / "w", shared_sandbox, StoreKind.PASSPHRASE) as person:
        write_setting(person.workspace.config_path, "delivery", "sandbox_rate_per_s", A_SECOND)
        window = await open_main_window(person)
        window.resize(1360, 860)
        control, reports = person.services.get(WorkerControl), person.services.get(ReportStore)
        try:
            bot, user = await person.bot(), await person.user()
            await open_by_palette(window)
            await add_bot(person, bot)
            await wait_until(lambda: is_running(control))
            await add_user(person, user)
            people = await person.control.make_people(PEOPLE, seed=11, account_ids=[user.user_id])
            write_people(tmp_path / "people.csv", people, now=SystemClock().now())
            await import_people(tmp_path / "people.csv", person.services.get(FileImport))

            window.navigate("campaigns")
            page = window.findChild(CampaignsPage)
            assert page is not None
            panel = await write(window, page)
            await rehearse_and_approve(page, panel)

            run = panel.run
            await until(lambda: run.isVisible() and run.progress.delivered.text() in {"3", "4", "5", "6", "7", "8"})
            await click(panel.buttons.pause)
            await until(lambda: panel.buttons.resume in page.header_actions)
            campaign_id = panel.presenter.campaign_id
            assert campaign_id is not None
            await until(lambda: run.progress.bar.isVisible())
            held = len(sent_to(shared_sandbox, user.user_id))
            assert 0 < held < PEOPLE
            await click(panel.buttons.resume)

            await until(lambda: panel.presenter.state is CampaignState.FINISHED)
            await until(lambda: panel.report.isVisible())
            progress = await reports.progress(campaign_id)
            assert (progress.state, progress.recipients) == (CampaignState.FINISHED, PEOPLE)
            receivers = sent_to(shared_sandbox, user.user_id)
            assert len(receivers) == len(set(receivers)) == PEOPLE
            await until(lambda: panel.report.people.table.model().rowCount() == PEOPLE)
        finally:
            hub = window.findChild(ChangeHub)
            assert hub is not None
            hub.stop()
            window.end()
            await control.stop(requester="kaya")


def sent_to(sandbox: RunningSandbox, user_id: int) -> list[int]:
    """Who has a message of this account, by the sandbox's own ledger: one entry a message."""
    return [entry.peer_id for entry in sandbox.ledger() if entry.account_id == user_id]
