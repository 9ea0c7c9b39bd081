"""Edits and deletions of an account's own messages, as Telegram answers them."""

from collections.abc import Awaitable
from typing import Any

import pytest
from telethon import functions, types
from telethon.errors import RPCError
from telethon.sessions import MemorySession

from telegram.errors import rpc_name
from tests.telegram.sandbox_fixture import (
    RunningSandbox,
    SandboxClient,
    connected,
    next_of,
    peer_of,
    pushed,
    send,
    sign_in_by_code,
    signed_in_bot,
    signed_in_user,
)

DAYS_3_S = 3 * 86_400.0


async def edit(client: SandboxClient, peer: Any, number: int, text: str) -> Any:
    return await client(functions.messages.EditMessageRequest(peer, number, message=text))


async def delete(client: SandboxClient, number: int) -> Any:
    return await client(functions.messages.DeleteMessagesRequest([number], revoke=True))


async def refusal(call: Awaitable[Any]) -> str:
    with pytest.raises(RPCError) as raised:
        await call
    return rpc_name(raised.value)


async def test_an_edit_changes_the_message_once_and_a_deletion_takes_it_away(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_user(shared_sandbox) as (client, account):
        (person,) = await shared_sandbox.control.make_people(1, seed=3, account_ids=[account.user_id])
        peer = await peer_of(client, person.username)
        sent = await send(client, peer, "One", random_id=11)
        before = await client(functions.updates.GetStateRequest())

        answer = await edit(client, peer, sent.id, "Two")
        again = await refusal(edit(client, peer, sent.id, "Two"))
        gone = [await delete(client, sent.id) for _ in range(2)]

        (update,) = answer.updates
        assert (type(update), update.message.message) == (types.UpdateEditMessage, "Two")
        assert update.pts == before.pts + 1
        assert again == "MESSAGE_NOT_MODIFIED"
        assert [each.pts_count for each in gone] == [1, 0]
        assert await refusal(edit(client, peer, sent.id, "Three")) == "MESSAGE_ID_INVALID"


async def test_another_device_of_the_account_is_told_and_nobody_edits_what_others_wrote(
    shared_sandbox: RunningSandbox,
) -> None:
    async with signed_in_user(shared_sandbox) as (client, account), connected(shared_sandbox.address) as other:
        (person,) = await shared_sandbox.control.make_people(1, seed=4, account_ids=[account.user_id])
        theirs = await shared_sandbox.control.person_says(person.user_id, account.user_id, "Hm")
        peer = await peer_of(client, person.username)
        sent = await send(client, peer, "One", random_id=12)
        await sign_in_by_code(shared_sandbox, other, account)

        async with pushed(other) as updates:
            await edit(client, peer, sent.id, "Two")
            await delete(client, sent.id)

            assert (await next_of(updates, types.UpdateEditMessage)).message.message == "Two"
            assert (await next_of(updates, types.UpdateDeleteMessages)).messages == [sent.id]
        assert await refusal(edit(client, peer, theirs, "Mine")) == "MESSAGE_AUTHOR_REQUIRED"


async def test_after_two_days_a_user_may_not_edit_and_a_bot_not_delete(shared_sandbox: RunningSandbox) -> None:
    control, sessions, sent = shared_sandbox.control, (MemorySession(), MemorySession()), []
    for session, sign_in in zip(sessions, (signed_in_user, signed_in_bot), strict=True):
        async with sign_in(shared_sandbox, session) as (client, account):
            (person,) = await control.make_people(1, seed=5, account_ids=[account.user_id])
            peer = await peer_of(client, person.username)
            sent.append((peer, (await send(client, peer, "One", random_id=13)).id))
    await control.set_clock_offset(DAYS_3_S)

    async with connected(shared_sandbox.address, sessions[0]) as user:
        assert await refusal(edit(user, *sent[0], "Two")) == "MESSAGE_EDIT_TIME_EXPIRED"
        assert (await delete(user, sent[0][1])).pts_count == 1
    async with connected(shared_sandbox.address, sessions[1]) as bot:
        assert (await edit(bot, *sent[1], "Two")).updates
        assert await refusal(delete(bot, sent[1][1])) == "MESSAGE_DELETE_FORBIDDEN"


async def test_typing_is_taken_from_bots_too(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_bot(shared_sandbox) as (bot, account):
        (person,) = await shared_sandbox.control.make_people(1, seed=6, account_ids=[account.user_id])
        peer = await peer_of(bot, person.username)

        assert await bot(functions.messages.SetTypingRequest(peer, types.SendMessageTypingAction())) is True
