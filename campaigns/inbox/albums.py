"""Albums: photos and files that somebody sent together arrive as a message each, and are read as one."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from campaigns.inbox.conversations import Marks, MessageKind, OurMessage, TheirMessage
from core.domain.message import FormattedText

Item = TheirMessage | OurMessage


def group_albums(messages: Sequence[Item]) -> tuple[Item, ...]:
    """The items of an album that stand beside each other as one message, under the number of its first."""
    grouped: list[Item] = []
    for (_, album, _), items in groupby(enumerate(messages), key=lambda each: _key(*each)):
        found = [item for _, item in items]
        grouped += [_joined(found)] if album and len(found) > 1 else found
    return tuple(grouped)


def _key(place: int, item: Item) -> tuple[bool, int, int]:
    album = item.album_id
    return isinstance(item, TheirMessage), album, 0 if album else place


def _joined(items: Sequence[Item]) -> Item:
    first, there = items[0], [item for item in items if item.marks.deleted_at is None]
    shown = {
        "media": album_words([item.media for item in there]),
        "marks": _marks(items, there),
        "items": tuple(item.message_id for item in items if item.message_id is not None),
    }
    text = "\n".join(filter(None, map(_text, there)))
    if isinstance(first, OurMessage):
        message = None if first.message is None else replace(first.message, text=FormattedText(text))
        return replace(first, message=message, **shown)  # type: ignore[arg-type]  # named above
    theirs = [item for item in items if isinstance(item, TheirMessage)]
    return replace(
        first,
        text=text,
        kind=MessageKind.STOP if any(item.kind is MessageKind.STOP for item in theirs) else first.kind,
        sorting=next((item.sorting for item in theirs if item.sorting is not None), None),
        **shown,  # type: ignore[arg-type]  # named above
    )


def album_words(labels: Sequence[str]) -> str:
    """ "album: 3 photos, video 0:12"; empty when nothing of it is left."""
    told = [label for label in labels if label]
    parts = [f"{count} {words}s" if count > 1 else words for words, count in Counter(told).items()]
    return f"album: {', '.join(parts)}" if len(told) > 1 else "".join(parts)


def _text(item: Item) -> str:
    if isinstance(item, TheirMessage):
        return item.text
    return "" if item.message is None else item.message.text.text


def _marks(items: Sequence[Item], there: Sequence[Item]) -> Marks:
    """It is deleted when all of it is; whoever reacted to an item reacted to it."""
    every = [item.marks for item in items]
    return Marks(
        edited_at=max((each.edited_at for each in every if each.edited_at is not None), default=None),
        deleted_at=None if there else max(each.deleted_at for each in every if each.deleted_at is not None),
        theirs=_each_once(each.theirs for each in every),
        ours=_each_once(each.ours for each in every),
    )


def _each_once(reactions: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(" ".join(reactions).split()))
