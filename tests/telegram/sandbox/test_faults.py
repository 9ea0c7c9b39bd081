"""Each fault does to the stock client what it says, to the calls it names and to no other."""

import asyncio

import pytest
from telethon import functions, types
from telethon.errors import (
    AuthKeyDuplicatedError,
    AuthKeyNotFound,
    FloodWaitError,
    PeerFloodError,
    RandomIdDuplicateError,
)
from telethon.sessions import MemorySession

from telegram.sandbox.control import Fault, FaultKind, RepeatBehaviour
from tests.telegram.sandbox_fixture import (
    RunningSandbox,
    SandboxClient,
    connected,
    peer_of,
    send,
    signed_in_bot,
)

SEND = "messages.sendMessage"


async def person_for(sandbox: RunningSandbox, client: SandboxClient, account_id: int) -> types.InputPeerUser:
    [person] = await sandbox.control.make_people(1, seed=1, account_ids=[account_id])
    return await peer_of(client, person.username)


def accepted(sandbox: RunningSandbox, account_id: int) -> list[int]:
    return [entry.random_id for entry in sandbox.ledger() if entry.account_id == account_id]


async def test_an_error_is_answered_as_often_as_told_and_nothing_is_accepted(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_bot(shared_sandbox) as (client, bot):
        peer = await person_for(shared_sandbox, client, bot.user_id)
        await shared_sandbox.control.inject(
            Fault(kind=FaultKind.ERROR, method=SEND, account_id=bot.user_id, code=400, text="PEER_FLOOD", count=2)
        )

        for random_id in (1, 2):
            with pytest.raises(PeerFloodError):
                await send(client, peer, "hi", random_id)
        await send(client, peer, "hi", 3)

    assert accepted(shared_sandbox, bot.user_id) == [3]


async def test_a_flood_wait_names_its_seconds(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_bot(shared_sandbox) as (client, bot):
        peer = await person_for(shared_sandbox, client, bot.user_id)
        await shared_sandbox.control.inject(Fault(kind=FaultKind.FLOOD, method=SEND, seconds=17))

        with pytest.raises(FloodWaitError) as caught:
            await send(client, peer, "hi", 1)

    assert caught.value.seconds == 17


async def test_a_fault_strikes_every_nth_call(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_bot(shared_sandbox) as (client, bot):
        peer = await person_for(shared_sandbox, client, bot.user_id)
        fault = Fault(kind=FaultKind.FLOOD, method=SEND, account_id=bot.user_id, seconds=1, count=None, every=3)
        await shared_sandbox.control.inject(fault)

        for random_id in range(1, 10):
            if random_id % 3:
                await send(client, peer, "hi", random_id)
            else:
                with pytest.raises(FloodWaitError):
                    await send(client, peer, "hi", random_id)

    assert accepted(shared_sandbox, bot.user_id) == [1, 2, 4, 5, 7, 8]


async def test_a_fault_of_one_account_or_method_spares_the_others(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_bot(shared_sandbox) as (one, bot_one), signed_in_bot(shared_sandbox) as (two, bot_two):
        peer = await person_for(shared_sandbox, two, bot_two.user_id)
        await shared_sandbox.control.inject(
            Fault(kind=FaultKind.FLOOD, account_id=bot_one.user_id, method=SEND, count=None, seconds=1)
        )

        await send(two, peer, "hi", 1)
        assert (await one.get_me()).id == bot_one.user_id


@pytest.mark.parametrize(("kind", "is_stored"), [(FaultKind.DROP_BEFORE, False), (FaultKind.DROP_AFTER, True)])
async def test_a_dropped_link_leaves_the_fate_of_the_send_open(
    shared_sandbox: RunningSandbox, kind: FaultKind, is_stored: bool
) -> None:
    session = MemorySession()
    async with signed_in_bot(shared_sandbox, session) as (client, bot):
        peer = await person_for(shared_sandbox, client, bot.user_id)
        await shared_sandbox.control.inject(Fault(kind=kind, method=SEND, account_id=bot.user_id))

        with pytest.raises((ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError)):
            await send(client, peer, "hi", 1)
    assert accepted(shared_sandbox, bot.user_id) == ([1] if is_stored else [])

    async with connected(shared_sandbox.address, session) as client:
        answer = await send(client, peer, "hi", 1)

    assert isinstance(answer, types.Updates if is_stored else types.UpdateShortSentMessage)
    assert accepted(shared_sandbox, bot.user_id) == [1]


@pytest.mark.parametrize("takes_effect", [True, False])
async def test_a_swallowed_call_is_never_answered(shared_sandbox: RunningSandbox, takes_effect: bool) -> None:
    async with signed_in_bot(shared_sandbox) as (client, bot):
        peer = await person_for(shared_sandbox, client, bot.user_id)
        await shared_sandbox.control.inject(
            Fault(kind=FaultKind.SWALLOW, method=SEND, account_id=bot.user_id, takes_effect=takes_effect)
        )

        request = functions.messages.SendMessageRequest(peer, "hi", random_id=1)
        swallowed = client._sender.send(request)
        await send(client, peer, "hi", 2)  # later, and answered: answers keep their order otherwise

        assert not swallowed.done()
    assert accepted(shared_sandbox, bot.user_id) == ([1, 2] if takes_effect else [2])


async def test_a_delayed_call_takes_effect_at_once_and_is_answered_late(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_bot(shared_sandbox) as (client, bot):
        peer = await person_for(shared_sandbox, client, bot.user_id)
        await shared_sandbox.control.inject(
            Fault(kind=FaultKind.DELAY, method=SEND, account_id=bot.user_id, seconds=0.1)
        )

        delayed = client._sender.send(functions.messages.SendMessageRequest(peer, "hi", random_id=1))
        await send(client, peer, "hi", 2)

        assert not delayed.done()
        assert accepted(shared_sandbox, bot.user_id) == [1, 2]
        assert isinstance(await asyncio.wait_for(delayed, 20), types.UpdateShortSentMessage)


async def test_a_clock_that_jumps_ahead_does_not_stop_a_connected_client(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_bot(shared_sandbox) as (client, bot):
        peer = await person_for(shared_sandbox, client, bot.user_id)
        before = await send(client, peer, "hi", 1)
        await shared_sandbox.control.inject(Fault(kind=FaultKind.CLOCK_JUMP, method=SEND, seconds=20))

        after = await send(client, peer, "hi", 2)

    assert 19 <= (after.date - before.date).total_seconds() <= 25


async def test_a_new_client_learns_the_time_of_a_server_an_hour_ahead(shared_sandbox: RunningSandbox) -> None:
    session = MemorySession()
    async with signed_in_bot(shared_sandbox, session) as (_, bot):
        pass
    await shared_sandbox.control.set_clock_offset(3600)

    async with connected(shared_sandbox.address, session) as client:
        assert (await client.get_me()).id == bot.user_id
        assert client._sender._state.time_offset == pytest.approx(3600, abs=5)


async def test_a_forgotten_key_is_answered_by_the_transport(shared_sandbox: RunningSandbox) -> None:
    session = MemorySession()
    async with signed_in_bot(shared_sandbox, session) as (client, bot):
        fault = Fault(kind=FaultKind.FORGET_KEY, account_id=bot.user_id)
        await shared_sandbox.control.inject(fault)
        with pytest.raises(AuthKeyNotFound):
            await client._sender.send(functions.updates.GetStateRequest())

    with pytest.raises(AuthKeyNotFound):
        async with connected(shared_sandbox.address, session):
            pass


async def test_keys_can_be_forgotten_from_outside(shared_sandbox: RunningSandbox) -> None:
    session = MemorySession()
    async with signed_in_bot(shared_sandbox, session) as (_, bot):
        assert await shared_sandbox.control.forget_keys(bot.user_id) == 1

    with pytest.raises(AuthKeyNotFound):
        async with connected(shared_sandbox.address, session):
            pass


async def test_too_many_connections_are_a_transport_error(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_bot(shared_sandbox) as (client, bot):
        fault = Fault(kind=FaultKind.TRANSPORT_ERROR, account_id=bot.user_id, code=429)
        await shared_sandbox.control.inject(fault)

        answer = client._sender.send(functions.updates.GetStateRequest())
        await asyncio.wait_for(asyncio.gather(client.disconnected, return_exceptions=True), 20)

        assert not client.is_connected()
        assert answer.done()


async def test_a_duplicated_key_is_dead(shared_sandbox: RunningSandbox) -> None:
    session = MemorySession()
    async with signed_in_bot(shared_sandbox, session) as (client, bot):
        fault = Fault(kind=FaultKind.DUPLICATE_KEY, account_id=bot.user_id)
        await shared_sandbox.control.inject(fault)
        for _ in range(2):
            with pytest.raises(AuthKeyDuplicatedError):
                await client._sender.send(functions.updates.GetStateRequest())


@pytest.mark.parametrize("behaviour", list(RepeatBehaviour))
async def test_a_lost_send_whose_repeats_are_refused_is_stored_once(
    shared_sandbox: RunningSandbox, behaviour: RepeatBehaviour
) -> None:
    session = MemorySession()
    await shared_sandbox.control.set_repeat_behaviour(behaviour)
    async with signed_in_bot(shared_sandbox, session) as (client, bot):
        peer = await person_for(shared_sandbox, client, bot.user_id)
        await shared_sandbox.control.inject(
            Fault(
                kind=FaultKind.LOSE_THEN_REFUSE,
                method=SEND,
                account_id=bot.user_id,
                code=400,
                text="PEER_FLOOD",
                refusals=2,
            )
        )
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError)):
            await send(client, peer, "hi", 1)

    async with connected(shared_sandbox.address, session) as client:
        for _ in range(2):
            with pytest.raises(PeerFloodError):
                await send(client, peer, "hi", 1)
        if behaviour is RepeatBehaviour.REFUSE:
            with pytest.raises(RandomIdDuplicateError):
                await send(client, peer, "hi", 1)
        else:
            assert isinstance(await send(client, peer, "hi", 1), types.Updates)
    assert accepted(shared_sandbox, bot.user_id) == [1]


async def test_links_can_be_dropped_from_outside(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_bot(shared_sandbox) as (one, bot_one), signed_in_bot(shared_sandbox) as (two, _):
        assert await shared_sandbox.control.drop_links(bot_one.user_id) == 1
        await asyncio.wait_for(asyncio.gather(one.disconnected, return_exceptions=True), 20)

        assert await two.get_me()


async def test_cleared_faults_are_gone(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_bot(shared_sandbox) as (client, bot):
        peer = await person_for(shared_sandbox, client, bot.user_id)
        await shared_sandbox.control.inject(Fault(kind=FaultKind.FLOOD, method=SEND, count=None, seconds=1))
        await shared_sandbox.control.clear_faults()

        await send(client, peer, "hi", 1)


async def test_a_repeat_can_be_refused_though_the_first_try_never_arrived(
    shared_sandbox: RunningSandbox,
) -> None:
    session = MemorySession()
    await shared_sandbox.control.set_repeat_behaviour(RepeatBehaviour.ECHO)
    async with signed_in_bot(shared_sandbox, session) as (client, bot):
        peer = await person_for(shared_sandbox, client, bot.user_id)
        await shared_sandbox.control.inject(
            Fault(kind=FaultKind.DROP_THEN_REFUSE, method=SEND, account_id=bot.user_id, code=400, text="PEER_FLOOD")
        )
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError)):
            await send(client, peer, "hi", 1)

    async with connected(shared_sandbox.address, session) as client:
        with pytest.raises(PeerFloodError):
            await send(client, peer, "hi", 1)
        assert accepted(shared_sandbox, bot.user_id) == []
        assert isinstance(await send(client, peer, "hi", 1), types.UpdateShortSentMessage)
    assert accepted(shared_sandbox, bot.user_id) == [1]
