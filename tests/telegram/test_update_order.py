"""The order of updates, however they arrive."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telethon.tl import types

from campaigns.ports import Incoming, IncomingKind
from core.domain.account import UpdateState
from telegram.incoming import Reading
from telegram.update_order import UpdateOrder

NOW = datetime(2026, 11, 20, tzinfo=UTC)
START = UpdateState(pts=10, qts=3, date=NOW, seq=0)


def message(number: int, *, out: bool = False, peer: Any = None) -> types.Message:
    return types.Message(
        id=number, peer_id=peer or types.PeerUser(7), date=NOW, message=f"text {number}", out=out or None
    )


def new_message(pts: int, **options: Any) -> types.UpdateNewMessage:
    return types.UpdateNewMessage(message(pts, **options), pts=pts, pts_count=1)


def pushed(*updates: Any, seq: int = 0) -> types.Updates:
    return types.Updates(updates=list(updates), users=[], chats=[], date=NOW + timedelta(seconds=1), seq=seq)


def pts_of(updates: list[Any]) -> list[int]:
    return [update.pts for update in updates]


@given(st.permutations(range(11, 19)), st.data())
def test_any_order_and_any_repeats_give_each_update_once_in_order(arrival: list[int], data: st.DataObject) -> None:
    repeats = data.draw(st.lists(st.sampled_from(arrival), max_size=5))
    order = UpdateOrder(START)

    taken = [pts for number in [*arrival, *repeats] for pts in pts_of(order.take(pushed(new_message(number))))]

    assert taken == list(range(11, 19))
    assert order.state.pts == 18
    assert not order.has_gap


def test_a_missing_update_holds_back_the_later_ones_only() -> None:
    order = UpdateOrder(START)

    assert pts_of(order.take(pushed(new_message(12), new_message(11), new_message(14)))) == [11, 12]
    assert order.has_gap
    assert order.state.pts == 12
    order.reset(UpdateState(pts=14, qts=3, date=NOW, seq=0))
    assert not order.has_gap
    assert order.take(pushed(new_message(13))) == []


def test_an_answer_to_our_own_send_counts() -> None:
    order = UpdateOrder(START)

    order.take(types.UpdateShortSentMessage(id=1, pts=11, pts_count=1, date=NOW))

    assert pts_of(order.take(pushed(new_message(12)))) == [12]


def test_the_echo_of_a_repeat_moves_nothing() -> None:
    order = UpdateOrder(START)

    order.take(pushed(types.UpdateMessageID(5, 99), types.UpdateNewMessage(message(5, out=True), 10, 0)))

    assert order.state.pts == 10
    assert not order.has_gap
    assert not order.must_fetch


@pytest.mark.parametrize("container", [types.UpdatesTooLong(), pushed(new_message(11), seq=5)])
def test_only_the_difference_helps_when_telegram_says_so_or_a_sequence_number_is_missing(container: Any) -> None:
    order = UpdateOrder(UpdateState(pts=10, qts=3, date=NOW, seq=3))

    assert order.take(container) == []
    assert order.must_fetch


def test_a_known_sequence_number_is_a_repeat() -> None:
    order = UpdateOrder(UpdateState(pts=10, qts=3, date=NOW, seq=3))

    assert order.take(pushed(new_message(11), seq=3)) == []
    assert pts_of(order.take(pushed(new_message(11), seq=4))) == [11]
    assert order.state.seq == 4


def test_a_bots_second_sequence_is_kept_apart() -> None:
    stops = [types.UpdateBotStopped(user_id=7, date=NOW, stopped=True, qts=qts) for qts in (4, 5)]
    for arrival in permutations(stops):
        order = UpdateOrder(START)
        taken = [update for stop in arrival for update in order.take(pushed(stop))]
        assert [update.qts for update in taken] == [4, 5]
        assert order.state.qts == 5


def test_channels_have_numbers_of_their_own() -> None:
    order = UpdateOrder(START)
    in_channel = types.UpdateNewChannelMessage(message(1, peer=types.PeerChannel(5)), pts=9000, pts_count=1)

    assert order.take(pushed(in_channel, types.UpdateDeleteChannelMessages(5, [1], 9001, 1))) == []
    assert order.state == START


OWN_ID = 1


def read(*updates: Any, is_bot: bool = False, names: dict[int, str] | None = None) -> list[Incoming]:
    return list(Reading(OWN_ID, is_bot, names or {}).read_updates(updates, at=NOW))


def test_only_what_happens_in_private_chats_with_people_is_read() -> None:
    service = types.MessageService(15, types.PeerUser(7), NOW, types.MessageActionHistoryClear())
    items = read(
        new_message(11),
        new_message(12, out=True),
        new_message(13, peer=types.PeerChat(3)),
        new_message(14, peer=types.PeerUser(777000)),
        new_message(14, peer=types.PeerUser(OWN_ID), out=True),
        types.UpdateNewMessage(service, 15, 1),
        types.UpdateShortMessage(id=16, user_id=8, message="hi", pts=16, pts_count=1, date=NOW),
        types.UpdateShortMessage(id=17, user_id=8, message="hi", pts=17, pts_count=1, date=NOW, out=True),
        types.UpdateReadHistoryOutbox(peer=types.PeerUser(7), max_id=5, pts=18, pts_count=1),
        types.UpdateReadHistoryOutbox(peer=types.PeerChat(7), max_id=5, pts=18, pts_count=1),
        types.UpdateReadHistoryInbox(types.PeerUser(7), max_id=5, still_unread_count=0, pts=19, pts_count=1),
        types.UpdateDeleteMessages([3, 4], pts=21, pts_count=2),
        types.UpdateUserTyping(7, types.SendMessageTypingAction()),
        types.UpdateUserTyping(7, types.SendMessageCancelAction()),
        types.UpdateBotStopped(user_id=7, date=NOW, stopped=True, qts=1),
        types.UpdateBotStopped(user_id=7, date=NOW, stopped=False, qts=2),
        types.UpdateUserStatus(7, types.UserStatusEmpty()),
    )

    assert [(item.kind, item.user_id, item.message_id) for item in items] == [
        (IncomingKind.MESSAGE, 7, 11),
        (IncomingKind.OWN, 7, 12),
        (IncomingKind.MESSAGE, 8, 16),
        (IncomingKind.OWN, 8, 17),
        (IncomingKind.READ, 7, 5),
        (IncomingKind.OWN_READ, 7, 5),
        (IncomingKind.DELETED, 0, 3),
        (IncomingKind.DELETED, 0, 4),
        (IncomingKind.TYPING, 7, 0),
        (IncomingKind.BLOCKED, 7, 0),
    ]


def reactions(*pairs: tuple[int, Any]) -> Any:
    recent = [types.MessagePeerReaction(types.PeerUser(user), NOW, each, my=user == OWN_ID) for user, each in pairs]
    return types.MessageReactions(results=[], recent_reactions=recent)


def test_an_edit_is_told_apart_from_what_telegram_changes_by_itself() -> None:
    peer = types.PeerUser(7)
    edited = types.Message(5, peer, NOW, "now", edit_date=NOW)
    hidden = types.Message(5, peer, NOW, "now", edit_date=NOW, edit_hide=True)
    preview = types.Message(5, peer, NOW, "now")

    items = read(*(types.UpdateEditMessage(each, 1, 1) for each in (edited, hidden, preview)))

    assert [(item.kind, item.text) for item in items] == [(IncomingKind.EDITED, "now"), (IncomingKind.REACTED, "")]


def test_reactions_are_told_apart_by_side_and_custom_emoji_by_what_they_stand_for() -> None:
    thumb, custom, unknown = types.ReactionEmoji("👍"), types.ReactionCustomEmoji(5), types.ReactionCustomEmoji(6)
    for_user = types.UpdateMessageReactions(
        types.PeerUser(7), 9, reactions((7, thumb), (OWN_ID, custom), (7, unknown))
    )
    for_bot = types.UpdateBotMessageReaction(types.PeerUser(7), 9, NOW, types.PeerUser(7), [thumb], [custom], qts=4)
    counted = types.MessageReactions(
        results=[types.ReactionCount(thumb, 1), types.ReactionCount(custom, 1, chosen_order=1)]
    )
    by_counts = types.UpdateMessageReactions(types.PeerUser(7), 9, counted)
    in_group = types.UpdateMessageReactions(types.PeerChat(7), 9, reactions((7, thumb)))

    items = read(for_user, for_bot, by_counts, in_group, names={5: "✅"})

    assert [(item.theirs, item.ours) for item in items] == [("👍 ☐", "✅"), ("✅", None), ("👍", "✅")]


def document(*attributes: Any) -> Any:
    file = types.Document(1, 1, b"", NOW, "x/y", 1, 2, list(attributes))
    return types.MessageMediaDocument(document=file)


@pytest.mark.parametrize(
    ("media", "label"),
    [
        (None, ""),
        (types.MessageMediaWebPage(types.WebPageEmpty(0)), ""),
        (types.MessageMediaPhoto(), "photo"),
        (document(types.DocumentAttributeAudio(72, voice=True)), "voice message 1:12"),
        (document(types.DocumentAttributeAudio(12, title="Song")), "audio Song 0:12"),
        (document(types.DocumentAttributeVideo(5.4, 1, 1, round_message=True)), "round video 0:05"),
        (document(types.DocumentAttributeVideo(0, 1, 1), types.DocumentAttributeAnimated()), "animation"),
        (document(types.DocumentAttributeSticker("😀", types.InputStickerSetEmpty())), "sticker 😀"),
        (document(types.DocumentAttributeFilename("price.pdf")), "file price.pdf"),
        (types.MessageMediaGeo(types.GeoPointEmpty()), "location"),
        (types.MessageMediaUnsupported(), "something this program cannot show"),
    ],
)
def test_what_a_message_carries_is_named(media: Any, label: str) -> None:
    [item] = read(types.UpdateNewMessage(types.Message(5, types.PeerUser(7), NOW, "", media=media), 1, 1))

    assert item.media == label


@pytest.mark.parametrize(
    ("text", "is_bot", "kind"),
    [
        ("/start", True, IncomingKind.STARTED),
        ("/start from-the-shop", True, IncomingKind.STARTED),
        ("/started", True, IncomingKind.MESSAGE),
        ("hello /start", True, IncomingKind.MESSAGE),
        ("/start", False, IncomingKind.MESSAGE),
        ("", True, IncomingKind.MESSAGE),
    ],
)
def test_pressing_start_is_told_apart_from_writing(text: str, is_bot: bool, kind: IncomingKind) -> None:
    update = types.UpdateShortMessage(id=1, user_id=8, message=text, pts=1, pts_count=1, date=NOW)

    assert [item.kind for item in read(update, is_bot=is_bot)] == [kind]


def test_items_of_an_album_of_a_person_name_it() -> None:
    item = message(11)
    item.grouped_id, item.media = 5, types.MessageMediaPhoto(photo=types.PhotoEmpty(id=77))
    found = read(types.UpdateNewMessage(item, pts=11, pts_count=1))
    assert [(each.album_id, each.album_media_id, each.media) for each in found] == [(5, 0, "photo")]
