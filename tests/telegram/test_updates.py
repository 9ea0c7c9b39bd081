"""What people did reaches the handler: everything, in order, and again after a failure."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from telethon.tl.types import UpdateShortMessage

from campaigns.ports import IncomingBatch, IncomingKind
from core import errors
from core.domain.account import AccountKind
from core.domain.message import FormattedText, OutgoingMessage
from telegram import updates
from telegram.sandbox.control import Fault, FaultKind
from tests.telegram.online import OnlineAccount, by_name, go_online, meet
from tests.telegram.sandbox_fixture import RunningSandbox

HELLO = OutgoingMessage(text=FormattedText("Hello"))


async def until(condition: Callable[[], object]) -> None:
    """Wait for what another process brings about."""
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


def texts(online: OnlineAccount) -> list[str]:
    return [item.text for item in online.inbox.items]


async def test_people_who_wrote_before_the_first_connect_are_known(shared_sandbox: RunningSandbox) -> None:
    online = await go_online(shared_sandbox)
    people = await shared_sandbox.control.make_people(3, seed=1, account_ids=[online.user_id])
    for number in range(150):  # more than one page of one dialog
        await shared_sandbox.control.person_says(people[1].user_id, online.user_id, f"Line {number}")

    async with online.link(caught_up=True):
        pass

    said = [item.text for item in online.inbox.items if item.user_id == people[1].user_id]
    assert said[1:] == [f"Line {number}" for number in range(150)]
    assert {person.user_id for person in people} == set(online.inbox.peers)
    assert all(peer.wrote_at is not None and peer.access_hash for peer in online.inbox.peers.values())
    assert all(item.kind is IncomingKind.MESSAGE for item in online.inbox.items)
    assert online.inbox.state is not None


async def test_more_dialogs_than_one_page_are_read(shared_sandbox: RunningSandbox) -> None:
    online = await go_online(shared_sandbox)
    people = await shared_sandbox.control.make_people(230, seed=1, account_ids=[online.user_id])

    async with online.link(caught_up=True):
        pass

    assert set(online.inbox.peers) == {person.user_id for person in people}


async def test_a_bot_learns_who_pressed_start_before_its_first_connect(shared_sandbox: RunningSandbox) -> None:
    bot = await go_online(shared_sandbox, AccountKind.BOT)
    people = await shared_sandbox.control.make_people(3, seed=1, account_ids=[bot.user_id])

    async with bot.link(caught_up=True):
        pass

    assert [(item.kind, item.user_id) for item in bot.inbox.items] == [
        (IncomingKind.STARTED, person.user_id) for person in people
    ]
    assert set(bot.inbox.peers) == {person.user_id for person in people}


async def test_what_was_missed_between_two_links_is_handed_over_once(shared_sandbox: RunningSandbox) -> None:
    online, person = await meet(shared_sandbox)
    async with online.link(caught_up=True) as link:
        peer = await link.resolve(by_name(person))
        await link.send(peer, HELLO, random_id=1)
    online.inbox.batches, state = [], online.inbox.state
    await shared_sandbox.control.person_says(person.user_id, online.user_id, "STOP")
    await shared_sandbox.control.person_reads(person.user_id, online.user_id)

    async with online.link(state, caught_up=True):
        first = list(online.inbox.items)
    async with online.link(online.inbox.state, caught_up=True):
        pass

    assert [(item.kind, item.text, item.user_id) for item in first] == [
        (IncomingKind.OWN, "Hello", person.user_id),  # the store knows that a row of ours sent it
        (IncomingKind.MESSAGE, "STOP", person.user_id),
        (IncomingKind.READ, "", person.user_id),
    ]
    assert online.inbox.items == first


async def test_live_updates_come_in_order_and_after_what_was_missed(shared_sandbox: RunningSandbox) -> None:
    online, person = await meet(shared_sandbox)
    async with online.link(caught_up=True):
        for number in range(50):
            await shared_sandbox.control.person_says(person.user_id, online.user_id, f"Live {number}")
        await until(lambda: "Live 49" in texts(online))

    assert texts(online)[1:] == [f"Live {number}" for number in range(50)]
    async with online.link(online.inbox.state, caught_up=True):
        pass
    assert len(texts(online)) == 51


async def test_updates_that_came_before_the_catch_up_are_not_lost(shared_sandbox: RunningSandbox) -> None:
    online, person = await meet(shared_sandbox)
    async with online.link(caught_up=True):
        pass
    async with online.link(online.inbox.state) as link:
        await link.server_time()
        await shared_sandbox.control.person_says(person.user_id, online.user_id, "Between")
        await link.catch_up()
        await shared_sandbox.control.person_says(person.user_id, online.user_id, "After")
        await until(lambda: "After" in texts(online))

    assert texts(online)[1:] == ["Between", "After"]


async def test_a_bots_people_who_start_and_block_are_told(shared_sandbox: RunningSandbox) -> None:
    bot = await go_online(shared_sandbox, AccountKind.BOT)
    person = await bot.new_person()
    async with bot.link(caught_up=True):
        await shared_sandbox.control.person_says(person.user_id, bot.user_id, "/start from-the-shop")
        await shared_sandbox.control.person_blocks(person.user_id, bot.user_id)
        await until(lambda: len(bot.inbox.items) == 3)
    await shared_sandbox.control.person_unblocks(person.user_id, bot.user_id)
    await shared_sandbox.control.person_blocks(person.user_id, bot.user_id)
    async with bot.link(bot.inbox.state, caught_up=True):
        pass

    assert [item.kind for item in bot.inbox.items] == [
        IncomingKind.STARTED,
        IncomingKind.STARTED,
        IncomingKind.BLOCKED,
        IncomingKind.BLOCKED,
    ]


async def test_a_long_absence_is_committed_slice_by_slice(shared_sandbox: RunningSandbox) -> None:
    online = await go_online(shared_sandbox, AccountKind.BOT)
    people = await shared_sandbox.control.make_people(1100, seed=1, account_ids=[online.user_id])
    committed: list[IncomingBatch] = []

    async def fail_at_the_third(batch: IncomingBatch) -> None:
        if len(committed) == 2:
            raise errors.StorageLocked
        committed.append(batch)

    link = await online.gateway.connect(online.account, None, fail_at_the_third)
    with pytest.raises(errors.StorageLocked):
        await link.catch_up()
    assert link.is_closed
    await link.close()
    async with online.link(committed[-1].state, caught_up=True):
        pass

    seen = [item.user_id for batch in [*committed, *online.inbox.batches] for item in batch.items]
    assert seen == [person.user_id for person in people]


async def test_a_gap_that_is_too_long_is_filled_from_the_unread_dialogs(shared_sandbox: RunningSandbox) -> None:
    online, person = await meet(shared_sandbox)
    async with online.link(caught_up=True):
        pass
    state = online.inbox.state
    await shared_sandbox.control.person_says(person.user_id, online.user_id, "STOP")
    await shared_sandbox.control.make_difference_too_long(online.user_id)

    async with online.link(state, caught_up=True):
        pass

    assert texts(online)[-1] == "STOP"
    assert online.inbox.state is not None
    assert state is not None
    assert online.inbox.state.pts == state.pts + 1


async def test_a_wait_demanded_while_reading_dialogs_loses_nothing(shared_sandbox: RunningSandbox) -> None:
    online = await go_online(shared_sandbox)
    people = await shared_sandbox.control.make_people(3, seed=1, account_ids=[online.user_id])
    for person in people:
        await shared_sandbox.control.person_says(person.user_id, online.user_id, "More")
    await shared_sandbox.control.inject(
        Fault(kind=FaultKind.FLOOD, method="messages.getHistory", every=2, seconds=9, account_id=online.user_id)
    )

    async with online.link() as link:
        with pytest.raises(errors.CooldownError):
            await link.catch_up()
        assert not link.is_closed
        await link.catch_up()

    assert sorted(item.user_id for item in online.inbox.items) == sorted([p.user_id for p in people] * 2)


async def test_a_batch_that_cannot_be_committed_ends_the_link_and_comes_again(
    shared_sandbox: RunningSandbox, caplog: pytest.LogCaptureFixture
) -> None:
    online, person = await meet(shared_sandbox)
    async with online.link(caught_up=True) as link:
        online.inbox.fail_with = errors.StorageLocked()
        await shared_sandbox.control.person_says(person.user_id, online.user_id, "Do not lose me")
        await link.wait_closed()
    online.inbox.fail_with = None
    async with online.link(online.inbox.state, caught_up=True):
        pass

    assert texts(online)[1:] == ["Do not lose me"]
    assert "storage_locked" in caplog.text
    assert "Do not lose me" not in caplog.text


async def test_our_own_sends_move_the_state_without_a_batch_for_each(
    shared_sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updates, "STATE_EVERY", 10)
    online, person = await meet(shared_sandbox)
    async with online.link(caught_up=True) as link:
        peer = await link.resolve(by_name(person))
        before, state = len(online.inbox.batches), online.inbox.state
        assert state is not None
        for number in range(1, 26):
            await link.send(peer, HELLO, random_id=number)
        # Of 25 fewer than 10 stay untold.
        await until(lambda: online.inbox.state is not None and online.inbox.state.pts > state.pts + 15)

    assert 1 <= len(online.inbox.batches[before:]) <= 2
    assert all(not batch.items for batch in online.inbox.batches[before:])


async def test_what_people_do_amid_our_own_sends_is_read_at_once(
    shared_sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updates, "OWN_SENDS_S", 60.0)
    online, person = await meet(shared_sandbox)
    async with online.link(caught_up=True) as link:
        await link.send(await link.resolve(by_name(person)), HELLO, random_id=1)

        await shared_sandbox.control.person_says(person.user_id, online.user_id, "STOP")

        await until(lambda: "STOP" in texts(online))


async def test_a_deaf_link_fetches_by_itself(shared_sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(updates, "QUIET_S", 0.05)
    online, person = await meet(shared_sandbox)
    async with online.link(caught_up=True) as link:
        link._client.updates.put_nowait = lambda update: None  # type: ignore[method-assign]  # deaf
        await shared_sandbox.control.person_says(person.user_id, online.user_id, "Can you hear me?")
        await until(lambda: "Can you hear me?" in texts(online))


async def test_somebody_unknown_in_a_short_update_is_fetched_with_their_peer(shared_sandbox: RunningSandbox) -> None:
    """Telegram pushes some messages in a form that names the writer by id alone, without an access hash."""
    online = await go_online(shared_sandbox)
    async with online.link(caught_up=True) as link:
        take = link._client.updates.put_nowait

        def shorten(container: Any) -> None:
            update = container.updates[0]
            message = update.message
            take(
                UpdateShortMessage(
                    id=message.id,
                    user_id=message.peer_id.user_id,
                    message=message.message,
                    pts=update.pts,
                    pts_count=1,
                    date=message.date,
                )
            )

        link._client.updates.put_nowait = shorten  # type: ignore[method-assign]
        person = await online.new_person()
        await until(lambda: online.inbox.items)
        await shared_sandbox.control.person_says(person.user_id, online.user_id, "Known now")
        await until(lambda: len(online.inbox.items) == 2)

    assert online.inbox.peers[person.user_id].access_hash
    assert texts(online)[1] == "Known now"


async def test_what_becomes_of_messages_is_told_live_and_after_an_absence(shared_sandbox: RunningSandbox) -> None:
    control, online = shared_sandbox.control, await go_online(shared_sandbox)
    person = await online.new_person()
    pair = person.user_id, online.user_id
    async with online.link(caught_up=True):
        number = await control.person_says(*pair, "Ten")
        await control.edit_message(online.user_id, number, "Two")
        await control.person_types(*pair)
        await control.react(online.user_id, number, "✅", by_account=True)
        await until(lambda: online.inbox.items[-1].kind is IncomingKind.REACTED)
    live, online.inbox.batches, state = online.inbox.items, [], online.inbox.state
    ours = await control.account_says(online.user_id, person.user_id, "From my phone")
    await control.account_reads(online.user_id, person.user_id)
    await control.edit_message(online.user_id, number, "Three")
    await control.person_says(*pair, "Gone")
    await control.delete_messages(online.user_id, [number])
    await control.react(online.user_id, ours, "👍")
    async with online.link(state, caught_up=True):
        await until(lambda: [item for item in online.inbox.items if item.message_id == ours and item.theirs == "👍"])

    assert [(item.kind, item.text, item.ours) for item in live[1:]] == [
        (IncomingKind.MESSAGE, "Ten", None),
        (IncomingKind.EDITED, "Two", None),
        (IncomingKind.TYPING, "", None),
        (IncomingKind.REACTED, "", "✅"),
    ]
    kinds = [item.kind for item in online.inbox.items]
    assert {*kinds} == {
        IncomingKind.OWN,
        IncomingKind.OWN_READ,
        IncomingKind.MESSAGE,
        IncomingKind.DELETED,
        IncomingKind.REACTED,
    }


@pytest.mark.parametrize(("away", "is_found"), [(timedelta(hours=1), True), (timedelta(0), False)])
async def test_reactions_in_older_chats_are_asked_for_after_a_long_absence(
    shared_sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch, away: timedelta, is_found: bool
) -> None:
    monkeypatch.setattr("telegram.dialogs.PAGE", 1)  # so that the second chat is an older page
    control, online = shared_sandbox.control, await go_online(shared_sandbox)
    older, newer = await online.new_person(), await online.new_person()
    async with online.link(caught_up=True):
        ours = await control.account_says(online.user_id, older.user_id, "From my phone")
        await control.person_says(newer.user_id, online.user_id, "Hello")
        await until(lambda: "Hello" in texts(online))
    state = online.inbox.state
    assert state is not None
    await control.react(online.user_id, ours, "👍")

    async with online.link(replace(state, date=state.date - away), caught_up=True):
        await control.person_says(newer.user_id, online.user_id, "Still there?")
        await until(lambda: "Still there?" in texts(online))
        if is_found:
            await until(lambda: [item for item in online.inbox.items if item.theirs == "👍"])
    assert is_found or not [item for item in online.inbox.items if item.theirs == "👍"]


async def test_a_bot_gets_the_reactions_it_missed(shared_sandbox: RunningSandbox) -> None:
    bot = await go_online(shared_sandbox, AccountKind.BOT)
    person = await bot.new_person()
    async with bot.link(caught_up=True):
        number = await shared_sandbox.control.person_says(person.user_id, bot.user_id, "Thanks")
        await until(lambda: "Thanks" in texts(bot))
    state, bot.inbox.batches = bot.inbox.state, []
    await shared_sandbox.control.react(bot.user_id, number, "🎫")

    async with bot.link(state, caught_up=True):
        pass

    [item] = bot.inbox.items
    assert (item.kind, item.message_id, item.theirs, item.ours) == (IncomingKind.REACTED, number, "🎫", None)


async def test_a_wait_demanded_while_asking_for_missed_reactions_stops_nothing(
    shared_sandbox: RunningSandbox,
) -> None:
    online, person = await meet(shared_sandbox)
    async with online.link(caught_up=True):
        pass
    fault = Fault(kind=FaultKind.FLOOD, method="messages.getDialogs", seconds=9, account_id=online.user_id)
    await shared_sandbox.control.inject(fault)

    async with online.link(online.inbox.state, caught_up=True):
        await shared_sandbox.control.person_says(person.user_id, online.user_id, "Hello?")
        await until(lambda: "Hello?" in texts(online))
