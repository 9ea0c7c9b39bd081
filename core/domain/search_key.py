"""One spelling for finding people by name, @name or number, whatever case, accents and signs somebody types."""

import re
import unicodedata
from typing import Final

_NUMBER: Final = re.compile(r"\+?[\d ()./-]*\d[\d ()./-]*")


def to_search_key(name: str, username: str, phone: str) -> str:
    """What a search looks through: folded name, username and the digits of the number, a line each."""
    return f"{fold(name)}\n{username.lower()}\n{phone.removeprefix('+')}"


def search_terms(text: str) -> tuple[str, ...]:
    """What has to stand in the key of whoever is searched for; empty: everybody.

    A text that is a number is its digits, so that it is found however it is grouped.
    """
    text = " ".join(text.split())
    if _NUMBER.fullmatch(text):
        return ("".join(sign for sign in text if sign.isdigit()),)
    return tuple(word for part in text.split(" ") if (word := fold(part.removeprefix("@"))))


def fold(text: str) -> str:
    """Without case, accents and width; letters of every script stay."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return plain.translate(_NO_ACCENTS)


class _NoAccents(dict[int, int | None]):
    """What `str.translate` makes of each sign, found out when it is met for the first time."""

    def __missing__(self, code: int) -> int | None:
        stays = None if unicodedata.category(chr(code)) == "Mn" else code
        self[code] = stays
        return stays


_NO_ACCENTS: Final = _NoAccents()
