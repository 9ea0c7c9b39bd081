"""What the columns of a list of people mean, by their headings. A heading that is not known names a field."""

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
    Column.PHONE: ("phone number", "phone 1 - value", "mobile", "telephone", "tel", "телефон", "telefon"),
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


@dataclass(frozen=True, slots=True)
class Header:
    """Where each known column stands (counted from 0), where each further field stands, and how many headings there are."""

    known: Mapping[Column, int]
    fields: Mapping[str, int]
    width: int


def count_known(headings: Sequence[str]) -> int:
    """How many of the headings are those of columns that Wireroom understands."""
    return sum(to_field_name(heading) in KNOWN for heading in headings)


def read_header(headings: Sequence[str]) -> Header:
    """Raises UserInputError if no column says how to reach people, or if two columns mean the same."""
    known: dict[Column, int] = {}
    fields: dict[str, int] = {}
    for at, heading in enumerate(headings):
        name = to_field_name(heading)
        column = KNOWN.get(name)
        if name in fields or column in known:
            raise UserInputError(
                f"Columns {1 + (fields[name] if column is None else known[column])} and {at + 1} both mean "
                f"{name if column is None else column.value}.",
                title="Two columns mean the same",
                hint="Give one of them another heading.",
            )
        if column is not None:
            known[column] = at
        elif name:
            fields[name] = at
    if Column.USERNAME not in known and Column.PHONE not in known:
        raise UserInputError(
            "The first line must name the columns, and one of them must be username or phone.",
            title="This file does not say how to reach people",
            hint=f"Headings that Wireroom understands: {', '.join(Column)}.",
        )
    return Header(MappingProxyType(known), MappingProxyType(fields), len(headings))
