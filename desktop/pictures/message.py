"""Pictures of a message with all that goes with it: buttons, photos, shares, templates; of a repeat, and of a series."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter
from PySide6.QtWidgets import QDialog

from campaigns.drafting import DraftService
from campaigns.message.library import TemplateLibrary
from campaigns.message.variants import Message
from core.clock import Clock
from core.container import ServiceContainer
from core.domain.ids import AccountId
from desktop.main_window import MainWindow
from desktop.pages.campaigns.page import CampaignsPage
from desktop.pictures.composer import SOURCE
from desktop.pictures.sample_series import add_sample_series
from desktop.pictures.settling import settle
from desktop.theme import Theme, Token

Take = Callable[[str], Awaitable[None]]

_CAPTION: Final = "The **lantern walk** is on __5 December__.\n\nAnswer STOP and we will not write again."
_PHOTOS: Final = (
    ("lanterns.jpg", QSize(1280, 853)),
    ("workshop.jpg", QSize(900, 1200)),
    ("hall.jpg", QSize(1200, 900)),
)


async def take_message_pictures(
    window: MainWindow,
    services: ServiceContainer,
    clock: Clock,
    folder: Path,
    accounts: Sequence[AccountId],
    take: Take,
) -> None:
    """Writes a draft and a series in this workspace; its photos are made in `folder`."""
    actor = window.page_context.actor

    async def take_read(name: str) -> None:
        await take(name)

    async def take_dialog(name: str) -> None:
        await take_read(name)
        for dialog in window.findChildren(QDialog):
            if dialog.isVisible():
                dialog.reject()
        await asyncio.sleep(0)

    campaign_id = await services.get(DraftService).begin(title="Lantern walk", actor=actor)
    window.navigate("campaigns", campaign_id)
    page = window.page
    assert isinstance(page, CampaignsPage)
    await settle(window, "message")
    composer = page.panel.composer
    view = composer.message
    view.editor.insert_source(SOURCE)
    for title, url in (
        ("The programme", "https://example.org/autumn"),
        ("Book a place", "https://example.org/book"),
    ):
        view.toolbar.button.click()
        line = view.buttons.lines[-1]
        line.title.setText(title)
        line.url.setText(url)
        line.url.editingFinished.emit()
    view.buttons.lines[1].beside.click()
    await take_read("message-buttons")
    view.tabs.add_variant.click()
    view.tabs.add_variant.click()
    view.tabs.shares.click()
    await take_dialog("message-shares")
    while len(view.buttons.lines) > 1:
        composer.presenter.undo()
    view.buttons.lines[0].remove.click()
    while len(view.tabs.variants) > 1:
        view.tabs.variantRemoved.emit(list(view.tabs.variants)[-1])
    view.editor.selectAll()
    view.editor.insert_source(_CAPTION)
    view.filesGiven.emit([str(_make_photo(folder / name, size)) for name, size in _PHOTOS], None)
    await take_read("message-album")
    size = window.size()
    window.resize(window.minimumSize())
    await take_read("message-narrow")
    window.resize(size)
    while view.media.lines:
        view.media.lines[-1].remove.click()
    note = folder / "programme of the autumn.pdf"
    note.write_bytes(b"%PDF-1.7 programme" * 40_000)
    view.filesGiven.emit([str(note)], None)
    await take_read("message-file")
    library = services.get(TemplateLibrary)
    for title, text in (
        ("Welcome", "Hello {{ name }}, good to have you here."),
        ("Reminder", SOURCE),
        ("Thank you", "Thank you!"),
    ):
        number = await library.create(title, Message.of_text("First words."), actor="Kim Aaltonen")
        await library.save(number, Message.of_text(text), actor=actor)
    view.toolbar.template_menu.actions()[0].trigger()
    await take_dialog("message-templates")
    view.toolbar.template_menu.actions()[1].trigger()
    await take_dialog("message-save-template")
    page.panel.buttons.next.click()
    page.panel.buttons.next.click()
    composer.plan.repeat.is_on.click()
    composer.plan.when.kind.set_value("windows")
    await take_read("plan-repeat")
    window.resize(window.minimumSize())
    await take_read("plan-narrow")
    window.resize(size)
    series_id = await add_sample_series(services, clock, accounts, actor=actor)
    window.navigate("campaigns", series_id)
    await take_read("series")
    page.panel.buttons.stop.click()
    await take_dialog("series-end")
    page.go_back()
    await take_read("campaigns-with-series")


def _make_photo(path: Path, size: QSize) -> Path:
    """Lights over a dark ground, so that the shape is seen."""
    theme = Theme.of_application()
    image = QImage(size, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    ground = QLinearGradient(0, 0, 0, size.height())
    ground.setColorAt(0, theme.color(Token.ODD))
    ground.setColorAt(1, theme.color(Token.TIP_BG))
    painter.fillRect(image.rect(), ground)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for number in range(14):
        side = size.width() * (0.03 + 0.012 * (number % 5))
        left, top = size.width() * ((number * 37) % 97) / 100, size.height() * ((number * 53) % 83) / 100
        painter.setBrush(QColor(theme.color(Token.WARN_FILL)))
        painter.drawEllipse(QRectF(left, top, side, side))
    painter.end()
    image.save(str(path))
    return path
