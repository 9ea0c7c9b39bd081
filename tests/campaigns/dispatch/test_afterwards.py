"""What happens to messages while the worker is down: honoured before anything is sent, and kept once."""

import pytest

from campaigns.delivery import DeliveryState
from campaigns.inbox.conversations import Box, ConversationQuestion, OurMessage, TheirMessage
from campaigns.inbox.replies import Replies
from campaigns.reasons import DeliveryReason
from core.domain.ids import ConversationId
from database import ConversationStore
from tests.campaigns.dispatch.rig import ASKED_BY, Rig

pytestmark = pytest.mark.slow


async def test_edits_reactions_and_what_another_device_wrote_are_caught_up_with(rig: Rig) -> None:
    rig.set("inbox", "ticket_reaction", "👌")
    account = await rig.add_account(people=2)
    first, second = account.people
    store = rig.console.get(ConversationStore)
    question = ConversationQuestion(box=Box.ALL)

    async def conversation_of(user_id: int) -> ConversationId:
        ids = await store.ids(question, viewer="", now=rig.clock.now())
        rows = await store.rows(ids)
        return next(row.id for row in rows.values() if row.user_id == user_id)

    await rig.start_worker()
    maybe = await rig.control.person_says(first.user_id, account.user_id, "Maybe")
    await rig.until_event("reply.received", 3)
    talk = await conversation_of(second.user_id)
    await rig.console.get(Replies).send(talk, "Until eight", actor=ASKED_BY)

    async def answer() -> OurMessage | None:
        shown = await store.conversation(talk)
        return next((m for m in shown.messages if isinstance(m, OurMessage) and m.message_id), None)

    async def is_sent() -> bool:
        return await answer() is not None

    await rig.until(is_sent, "the answer is sent")
    await rig.stop_worker()
    await rig.start_campaign()
    sent = await answer()
    assert sent is not None
    await rig.control.edit_message(account.user_id, maybe, "STOP")
    await rig.control.react(account.user_id, sent.message_id or 0, "👌")
    await rig.control.account_says(account.user_id, second.user_id, "Or nine")

    await rig.start_worker(until_idle=False)

    rows = await rig.until_final()
    assert {(row.username, row.state, row.reason) for row in rows if row.username == first.username} == {
        (first.username, DeliveryState.SKIPPED, DeliveryReason.SAID_STOP)
    }
    await rig.until_event("ticket.opened")
    shown = await store.conversation(talk)
    assert [ticket.message_id for ticket in shown.tickets] == [sent.message_id]
    ours = [m for m in shown.messages if isinstance(m, OurMessage) and not m.campaign]
    assert [(m.message.text.text, m.is_elsewhere) for m in ours if m.message is not None] == [
        ("Until eight", False),
        ("Or nine", True),
    ]
    edited = (await store.conversation(await conversation_of(first.user_id))).messages
    assert [m.text for m in edited if isinstance(m, TheirMessage)][-1] == "STOP"
