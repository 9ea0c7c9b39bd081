"""vCards (2.1, 3.0, 4.0) as phones, address books and mail programs export them: one row a card."""

import logging
from collections.abc import Iterator
from io import TextIOWrapper
from typing import Any, Final

from campaigns.audience.files.opening import unreadable
from campaigns.audience.files.table import FileForm, PartRead, Row, Table, clean
from core.errors import UserInputError

HEADINGS = (
    "name",
    "first_name",
    "last_name",
    "username",
    "phone",
    "language",
    "time_zone",
    "organization",
    "email",
    "nickname",
    "categories",
)
MAX_CARD_CHARS: Final = 1 << 20
"""A card with a photo has some 100,000 characters."""
_PHOTO: Final = ("PHOTO", "LOGO", "SOUND", "KEY")  # what is skipped, since it is large and of no use here
_TELEGRAM: Final = ("x-telegram", "impp", "x-socialprofile", "x-telegram-username", "url")

logging.getLogger("vobject").setLevel(logging.CRITICAL + 1)  # it prints what stands in cards


def read_vcards(text: TextIOWrapper, part_read: PartRead) -> Table:
    """A card that its library cannot read costs its own row alone."""
    return Table(
        form=FileForm.VCARD,
        detail=text.encoding,
        headings=HEADINGS,
        rows=_read_rows(text),
        part_read=part_read,
    )


def _read_rows(text: TextIOWrapper) -> Iterator[Row]:
    for line, card in _cards(text):
        try:
            cells = _read_card(card)
        except Exception:  # noqa: BLE001 - on damaged cards vobject raises whatever its parsers raise
            yield Row(line, problem="This card is damaged.")
        else:
            yield Row(line, cells)


def _cards(text: TextIOWrapper) -> Iterator[tuple[int, str]]:
    """Each card with the line it begins in; what stands between cards is of no interest."""
    card: list[str] = []
    begins, number, chars, skips = 0, 0, 0, False
    while line := _read_line(text, number):
        number += 1
        word = line.strip().upper()
        if word == "BEGIN:VCARD":
            if card:
                yield begins, ""  # the one before never ended: damaged
            card, begins, chars = [line], number, 0
            continue
        if not card:
            continue
        if not line.startswith((" ", "\t")):
            skips = word.split(";")[0].split(":")[0].split(".")[-1] in _PHOTO
        if skips:
            continue
        chars += len(line)
        if chars > MAX_CARD_CHARS:
            raise UserInputError(
                f"The card that begins in line {begins:,} never ends.",
                title="This file has a card that is too long",
                hint="Export the contacts again.",
            )
        card.append(line)
        if word == "END:VCARD":
            yield begins, "".join(card)
            card = []
    if card:
        yield begins, ""


def _read_line(text: TextIOWrapper, number: int) -> str:
    try:
        return text.readline(MAX_CARD_CHARS)
    except UnicodeError as error:
        raise UserInputError(
            f"At line {number + 1:,} or shortly after it there are signs that are not {text.encoding}.",
            title="The letters of this file cannot be read",
            hint="Export the contacts again.",
        ) from error
    except OSError as error:
        raise unreadable(error) from error


def _read_card(card: str) -> tuple[str, ...]:
    import vobject  # 0.1 s, for those who have such a file

    contents: dict[str, list[Any]] = vobject.readOne(card).contents
    name = contents["n"][0].value if "n" in contents else None
    parts = [_text(getattr(name, part, "")) for part in ("given", "family")] if name is not None else ["", ""]
    return (
        _first(contents, "fn"),
        *parts,
        _telegram_name(contents),
        _phone(contents),
        _first(contents, "lang"),
        _first(contents, "tz") if "/" in _first(contents, "tz") else "",  # not an offset such as +02:00
        _first(contents, "org"),
        _first(contents, "email"),
        _first(contents, "nickname"),
        _first(contents, "categories"),
    )


def _phone(contents: dict[str, list[Any]]) -> str:
    """The mobile number where there are several: Telegram accounts have those."""
    phones = contents.get("tel", [])
    mobile = [phone for phone in phones if {"CELL", "MOBILE"} & {kind.upper() for kind in _kinds(phone)}]
    chosen = (mobile or phones)[:1]
    return _text(chosen[0].value).removeprefix("tel:") if chosen else ""


def _telegram_name(contents: dict[str, list[Any]]) -> str:
    for key in _TELEGRAM:
        for entry in contents.get(key, []):
            value = _text(entry.value)
            bare = value.removeprefix("telegram:").removeprefix("tg:")
            is_telegram = key.startswith("x-telegram") or bare != value or "t.me/" in value
            if is_telegram or "TELEGRAM" in {kind.upper() for kind in _kinds(entry)}:
                return bare.removeprefix("//")
    return ""


def _kinds(entry: Any) -> list[str]:
    params: dict[str, list[str]] = entry.params
    bare = [str(kind) for kind in getattr(entry, "singletonparams", [])]  # `TEL;CELL:` of version 2.1
    return [*params.get("TYPE", []), *params.get("X-SERVICE-TYPE", []), *bare]


def _first(contents: dict[str, list[Any]], key: str) -> str:
    entries = contents.get(key, [])
    return _text(entries[0].value) if entries else ""


def _text(value: object) -> str:
    if isinstance(value, list):
        return clean(", ".join(str(part).strip() for part in value if str(part).strip()))
    return clean(" ".join(str(value).split()))
