"""One spelling for finding people by name, @name or number, whatever case, accents and signs somebody types."""

import re
import unicodedata
from collections.abc import Sequence
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


def find_words(text: str, search: str) -> tuple[tuple[int, int], ...]:
    """Where the words of a search stand in a text, in order: begin and end, counted in its own characters."""
    if text.isascii():
        return _find(fold(text), range(len(text)), search)
    folded: list[str] = []
    places: list[int] = []  # of each folded sign, where it stands in the text
    for place, sign in enumerate(text):
        for each in fold(sign):
            folded.append(each)
            places.append(place)
    return _find("".join(folded), places, search)


def _find(key: str, places: Sequence[int], search: str) -> tuple[tuple[int, int], ...]:
    found: set[tuple[int, int]] = set()
    for term in search_terms(search):
        at = key.find(term)
        while at >= 0:
            found.add((places[at], places[at + len(term) - 1] + 1))
            at = key.find(term, at + len(term))
    return tuple(sorted(found))


def excerpt(text: str, search: str, *, before: int, length: int) -> str:
    """The text in one line of at most `length`, from `before` characters before the first word that was searched for."""
    line = " ".join(text.split())
    begin = next((start for start, _ in find_words(line, search)), 0) - before
    return line[:length] if begin <= 0 else f"…{line[begin:].lstrip()}"[:length]


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
