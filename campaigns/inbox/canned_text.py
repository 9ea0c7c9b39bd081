"""The text of a canned reply, filled in for one person: a draft that goes on being written, with its marks."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final

from campaigns.message.parsing import parse_template
from core.domain.field_names import to_field_name
from core.domain.message import MAX_MESSAGE_UNITS, utf16_length
from core.errors import EmptyMessage, MessageTooLong

_GAP = re.compile("⟦[^⟧\n]*⟧?")
_TAG = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)
_WORD = re.compile(r'"[^"]*"|\'[^\']*\'|\w+')
JOINER: Final = "\u2060"
"""WORD JOINER: invisible, and two signs with it between them are no mark of formatting."""
# Where a value could begin, end or hold a mark of `campaigns.message.formatting`.
_BREAKS = re.compile(r"^(?=[*_+~|(]|> )|(?<=[*_+~|])(?=[*_+~|])|(?<=[*_+~|\]])$|(?<=\])(?=\()", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFields:
    """What a text may know of one person; without a contact that is what Telegram calls them."""

    name: str = field(repr=False)
    language: str
    values: Mapping[str, str] = field(repr=False)  # by field name


def check_text(source: str) -> None:
    """Raises UserInputError, with the place where there is one, for a text that could not be an answer."""
    template = parse_template(source)
    # With a value of one sign for each field: what is empty or too long with these is so for everybody.
    template.render(dict.fromkeys(template.fields, "x"))


def check_fields(source: str, known: Collection[str]) -> None:
    """Raises TemplateMistake at the first field that nobody has."""
    from campaigns.message.grammar import TemplateMistake  # with jinja2: see `parse_template`

    unknown = parse_template(source).fields - set(known)
    if not unknown:
        return
    for tag in _TAG.finditer(source):
        for word in _WORD.finditer(tag[0]):
            name = to_field_name(word[0])
            if name in unknown and word[0][0] not in "\"'":
                at = tag.start() + word.start()
                near = get_close_matches(name, known, n=1)
                raise TemplateMistake(
                    f"No contact has a field {name}.",
                    line=source.count("\n", 0, at) + 1,
                    column=at - source.rfind("\n", 0, at),
                    hint=f"Is it {{{{ {near[0]} }}}}?" if near else "Fields are the columns of your imports.",
                )


def fill_text(source: str, person: PersonFields) -> str:
    """The text with this person's fields. Where one is empty and has no fallback stands a blank such as ⟦city⟧.

    No value can add formatting or a link, whatever it holds.
    Raises UserInputError for a broken text, EmptyMessage and MessageTooLong when it could not be sent.
    """
    filled = parse_template(source).fill(person.values, plain=_plain, gap=lambda name: f"⟦{name}⟧").strip()
    if not filled:
        raise EmptyMessage
    if utf16_length(filled) > 2 * MAX_MESSAGE_UNITS:  # marks take room that the message has not
        raise MessageTooLong("With the fields of this person it is longer than Telegram takes.")
    return filled


def find_gaps(text: str) -> tuple[tuple[int, int], ...]:
    """Where blanks stand that a person fills in before it is sent: start and end, in characters."""
    return tuple(each.span() for each in _GAP.finditer(text))


def _plain(value: str) -> str:
    return _BREAKS.sub(JOINER, value.replace("`", "ˋ").replace("⟦", "["))
