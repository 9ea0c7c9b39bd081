"""Tells whether a word in one alphabet is a name in another: "Олена" is "Olena", "Юлія" is Yuliia, Iuliia and Julia.

Only alphabets that write their vowels, and only whole words: what sounds the same by chance is masked too, which costs
nothing, since it is put back.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from anyascii import anyascii

_INVISIBLE = "\u00ad\u200b-\u200d\u2060\u0300-\u036f"
_WORD = re.compile(rf"[^\W\d_](?:[^\W\d_]|[{_INVISIBLE}]|['’ʼ](?=[^\W\d_]))*")
_ALPHABETS = frozenset({"LATIN", "CYRILLIC", "GREEK", "GEORGIAN", "ARMENIAN"})
_SHORTEST = 3  # letters of a sound: two are any word
# Where people write one letter in several ways, all of them become one.
_SPELLINGS = (
    ("kh", "h"),
    ("dj", "d"),  # of the Serbian ђ, which is đ in Latin
    ("g", "h"),  # of the Ukrainian г, which is g elsewhere
    ("x", "ks"),
    ("w", "v"),
    ("ou", "oi"),  # of the Greek ου, which comes as "oy"
    ("y", "i"),
    ("j", "i"),
)
_TWICE = re.compile(r"(.)\1+")


def words(text: str) -> Iterator[tuple[int, int, str]]:
    """Begin, end and the word itself."""
    for match in _WORD.finditer(text):
        yield match.start(), match.end(), match[0]


@lru_cache(maxsize=4096)
def alphabet(word: str) -> str:
    """Which one all of its letters are of; "" where nothing can be said."""
    found = {unicodedata.name(sign, "").partition(" ")[0] for sign in word if sign.isalpha()} - {"MODIFIER"}
    return found.pop() if len(found) == 1 and found <= _ALPHABETS else ""


@lru_cache(maxsize=4096)
def sound(word: str) -> str:
    """How it is said, roughly, in small Latin letters; "" where that is too short to tell anything."""
    plain = unicodedata.normalize("NFC", word)
    said = "".join(sign for sign in anyascii(plain).lower() if "a" <= sign <= "z")
    for written, one in _SPELLINGS:
        said = said.replace(written, one)
    said = _TWICE.sub(r"\1", said)
    return said if len(said) >= _SHORTEST else ""
