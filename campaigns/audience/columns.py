"""What the columns of a list of people mean: by their headings, or as a person says. Others become fields."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from core.domain.field_names import to_field_name
from core.errors import UserInputError


class Column(StrEnum):
    """A column that Wireroom understands. The value is the heading that its documents use."""

    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    USERNAME = "username"
    PHONE = "phone"
    LANGUAGE = "language"
    TIME_ZONE = "time_zone"
    CONSENT_BASIS = "consent_basis"
    CONSENT_AT = "consent_at"
    CONSENT_SOURCE = "consent_source"
    CONSENT_WORDING = "consent_wording"


_ALIASES: Mapping[Column, tuple[str, ...]] = {
    Column.NAME: ("full name", "display name", "имя", "фио", "ім'я"),
    Column.FIRST_NAME: ("given name", "vorname", "prénom"),
    Column.LAST_NAME: ("surname", "family name", "nachname", "фамилия", "прізвище"),
    Column.USERNAME: ("user name", "telegram", "telegram username", "tg", "юзернейм", "ник"),
    Column.PHONE: (
        "phone number",
        "phone 1 - value",
        "mobile phone",
        "mobile",
        "telephone",
        "tel",
        "телефон",
        "telefon",
    ),
    Column.LANGUAGE: ("lang", "language code", "locale", "язык", "мова", "sprache"),
    Column.TIME_ZONE: ("timezone", "tz", "часовой пояс", "часовий пояс", "zeitzone"),
    Column.CONSENT_BASIS: ("consent", "basis", "согласие", "згода", "einwilligung"),
    Column.CONSENT_AT: ("consent date", "consent time", "agreed at", "дата согласия", "дата згоди"),
    Column.CONSENT_SOURCE: ("source", "источник", "джерело", "quelle"),
    Column.CONSENT_WORDING: ("consent evidence", "consent text", "wording", "evidence", "текст согласия"),
}
KNOWN: Mapping[str, Column] = MappingProxyType(
    {to_field_name(heading): column for column in Column for heading in (column.value, *_ALIASES[column])}
)


IGNORED = "-"
"""What a column is mapped to that is not to be imported."""

REFUSED_LINE, REFUSED_REASON = "refused: line", "refused: reason"
"""Columns of a file of refused rows. They say what was wrong with it, and nothing about the person."""

EXPORTED_TAGS, EXPORTED_STANDING = "wireroom: tags", "wireroom: may we write?"
"""Columns of a file of people that Wireroom wrote, for those who read it."""

_LABEL, _VALUE = "_label", "_value"  # Google exports such pairs: the label of the first says what the second is


@dataclass(frozen=True, slots=True)
class Header:
    """Where each known column stands (counted from 0), where each further field stands, and how many headings there are.

    `labelled`: pairs of columns of which the first says in each row what the second is, such as "Telegram".
    """

    known: Mapping[Column, int]
    fields: Mapping[str, int]
    width: int
    labelled: tuple[tuple[int, int], ...] = ()
    is_escaped: bool = (
        False  # a file that Wireroom wrote: an apostrophe before what would be a formula is not of the cell
    )


def count_known(headings: Sequence[str]) -> int:
    """How many of the headings are those of columns that Wireroom understands."""
    return sum(to_field_name(heading) in KNOWN for heading in headings)


def heading_key(headings: Sequence[str]) -> str:
    """Names a set of headings in their order, to remember how they were mapped."""
    names = "\n".join(to_field_name(heading) for heading in headings)
    return hashlib.sha256(names.encode()).hexdigest()[:32]


def read_header(headings: Sequence[str], chosen: Mapping[str, str] | None = None) -> Header:
    """`chosen` says of headings what they are: a column of ours, IGNORED, or the name of a field.

    Raises UserInputError if no column says how to reach people, if two columns mean the same, or if `chosen` names a
    heading that is not there.
    """
    targets = _read_chosen(headings, chosen or {})
    known: dict[Column, int] = {}
    fields: dict[str, int] = {}
    for at, heading in enumerate(headings):
        name = to_field_name(heading)
        target = targets.get(name, name)
        if target == IGNORED or name in _NOT_ABOUT_PEOPLE:
            continue
        column = KNOWN.get(target)
        if target in fields or column in known:
            raise UserInputError(
                f"Columns {1 + (fields[target] if column is None else known[column])} and {at + 1} both mean "
                f"{target if column is None else column.value}.",
                title="Two columns mean the same",
                hint="Give one of them another heading, or map it to something else.",
            )
        if column is not None:
            known[column] = at
        elif target:
            fields[target] = at
    labelled = _find_labelled(fields)
    if Column.USERNAME not in known and Column.PHONE not in known and not labelled:
        raise UserInputError(
            "The first line must name the columns, and one of them must be username or phone.",
            title="This file does not say how to reach people",
            hint=f"Headings that Wireroom understands: {', '.join(Column)}.",
        )
    is_escaped = any(to_field_name(heading) in _NOT_ABOUT_PEOPLE for heading in headings)
    return Header(MappingProxyType(known), MappingProxyType(fields), len(headings), labelled, is_escaped)


def _read_chosen(headings: Sequence[str], chosen: Mapping[str, str]) -> dict[str, str]:
    names = {to_field_name(heading) for heading in headings}
    targets: dict[str, str] = {}
    for heading, target in chosen.items():
        name = to_field_name(heading)
        if name not in names:
            raise UserInputError(
                f'There is no column "{heading}".',
                title="A column that is to be mapped is not there",
                hint=f"The columns are: {', '.join(heading.strip() for heading in headings[:40])}.",
            )
        targets[name] = IGNORED if target.strip() in (IGNORED, "") else to_field_name(target)
    return targets


def _find_labelled(fields: Mapping[str, int]) -> tuple[tuple[int, int], ...]:
    pairs = [(name, name.removesuffix(_LABEL) + _VALUE) for name in fields if name.endswith(_LABEL)]
    return tuple((fields[label], fields[value]) for label, value in pairs if value in fields)


_NOT_ABOUT_PEOPLE = frozenset(map(to_field_name, (REFUSED_LINE, REFUSED_REASON, EXPORTED_TAGS, EXPORTED_STANDING)))
