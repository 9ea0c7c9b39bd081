"""What a message of ours says: rendered anew of the campaign's frozen message, or as it was given, with later edits."""

import json
from dataclasses import replace
from functools import lru_cache

from campaigns.message.ready_texts import ReadyTexts
from campaigns.message.variants import Choice
from core.domain.message import FormattedText, OutgoingMessage, decode_content
from core.errors import AppError
from database.stores.rows import known_message


@lru_cache(maxsize=16)
def _ready_texts(template: str) -> ReadyTexts:
    """Of one campaign: parsed once, not for every row of every conversation."""
    return ReadyTexts(known_message(template))


def text_of_row(
    variant: str,
    language: str,
    inputs: str,
    content: str | None,
    template: str | None,
    edited: str | None,
    own_edit: str | None,
) -> OutgoingMessage | None:
    """What a message of ours says now: what was sent, with the text that somebody gave it since.

    Of one that was edited elsewhere (`edited` alone) the formatting is not known.
    """
    message = _text_of(Choice(variant, language), inputs, content, template)
    if message is None or edited is None:
        return message
    own = None if own_edit is None else decode_content(own_edit).text
    if own is not None and own.text == edited:
        return replace(message, text=own)
    return message if edited == message.text.text else replace(message, text=FormattedText(edited))


def _text_of(choice: Choice, inputs: str, content: str | None, template: str | None) -> OutgoingMessage | None:
    """What was sent: the campaign's frozen message with the row's own inputs. None: the person was erased."""
    if content is not None:
        return decode_content(content)
    if template is None:
        return None
    try:
        return _ready_texts(template).render(choice, json.loads(inputs))
    except (AppError, LookupError):
        return None
