"""What accounts learn by themselves, what they missed, and what they can look up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from telethon import functions, types
from telethon.errors import BotMethodInvalidError, UserIsBlockedError, UsernameNotOccupiedError
from telethon.sessions import MemorySession

from telegram.sandbox.control import AccountInfo
from tests.telegram.sandbox_fixture import (
    RunningSandbox,
    SandboxClient,
    connected,
    make_client,
    next_of,
    peer_of,
    pushed,
    send,
    sign_in_by_code,
    signed_in_bot,
    signed_in_user,
)


async def difference(client: SandboxClient, state: Any) -> Any:
    return await client(functions.updates.GetDifferenceRequest(pts=state.pts, date=state.date, qts=state.qts))


async def test_what_a_person_writes_reaches_the_account_with_its_sender(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_user(shared_sandbox) as (client, account), pushed(client) as updates:
        [person] = await shared_sandbox.control.make_people(1, seed=1, account_ids=[account.user_id])
        greeting = await next_of(updates, types.UpdateNewMessage)
        number = await shared_sandbox.control.person_says(person.user_id, account.user_id, "Привет")
        update = await next_of(updates, types.UpdateNewMessage)

        assert (greeting.pts, update.pts, update.pts_count) == (2, 3, 1)
        assert (update.message.id, update.message.message, update.message.out) == (number, "Привет", False)
        assert update.message.peer_id == types.PeerUser(person.user_id)
        assert await client.get_input_entity(person.user_id) == await peer_of(client, person.username)


async def test_what_was_missed_comes_with_the_difference(shared_sandbox: RunningSandbox) -> None:
    session = MemorySession()
    async with signed_in_user(shared_sandbox, session) as (client, account):
        [person] = await shared_sandbox.control.make_people(1, seed=1, account_ids=[account.user_id])
        await send(client, await peer_of(client, person.username), "hi", 1)
        state = await client(functions.updates.GetStateRequest())
    await shared_sandbox.control.person_reads(person.user_id, account.user_id)
    await shared_sandbox.control.person_says(person.user_id, account.user_id, "STOP")

    async with connected(shared_sandbox.address, session) as client:
        missed = await difference(client, state)
        nothing = await difference(client, missed.state)

    assert [message.message for message in missed.new_messages] == ["STOP"]
    [read] = missed.other_updates
    assert isinstance(read, types.UpdateReadHistoryOutbox)
    assert (read.peer.user_id, read.max_id, read.pts) == (person.user_id, 2, state.pts + 1)
    assert {user.id for user in missed.users} == {account.user_id, person.user_id}
    assert missed.state.pts == state.pts + 2
    assert isinstance(nothing, types.updates.DifferenceEmpty)


async def test_the_stock_client_catches_up_from_a_kept_state(shared_sandbox: RunningSandbox) -> None:
    session = MemorySession()
    async with signed_in_user(shared_sandbox, session) as (client, account), pushed(client) as updates:
        [person] = await shared_sandbox.control.make_people(1, seed=1, account_ids=[account.user_id])
        await next_of(updates, types.UpdateNewMessage)
    await shared_sandbox.control.person_says(person.user_id, account.user_id, "missed")

    client = make_client(shared_sandbox.address, session, catch_up=True)
    async with pushed(client) as updates:
        await client.connect()
        assert (await next_of(updates, types.UpdateNewMessage)).message.message == "missed"
        await client.disconnect()


async def test_a_long_difference_comes_in_slices(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_user(shared_sandbox) as (client, account):
        state = await client(functions.updates.GetStateRequest())
        await shared_sandbox.control.make_people(600, seed=1, account_ids=[account.user_id])

        part = await difference(client, state)
        rest = await difference(client, part.intermediate_state)

    assert isinstance(part, types.updates.DifferenceSlice)
    assert len(part.new_messages) + len(rest.new_messages) == 600
    assert rest.state.pts == state.pts + 600


async def test_a_difference_can_be_too_long(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_user(shared_sandbox) as (client, account):
        state = await client(functions.updates.GetStateRequest())
        await shared_sandbox.control.make_people(1, seed=1, account_ids=[account.user_id])
        await shared_sandbox.control.make_difference_too_long(account.user_id)

        too_long = await difference(client, state)

        assert too_long == types.updates.DifferenceTooLong(pts=state.pts + 1)
        assert isinstance(await difference(client, state), types.updates.Difference)


async def test_other_devices_of_an_account_see_what_one_of_them_sends(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_user(shared_sandbox) as (one, account), connected(shared_sandbox.address) as two:
        await sign_in_by_code(shared_sandbox, two, account)
        async with pushed(two) as updates:
            [person] = await shared_sandbox.control.make_people(1, seed=1, account_ids=[account.user_id])
            await next_of(updates, types.UpdateNewMessage)
            answer = await send(one, await peer_of(one, person.username), "from the other device", 1)
            update = await next_of(updates, types.UpdateNewMessage)

    assert (update.message.id, update.message.out, update.pts) == (answer.id, True, answer.pts)


async def test_an_account_can_write_to_another_account(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_user(shared_sandbox) as (one, _), signed_in_user(shared_sandbox) as (two, account_two):
        contact = types.InputPhoneContact(client_id=5, phone=account_two.phone, first_name="B", last_name="")
        imported = await one(functions.contacts.ImportContactsRequest([contact]))
        [user] = imported.users
        async with pushed(two) as updates:
            await send(one, types.InputPeerUser(user.id, user.access_hash), "hello you", 1)
            update = await next_of(updates, types.UpdateNewMessage)

    assert (imported.imported[0].client_id, user.id, user.contact) == (5, account_two.user_id, True)
    assert (update.message.message, update.message.out) == ("hello you", False)


async def test_a_client_that_wants_no_updates_gets_none(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_user(shared_sandbox, receive_updates=False) as (client, account), pushed(client) as updates:
        await shared_sandbox.control.make_people(3, seed=1, account_ids=[account.user_id])
        await client(functions.updates.GetStateRequest())  # whatever was pushed came before this answer

        assert updates.empty()


async def test_a_bot_is_told_when_a_person_stops_it(shared_sandbox: RunningSandbox) -> None:
    session = MemorySession()
    async with signed_in_bot(shared_sandbox, session) as (client, bot), pushed(client) as updates:
        [person] = await shared_sandbox.control.make_people(1, seed=1, account_ids=[bot.user_id])
        state = await client(functions.updates.GetStateRequest())
        peer = await peer_of(client, person.username)
        await shared_sandbox.control.person_blocks(person.user_id, bot.user_id)

        stopped = await next_of(updates, types.UpdateBotStopped)
        assert (stopped.user_id, stopped.stopped, stopped.qts) == (person.user_id, True, state.qts + 1)
        with pytest.raises(UserIsBlockedError):
            await send(client, peer, "hi", 1)

        await shared_sandbox.control.person_unblocks(person.user_id, bot.user_id)
        assert not (await next_of(updates, types.UpdateBotStopped)).stopped
        await send(client, peer, "hi", 1)
        missed = await difference(client, state)

    assert [update.stopped for update in missed.other_updates] == [True, False]
    assert missed.state.qts == state.qts + 2


async def test_a_user_account_learns_of_a_block_only_when_it_writes(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_user(shared_sandbox) as (client, account):
        [person] = await shared_sandbox.control.make_people(1, seed=1, account_ids=[account.user_id])
        state = await client(functions.updates.GetStateRequest())
        await shared_sandbox.control.person_blocks(person.user_id, account.user_id)

        assert isinstance(await difference(client, state), types.updates.DifferenceEmpty)
        with pytest.raises(UserIsBlockedError):
            await send(client, await peer_of(client, person.username), "hi", 1)


async def test_dialogs_come_newest_first_with_their_unread_counts(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_user(shared_sandbox) as (client, account):
        people = await shared_sandbox.control.make_people(150, seed=1, account_ids=[account.user_id])
        await shared_sandbox.control.person_says(people[3].user_id, account.user_id, "and another thing")

        dialogs = await client.get_dialogs(limit=None)

    assert [dialog.unread_count for dialog in dialogs[:2]] == [2, 1]
    assert dialogs[0].message.message == "and another thing"
    expected = [people[3], *[person for person in reversed(people) if person != people[3]]]
    assert [dialog.id for dialog in dialogs] == [person.user_id for person in expected]


async def test_reading_a_dialog_clears_its_count_and_tells_the_other_devices(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_user(shared_sandbox) as (one, account), connected(shared_sandbox.address) as two:
        await sign_in_by_code(shared_sandbox, two, account)
        [person] = await shared_sandbox.control.make_people(1, seed=1, account_ids=[account.user_id])
        last = await shared_sandbox.control.person_says(person.user_id, account.user_id, "hello?")
        peer = await peer_of(one, person.username)
        async with pushed(two) as updates:
            affected = await one(functions.messages.ReadHistoryRequest(peer, max_id=last - 1))
            update = await next_of(updates, types.UpdateReadHistoryInbox)
        [dialog] = await one.get_dialogs()

    assert affected.pts_count == 1
    assert (update.max_id, update.still_unread_count, update.pts) == (last - 1, 1, affected.pts)
    assert (dialog.unread_count, dialog.dialog.read_inbox_max_id) == (1, last - 1)


@asynccontextmanager
async def conversation(
    sandbox: RunningSandbox, count: int
) -> AsyncIterator[tuple[SandboxClient, AccountInfo, types.InputPeerUser]]:
    async with signed_in_user(sandbox) as (client, account):
        [person] = await sandbox.control.make_people(1, seed=1, account_ids=[account.user_id])
        peer = await peer_of(client, person.username)
        await asyncio.gather(*(send(client, peer, f"message {number}", number) for number in range(1, count + 1)))
        yield client, account, peer


async def test_a_history_comes_in_pages_newest_first(shared_sandbox: RunningSandbox) -> None:
    async with conversation(shared_sandbox, 130) as (client, _, peer):
        messages = await client.get_messages(peer, limit=None)
        newer = await client.get_messages(peer, limit=None, min_id=messages[2].id)

    texts = [message.message for message in messages]
    assert texts[:-1] == [f"message {number}" for number in range(130, 0, -1)]
    assert [message.message for message in newer] == ["message 130", "message 129"]
    assert messages.total == 131


async def test_a_search_finds_own_messages_only_when_asked_so(shared_sandbox: RunningSandbox) -> None:
    async with conversation(shared_sandbox, 12) as (client, account, peer):
        await shared_sandbox.control.person_says(peer.user_id, account.user_id, "message 12? thanks")

        both = await client.get_messages(peer, search="message 12", limit=10)
        own = await client.get_messages(peer, search="message 12", from_user="me", limit=10)

    assert [message.out for message in both] == [False, True]
    assert [message.message for message in own] == ["message 12"]


async def test_formatting_is_kept(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_user(shared_sandbox) as (client, account):
        [person] = await shared_sandbox.control.make_people(1, seed=1, account_ids=[account.user_id])
        peer = await peer_of(client, person.username)
        entities = [types.MessageEntityBold(0, 4), types.MessageEntityTextUrl(5, 4, "https://example.org")]
        answer = await send(client, peer, "bold link", 1, entities=entities)
        [message] = await client.get_messages(peer, limit=1)

    assert answer.entities == message.entities == entities


async def test_users_are_known_by_the_hash_of_this_account_only(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_user(shared_sandbox) as (client, account):
        [person] = await shared_sandbox.control.make_people(1, seed=1, account_ids=[account.user_id])
        peer = await peer_of(client, person.username)
        asked = [types.InputUser(peer.user_id, peer.access_hash), types.InputUser(peer.user_id, 1)]

        right, wrong = await client(functions.users.GetUsersRequest(asked))
        [requirement] = await client(functions.users.GetRequirementsToContactRequest(asked[:1]))

    assert right.username == person.username
    assert right.phone is None  # only contacts show it
    assert wrong == types.UserEmpty(peer.user_id)
    assert isinstance(requirement, types.RequirementToContactEmpty)


async def test_a_name_that_nobody_uses_is_not_found(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_user(shared_sandbox) as (client, _):
        with pytest.raises(UsernameNotOccupiedError):
            await peer_of(client, "nobody_at_all")


async def test_bots_may_not_read_histories(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_bot(shared_sandbox) as (client, _):
        with pytest.raises(BotMethodInvalidError):
            await client(functions.messages.GetHistoryRequest(types.InputPeerSelf(), 0, None, 0, 10, 0, 0, 0))
