"""The inbox: what people write becomes one conversation for each account and person, and the team works it off."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from campaigns.inbox.conversations import (
    Box,
    ConversationQuestion,
    ConversationState,
    MessageKind,
    OurMessage,
    TheirMessage,
)
from campaigns.inbox.service import Inbox
from campaigns.ports import Incoming, IncomingBatch, IncomingKind
from core.domain.account import Lease, UpdateState
from core.domain.ids import AccountId, ConversationId
from core.errors import UserInputError
from database.stores.conversation_acts import ConversationActs
from database.stores.conversations import ConversationStore
from tests.database.stores.world import NOW, World, peer, person, user_id
from tests.fake_clock import FakeClock

MINUTE = timedelta(minutes=1)


def said(number: int, text: str, *, message_id: int, minutes: int = 1) -> Incoming:
    at = NOW + minutes * MINUTE
    return Incoming(kind=IncomingKind.MESSAGE, user_id=user_id(number), at=at, message_id=message_id, text=text)


class Desk:
    """One account, two contacts, and a person who looks at the inbox."""

    def __init__(self, world: World, account_id: AccountId, lease: Lease) -> None:
        self.world, self.account_id, self.lease = world, account_id, lease
        self.store = ConversationStore(world.database)
        self.clock = FakeClock(NOW + 10 * MINUTE)
        self.inbox = Inbox(ConversationActs(world.database), self.clock)

    async def take_in(self, *items: Incoming, stops: Sequence[Incoming] = ()) -> None:
        batch = IncomingBatch(items=items, peers=(peer(1), peer(2)), state=UpdateState(pts=9, qts=0, date=NOW, seq=1))
        await self.world.incoming.commit(self.lease, batch, stops)

    async def ids(self, box: Box = Box.OPEN, *, now: datetime | None = None, **asked: object) -> list[int]:
        question = replace(ConversationQuestion(box=box), **asked)  # type: ignore[arg-type]
        return list(await self.store.ids(question, viewer="Kim", now=now or self.clock.now()))


@pytest.fixture
async def desk(world: World) -> Desk:
    account_id = await world.add_account()
    await world.import_people([person(1), person(2)])
    return Desk(world, account_id, await world.take(account_id))


FIRST = ConversationId(1)


async def test_messages_of_one_person_are_one_conversation_however_often_they_are_handed_in(desk: Desk) -> None:
    hello, more = said(1, "Hello", message_id=10), said(1, "Is it open?", message_id=11, minutes=2)
    for _ in range(3):
        await desk.take_in(hello, more)

    row = (await desk.store.rows([1]))[1]
    assert (row.unread, row.last_text, row.last_at, row.last_kind) == (2, "Is it open?", more.at, MessageKind.TEXT)
    assert (row.contact_id, row.username, row.state) == (1, "person_1", ConversationState.OPEN)
    shown = await desk.store.conversation(FIRST)
    assert [(m.message_id, m.text) for m in shown.messages if isinstance(m, TheirMessage)] == [
        (10, "Hello"),
        (11, "Is it open?"),
    ]


async def test_a_missed_message_that_comes_late_does_not_look_like_the_newest(desk: Desk) -> None:
    await desk.take_in(said(1, "newer", message_id=11, minutes=5))
    await desk.take_in(said(1, "older", message_id=10, minutes=1))

    row = (await desk.store.rows([1]))[1]
    assert (row.last_text, row.last_at) == ("newer", NOW + 5 * MINUTE)


async def test_messages_of_one_second_stand_in_the_order_of_their_numbers(desk: Desk) -> None:
    await desk.take_in(said(1, "second", message_id=12), said(1, "first", message_id=11))

    shown = await desk.store.conversation(FIRST)

    assert [message.message_id for message in shown.messages] == [11, 12]


async def test_the_newest_conversation_stands_first(desk: Desk) -> None:
    await desk.take_in(said(1, "a", message_id=1), said(2, "b", message_id=2, minutes=2))
    assert await desk.ids() == [2, 1]

    await desk.take_in(said(1, "c", message_id=3, minutes=3))
    assert await desk.ids() == [1, 2]


async def test_a_stop_is_shown_and_asks_for_no_answer(desk: Desk) -> None:
    stop = said(1, "STOP", message_id=10)
    await desk.take_in(stop, stops=[stop])

    row = (await desk.store.rows([1]))[1]
    assert (row.unread, row.last_kind, row.suppression) == (0, MessageKind.STOP, "said_stop")
    assert await desk.ids() == [1]
    assert await desk.ids(Box.UNREAD) == await desk.ids(Box.WAITING) == []


async def test_who_only_pressed_start_waits_for_nothing_until_they_write(desk: Desk) -> None:
    await desk.take_in(replace(said(1, "/start", message_id=1), kind=IncomingKind.STARTED))
    assert (await desk.ids(), await desk.ids(Box.RESOLVED)) == ([], [1])
    assert await desk.store.count_unread() == 0

    await desk.take_in(said(1, "Is it open?", message_id=2, minutes=2))
    assert await desk.ids(Box.WAITING) == await desk.ids(Box.UNREAD) == [1]


async def test_what_was_resolved_is_opened_by_the_persons_next_message(desk: Desk) -> None:
    await desk.take_in(said(1, "a", message_id=1))
    await desk.inbox.resolve(FIRST, actor="Kim")
    assert (await desk.ids(), await desk.ids(Box.RESOLVED)) == ([], [1])

    await desk.take_in(said(1, "b", message_id=2, minutes=3))

    assert (await desk.ids(), await desk.ids(Box.RESOLVED)) == ([1], [])
    assert (await desk.store.rows([1]))[1].unread == 1


async def test_what_is_put_off_comes_back_at_its_time_or_by_a_message(desk: Desk) -> None:
    await desk.take_in(said(1, "a", message_id=1), said(2, "b", message_id=2))
    until = desk.clock.now() + 60 * MINUTE
    for conversation_id in (1, 2):
        await desk.inbox.snooze(ConversationId(conversation_id), until)
    assert (await desk.ids(), await desk.ids(Box.SNOOZED)) == ([], [2, 1])

    await desk.take_in(said(2, "c", message_id=3, minutes=20))
    assert await desk.ids() == [2]

    assert await desk.ids(now=until) == [2, 1]


async def test_the_boxes_hold_what_their_names_say(desk: Desk) -> None:
    await desk.take_in(said(1, "a", message_id=1), said(2, "b", message_id=2, minutes=2))
    await desk.inbox.mark_read(FIRST)
    await desk.inbox.assign(FIRST, " Kim ")

    assert (await desk.ids(Box.UNREAD), await desk.ids(Box.MINE)) == ([2], [1])
    assert await desk.ids(Box.WAITING) == [2, 1]
    counts = await desk.store.counts(viewer="Kim", now=desk.clock.now())
    assert (counts.open, counts.unread, counts.mine, counts.waiting, counts.snoozed) == (2, 1, 1, 2, 0)


async def test_people_and_texts_are_found_in_any_case_and_by_account_campaign_and_label(desk: Desk) -> None:
    await desk.take_in(said(1, "Olé, GRÜẞE an alle", message_id=1), said(2, "b", message_id=2))
    await desk.inbox.label(FIRST, add=["refund "])

    assert await desk.ids(text="grusse") == await desk.ids(text="ole alle") == await desk.ids(text="@person_1") == [1]
    assert await desk.ids(text="nothing like it") == []
    assert await desk.ids(label="refund") == [1]
    assert await desk.ids(account_id=AccountId(99)) == []
    assert await desk.store.labels() == {"refund": 1}


async def test_a_conversation_shows_the_campaigns_message_before_the_answer(desk: Desk) -> None:
    await desk.take_in()
    campaign_id = await desk.world.run([desk.account_id], 'Hi {{ name | default("friend") }}')
    row = (await desk.world.ahead(desk.account_id, campaign_id))[0]
    await desk.world.claim(desk.lease, row.id, now=NOW)
    await desk.take_in(said(1, "Thanks!", message_id=50))

    shown = await desk.store.conversation(FIRST)

    ours, theirs = shown.messages
    assert isinstance(ours, OurMessage)
    assert isinstance(theirs, TheirMessage)
    assert ours.message is not None
    assert (ours.campaign_id, ours.state, ours.message.text.text) == (campaign_id, "sending", "Hi friend")
    assert shown.row.campaign == ours.campaign
    assert await desk.ids(campaign_id=campaign_id) == [1]


async def test_older_messages_are_read_page_by_page(desk: Desk) -> None:
    await desk.take_in(*(said(1, f"message {n}", message_id=n, minutes=n) for n in range(1, 8)))

    newest = await desk.store.conversation(FIRST, limit=3)
    assert [m.message_id for m in newest.messages] == [5, 6, 7]
    assert newest.has_older

    rest = await desk.store.conversation(FIRST, before=5, limit=4)
    assert [m.message_id for m in rest.messages] == [1, 2, 3, 4]
    assert not rest.has_older


async def test_notes_and_labels_come_and_go(desk: Desk) -> None:
    await desk.take_in(said(1, "a", message_id=1))
    await desk.inbox.note(FIRST, " Pays by transfer ", author="Kim")
    await desk.inbox.label(FIRST, add=["x", "y"])

    shown = await desk.store.conversation(FIRST)
    assert [(n.author, n.text) for n in shown.notes] == [("Kim", "Pays by transfer")]
    assert shown.row.labels == ("x", "y")

    await desk.inbox.remove_note(FIRST, shown.notes[0].id)
    await desk.inbox.label(FIRST, remove=["x"])
    shown = await desk.store.conversation(FIRST)
    assert (shown.notes, shown.row.labels) == ((), ("y",))


async def test_what_cannot_be_is_refused_in_words(desk: Desk) -> None:
    await desk.take_in(said(1, "a", message_id=1))
    with pytest.raises(UserInputError, match="has passed"):
        await desk.inbox.snooze(FIRST, NOW)
    with pytest.raises(UserInputError, match="label"):
        await desk.inbox.label(FIRST, add=["  "])
    with pytest.raises(UserInputError, match="note"):
        await desk.inbox.note(FIRST, " ", author="Kim")
    with pytest.raises(UserInputError, match="no such conversation"):
        await desk.inbox.resolve(ConversationId(99), actor="Kim")
