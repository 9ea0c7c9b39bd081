"""Reading and typing are seen by the other side, within the account's pace and after its answers."""

import pytest

from campaigns.inbox.replies import Replies
from campaigns.inbox.service import Inbox
from core.domain.account import AccountKind
from telegram.sandbox.control import FaultKind
from tests.campaigns.dispatch.rig import ASKED_BY, Rig
from tests.campaigns.dispatch.test_replies import written_to

pytestmark = pytest.mark.slow

READ, TYPING = "messages.readHistory", "messages.setTyping"
_WAITING = "SELECT count(*) FROM chat_sign WHERE read_to > read_told OR typing_at IS NOT NULL"


async def until_told(rig: Rig) -> None:
    async def is_told() -> bool:
        return await rig.database.read(lambda raw: bool(raw.execute(_WAITING).fetchone()[0] == 0))

    await rig.until(is_told, "everything is told")


async def test_a_conversation_that_is_opened_is_marked_as_read_at_telegram_once(rig: Rig) -> None:
    account = await rig.add_account(people=1)
    await rig.start_worker()
    conversation_id = await written_to(rig, account, "Is it open?")
    before = await rig.calls(READ)

    for _ in range(2):
        await rig.console.get(Inbox).mark_read(conversation_id)
        await until_told(rig)

    assert await rig.calls(READ) == before + 1


async def test_a_read_whose_answer_was_lost_is_told_again(rig: Rig) -> None:
    account = await rig.add_account(people=1)
    await rig.start_worker()
    conversation_id = await written_to(rig, account, "Is it open?")
    before = await rig.calls(READ)
    await rig.inject(account, FaultKind.DROP_AFTER, READ)

    await rig.console.get(Inbox).mark_read(conversation_id)

    await until_told(rig)
    assert await rig.calls(READ) == before + 2


@pytest.mark.parametrize("kind", list(AccountKind))
async def test_typing_is_told_while_it_is_young(rig: Rig, kind: AccountKind) -> None:
    account = await rig.add_account(kind, people=1)
    await rig.start_worker()
    conversation_id = await written_to(rig, account, "Is it open?")
    before = await rig.calls(TYPING)
    await rig.console.get(Inbox).note_typing(conversation_id)
    await until_told(rig)
    assert await rig.calls(TYPING) == before + 1
    await rig.stop_worker()

    await rig.console.get(Inbox).note_typing(conversation_id)
    await rig.edit("UPDATE chat_sign SET typing_at = typing_at - 7000")
    await rig.start_worker(until_idle=False)

    await until_told(rig)
    assert await rig.calls(TYPING) == before + 1


async def test_a_refusal_of_typing_ends_it_and_the_answer_leaves(rig: Rig) -> None:
    account = await rig.add_account(people=1)
    await rig.start_worker()
    conversation_id = await written_to(rig, account, "Is it open?")
    await rig.inject(account, FaultKind.ERROR, TYPING, code=400, text="USER_IS_BLOCKED")

    await rig.console.get(Inbox).note_typing(conversation_id)
    await until_told(rig)
    await rig.console.get(Replies).send(conversation_id, "Yes", actor=ASKED_BY)

    await rig.until_states(sent=1)
    assert rig.sent_to(account.people[0]) == 1


async def test_nothing_is_told_while_telegram_makes_the_account_wait(rig: Rig) -> None:
    account = await rig.add_account(people=1)
    await rig.start_worker()
    conversation_id = await written_to(rig, account, "Is it open?")
    before = await rig.calls(TYPING), await rig.calls(READ)
    await rig.inject(account, FaultKind.FLOOD, seconds=60)
    await rig.console.get(Replies).send(conversation_id, "Yes", actor=ASKED_BY)
    await rig.until_states(deferred=1)

    await rig.console.get(Inbox).note_typing(conversation_id)
    await rig.console.get(Inbox).mark_read(conversation_id)
    await rig.until_beats()

    assert (await rig.calls(TYPING), await rig.calls(READ)) == before
