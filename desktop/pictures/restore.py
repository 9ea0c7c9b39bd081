"""Pictures of a workspace that came back with a backup, and of backing one up."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from PySide6.QtWidgets import QDialog

from core.clock import Clock
from core.container import ServiceContainer
from core.domain.ids import CampaignId
from database import Database, RestoreStore
from desktop.main_window import MainWindow
from desktop.pages.campaigns.page import CampaignsPage
from desktop.pictures.settling import settle


async def take_restore_pictures(
    window: MainWindow,
    services: ServiceContainer,
    clock: Clock,
    running: CampaignId,
    take: Callable[[str], Awaitable[None]],
) -> None:
    """The last pictures of a workspace: its campaigns stand still afterwards."""
    now = clock.now()
    await RestoreStore(services.get(Database)).mark(
        since=now - timedelta(hours=5),
        generation=0,
        reason="Restored from a backup. Choose how it goes on.",
        actor=window.page_context.actor,
        now=now,
    )
    window.navigate("overview")
    await settle(window, "restored")
    window.refresh_page()
    await take("restored-overview")
    window.navigate("campaigns", running)
    await settle(window, "restored")
    page = window.page
    assert isinstance(page, CampaignsPage)
    page.panel.buttons.resume.click()
    await _take_dialog(window, "restored-choice", take)
    window.back_up()
    await _take_dialog(window, "back-up", take)


async def _take_dialog(window: MainWindow, name: str, take: Callable[[str], Awaitable[None]]) -> None:
    await take(name)
    for dialog in window.findChildren(QDialog):
        if dialog.isVisible():
            dialog.reject()
    await asyncio.sleep(0)
