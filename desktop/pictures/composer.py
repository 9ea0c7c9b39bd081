"""Pictures of a campaign as it is written: each step of a draft, its rehearsal, and the review."""

from collections.abc import Awaitable, Callable
from typing import Final

from PySide6.QtWidgets import QScrollArea

from campaigns.drafting import DraftService
from core.container import ServiceContainer
from database import CampaignDesk
from desktop.main_window import MainWindow
from desktop.pages.campaigns.page import CampaignsPage
from desktop.pictures.assist import take_assist_pictures
from desktop.pictures.settling import settle, until

SOURCE: Final = """Hello {{ name | default("there") }}!

The **autumn programme** is out: 24 courses, four of them new, and the lantern walk on __5 December__.

[See the whole programme](https://example.org/autumn)

Answer STOP and we will not write again."""


async def take_composer_pictures(
    window: MainWindow, services: ServiceContainer, take: Callable[[str], Awaitable[None]]
) -> None:
    """Writes a draft in this workspace, rehearses and submits it."""
    campaign_id = await services.get(DraftService).begin(title="Autumn programme", actor=window.page_context.actor)
    window.navigate("campaigns", campaign_id)
    page = window.page
    assert isinstance(page, CampaignsPage)
    await settle(window, "composer")
    composer = page.panel.composer
    composer.message.editor.insert_source(SOURCE)
    await take("composer-message")
    await take_assist_pictures(composer.message, take)
    page.panel.buttons.next.click()
    await take("composer-people")
    page.panel.buttons.next.click()
    composer.plan.when.kind.set_value("windows")
    await take("composer-plan")
    page.panel.buttons.next.click()
    await take("composer-review")
    composer.review.rehearsal.start.click()
    await until(lambda: composer.rehearsal_presenter.is_done, "composer-rehearsed")
    await take("composer-rehearsed")
    composer.review.trial.start.click()
    await until(composer.review.trial.start.isVisible, "composer-trial")
    for area in composer.review.findChildren(QScrollArea):
        area.ensureWidgetVisible(composer.review.trial)
    await take("composer-trial")
    page.panel.buttons.submit.click()
    await take("composer-in-review")
    assert (await services.get(CampaignDesk).get(campaign_id)).state == "in_review"
    page.go_back()
