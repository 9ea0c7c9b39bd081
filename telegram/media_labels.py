"""What a message carries beside its text, in a few words."""

from collections.abc import Callable
from typing import Any, Final

from telethon.tl import types

LONGEST_NAME: Final = 80
"""A file can be called anything; so much of it is kept."""


def media_label(media: Any) -> str:
    """ "photo", "voice message 0:12", "sticker 😀", "file price.pdf"; empty for text alone, and for a preview."""
    if media is None or isinstance(media, (types.MessageMediaEmpty, types.MessageMediaWebPage)):
        return ""
    if isinstance(media, types.MessageMediaDocument):
        return _document_label(media)
    words = _WORDS.get(type(media))
    return "something this program cannot show" if words is None else words(media)


def media_id(media: Any) -> int:
    """Telegram's number of the photo or file; 0: it is neither."""
    content = getattr(media, "photo", None) or getattr(media, "document", None)
    return int(getattr(content, "id", 0))


def _document_label(media: Any) -> str:
    attributes = getattr(media.document, "attributes", None) or []
    by_type = {type(attribute): attribute for attribute in attributes}
    sticker = by_type.get(types.DocumentAttributeSticker)
    if sticker is not None:
        return f"sticker {sticker.alt}".strip()
    if types.DocumentAttributeAnimated in by_type:
        return "animation"
    video = by_type.get(types.DocumentAttributeVideo)
    if video is not None:
        return _timed("round video" if video.round_message else "video", video.duration)
    audio = by_type.get(types.DocumentAttributeAudio)
    if audio is not None:
        return _timed("voice message" if audio.voice else _named("audio", audio.title), audio.duration)
    name = by_type.get(types.DocumentAttributeFilename)
    return _named("file", name.file_name if name is not None else "")


def _timed(words: str, seconds: float) -> str:
    whole = int(seconds)
    return f"{words} {whole // 60}:{whole % 60:02}" if whole else words


def _named(words: str, name: str | None) -> str:
    return f"{words} {(name or '')[:LONGEST_NAME]}".strip()


_WORDS: Final[dict[type, Callable[[Any], str]]] = {
    types.MessageMediaPhoto: lambda media: "photo",
    types.MessageMediaGeo: lambda media: "location",
    types.MessageMediaGeoLive: lambda media: "live location",
    types.MessageMediaVenue: lambda media: _named("location", media.title),
    types.MessageMediaContact: lambda media: _named("contact", media.first_name),
    types.MessageMediaPoll: lambda media: _named("poll", media.poll.question.text),
    types.MessageMediaDice: lambda media: f"dice {media.emoticon} {media.value}",
    types.MessageMediaStory: lambda media: "story",
    types.MessageMediaGame: lambda media: "game",
    types.MessageMediaInvoice: lambda media: _named("invoice", media.title),
    types.MessageMediaPaidMedia: lambda media: "paid photo or video",
    types.MessageMediaToDo: lambda media: "to-do list",
    types.MessageMediaGiveaway: lambda media: "giveaway",
    types.MessageMediaGiveawayResults: lambda media: "giveaway",
}
