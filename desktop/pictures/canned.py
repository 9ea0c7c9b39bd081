"""Pictures of canned replies: the popup over an answer, an answer with a blank, and the dialog that keeps them."""

from collections.abc import Awaitable, Callable

from PySide6.QtGui import QTextCursor

from campaigns.inbox.canned import CannedReplies, CannedText
from core.container import ServiceContainer
from desktop.main_window import MainWindow
from desktop.pages.inbox.canned_dialog import CannedDialog
from desktop.pages.inbox.page import InboxPage

_TEXTS = (
    CannedText(
        shortcut="hours",
        title="Opening hours",
        text='Hello {{ name }}! The hall is open **until eight**, in {{ city | default("your town") }} as everywhere.',
    ),
    CannedText(
        shortcut="hall", title="How to find the hall", text="By the river, two minutes from the market square."
    ),
    CannedText(shortcut="hinnat", title="Hinnat", text="Lippu maksaa kymmenen euroa.", language="fi"),
    CannedText(
        shortcut="price", title="What a ticket costs", text="A ticket for {{ event }} is ten euros.", language="en"
    ),
    CannedText(
        shortcut="refund", title="Money back", text="You get ⟦amount⟧ back within **three days**, {{ name }}."
    ),
    CannedText(shortcut="thanks", title="Thank you", text="Thank you, {{ name }}. See you there!"),
)


async def take_canned_pictures(
    window: MainWindow, services: ServiceContainer, take: Callable[[str], Awaitable[None]]
) -> None:
    """With the inbox in sight and a conversation open."""
    page = window.page
    assert isinstance(page, InboxPage)
    canned = services.get(CannedReplies)
    await canned.import_all(_TEXTS, actor="Aiko Brandvold", may_be_new=True)
    for one in (await canned.list())[:2]:
        await canned.count_use(one.id)
    await window.page_context.hub.poll_now()
    conversation = page.thread_view.conversation
    assert conversation is not None
    await page.canned.presenter.read(conversation.row.id)
    box = page.thread_view.answer
    box.entry.setPlainText("Good to hear from you. ")
    box.entry.moveCursor(QTextCursor.MoveOperation.End)
    page.thread_view.canned.begin()
    page.thread_view.canned.popup.step(1)
    await take("inbox-canned-popup")
    page.thread_view.canned.close()
    price = await canned.find("price")
    page.thread_view.canned.begin()
    page.thread_view.canned.popup.chosen.emit(price)
    await take("inbox-canned-blank")
    box.entry.clear()
    dialog = CannedDialog(window, page.services, canned, page.canned.presenter.person)
    dialog.open()
    await take("inbox-canned-dialog")
    dialog.text.setPlainText("Hello {{ name }}!\nThe {{ hal }} is open.")
    dialog.keep.click()
    await take("inbox-canned-mistake")
    dialog.reject()
    dialog.reject()
