"""A message as Telegram sees it: plain text and formatting entities. Offsets and lengths count UTF-16 code units."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import msgspec

from core.domain.media import Media

MAX_MESSAGE_UNITS = 4096  # UTF-16 units of one text message (core.telegram.org, config message_length_max)
_encode = json.JSONEncoder(separators=(",", ":")).encode  # json.dumps would make an encoder each time
_quote = json.encoder.encode_basestring_ascii  # what JSON makes of one text


ADDRESS = re.compile(r"(?:https?|tg)://\S+", re.IGNORECASE)
"""An address that Telegram takes behind a text or a button."""


class EntityKind(StrEnum):
    """What an entity does to its part of the text."""

    BOLD = "bold"
    ITALIC = "italic"
    UNDERLINE = "underline"
    STRIKE = "strike"
    CODE = "code"
    PRE = "pre"  # a block of code; may name its language
    SPOILER = "spoiler"
    BLOCKQUOTE = "blockquote"
    TEXT_LINK = "text_link"  # the text hides an address


class Entity(msgspec.Struct, frozen=True, kw_only=True):
    """Formatting of `length` UTF-16 units from `offset`. `url` belongs to text links alone, `language` to pre alone.

    Raises ValueError for an empty or negative range, and for a url or language at the wrong kind.
    """

    kind: EntityKind
    offset: int
    length: int
    url: str = ""
    language: str = ""

    def __post_init__(self) -> None:
        if self.offset < 0 or self.length < 1:
            raise ValueError(f"an entity needs a range: offset {self.offset}, length {self.length}")
        if bool(self.url) != (self.kind is EntityKind.TEXT_LINK):
            raise ValueError("a text link has a url, and nothing else has one")
        if self.language and self.kind is not EntityKind.PRE:
            raise ValueError("only pre has a language")


class FormattedText(msgspec.Struct, frozen=True):
    """Text with its formatting. Every entity lies inside the text; raises ValueError otherwise."""

    text: str
    entities: tuple[Entity, ...] = ()

    def __post_init__(self) -> None:
        end = 0
        for entity in self.entities:
            end = max(end, entity.offset + entity.length)
        if end and end > utf16_length(self.text):
            raise ValueError("an entity reaches beyond the text")


class LinkPreview(StrEnum):
    """Where Telegram shows the preview of the first address in a text (messages.sendMessage: no_webpage, invert_media)."""

    BELOW = "below"  # as Telegram does by itself
    ABOVE = "above"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlButton:
    """A button below a bot's message that opens an address."""

    title: str
    url: str


ButtonRows = tuple[tuple[UrlButton, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMessage:
    """What one person gets: a text, and how it arrives. With media the text is their caption, and may be empty."""

    text: FormattedText
    preview: LinkPreview = LinkPreview.BELOW
    is_silent: bool = False  # arrives without a sound
    buttons: ButtonRows = ()  # bots only
    media: tuple[Media, ...] = ()  # one photo or file, or the items of an album in their order

    @property
    def item_count(self) -> int:
        """How many messages Telegram makes of it: one for each item of an album."""
        return max(1, len(self.media))


def encode_content(message: OutgoingMessage) -> str:
    """How a message that belongs to no campaign is stored."""
    return msgspec.json.encode(message).decode()


def decode_content(text: str) -> OutgoingMessage:
    """Raises msgspec.ValidationError when the text is no message."""
    return msgspec.json.decode(text, type=OutgoingMessage)


def utf16_length(text: str) -> int:
    """The length as Telegram counts it: characters beyond U+FFFF (most emoji) count two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def content_hash(message: FormattedText, media_ids: Sequence[int] = ()) -> bytes:
    """SHA-256 (32 bytes) over text, entities and media ids: what a repeat must have in common with the first try.

    The order in which entities are given does not matter, that of media does. What Telegram may write differently
    when it gives a message back makes no difference either: entities of one kind that touch count as one, and an
    address counts with its scheme and host in small letters and a slash where it has no path. Stored with open
    tries: never change the encoding.
    """
    # Written out, because the encoder takes four times as long for something so small; it is the JSON of
    # [text, [[offset, length, kind, url, language], ...], [media id, ...]].
    entities = ",".join(_canonical(message.entities)) if message.entities else ""
    canonical = f"[{_quote(message.text)},[{entities}],[{','.join(map(str, media_ids))}]]"
    return hashlib.sha256(canonical.encode("ascii")).digest()


def message_hash(message: OutgoingMessage) -> bytes:
    """SHA-256 (32 bytes) over all that is sent. `content_hash` of the text where nothing else is chosen.

    Stored with open tries: never change the encoding. A history shows the text alone, so what is found there is
    compared by `content_hash`.
    """
    digest = content_hash(message.text)
    choices: dict[str, object] = {}
    if message.preview is not LinkPreview.BELOW:
        choices["preview"] = message.preview.value
    if message.is_silent:
        choices["silent"] = True
    if message.buttons:
        choices["buttons"] = [[[button.title, button.url] for button in row] for row in message.buttons]
    if message.media:
        # By content: a file that has to be uploaded again is still the same message.
        choices["media"] = [[each.kind.value, each.sha256, each.name] for each in message.media]
    if not choices:
        return digest
    return hashlib.sha256(digest + _encode(choices).encode("ascii")).digest()


def _canonical(entities: Sequence[Entity]) -> list[str]:
    ordered = sorted((e.kind, _canonical_url(e.url), e.language, e.offset, e.length) for e in entities)
    joined: list[tuple[int, int, str, str, str]] = []
    for kind, url, language, offset, length in ordered:
        if joined and joined[-1][2:] == (kind, url, language) and offset <= joined[-1][1]:
            start, end, *_ = joined.pop()
            joined.append((start, max(end, offset + length), kind, url, language))
        else:
            joined.append((offset, offset + length, kind, url, language))
    return [
        f'[{start},{end - start},"{kind}",{_quote(url)},{_quote(language)}]'
        for start, end, kind, url, language in sorted(joined)
    ]


_SITE = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<host>[^/?#]*)", re.IGNORECASE)


@lru_cache(maxsize=256)
def _canonical_url(url: str) -> str:
    site = _SITE.match(url)
    if site is None:
        return url
    rest = url[site.end() :]
    return f"{site[0].lower()}{rest if rest.startswith('/') else '/' + rest}"
