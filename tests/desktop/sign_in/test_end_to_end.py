"""From the window to delivered messages: accounts added in the dialog are used by a real worker, without a restart."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from campaigns.audience.import_file import FileImport
from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.service import CampaignService
from campaigns.worker_control import WorkerCondition, WorkerControl
from cli.demo.prepare import import_people, write_people
from core.clock import SystemClock
from core.domain.ids import AccountId
from core.secrets.choice import StoreKind
from database import AccountStore, Database, ReportStore
from desktop.changes import ChangeHub
from desktop.formatting import Formats
from desktop.frame.facts import WorkspaceLabel
from desktop.main_window import MainWindow
from desktop.sign_in.outcome_views import DoneView
from desktop.sign_in.way_views import ScanView, TokenView
from desktop.window_pages import list_pages
from telegram.sandbox.control import AccountInfo
from telegram.sign_in import values as v
from tests.desktop.sign_in.conftest import Person, at_the_window
from tests.desktop.window import press
from tests.telegram.sandbox_fixture import RunningSandbox

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("theme")]
PEOPLE = 5


async def test_an_account_is_usable_at_once(tmp_path: Path, shared_sandbox: RunningSandbox) -> None:
    async with at_the_window(tmp_path / "w", shared_sandbox, StoreKind.PASSPHRASE) as person:
        window = await open_main_window(person)
        control = person.services.get(WorkerControl)
        try:
            bot, user = await person.bot(), await person.user()
            await open_by_palette(window)
            await add_bot(person, bot)
            await wait_until(lambda: is_running(control))
            worker = (await control.status()).worker
            assert worker is not None

            await add_user(person, user)
            sent = await run_campaign(person, tmp_path, user, AccountId(2))
            again = (await control.status()).worker

            assert sent == PEOPLE
            assert again is not None
            assert again.worker_id == worker.worker_id  # taken up by the one that ran
            assert sum(entry.account_id == user.user_id for entry in shared_sandbox.ledger()) == PEOPLE
            assert [account.id for account in await person.services.get(AccountStore).list_accounts()] == [1, 2]
        finally:
            window.findChild(ChangeHub).stop()
            window.end()
            await control.stop(requester="kaya")


async def open_main_window(person: Person) -> MainWindow:
    """The real window in the place of the plain one."""
    plain, hub = person.window, ChangeHub(await person.services.get(Database).follow_changes(own_commits=True))
    window = MainWindow(
        label=await WorkspaceLabel.read(person.workspace, person.services),
        workspace=person.workspace,
        services=person.services,
        hub=hub,
        pages=list_pages(person.workspace),
        clock=SystemClock(),
        formats=Formats(),
        actor="kaya",
    )
    hub.setParent(window)
    window.show()
    hub.start()
    window.start()
    person.window = window
    plain.close()
    plain.deleteLater()
    return window


async def open_by_palette(window: MainWindow) -> None:
    await press(window, "Ctrl+K")
    field = window.palette_frame.findChild(QLineEdit)
    assert field is not None
    QTest.keyClicks(field, "add an acc")
    QTest.keyClick(field, Qt.Key.Key_Return)


async def add_bot(person: Person, bot: AccountInfo) -> None:
    await person.see(ScanView)
    person.press("Bot token")
    await person.see(TokenView)
    person.type(bot.bot_token)
    person.press("Sign in")
    await person.see(DoneView)


async def add_user(person: Person, user: AccountInfo) -> None:
    person.press("Add another")
    await person.see(TokenView)
    person.press("QR code")
    await person.see(ScanView)
    step = person.dialog.step
    assert isinstance(step, v.ShowQr)
    await person.control.scan_qr_code(step.url, user.user_id)
    await person.see(DoneView, lambda _: "Ada" in person.said)
    person.press("Done")


async def run_campaign(person: Person, folder: Path, user: AccountInfo, account_id: AccountId) -> int:
    """From this account to some people who wrote to it; how many got it."""
    people = await person.control.make_people(PEOPLE, seed=7, account_ids=[user.user_id])
    path = folder / "people.csv"
    write_people(path, people, now=SystemClock().now())
    await import_people(path, person.services.get(FileImport))
    campaigns, reports = person.services.get(CampaignService), person.services.get(ReportStore)
    campaign = await campaigns.create(title="Hello", template="Hi {{ name }}", account_ids=[account_id], actor="kaya")
    await campaigns.submit(campaign, actor="kaya")
    await campaigns.approve(campaign, actor="mira", comment="")
    await campaigns.start(campaign, actor="kaya")

    async def is_over() -> bool:
        return (await reports.progress(campaign)).state is CampaignState.FINISHED

    await wait_until(is_over)
    return (await reports.progress(campaign)).counts[DeliveryState.SENT]


async def is_running(control: WorkerControl) -> bool:
    return (await control.status()).condition is WorkerCondition.RUNNING


async def wait_until(condition: Callable[[], Awaitable[bool]], timeout_s: float = 40.0) -> None:
    async with asyncio.timeout(timeout_s):
        while not await condition():
            await asyncio.sleep(0.05)
