"""Pictures of the text model in the inbox. Nobody is asked: what it would have said is made up, the request is real."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from ai.inbox.assistant import InboxAssistant
from ai.inbox.summarise import Summary
from campaigns.inbox.assist import Sorted
from campaigns.inbox.conversations import Box, ConversationQuestion
from campaigns.inbox.sorting import ReplyKind
from campaigns.ports import Incoming, IncomingBatch, IncomingKind
from core.ai_errors import AiOffline
from core.clock import Clock
from core.container import ServiceContainer
from core.domain.ai import AiFeature
from core.domain.ids import ConversationId, WorkerId
from database import ConversationStore, Database, IncomingStore, LeaseStore, MessageSortingStore
from desktop.main_window import MainWindow
from desktop.pages.inbox.assist_dialog import AssistDialog
from desktop.pages.inbox.page import InboxPage

ACTOR: Final = "Aiko Brandvold"
SAID: Final = (
    ("Is there still room for my sister on Friday evening?", ReplyKind.QUESTION, 0.97),
    ("Yes, count me in!", ReplyKind.INTERESTED, 0.93),
    ("I paid twice and nobody answers.", ReplyKind.COMPLAINT, 0.88),
    ("I would rather not get these any more", ReplyKind.STOP, 0.71),
    ("Thanks, good night", ReplyKind.OTHER, 0.9),
)
READ_S: Final = 20.0  # for the process that makes the request, on a busy machine
DRAFT: Final = (
    "Hello! Yes, there is still room on Friday evening, also for your sister. The doors open at six; tickets are "
    "at the entrance. Shall I put your two names on the list?"
)


async def take_inbox_assist_pictures(
    window: MainWindow, services: ServiceContainer, clock: Clock, take: Callable[[str], Awaitable[None]]
) -> None:
    """With the inbox in sight and a conversation open."""
    page = window.page
    assert isinstance(page, InboxPage)
    await _take_dialog(page, window, services, clock, take)
    conversation = page.thread_view.conversation
    assert conversation is not None
    assistant = services.get(InboxAssistant)
    status = await assistant.status()
    for feature in (AiFeature.SUGGEST, AiFeature.SUMMARISE):
        await assistant.turn_on(feature, provider=status.provider, address=status.address, actor=ACTOR)
    await _sort(services, clock, conversation.row.id)
    await window.page_context.hub.poll_now()
    suggestion = page.thread_view.answer.suggestion
    suggestion.show_asking()
    suggestion.show_written(DRAFT[:60])
    page.summary.show_asking()
    await take("inbox-ai-asking")
    suggestion.show_suggestion(DRAFT, "from this conversation and 4 canned replies", is_beside=False)
    page.summary.show_summary(
        Summary(
            lines=("Asks whether there is room on Friday evening for two.", "We offered tickets at the entrance."),
            open=("Whether the second name goes on the list.",),
            is_cut=False,
        )
    )
    await take("inbox-ai-suggestion")
    suggestion.show_problem(AiOffline())
    page.summary.put_away()
    await take("inbox-ai-failed")
    suggestion.put_away()


async def _take_dialog(
    page: InboxPage,
    window: MainWindow,
    services: ServiceContainer,
    clock: Clock,
    take: Callable[[str], Awaitable[None]],
) -> None:
    for feature in (AiFeature.SUGGEST, AiFeature.SORT):
        assistant, control = services.get(InboxAssistant), page.services.ai
        dialog = AssistDialog(window, assistant, control, page.services.formats, clock, ACTOR, feature=feature)
        dialog.open()
        async with asyncio.timeout(READ_S):
            await dialog.reading
        if feature is AiFeature.SORT:
            dialog.switch.click()
        await take(f"inbox-ai-{feature.value}")
        dialog.reject()


async def _sort(services: ServiceContainer, clock: Clock, opened: ConversationId) -> None:
    """Some people write, and their messages are sorted, as a worker does it after a while."""
    queue, store = MessageSortingStore(services.get(Database)), services.get(ConversationStore)
    switch = await queue.switch()
    assert switch is not None
    ids = await store.ids(ConversationQuestion(box=Box.OPEN), viewer=ACTOR, now=clock.now())
    others = [number for number in ids if number != opened][: len(SAID) - 1]
    for (text, kind, confidence), number in zip(SAID, [opened, *others], strict=False):
        row = (await store.rows([number]))[number]
        lease = await services.get(LeaseStore).take(
            row.account_id, WorkerId("pictures"), until=clock.now() + timedelta(hours=1)
        )
        at = clock.now() + timedelta(seconds=1)
        item = Incoming(kind=IncomingKind.MESSAGE, user_id=row.user_id, at=at, message_id=900_000 + number, text=text)
        await services.get(IncomingStore).commit(lease, IncomingBatch(items=(item,), peers=(), state=None), [])
        batch = await queue.next_batch(switch)
        assert batch is not None
        found = [Sorted(message_id=one.id, kind=kind, confidence=confidence) for one in batch.messages]
        await queue.keep(found, switch, model="gemini-3.5-flash-lite", now=clock.now())
    until = clock.now() + timedelta(minutes=2)
    await queue.tell_problem(switch, "The provider’s limit is used up. It takes the next request in 2 min.", until)
