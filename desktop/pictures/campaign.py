"""Pictures of campaigns on their way and after it: run, report, what is asked before they are steered, side by side."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from PySide6.QtWidgets import QDialog

from campaigns.keeping import CampaignKeeping
from core.clock import Clock
from core.container import ServiceContainer
from database import CampaignDesk, Database
from desktop.main_window import MainWindow
from desktop.pages.campaign.steering_dialogs import UnknownDialog
from desktop.pages.campaigns.page import CampaignsPage
from desktop.pages.campaigns.presenter import Chosen
from desktop.pictures.message import take_message_pictures
from desktop.pictures.restore import take_restore_pictures
from desktop.pictures.sample_campaigns import add_sample_campaigns
from desktop.pictures.settling import settle

Take = Callable[[str], Awaitable[None]]


async def take_campaign_pictures(
    window: MainWindow, services: ServiceContainer, clock: Clock, folder: Path, take: Take
) -> None:
    """In a workspace of their own, which no worker changes."""
    actor = window.page_context.actor
    sample = await add_sample_campaigns(services.get(Database), clock, actor=actor)

    async def take_read(name: str) -> None:
        await take(f"campaign-{name}")

    async def take_dialog(name: str) -> None:
        await take_read(name)
        for dialog in window.findChildren(QDialog):
            if dialog.isVisible():
                dialog.reject()
        await asyncio.sleep(0)

    window.navigate("campaigns", sample.running)
    await take_read("run")
    page = window.page
    assert isinstance(page, CampaignsPage)
    panel = page.panel
    panel.buttons.slow_down.click()
    await take_dialog("pace")
    panel.buttons.add_account.click()
    await take_dialog("add-account")
    window.navigate("campaigns", sample.over)
    await take_read("report")
    panel.report.groups.groupings.set_value("account")
    panel.report.groups.measures.set_value("read")
    await take_read("report-accounts")
    panel.report.after.again.click()
    await take_dialog("send-again")
    panel.report.after.decide.click()
    await settle(window, "unknown")
    for dialog in window.findChildren(UnknownDialog):
        dialog.people.all.click()
    await take_dialog("unknown")
    panel.report.people.show_export("320 written")
    await take_read("export")
    panel.report.people.show_export("")
    size = window.size()
    window.resize(window.minimumSize())
    await take_read("report-narrow")
    window.resize(size)
    page.go_back()
    await settle(window, "list")
    page.list.table.selectAll()
    await take_read("list-chosen")
    page.list.compare.click()
    await take_dialog("compare")
    keeping = services.get(CampaignKeeping)
    await keeping.archive(sample.over, actor=actor)
    page.list.chips[Chosen.ARCHIVED].show()
    page.list.chips[Chosen.ARCHIVED].click()
    await take_read("archived")
    page.list.chips[Chosen.ALL].click()
    accounts = (await services.get(CampaignDesk).get(sample.running)).account_ids
    await take_message_pictures(window, services, clock, folder, accounts, take)
    await take_restore_pictures(window, services, clock, sample.running, take)
