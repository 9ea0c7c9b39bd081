"""Answers leave by the lane of the account that was written to, once, whatever happens on their way."""

import pytest

from campaigns.delivery import DeliveryState
from campaigns.inbox.conversations import Box, Conversation, ConversationQuestion, OurMessage, TheirMessage
from campaigns.inbox.replies import Replies
from campaigns.reasons import DeliveryReason
from core.clock import SystemClock
from core.domain.account import AccountKind
from core.domain.ids import ConversationId
from core.errors import EmptyMessage, UserInputError
from database import ConversationStore
from telegram.sandbox.control import FaultKind, RepeatBehaviour
from tests.campaigns.dispatch.rig import ASKED_BY, Rig, RigAccount

pytestmark = pytest.mark.slow


async def ids(rig: Rig, account: RigAccount, box: Box = Box.ALL) -> list[int]:
    store, asked = rig.console.get(ConversationStore), ConversationQuestion(box=box, account_id=account.id)
    return list(await store.ids(asked, viewer=ASKED_BY, now=SystemClock().now()))


async def written_to(rig: Rig, account: RigAccount, *texts: str) -> ConversationId:
    """The person of this account has written these texts, and the worker has read them."""
    person = account.people[0]
    for text in texts:
        await rig.control.person_says(person.user_id, account.user_id, text)

    async def is_read() -> bool:
        found = await ids(rig, account)
        if not found:
            return False
        messages = (await shown(rig, ConversationId(found[0]))).messages
        return any(isinstance(one, TheirMessage) and one.text == texts[-1] for one in messages)

    await rig.until(is_read, "what the person wrote is read")
    return ConversationId((await ids(rig, account))[0])


async def shown(rig: Rig, conversation_id: ConversationId) -> Conversation:
    return await rig.console.get(ConversationStore).conversation(conversation_id)


async def replies(rig: Rig, conversation_id: ConversationId) -> list[OurMessage]:
    found = await shown(rig, conversation_id)
    return [message for message in found.messages if isinstance(message, OurMessage) and message.is_reply]


async def until_reply(rig: Rig, conversation_id: ConversationId, state: DeliveryState) -> OurMessage:
    async def is_there() -> bool:
        return any(message.state is state for message in await replies(rig, conversation_id))

    await rig.until(is_there, f"the answer is {state}")
    return (await replies(rig, conversation_id))[-1]


@pytest.mark.parametrize("kind", list(AccountKind))
async def test_an_answer_arrives_once_from_the_account_that_was_written_to(rig: Rig, kind: AccountKind) -> None:
    account = await rig.add_account(kind, people=1)
    await rig.add_account(people=1)
    await rig.start_worker()
    conversation_id = await written_to(rig, account, "Is it open?")
    assert await ids(rig, account, Box.WAITING) == [conversation_id]

    await rig.console.get(Replies).send(conversation_id, "**Yes**, until eight.", actor=ASKED_BY)
    assert await ids(rig, account, Box.WAITING) == []

    answer = await until_reply(rig, conversation_id, DeliveryState.SENT)
    (entry,) = rig.sent()
    assert (entry.account_id, entry.peer_id) == (account.user_id, account.people[0].user_id)
    assert answer.message is not None
    assert (answer.message.text.text, answer.author, answer.campaign) == ("Yes, until eight.", ASKED_BY, "")


@pytest.mark.parametrize("behaviour", list(RepeatBehaviour))
async def test_an_answer_whose_confirmation_was_lost_arrives_once(rig: Rig, behaviour: RepeatBehaviour) -> None:
    account = await rig.add_account(people=1)
    await rig.control.set_repeat_behaviour(behaviour)
    await rig.start_worker()
    conversation_id = await written_to(rig, account, "Is it open?")
    await rig.inject(account, FaultKind.DROP_AFTER)

    await rig.console.get(Replies).send(conversation_id, "Yes", actor=ASKED_BY)

    await until_reply(rig, conversation_id, DeliveryState.SENT)
    assert rig.sent_to(account.people[0]) == 1


async def test_an_answer_waits_for_a_worker_and_can_be_taken_back_until_then(rig: Rig) -> None:
    account = await rig.add_account(people=1)
    await rig.start_worker()
    conversation_id = await written_to(rig, account, "Is it open?")
    await rig.stop_worker()
    answers = rig.console.get(Replies)
    first = await answers.send(conversation_id, "No", actor=ASKED_BY)
    await answers.send(conversation_id, "Yes", actor=ASKED_BY)

    assert await answers.take_back(first)
    await rig.start_worker(until_idle=False)

    await until_reply(rig, conversation_id, DeliveryState.SENT)
    states = [(one.state, one.reason) for one in await replies(rig, conversation_id)]
    assert sorted(states) == [(DeliveryState.CANCELLED, DeliveryReason.TAKEN_BACK), (DeliveryState.SENT, None)]
    assert rig.sent_to(account.people[0]) == 1
    assert not await answers.take_back(first)


async def test_who_said_stop_is_answered_only_after_writing_again(rig: Rig) -> None:
    account = await rig.add_account(people=1)
    await rig.start_worker()
    conversation_id = await written_to(rig, account, "STOP")
    answers = rig.console.get(Replies)
    with pytest.raises(UserInputError, match="said STOP"):
        await answers.send(conversation_id, "Why?", actor=ASKED_BY)

    await written_to(rig, account, "One question though")
    await answers.send(conversation_id, "Which one?", actor=ASKED_BY)

    await until_reply(rig, conversation_id, DeliveryState.SENT)
    assert rig.sent_to(account.people[0]) == 1


async def test_a_stop_that_comes_while_an_answer_waits_keeps_it_back(rig: Rig) -> None:
    account = await rig.add_account(people=1)
    await rig.start_worker()
    conversation_id = await written_to(rig, account, "Is it open?")
    await rig.stop_worker()
    await rig.console.get(Replies).send(conversation_id, "Yes", actor=ASKED_BY)
    await rig.control.person_says(account.people[0].user_id, account.user_id, "STOP")

    await rig.start_worker(until_idle=False)

    answer = await until_reply(rig, conversation_id, DeliveryState.SKIPPED)
    assert answer.reason is DeliveryReason.SAID_STOP
    assert rig.sent() == []


async def test_an_answer_that_telegram_refuses_fails_with_its_reason_and_the_person_still_waits(rig: Rig) -> None:
    account = await rig.add_account(people=1)
    await rig.start_worker()
    conversation_id = await written_to(rig, account, "Is it open?")
    await rig.inject(account, FaultKind.ERROR, code=400, text="USER_IS_BLOCKED")

    await rig.console.get(Replies).send(conversation_id, "Yes", actor=ASKED_BY)

    await until_reply(rig, conversation_id, DeliveryState.FAILED)
    assert (await shown(rig, conversation_id)).row.is_answered is False
    assert rig.sent() == []


async def test_an_empty_answer_is_refused(rig: Rig) -> None:
    account = await rig.add_account(people=1)
    await rig.start_worker()
    conversation_id = await written_to(rig, account, "Is it open?")
    with pytest.raises(EmptyMessage):
        await rig.console.get(Replies).send(conversation_id, " ** ** ", actor=ASKED_BY)


async def test_a_stop_is_confirmed_once_though_the_confirmation_of_that_was_lost_and_it_is_said_again(
    rig: Rig,
) -> None:
    account = await rig.add_account(people=1)
    rig.set("people", "confirm_stop", True)
    await rig.start_worker()
    await rig.inject(account, FaultKind.DROP_AFTER)

    conversation_id = await written_to(rig, account, "STOP")

    async def is_sent() -> bool:
        messages = (await shown(rig, conversation_id)).messages
        return any(isinstance(one, OurMessage) and one.state is DeliveryState.SENT for one in messages)

    await rig.until(is_sent, "the STOP is confirmed")
    await written_to(rig, account, "stop", "Stop!")
    await rig.until_beats()
    assert rig.sent_to(account.people[0]) == 1
