"""Pictures of the page of accounts: the list, the panel in every state, its tabs, and every dialog."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from PySide6.QtWidgets import QDialog

from campaigns.ports import WorkerStart
from core.clock import Clock
from core.container import ServiceContainer
from core.domain.account import LimitKind
from core.domain.device import Device
from core.domain.ids import AccountId, WorkerId
from core.errors import WorkerNotRunning
from core.locks import worker_lock
from core.workspace import Workspace
from database import AccountListStore, Database, WorkerStore
from desktop.main_window import MainWindow
from desktop.pages.accounts.limits_dialog import LimitsDialog
from desktop.pages.accounts.page import AccountsPage
from desktop.pages.accounts.panel_words import Step
from desktop.pictures.sample_accounts import SAMPLES, add_sample_accounts
from desktop.pictures.settling import settle

Take = Callable[[str], Awaitable[None]]

WORKER: Final = WorkerId("worker-of-the-pictures")
SENDING, FIRST_STATES = 7, ("signed-out", "frozen", "limited", "banned", "waiting")


async def take_account_pictures(
    window: MainWindow, workspace: Workspace, services: ServiceContainer, clock: Clock, take: Take
) -> None:
    """Beside a worker as other processes see one: its lock is held here and its heart beats before each picture."""
    workers, database = services.get(WorkerStore), services.get(Database)
    window.navigate("accounts")
    await take("accounts-empty")
    ids = await add_sample_accounts(database, now=clock.now(), actor=window.page_context.actor)
    lock = worker_lock(workspace, WORKER)
    lock.acquire()
    try:
        await workers.begin(WorkerStart(worker_id=WORKER, pid=os.getpid(), started_at=clock.now()))

        async def take_alive(name: str) -> None:
            await workers.beat(WORKER, now=clock.now())
            await take(f"accounts-{name}")

        page = window.page
        assert isinstance(page, AccountsPage)
        await _take_states(page, ids, take_alive)
        await _take_tabs(page, ids[SENDING], clock.now(), take_alive)
        await _take_dialogs(window, page, take_alive)
        await _take_many(window, page, services, clock, ids, take_alive)
    finally:
        lock.release()


async def _take_states(page: AccountsPage, ids: Sequence[AccountId], take: Take) -> None:
    await take("list")
    for name, account_id in zip(FIRST_STATES, ids, strict=False):
        page.show_subject(account_id)
        await take(name)
    paused = next(place for place, sample in enumerate(SAMPLES) if sample.state == "paused")
    page.show_subject(ids[paused])
    await take("paused")


async def _take_tabs(page: AccountsPage, account_id: AccountId, now: datetime, take: Take) -> None:
    service, panel = page.services.account_service, page.panel
    changes = {LimitKind.PER_DAY: 60}
    await service.set_limits([account_id], changes, beyond_safe=True, actor=page.context.actor)
    panel.tabs.set_value("limits")
    page.show_subject(account_id)
    await take("limits")
    panel.tabs.set_value("history")
    await take("history")
    panel.tabs.set_value("devices")
    await take("devices-loading")
    panel.devices.show_failed(WorkerNotRunning())
    await take("devices-no-worker")
    panel.devices.show_devices(_devices(now)[:1], page.services.formats, now)
    await take("devices-only-here")
    panel.devices.show_devices(_devices(now), page.services.formats, now)
    await take("devices")


async def _take_dialogs(window: MainWindow, page: AccountsPage, take: Take) -> None:
    for step in (Step.LIMITS, Step.PROXY, Step.LABELS, Step.LOG_OUT, Step.REMOVE, Step.END_OTHERS):
        page.do(step)
        await settle(window, step.name)
        for dialog in window.findChildren(LimitsDialog):
            dialog.entries[LimitKind.PER_HOUR].setText("50")
        await take(f"{step.name.lower().replace('_', '-')}-dialog")
        _close_dialogs(window)
        await asyncio.sleep(0)


def _close_dialogs(window: MainWindow) -> None:
    for dialog in window.findChildren(QDialog):
        if dialog.isVisible():
            dialog.reject()


async def _take_many(
    window: MainWindow,
    page: AccountsPage,
    services: ServiceContainer,
    clock: Clock,
    ids: Sequence[AccountId],
    take: Take,
) -> None:
    page.panel.tabs.set_value("health")
    page.list.table.selectAll()
    await take("several")
    page.do(Step.REMOVE)
    await take("remove-several-dialog")
    _close_dialogs(window)
    page.strip.show_work("12 of 16 removed, 1 could not be", done=12, failed=1, total=16)
    page.strip.show()
    await take("removing")
    page.strip.hide()
    page.escape()
    lists = AccountListStore(services.get(Database))
    await lists.set_labels(ids[:2], add=["VIP", "Finland"], actor=page.context.actor, now=clock.now())
    page.presenter.filter_label("Workshops")
    await take("filtered")
    page.presenter.search("nobody")
    await take("no-match")
    page.presenter.clear_filters()
    size = window.size()
    window.resize(window.minimumSize())
    page.show_subject(ids[4])
    await take("narrow")
    window.resize(size)


def _devices(now: datetime) -> list[Device]:
    def device(number: int, model: str, app: str, system: str, *, is_official: bool) -> Device:
        return Device(
            hash=str(number),
            model=model,
            system=system,
            app=app,
            ip=f"198.51.100.{number + 7}",
            country="Germany",
            signed_in_at=now - timedelta(days=200),
            active_at=now - timedelta(hours=3 * number),
            is_current=number == 0,
            is_official=is_official,
        )

    return [
        device(0, "Wireroom", "Wireroom 1.0", "Linux", is_official=False),
        device(1, "iPhone 15", "Telegram iOS 11.2", "iOS 18.1", is_official=True),
        device(2, "Desktop", "Some client 2.0", "Windows 11", is_official=False),
    ]
