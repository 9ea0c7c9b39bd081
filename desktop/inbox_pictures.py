"""Pictures of the inbox: the list with an open conversation, a narrow window, what is asked, and an empty box."""

from collections.abc import Awaitable, Callable

from campaigns.inbox.conversations import Box, ConversationQuestion
from campaigns.inbox.service import Inbox
from core.clock import Clock
from core.container import ServiceContainer
from core.domain.ids import ConversationId
from database import ConversationStore
from desktop.canned_pictures import take_canned_pictures
from desktop.main_window import MainWindow
from desktop.pages.inbox.dialogs import NoteDialog, OneLineDialog
from desktop.pages.inbox.page import InboxPage

ACTOR = "Aiko Brandvold"


async def take_inbox_pictures(
    window: MainWindow, services: ServiceContainer, clock: Clock, take: Callable[[str], Awaitable[None]]
) -> None:
    """Works on some of the conversations that the samples of campaigns left."""
    inbox = services.get(Inbox)
    asked = ConversationQuestion(box=Box.UNREAD)
    ids = [
        ConversationId(one) for one in await services.get(ConversationStore).ids(asked, viewer=ACTOR, now=clock.now())
    ]
    await inbox.label(ids[1], add=["question"])
    await inbox.note(ids[1], "Brings her sister’s children too. Pays by bank transfer.", author=ACTOR)
    await inbox.assign(ids[1], ACTOR)
    await inbox.resolve(ids[3], actor=ACTOR)
    await inbox.mark_read(ids[4])
    window.navigate("inbox")
    await take("inbox-closed")
    page = window.page
    assert isinstance(page, InboxPage)
    page.list.select(ids[1])
    await take("inbox-open")
    whole = window.size()
    window.resize(1080, 680)
    await take("inbox-narrow")
    window.resize(whole)
    label = OneLineDialog(window, "Label the conversation", "Label", "Label", known=["question"], hint="")
    label.open()
    await take("inbox-label-dialog")
    label.reject()
    note = NoteDialog(window, "Olena Tkachyk")
    note.open()
    await take("inbox-note-dialog")
    note.reject()
    await take_canned_pictures(window, services, take)
    page.list.chips[Box.SNOOZED].click()
    page.escape()
    await take("inbox-nothing-snoozed")
