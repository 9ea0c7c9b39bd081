"""Photos that were sent together are read as one message."""

from datetime import UTC, datetime

from campaigns.inbox.albums import Item, album_words, group_albums
from campaigns.inbox.conversations import NO_MARKS, Marks, MessageKind, TheirMessage

AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


def photo(number: int, text: str = "", *, album: int = 7, marks: Marks = NO_MARKS) -> TheirMessage:
    return TheirMessage(
        message_id=number, at=AT, kind=MessageKind.MEDIA, text=text, media="photo", marks=marks, album_id=album
    )


def told(messages: tuple[Item, ...]) -> list[tuple[int | None, str]]:
    return [(each.message_id, each.media) for each in messages]


def test_only_what_stands_beside_each_other_under_one_number_is_an_album() -> None:
    messages = [photo(1, album=0), photo(2, album=0), photo(3), photo(4), photo(5, album=8), photo(6)]
    assert told(group_albums(messages)) == [
        (1, "photo"),
        (2, "photo"),
        (3, "album: 2 photos"),
        (5, "photo"),
        (6, "photo"),
    ]


def test_an_album_has_the_captions_and_reactions_of_all_its_items() -> None:
    messages = [photo(3, "The roof", marks=Marks(theirs="👍")), photo(4, "and inside", marks=Marks(theirs="👍 🎫"))]
    (album,) = group_albums(messages)
    assert isinstance(album, TheirMessage)
    assert (album.text, album.marks.theirs, album.items) == ("The roof\nand inside", "👍 🎫", (3, 4))


def test_a_deleted_item_leaves_the_album_and_the_last_one_ends_it() -> None:
    gone = Marks(deleted_at=AT)
    (album,) = group_albums([photo(3, marks=gone), photo(4, "This one"), photo(5)])
    assert (album.media, album.marks.deleted_at) == ("album: 2 photos", None)
    (deleted,) = group_albums([photo(3, marks=gone), photo(4, marks=gone)])
    assert (deleted.media, deleted.marks.deleted_at) == ("", AT)


def test_an_album_is_named_by_what_is_in_it() -> None:
    assert (
        album_words(["photo", "video 0:12", "photo", "file plan.pdf"]) == "album: 2 photos, video 0:12, file plan.pdf"
    )
