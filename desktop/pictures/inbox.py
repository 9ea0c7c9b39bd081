"""Pictures of the inbox: the list with an open conversation, a narrow window, what is asked, and an empty box."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from campaigns.inbox.conversations import Box, ConversationQuestion, OurMessage, TheirMessage
from campaigns.inbox.service import Inbox
from campaigns.inbox.tickets import Tickets
from campaigns.message.marks import write_marks
from campaigns.ports import Incoming, IncomingBatch, IncomingKind
from core.clock import Clock
from core.container import ServiceContainer
from core.domain.ids import ConversationId, WorkerId
from database import ConversationStore, IncomingStore, LeaseStore
from desktop.dialogs.one_line import OneLineDialog
from desktop.main_window import MainWindow
from desktop.pages.inbox.dialogs import NoteDialog
from desktop.pages.inbox.page import InboxPage
from desktop.pictures.canned import take_canned_pictures
from desktop.pictures.inbox_assist import take_inbox_assist_pictures

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
    await _become(services, clock, ids[1])
    await take("inbox-afterwards")
    tickets = services.get(Tickets)
    await tickets.open(ids[2], actor=ACTOR)
    asked_in = await services.get(ConversationStore).conversation(ids[1])
    about = next(each for each in asked_in.messages if isinstance(each, TheirMessage))
    await tickets.open(ids[1], about.message_id, actor=ACTOR)
    await take("inbox-ticket")
    await _change(page, take)
    whole = window.size()
    window.resize(1080, 680)
    await take("inbox-narrow")
    window.resize(whole)
    label = OneLineDialog(window, "Label the conversation", "Label", "Label", known=["question"], longest=40)
    label.open()
    await take("inbox-label-dialog")
    label.reject()
    note = NoteDialog(window, "Olena Tkachyk")
    note.open()
    await take("inbox-note-dialog")
    note.reject()
    await take_canned_pictures(window, services, take)
    await take_inbox_assist_pictures(window, services, clock, take)
    page.list.search.setText("five minutes")
    page.list.chips[Box.ALL].click()
    page.list.select(ids[1])
    await take("inbox-search")
    page.list.search.setText("zebra crossing")
    await take("inbox-search-nothing")
    page.list.search.clear()
    page.list.chips[Box.SNOOZED].click()
    page.escape()
    await take("inbox-nothing-snoozed")


async def _change(page: InboxPage, take: Callable[[str], Awaitable[None]]) -> None:
    """What was sent is being edited, asked about, and waits for its edit."""
    line = next(each for each in reversed(page.thread_view.lines) if each.is_changeable)
    page.thread_view.area.ensureWidgetVisible(line)
    line.setFocus()
    assert isinstance(line.item, OurMessage)
    assert line.item.message is not None
    page.thread_view.answer.begin_edit(line.item.id, write_marks(line.item.message.text))
    await take("inbox-edit")
    page.thread_view.answer.end_edit()


async def _become(services: ServiceContainer, clock: Clock, conversation_id: ConversationId) -> None:
    """What the person and somebody at another device do to what was written."""
    found = await services.get(ConversationStore).conversation(conversation_id)
    row, now = found.row, clock.now()
    mine = next(each for each in found.messages if isinstance(each, OurMessage))
    asked = next(each for each in found.messages if isinstance(each, TheirMessage))
    lease = await services.get(LeaseStore).take(row.account_id, WorkerId("pictures"), until=now + timedelta(hours=1))

    def happened(kind: IncomingKind, message_id: int, **values: object) -> Incoming:
        return Incoming(kind=kind, user_id=row.user_id, at=now, message_id=message_id, **values)  # type: ignore[arg-type]

    items = (
        happened(IncomingKind.REACTED, mine.message_id or 0, theirs="👍 ❤"),
        happened(IncomingKind.EDITED, asked.message_id, text=f"{asked.text} And for the children?"),
        happened(IncomingKind.REACTED, asked.message_id, ours="🔥"),
        happened(IncomingKind.MESSAGE, asked.message_id + 1, text="Never mind"),
        happened(IncomingKind.DELETED, asked.message_id + 1),
        happened(IncomingKind.MESSAGE, asked.message_id + 2, media="voice message 0:12"),
        happened(IncomingKind.OWN, asked.message_id + 3, text="I call you in five minutes.", media=""),
        happened(IncomingKind.READ, asked.message_id + 3),
        *(
            happened(
                IncomingKind.MESSAGE,
                asked.message_id + 4 + n,
                media="photo",
                album_id=1,
                text="Is it this hall?" * (n == 0),
            )
            for n in range(3)
        ),
        happened(IncomingKind.TYPING, 0),
    )
    await services.get(IncomingStore).commit(lease, IncomingBatch(items=items, peers=(), state=None), [])
