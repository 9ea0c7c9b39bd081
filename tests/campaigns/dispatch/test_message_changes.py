"""What was sent is edited and deleted by rows that leave like messages, within the same limits."""

import pytest

from campaigns.accounts.service import AccountService
from campaigns.delivery import DeliveryState
from campaigns.inbox.changes import MessageChanges
from campaigns.inbox.conversations import ChangeKind, OurMessage
from campaigns.inbox.replies import Replies
from campaigns.reasons import DeliveryReason
from core.domain.account import AccountKind, LimitKind
from core.domain.ids import ConversationId
from core.errors import EmptyMessage, UserInputError
from telegram.sandbox.control import FaultKind
from tests.campaigns.dispatch.rig import ASKED_BY, Rig, RigAccount
from tests.campaigns.dispatch.test_replies import replies, until_reply, written_to

pytestmark = pytest.mark.slow

EDIT, DELETE = "messages.editMessage", "messages.deleteMessages"


async def answered(rig: Rig, account: RigAccount, text: str = "**Yes**, until eight.") -> ConversationId:
    """The person wrote, and the answer arrived."""
    await rig.start_worker()
    conversation_id = await written_to(rig, account, "Is it open?")
    await rig.console.get(Replies).send(conversation_id, text, actor=ASKED_BY)
    await until_reply(rig, conversation_id, DeliveryState.SENT)
    return conversation_id


async def newest(rig: Rig, conversation_id: ConversationId) -> OurMessage:
    return (await replies(rig, conversation_id))[-1]


async def until_changed(rig: Rig, conversation_id: ConversationId, state: DeliveryState) -> OurMessage:
    async def look() -> bool:
        change = (await newest(rig, conversation_id)).change
        return change is not None and change.state is state

    await rig.until(look, f"the change is {state}")
    return await newest(rig, conversation_id)


async def edit(rig: Rig, conversation_id: ConversationId, text: str) -> None:
    await rig.console.get(MessageChanges).edit((await newest(rig, conversation_id)).id, text, actor=ASKED_BY)


async def delete(rig: Rig, conversation_id: ConversationId) -> None:
    await rig.console.get(MessageChanges).delete((await newest(rig, conversation_id)).id, actor=ASKED_BY)


def text_of(message: OurMessage) -> str:
    assert message.message is not None
    return message.message.text.text


@pytest.mark.parametrize("kind", list(AccountKind))
async def test_an_answer_is_edited_and_then_deleted_for_both_sides(rig: Rig, kind: AccountKind) -> None:
    account = await rig.add_account(kind, people=1)
    conversation_id = await answered(rig, account)
    with pytest.raises(UserInputError, match="says that already"):
        await edit(rig, conversation_id, "**Yes**, until eight.")

    await edit(rig, conversation_id, "Yes, until **nine**.")
    message = await until_changed(rig, conversation_id, DeliveryState.SENT)

    assert text_of(message) == "Yes, until nine."
    assert message.message is not None
    assert len(message.message.text.entities) == 1
    assert message.marks.edited_at is not None

    await delete(rig, conversation_id)
    message = await until_changed(rig, conversation_id, DeliveryState.SENT)

    assert message.marks.deleted_at is not None
    assert await rig.control.delete_messages(account.user_id, [message.message_id or 0]) == 0
    with pytest.raises(UserInputError, match="not in the chat"):
        await delete(rig, conversation_id)


@pytest.mark.parametrize(
    ("method", "fault", "takes_effect"),
    [(EDIT, FaultKind.DROP_AFTER, True), (EDIT, FaultKind.DROP_BEFORE, False), (DELETE, FaultKind.DROP_AFTER, True)],
)
async def test_a_change_whose_answer_was_lost_is_asked_for_again(
    rig: Rig, method: str, fault: FaultKind, takes_effect: bool
) -> None:
    account = await rig.add_account(people=1)
    conversation_id = await answered(rig, account)
    await rig.inject(account, fault, method)

    await (edit(rig, conversation_id, "No") if method == EDIT else delete(rig, conversation_id))

    message = await until_changed(rig, conversation_id, DeliveryState.SENT)
    assert await rig.calls(method) >= 2
    assert (text_of(message), message.marks.deleted_at is None) == ("No", True) if method == EDIT else True


async def test_a_refusal_is_shown_with_its_reason(rig: Rig) -> None:
    account = await rig.add_account(people=1)
    conversation_id = await answered(rig, account)
    await rig.inject(account, FaultKind.ERROR, EDIT, code=400, text="MESSAGE_EDIT_TIME_EXPIRED")

    await edit(rig, conversation_id, "No")

    message = await until_changed(rig, conversation_id, DeliveryState.FAILED)
    assert message.change is not None
    assert (message.change.kind, message.change.reason) == (ChangeKind.EDIT, DeliveryReason.EDIT_TOO_LATE)
    assert text_of(message) == "Yes, until eight."


async def test_only_the_last_of_several_edits_that_wait_leaves(rig: Rig) -> None:
    account = await rig.add_account(people=1)
    conversation_id = await answered(rig, account)
    await rig.stop_worker()
    calls = await rig.calls(EDIT)
    for text in ("One", "Two", "Three"):
        await edit(rig, conversation_id, text)

    await rig.start_worker(until_idle=False)

    assert text_of(await until_changed(rig, conversation_id, DeliveryState.SENT)) == "Three"
    assert await rig.calls(EDIT) == calls + 1
    rows = await rig.rows()
    assert [row.state for row in rows if row.reason is DeliveryReason.SUPERSEDED] == [DeliveryState.CANCELLED] * 2


async def test_who_said_stop_sees_no_edit_but_what_was_sent_can_be_deleted(rig: Rig) -> None:
    account = await rig.add_account(people=1)
    conversation_id = await answered(rig, account)
    await written_to(rig, account, "STOP")

    with pytest.raises(UserInputError, match="said STOP"):
        await edit(rig, conversation_id, "No")
    await delete(rig, conversation_id)

    await until_changed(rig, conversation_id, DeliveryState.SENT)


async def test_edits_take_from_the_same_quota_as_messages(rig: Rig) -> None:
    account = await rig.add_account(people=1)
    conversation_id = await answered(rig, account)
    await rig.console.get(AccountService).set_limits([account.id], {LimitKind.PER_DAY: 2}, actor=ASKED_BY)
    await edit(rig, conversation_id, "No")
    await until_changed(rig, conversation_id, DeliveryState.SENT)

    await rig.console.get(Replies).send(conversation_id, "One more thing", actor=ASKED_BY)

    async def waits() -> bool:
        return "in a day" in ((await rig.lane(account)).reason or "")

    await rig.until(waits, "the quota is used")
    assert len(rig.sent()) == 1


async def test_an_empty_text_is_no_edit(rig: Rig) -> None:
    account = await rig.add_account(people=1)
    conversation_id = await answered(rig, account)
    with pytest.raises(EmptyMessage):
        await edit(rig, conversation_id, " ")
