"""What goes with a text: one photo, one file, or an album of photos or of files. Known by its content, never by a path."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

MAX_CAPTION_UNITS = 1024  # UTF-16 units below media (core.telegram.org, config caption_length_max)
MAX_ALBUM = 10  # items of one messages.sendMultiMedia (core.telegram.org/api/files#albums-grouped-media)
MAX_PHOTO_BYTES = 10_000_000  # core.telegram.org/bots/api#sendphoto
MAX_PHOTO_SIDES = 10_000  # width and height together; same place
MAX_PHOTO_RATIO = 20  # the longer side to the shorter one; same place
PART_BYTES = 512 * 1024  # the largest part that is accepted (core.telegram.org/api/files)
MAX_FILE_BYTES = 4000 * PART_BYTES  # upload_max_fileparts_default parts; same place
MAX_BOT_FILE_BYTES = 50_000_000  # core.telegram.org/bots/api#sending-files


class MediaKind(StrEnum):
    """How a file arrives."""

    PHOTO = "photo"  # a picture in the chat, which Telegram scales down
    FILE = "file"  # a document with its name, as it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """One photo or file. `sha256` (hexadecimal) of the content says which; the workspace keeps it under that name."""

    kind: MediaKind
    sha256: str
    name: str  # as the person who gets a file sees it
    mime: str
    size_bytes: int
    width: int = 0  # of photos
    height: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadedMedia:
    """A photo or file as Telegram holds it for one account. The reference ends some day; the rest stays."""

    media_id: int
    access_hash: int
    file_reference: bytes


def item_random_ids(random_id: int, count: int) -> tuple[int, ...]:
    """The random_id of each item of a message: the stored one, then 63 bits of SHA-256 over it and the item's number.

    Open tries depend on it: never change it.
    """
    return (random_id, *(_derived(random_id, number) for number in range(1, count)))


def _derived(random_id: int, number: int) -> int:
    digest = hashlib.sha256(b"wireroom album %d %d" % (random_id, number)).digest()
    return int.from_bytes(digest[:8], "big") >> 1 or 1


def describe_media(media: Sequence[Media]) -> str:
    """In words, such as "Album of 3 photos" or "File plan.pdf"; "" for none."""
    if not media:
        return ""
    if len(media) == 1:
        return f"{media[0].kind.value.capitalize()} {media[0].name}"
    return f"Album of {len(media)} {media[0].kind.value}s"
