"""What becomes of messages, and what happens on other devices: kept once, however often it is handed in."""

from dataclasses import replace
from datetime import datetime

import pytest

from campaigns.inbox.conversations import Box, Marks, MessageKind, OurMessage, TheirMessage
from campaigns.inbox.reaction_rules import ReactionRules
from campaigns.ports import NOBODY, Incoming, IncomingBatch, IncomingKind
from core.domain.webhook import HookEvent, HookWish
from database.stores.afterwards import TYPING_MS, WHOSE
from database.stores.inbox_news import InboxNewsStore
from database.stores.rows import to_ms
from database.stores.webhooks import WebhookStore
from tests.database.stores.test_conversations import FIRST, MINUTE, Desk, said
from tests.database.stores.world import NOW, World, person, user_id

RULES = ReactionRules(resolve="👌 ✅", ticket="")
ASKED = said(1, "Is it open?", message_id=10)


def later(kind: IncomingKind, *, minutes: int = 5, message_id: int = 10, **values: object) -> Incoming:
    known: dict[str, object] = {"user_id": user_id(1), "at": NOW + minutes * MINUTE}
    return Incoming(kind=kind, message_id=message_id, **(known | values))  # type: ignore[arg-type]  # made up by name


@pytest.fixture
async def desk(world: World) -> Desk:
    account_id = await world.add_account()
    await world.import_people([person(1), person(2)])
    return Desk(world, account_id, await world.take(account_id))


async def take_in(desk: Desk, *items: Incoming, stops: tuple[Incoming, ...] = (), times: int = 2) -> None:
    batch = IncomingBatch(items=items, peers=(), state=None)
    for _ in range(times):
        await desk.world.incoming.commit(desk.lease, batch, stops, RULES)


async def theirs(desk: Desk) -> TheirMessage:
    shown = await desk.store.conversation(FIRST)
    return next(each for each in reversed(shown.messages) if isinstance(each, TheirMessage))


async def ours(desk: Desk) -> list[OurMessage]:
    shown = await desk.store.conversation(FIRST)
    return [each for each in shown.messages if isinstance(each, OurMessage)]


async def sent_by_us(desk: Desk, message_id: int = 7) -> None:
    """A campaign's message to person 1, under this number of Telegram's."""
    campaign_id = await desk.world.run([desk.account_id], 'Hi {{ name | default("friend") }}')
    row = (await desk.world.ahead(desk.account_id, campaign_id))[0]
    await desk.world.claim(desk.lease, row.id, now=NOW)
    await desk.world.execute(
        "UPDATE outgoing SET state = 'sent', message_id = ?, settled_at = ? WHERE id = ?",
        message_id,
        to_ms(NOW),
        row.id,
    )


async def test_an_edited_message_reads_as_it_does_now_and_says_so(desk: Desk) -> None:
    await desk.take_in(ASKED)

    await take_in(desk, later(IncomingKind.EDITED, text="Is it ÓPEN on Sunday?"))

    assert await theirs(desk) == TheirMessage(
        message_id=10,
        at=ASKED.at,
        kind=MessageKind.TEXT,
        text="Is it ÓPEN on Sunday?",
        marks=Marks(edited_at=NOW + 5 * MINUTE),
    )
    assert await desk.ids(text="open on sunday") == [1]
    assert (await desk.store.rows([1]))[1].unread == 1


async def test_an_older_edit_that_comes_late_changes_nothing(desk: Desk) -> None:
    await desk.take_in(ASKED)
    await take_in(desk, later(IncomingKind.EDITED, text="newest"))
    await take_in(desk, later(IncomingKind.EDITED, text="older", minutes=3))

    assert (await theirs(desk)).text == "newest"


async def test_an_edit_that_says_stop_suppresses_once(desk: Desk) -> None:
    await desk.take_in(ASKED)
    stop = later(IncomingKind.EDITED, text="STOP")

    await take_in(desk, stop, stops=(stop,))

    assert (await theirs(desk)).kind is MessageKind.STOP
    assert await desk.world.column("SELECT reason FROM suppression") == ["said_stop"]
    kinds = await desk.world.event_kinds()
    assert kinds.count("person.stopped") == 1


async def test_an_edit_into_stop_of_a_message_that_was_never_read_counts_as_well(desk: Desk) -> None:
    stop = later(IncomingKind.EDITED, text="STOP")

    await take_in(desk, stop, stops=(stop,))

    assert await desk.world.column("SELECT telegram_user_id FROM suppression") == [user_id(1)]


async def test_a_deleted_message_leaves_a_row_without_its_text(desk: Desk) -> None:
    await desk.take_in(replace(ASKED, media="photo"), said(2, "mine", message_id=11))

    await take_in(desk, later(IncomingKind.DELETED, user_id=NOBODY), later(IncomingKind.DELETED, message_id=999))
    await take_in(desk, later(IncomingKind.EDITED, text="back again", minutes=9))

    shown = await theirs(desk)
    assert (shown.text, shown.media, shown.marks) == ("", "", Marks(deleted_at=NOW + 5 * MINUTE))
    assert await desk.ids(text="open") == []
    assert await desk.ids(text="mine") == [2]
    row = (await desk.store.rows([1]))[1]
    assert row.is_last_deleted
    assert await desk.world.column("SELECT message_id FROM message_mark") == [10], "of a stranger's nothing is kept"


async def test_what_we_sent_keeps_its_text_when_it_is_deleted(desk: Desk) -> None:
    await desk.take_in()
    await sent_by_us(desk)
    await desk.take_in(ASKED)

    await take_in(desk, later(IncomingKind.DELETED, user_id=NOBODY, message_id=7))

    [message] = await ours(desk)
    assert message.marks.deleted_at == NOW + 5 * MINUTE
    assert message.message is not None
    assert message.message.text.text


async def test_what_we_sent_shows_what_it_says_since_it_was_edited_elsewhere(desk: Desk) -> None:
    await desk.take_in()
    await sent_by_us(desk)
    await desk.take_in(ASKED)

    await take_in(desk, later(IncomingKind.EDITED, message_id=7, text="Corrected", is_own=True))

    [message] = await ours(desk)
    assert message.message is not None
    assert (message.message.text.text, message.marks.edited_at) == ("Corrected", NOW + 5 * MINUTE)


async def test_reactions_of_both_sides_are_shown_and_taken_back(desk: Desk) -> None:
    await desk.take_in(ASKED)

    await take_in(desk, later(IncomingKind.REACTED, theirs="👍", ours=None))
    await take_in(desk, later(IncomingKind.REACTED, theirs="👍", ours="🔥", minutes=6))
    assert (await theirs(desk)).marks.reactions == "👍 🔥"

    await take_in(desk, later(IncomingKind.REACTED, theirs="", ours="🔥", minutes=7))
    await take_in(desk, later(IncomingKind.REACTED, theirs="👍", ours="", minutes=6))
    assert (await theirs(desk)).marks.reactions == "🔥"


async def test_a_reaction_in_a_chat_that_is_no_business_of_ours_is_not_kept(desk: Desk) -> None:
    await take_in(desk, later(IncomingKind.REACTED, theirs="👍"), later(IncomingKind.OWN, text="to a friend"))

    assert await desk.world.column("SELECT count(*) FROM message_mark") == [0]
    assert await desk.world.column("SELECT count(*) FROM own_message") == [0]


@pytest.mark.parametrize(
    ("side", "actor"), [({"theirs": "👍 ✅"}, "the person"), ({"ours": "✅\ufe0f"}, "another device")]
)
async def test_the_resolving_reaction_resolves_once_with_an_event(
    desk: Desk, side: dict[str, object], actor: str
) -> None:
    await desk.take_in(ASKED)
    reaction = later(IncomingKind.REACTED, **side)

    await take_in(desk, reaction)
    assert (await desk.ids(), await desk.ids(Box.RESOLVED)) == ([], [1])
    assert await desk.world.column("SELECT state_by FROM conversation") == [actor]

    await desk.take_in(said(1, "One more thing", message_id=12, minutes=9))
    await take_in(desk, reaction)

    assert await desk.ids() == [1], "the same reaction does not resolve again"
    kinds = await desk.world.event_kinds()
    assert kinds.count("conversation.resolved") == 1


async def test_what_was_written_on_another_device_is_shown_and_answers(desk: Desk) -> None:
    await desk.take_in(ASKED)
    own = later(IncomingKind.OWN, message_id=11, text="Until eight", media="photo")

    await take_in(desk, own)
    await take_in(desk, later(IncomingKind.READ, message_id=11, minutes=6))
    await take_in(desk, later(IncomingKind.EDITED, message_id=11, text="Until nine", is_own=True, minutes=7))

    [message] = await ours(desk)
    assert message.message is not None
    assert (message.message.text.text, message.is_elsewhere, message.is_read) == ("Until nine", True, True)
    row = (await desk.store.rows([1]))[1]
    assert (row.unread, row.is_answered, row.last_text) == (0, True, "Is it open?")
    assert await desk.ids(Box.WAITING) == []


async def test_what_a_row_of_ours_sent_is_not_shown_twice(desk: Desk) -> None:
    await desk.take_in(ASKED)
    await take_in(desk, later(IncomingKind.OWN, message_id=7, text="Hi"))  # before the row knows its number
    await sent_by_us(desk)
    await take_in(desk, later(IncomingKind.OWN, message_id=7, text="Hi"))

    assert [each.is_elsewhere for each in await ours(desk)] == [False]


async def test_a_campaigns_message_that_is_read_before_its_row_knows_its_number_is_no_answer(desk: Desk) -> None:
    await desk.take_in(ASKED)
    campaign_id = await desk.world.run([desk.account_id], 'Hi {{ name | default("friend") }}')
    row = next(r for r in await desk.world.ahead(desk.account_id, campaign_id) if r.telegram_user_id == user_id(1))
    await desk.world.claim(desk.lease, row.id, now=NOW + 4 * MINUTE)

    await take_in(desk, later(IncomingKind.OWN, message_id=11, text="Hi friend"))
    assert await desk.ids(Box.WAITING) == [1]

    await desk.world.execute(
        "UPDATE outgoing SET state = 'sent', message_id = 11, settled_at = 1 WHERE state = 'sending'"
    )
    assert [each.is_elsewhere for each in await ours(desk)] == [False]


async def test_items_of_an_album_that_we_uploaded_are_not_taken_for_written_elsewhere(desk: Desk) -> None:
    await desk.take_in(ASKED)
    await desk.world.execute(
        "INSERT INTO upload (account_id, kind, sha256, name, media_id, access_hash, uploaded_at)"
        " VALUES (?, 'photo', 'x', '', 77, 1, 1)",
        desk.account_id,
    )

    await take_in(desk, later(IncomingKind.OWN, message_id=8, album_media_id=77))

    assert await ours(desk) == []


async def test_what_was_read_on_another_device_is_read_here(desk: Desk) -> None:
    await desk.take_in(ASKED, said(1, "b", message_id=11), said(1, "c", message_id=12))

    await take_in(desk, later(IncomingKind.OWN_READ, message_id=11))
    assert (await desk.store.rows([1]))[1].unread == 1

    await take_in(desk, later(IncomingKind.OWN_READ, message_id=12))
    assert (await desk.store.rows([1]))[1].unread == 0


async def test_typing_is_known_for_some_seconds_and_over_with_the_message(desk: Desk) -> None:
    await desk.take_in(ASKED)

    await take_in(desk, later(IncomingKind.TYPING, message_id=0))
    until = (await desk.store.rows([1]))[1].typing_until
    assert isinstance(until, datetime)
    assert to_ms(until) == to_ms(NOW + 5 * MINUTE) + TYPING_MS

    await desk.take_in(said(1, "b", message_id=11, minutes=6))
    assert (await desk.store.rows([1]))[1].typing_until is None


async def test_a_message_is_named_by_what_it_carries(desk: Desk) -> None:
    await desk.take_in(replace(said(1, "", message_id=10), media="voice message 0:12"))

    row = (await desk.store.rows([1]))[1]
    assert (row.last_kind, row.last_media) == (MessageKind.MEDIA, "voice message 0:12")
    assert (await theirs(desk)).media == "voice message 0:12"


async def test_an_album_is_one_message_under_its_caption(desk: Desk) -> None:
    items = [
        replace(said(1, text, message_id=number), media="photo", album_id=5)
        for number, text in ((10, "The roof"), (11, ""), (12, ""))
    ]
    await desk.take_in(*items)
    await take_in(desk, *(later(IncomingKind.OWN, message_id=13 + n, media="photo", album_id=6) for n in range(2)))

    shown = (await desk.store.conversation(FIRST)).messages
    assert [(each.message_id, each.media) for each in shown] == [(10, "album: 3 photos"), (13, "album: 2 photos")]
    row = (await desk.store.rows([1]))[1]
    assert (row.last_text, row.last_media) == ("The roof", "album")


async def test_an_album_is_one_unread_message_one_reply_and_one_event(desk: Desk) -> None:
    hooks = WebhookStore(desk.world.database)
    wish = HookWish(name="Desk", events=frozenset({HookEvent.MESSAGE_RECEIVED}))
    await hooks.add(wish, host="example.org", secret_name="hook", actor="Kim", now=NOW)
    news = InboxNewsStore(desk.world.database)

    def item(number: int, text: str = "", album: int = 5) -> Incoming:
        return replace(said(1, text, message_id=number), media="photo", album_id=album)

    async def unread() -> int:
        return (await desk.store.rows([1]))[1].unread

    await desk.take_in(said(1, "Look", message_id=9), item(10), item(11, "The roof"), item(12))
    assert await unread() == 2
    told = await news.since(0, viewer=None)
    assert (told.messages, told.text) == (2, "The roof")

    await take_in(desk, later(IncomingKind.OWN_READ, message_id=10))
    assert await unread() == 1, "of the album something is left to be read"

    await take_in(desk, later(IncomingKind.OWN_READ, message_id=12))
    await desk.take_in(item(13), item(14, album=6))
    assert await unread() == 2, "an item that came late is new, and so is another album"
    assert (await news.since(told.upto, viewer=None)).messages == 1, "of the first album it was told"

    assert len(await desk.world.rows("SELECT 1 FROM webhook_delivery")) == 3
    assert len(await desk.world.rows("SELECT 1 FROM event WHERE kind = 'reply.received'")) == 3


async def test_a_deletion_is_found_by_number_without_reading_what_was_sent(desk: Desk) -> None:
    steps = await desk.world.rows(f"EXPLAIN QUERY PLAN {WHOSE}", desk.account_id, 7)

    details = [str(step["detail"]) for step in steps]
    assert details
    assert not [each for each in details if each.startswith("SCAN")], details
