"""The stock client signs in as a bot and sends; the sandbox accepts each random_id once."""

from hashlib import sha256

import pytest
from telethon import types
from telethon.errors import PeerIdInvalidError, RandomIdDuplicateError

from telegram.sandbox.control import RepeatBehaviour
from telegram.sandbox.ledger import read_ledger
from tests.telegram.sandbox_fixture import RunningSandbox, peer_of, send, signed_in_bot


async def test_a_message_is_accepted_and_stands_in_the_ledger(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_bot(shared_sandbox) as (client, bot):
        [person] = await shared_sandbox.control.make_people(1, seed=1, account_ids=[bot.user_id])

        answer = await send(client, await peer_of(client, person.username), "Grüße 👋", 77)

    assert isinstance(answer, types.UpdateShortSentMessage)
    [entry] = [entry for entry in shared_sandbox.ledger() if entry.account_id == bot.user_id]
    assert (entry.peer_id, entry.random_id, entry.message_id) == (person.user_id, 77, answer.id)
    assert entry.text_sha256 == sha256("Grüße 👋".encode()).hexdigest()
    assert entry.at.replace(microsecond=0) == answer.date


async def test_a_repeated_random_id_is_answered_with_the_original_message(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_bot(shared_sandbox) as (client, bot):
        [person] = await shared_sandbox.control.make_people(1, seed=1, account_ids=[bot.user_id])
        peer = await peer_of(client, person.username)
        first = await send(client, peer, "once", 5)

        again = await send(client, peer, "once", 5)

    number, new = again.updates
    assert isinstance(number, types.UpdateMessageID)
    assert (number.id, number.random_id) == (first.id, 5)
    assert isinstance(new, types.UpdateNewMessage)
    assert (new.message.id, new.message.message, new.message.out, new.pts_count) == (first.id, "once", True, 0)
    assert len([entry for entry in shared_sandbox.ledger() if entry.account_id == bot.user_id]) == 1


async def test_a_repeated_random_id_is_refused_when_the_sandbox_is_told_so(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_bot(shared_sandbox) as (client, bot):
        [person] = await shared_sandbox.control.make_people(1, seed=1, account_ids=[bot.user_id])
        peer = await peer_of(client, person.username)
        await send(client, peer, "once", 5)
        await shared_sandbox.control.set_repeat_behaviour(RepeatBehaviour.REFUSE)

        with pytest.raises(RandomIdDuplicateError):
            await send(client, peer, "once", 5)


async def test_the_same_random_id_of_another_account_is_another_message(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_bot(shared_sandbox) as (one, bot_one), signed_in_bot(shared_sandbox) as (two, bot_two):
        ids = [bot_one.user_id, bot_two.user_id]
        [person] = await shared_sandbox.control.make_people(1, seed=1, account_ids=ids)

        for client in (one, two):
            await send(client, await peer_of(client, person.username), "hi", 9)

    assert sum(entry.account_id in ids for entry in shared_sandbox.ledger()) == 2


async def test_a_bot_cannot_write_to_somebody_who_did_not_start_it(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_bot(shared_sandbox) as (client, _):
        [person] = await shared_sandbox.control.make_people(1, seed=1, account_ids=[])

        with pytest.raises(PeerIdInvalidError):
            await send(client, await peer_of(client, person.username), "hi", 9)


async def test_access_hashes_belong_to_one_account(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_bot(shared_sandbox) as (one, bot_one), signed_in_bot(shared_sandbox) as (two, bot_two):
        ids = [bot_one.user_id, bot_two.user_id]
        [person] = await shared_sandbox.control.make_people(1, seed=1, account_ids=ids)
        stolen = await peer_of(one, person.username)

        assert stolen != await peer_of(two, person.username)
        with pytest.raises(PeerIdInvalidError):
            await send(two, stolen, "hi", 9)


def test_a_ledger_that_does_not_exist_is_empty(tmp_path) -> None:
    assert read_ledger(tmp_path / "ledger.jsonl") == []
