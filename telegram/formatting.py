"""Formatting entities, ours to Telegram's and back."""

from collections.abc import Iterable, Sequence
from typing import Any

from telethon.tl import types

from core.domain.message import ButtonRows, Entity, EntityKind, FormattedText, content_hash

_PLAIN: dict[EntityKind, type] = {
    EntityKind.BOLD: types.MessageEntityBold,
    EntityKind.ITALIC: types.MessageEntityItalic,
    EntityKind.UNDERLINE: types.MessageEntityUnderline,
    EntityKind.STRIKE: types.MessageEntityStrike,
    EntityKind.CODE: types.MessageEntityCode,
    EntityKind.SPOILER: types.MessageEntitySpoiler,
    EntityKind.BLOCKQUOTE: types.MessageEntityBlockquote,
}
_KINDS = {cls: kind for kind, cls in _PLAIN.items()}


def entities_to_telegram(entities: Sequence[Entity]) -> list[Any] | None:
    """Telegram's objects; None when there are none, which saves their vector on the wire."""
    return [_to_telegram(entity) for entity in entities] or None


def _to_telegram(entity: Entity) -> Any:
    if entity.kind is EntityKind.TEXT_LINK:
        return types.MessageEntityTextUrl(entity.offset, entity.length, entity.url)
    if entity.kind is EntityKind.PRE:
        return types.MessageEntityPre(entity.offset, entity.length, entity.language)
    return _PLAIN[entity.kind](entity.offset, entity.length)


def buttons_to_telegram(rows: ButtonRows) -> Any:
    """An inline keyboard of buttons that open addresses."""
    return types.ReplyInlineMarkup(
        [
            types.KeyboardInlineButtonRow(
                [types.KeyboardInlineButton(each.title, types.InlineButtonTypeUrl(each.url)) for each in row]
            )
            for row in rows
        ]
    )


def text_from_telegram(text: str, entities: Iterable[Any] | None) -> FormattedText:
    """What was sent, as far as Telegram gives it back.

    What Telegram marks by itself (links written out, mentions, numbers, commands) was not sent and is left out.
    """
    own = (_from_telegram(entity) for entity in entities or ())
    return FormattedText(text, tuple(entity for entity in own if entity is not None))


def _from_telegram(entity: Any) -> Entity | None:
    if entity.length < 1 or entity.offset < 0:
        return None
    if isinstance(entity, types.MessageEntityTextUrl):
        kind, url, language = EntityKind.TEXT_LINK, entity.url, ""
    elif isinstance(entity, types.MessageEntityPre):
        kind, url, language = EntityKind.PRE, "", entity.language
    elif type(entity) in _KINDS:
        kind, url, language = _KINDS[type(entity)], "", ""
    else:
        return None
    return Entity(kind=kind, offset=entity.offset, length=entity.length, url=url, language=language)


def hash_of_found(text: str, entities: Iterable[Any] | None) -> bytes:
    """`core.domain.message.content_hash` of a message of ours that was found in a history."""
    return content_hash(text_from_telegram(text, entities))
