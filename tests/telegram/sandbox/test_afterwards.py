"""What becomes of messages after they were written: told to who is there, and in the difference to who was not."""

from typing import Any

from telethon import functions, types
from telethon.sessions import MemorySession

from telegram.sandbox.control import PersonInfo, PersonMedia
from tests.telegram.sandbox_fixture import (
    RunningSandbox,
    SandboxClient,
    connected,
    next_of,
    peer_of,
    pushed,
    send,
    signed_in_bot,
    signed_in_user,
)


async def difference(client: SandboxClient, state: Any) -> Any:
    return await client(functions.updates.GetDifferenceRequest(pts=state.pts, date=state.date, qts=state.qts))


async def somebody(sandbox: RunningSandbox, account_id: int) -> PersonInfo:
    return (await sandbox.control.make_people(1, seed=1, account_ids=[account_id]))[0]


async def test_edits_and_deletions_are_pushed_and_come_with_the_difference(shared_sandbox: RunningSandbox) -> None:
    control = shared_sandbox.control
    session = MemorySession()
    async with signed_in_user(shared_sandbox, session) as (client, account):
        person = await somebody(shared_sandbox, account.user_id)
        first = await control.person_says(person.user_id, account.user_id, "Ten")
        second = await control.person_says(person.user_id, account.user_id, "Nevermind")
        state = await client(functions.updates.GetStateRequest())
        async with pushed(client) as updates:
            await control.edit_message(account.user_id, first, "Two")
            assert await control.delete_messages(account.user_id, [second, 99]) == 1
            edit = await next_of(updates, types.UpdateEditMessage)
            deletion = await next_of(updates, types.UpdateDeleteMessages)
        [dialog] = await client.get_dialogs()

    assert (edit.message.id, edit.message.message, edit.message.edit_date is None) == (first, "Two", False)
    assert (edit.pts, deletion.pts, deletion.messages) == (state.pts + 1, state.pts + 2, [second])
    assert (dialog.unread_count, dialog.dialog.top_message) == (2, first)
    async with connected(shared_sandbox.address, session) as client:
        missed = await difference(client, state)
        all_of_it = await difference(
            client, types.updates.State(pts=1, qts=0, date=state.date, seq=0, unread_count=0)
        )

    assert [type(update) for update in missed.other_updates] == [types.UpdateEditMessage, types.UpdateDeleteMessages]
    assert [message.message for message in all_of_it.new_messages][1:] == ["Two"]


async def test_a_user_account_is_told_of_reactions_and_can_ask_for_those_it_missed(
    shared_sandbox: RunningSandbox,
) -> None:
    async with signed_in_user(shared_sandbox) as (client, account):
        person = await somebody(shared_sandbox, account.user_id)
        peer = await peer_of(client, person.username)
        ours = (await send(client, peer, "Ready?", 1)).id
        async with pushed(client) as updates:
            await shared_sandbox.control.react(account.user_id, ours, "👍", "✅")
            told = await next_of(updates, types.UpdateMessageReactions)
            await shared_sandbox.control.react(account.user_id, ours, "👌", by_account=True)
            both = await next_of(updates, types.UpdateMessageReactions)
        [dialog] = await client.get_dialogs()
        unread = await client(
            functions.messages.GetUnreadReactionsRequest(
                peer, offset_id=0, add_offset=0, limit=10, max_id=0, min_id=0
            )
        )
        custom = told.reactions.recent_reactions[1].reaction
        [document] = await client(functions.messages.GetCustomEmojiDocumentsRequest([custom.document_id]))
        await shared_sandbox.control.react(account.user_id, ours)
        [top] = await client.get_messages(peer, limit=1)

    assert (told.peer.user_id, told.msg_id) == (person.user_id, ours)
    assert told.reactions.recent_reactions[0].reaction.emoticon == "👍"
    assert document.attributes[0].alt == "✅"
    assert [(each.peer_id.user_id, each.my) for each in both.reactions.recent_reactions] == [
        (person.user_id, False),
        (person.user_id, False),
        (account.user_id, True),
    ]
    assert dialog.dialog.unread_reactions_count == 1
    assert [message.id for message in unread.messages] == [ours]
    assert [each.reaction.emoticon for each in top.reactions.recent_reactions] == ["👌"]


async def test_a_bot_is_told_of_reactions_in_its_own_sequence(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_bot(shared_sandbox) as (client, bot), pushed(client) as updates:
        person = await somebody(shared_sandbox, bot.user_id)
        number = await shared_sandbox.control.person_says(person.user_id, bot.user_id, "Thanks")
        state = await client(functions.updates.GetStateRequest())
        await shared_sandbox.control.react(bot.user_id, number, "🔥")
        await shared_sandbox.control.react(bot.user_id, number)
        told = await next_of(updates, types.UpdateBotMessageReaction)
        missed = await difference(client, state)

    assert (told.actor.user_id, told.new_reactions, told.qts) == (
        person.user_id,
        [types.ReactionEmoji("🔥")],
        state.qts + 1,
    )
    assert [len(update.new_reactions) for update in missed.other_updates] == [1, 0]


async def test_typing_is_told_and_kept_nowhere(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_user(shared_sandbox) as (client, account), pushed(client) as updates:
        person = await somebody(shared_sandbox, account.user_id)
        state = await client(functions.updates.GetStateRequest())
        await shared_sandbox.control.person_types(person.user_id, account.user_id)
        typing = await next_of(updates, types.UpdateUserTyping)
        await shared_sandbox.control.person_types(person.user_id, account.user_id, is_typing=False)
        ended = await next_of(updates, types.UpdateUserTyping)
        missed = await difference(client, state)

    assert (typing.user_id, type(typing.action)) == (person.user_id, types.SendMessageTypingAction)
    assert isinstance(ended.action, types.SendMessageCancelAction)
    assert isinstance(missed, types.updates.DifferenceEmpty)


async def test_what_the_owner_does_on_another_device_is_told(shared_sandbox: RunningSandbox) -> None:
    control = shared_sandbox.control
    async with signed_in_user(shared_sandbox) as (client, account), pushed(client) as updates:
        person = await somebody(shared_sandbox, account.user_id)
        await next_of(updates, types.UpdateNewMessage)
        number = await control.account_says(account.user_id, person.user_id, "From my phone")
        written = await next_of(updates, types.UpdateNewMessage)
        await control.account_reads(account.user_id, person.user_id)
        read = await next_of(updates, types.UpdateReadHistoryInbox)

    assert (written.message.id, written.message.out, written.message.message) == (number, True, "From my phone")
    assert read.still_unread_count == 0


async def test_people_send_what_is_no_text(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_user(shared_sandbox) as (client, account):
        person = await somebody(shared_sandbox, account.user_id)
        voice = PersonMedia("voice", seconds=12)
        await shared_sandbox.control.person_says(person.user_id, account.user_id, "", voice)
        [message] = await client.get_messages(await peer_of(client, person.username), limit=1)

    assert message.voice.attributes[0].duration == 12
