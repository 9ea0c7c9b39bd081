"""What people's messages carry, as Telegram's objects. There is no content behind them."""

from typing import Any

from telethon.tl import types

from telegram.sandbox.address import FIRST_DC
from telegram.sandbox.records import PersonMedia

KINDS = (
    "photo",
    "video",
    "round",
    "animation",
    "voice",
    "audio",
    "sticker",
    "file",
    "location",
    "contact",
    "poll",
)


def person_media_object(media: PersonMedia) -> Any:
    """The media of a message."""
    match media.kind:
        case "photo":
            sizes = [types.PhotoSize(type="x", w=800, h=600, size=1)]
            photo = types.Photo(id=1, access_hash=1, file_reference=b"", date=0, sizes=sizes, dc_id=FIRST_DC)
            return types.MessageMediaPhoto(photo=photo)
        case "location":
            return types.MessageMediaGeo(types.GeoPoint(long=13.4, lat=52.5, access_hash=1))
        case "contact":
            return types.MessageMediaContact(
                phone_number="", first_name=media.name, last_name="", vcard="", user_id=0
            )
        case "poll":
            text = types.TextWithEntities(media.name, [])
            poll = types.Poll(id=1, question=text, answers=[], hash=0)
            return types.MessageMediaPoll(poll, types.PollResults())
        case _:
            return types.MessageMediaDocument(document=_document(media))


def _document(media: PersonMedia) -> Any:
    return types.Document(
        id=1,
        access_hash=1,
        file_reference=b"",
        date=0,
        mime_type="application/octet-stream",
        size=1,
        dc_id=FIRST_DC,
        attributes=_attributes(media),
    )


def _attributes(media: PersonMedia) -> list[Any]:
    video = {"duration": media.seconds, "w": 640, "h": 480}
    match media.kind:
        case "video":
            return [types.DocumentAttributeVideo(**video)]
        case "round":
            return [types.DocumentAttributeVideo(**video, round_message=True)]
        case "animation":
            return [types.DocumentAttributeVideo(**video), types.DocumentAttributeAnimated()]
        case "voice":
            return [types.DocumentAttributeAudio(duration=media.seconds, voice=True)]
        case "audio":
            return [types.DocumentAttributeAudio(duration=media.seconds, title=media.name)]
        case "sticker":
            return [types.DocumentAttributeSticker(alt=media.emoji, stickerset=types.InputStickerSetEmpty())]
        case _:
            return [types.DocumentAttributeFilename(media.name)]
