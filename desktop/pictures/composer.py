"""Pictures of a campaign as it is written: each step of a draft, its rehearsal, and the review."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from PySide6.QtWidgets import QScrollArea

from campaigns.drafting import DraftService
from core.container import ServiceContainer
from database import CampaignDesk
from desktop.main_window import MainWindow
from desktop.pages.campaigns.page import CampaignsPage
from desktop.pictures.assist import take_assist_pictures

SOURCE: Final = """Hello {{ name | default("there") }}!

The **autumn programme** is out: 24 courses, four of them new, and the lantern walk on __5 December__.

[See the whole programme](https://example.org/autumn)

Answer STOP and we will not write again."""
READ_S: Final = 1.0
LOOKS: Final = 20


async def take_composer_pictures(
    window: MainWindow, services: ServiceContainer, take: Callable[[str], Awaitable[None]]
) -> None:
    """Writes a draft in this workspace, rehearses and submits it."""
    campaign_id = await services.get(DraftService).begin(title="Autumn programme", actor=window.page_context.actor)
    window.navigate("campaigns", campaign_id)
    page = window.page
    assert isinstance(page, CampaignsPage)
    await asyncio.sleep(READ_S)
    composer = page.panel.composer
    composer.message.editor.insert_source(SOURCE)
    await asyncio.sleep(READ_S)
    await take("composer-message")
    await take_assist_pictures(composer.message, take)
    page.panel.buttons.next.click()
    await asyncio.sleep(READ_S)
    await take("composer-people")
    page.panel.buttons.next.click()
    composer.plan.when.kind.set_value("windows")
    await asyncio.sleep(READ_S)
    await take("composer-plan")
    page.panel.buttons.next.click()
    await take("composer-review")
    composer.review.rehearsal.start.click()
    for _ in range(LOOKS):
        await asyncio.sleep(READ_S)
        if composer.rehearsal_presenter.is_done:
            break
    await take("composer-rehearsed")
    composer.review.trial.start.click()
    for _ in range(LOOKS):
        await asyncio.sleep(READ_S)
        if composer.review.trial.start.isVisible():
            break
    for area in composer.review.findChildren(QScrollArea):
        area.ensureWidgetVisible(composer.review.trial)
    await take("composer-trial")
    page.panel.buttons.submit.click()
    await asyncio.sleep(READ_S)
    await take("composer-in-review")
    assert (await services.get(CampaignDesk).get(campaign_id)).state == "in_review"
    page.go_back()
