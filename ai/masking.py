"""Hides the known values of one person in texts that go to a text model, and puts them back into its answer.

What is hidden: each value wherever it stands (whatever its case, accents, width and invisible signs), each word of a
name, also in another alphabet, and the number of a telephone however it is written. What a person says of themselves in
other words stays; whoever shows the request says so.
"""

import re
import string
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, product
from urllib.parse import quote, quote_plus

from ai.other_alphabets import alphabet, sound, words
from core.ai_errors import AiAnswerUnfit

# A token is one of these around a label; the first pair is taken that is in no text and no value.
_PAIRS = ("⟦⟧", "⟪⟫", "〔〕", "【】", "❲❳")
_PRIVATE = range(0xE000, 0xF8FF)  # signs that nobody has given a meaning, for when everything else is taken
# Shorter values are words of their own or chance: they are hidden only where they stand alone. A letter of a script
# without cases (Arabic, Thai …) says as much as two others, an ideograph as three.
_WEIGHT_ANYWHERE = 3
_PHONE_TAIL = 7  # digits of a number that stay the same however it is written
_PHONE = re.compile(r"\+?\d(?:[\s().\-/_\u00b7\u2010-\u2015\u2212]*\d){6,}")
# A field of a name, as lists of people call it: its words are hidden one by one, too.
_NAMES = re.compile(
    r"name|nombre|apellido|pr[eé]nom|\bnom\b|nome|cognome|\bimi[eę]\b|nazwisko|имя|фамилия|отчество|ім.?я|прізвище"
    r"|soyad|\bad[ıi]?\b|nama|\bnimi\b|sukunimi|efternamn|namn|navn|姓|名|이름|성명|اسم|שם"
)
_NAME_PARTS = re.compile(r"[\s\-\u2010-\u2015'’ʼ`.,]+")
# Letters that Unicode does not take apart, as people write them on a keyboard without them; and umlauts written out.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"}
)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_QUOTES = str.maketrans({"’": "'", "ʼ": "'", "‘": "'", "`": "'"})
# One sign is a name already: ideographs, kana, Hangul.
_WHOLE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_LABEL = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class Masked:
    """Texts without the values, in their order, and what each token stands for."""

    texts: tuple[str, ...]
    tokens: Mapping[str, str]

    @property
    def rule(self) -> str:
        """What the model has to be told of the tokens; "" where there are none."""
        if not self.tokens:
            return ""
        opening, closing = next(iter(self.tokens))[0], next(iter(self.tokens))[-1]
        return (
            f"What stands between {opening} and {closing} is a placeholder for something about the person. "
            "Where you need it, write the whole placeholder exactly as it is; never make one up, never guess what it hides."
        )

    def restore(self, text: str) -> str:
        """The text with every value in its place. `restore` of what was masked is what it was, to the letter.

        Raises AiAnswerUnfit for a token that was never given: nobody can say what it should be.
        """
        if not self.tokens:
            return text
        opening, closing = next(iter(self.tokens))[0], next(iter(self.tokens))[-1]
        by_label = {token[1:-1].casefold(): value for token, value in self.tokens.items()}

        def value_of(match: re.Match[str]) -> str:
            value = by_label.get(match[1].strip().casefold())
            if value is None:
                raise AiAnswerUnfit("It holds a placeholder that was not in the text.")
            return value

        inside = f"[^{re.escape(opening + closing)}]*"
        return re.sub(f"{re.escape(opening)}({inside}){re.escape(closing)}", value_of, text)

    def restore_so_far(self, text: str) -> str:
        """As `restore`, for the beginning of an answer: it ends before a token that is not whole or was never given."""
        if not self.tokens:
            return text
        opening, closing = next(iter(self.tokens))[0], next(iter(self.tokens))[-1]
        begun = text.rfind(opening)
        if begun >= 0 and closing not in text[begun:]:
            text = text[:begun]
        try:
            return self.restore(text)
        except AiAnswerUnfit:
            return self.restore_so_far(text[: text.rfind(opening)])


def mask(texts: Sequence[str], values: Mapping[str, str]) -> Masked:
    """Hide the values (by field name) of one person in these texts. The same words get the same token in all of them."""
    needles = _Needles.of(values)
    opening, closing = _free_pair([*texts, *values.values()])
    naming = _Naming(needles, opening, closing)
    return Masked(tuple(_hide(text, needles, naming) for text in texts), naming.tokens)


def _hide(text: str, needles: "_Needles", naming: "_Naming") -> str:
    """Until nothing is found any more: beside a token, what was part of a word may stand alone."""
    parts = [text]  # text and tokens by turns
    is_changed = True
    while is_changed:
        is_changed = False
        before, parts = parts, []
        for index, part in enumerate(before):
            at = 0
            for start, end, field in needles.find(part) if index % 2 == 0 else ():
                parts += [part[at:start], naming.token(part[start:end], field)]
                at, is_changed = end, True
            parts.append(part[at:])
    return "".join(parts)


@dataclass(frozen=True, slots=True)
class _Needles:
    """What is looked for: folded words with the field they come from, and the ends of telephone numbers."""

    anywhere: tuple[tuple[str, str], ...]
    alone: tuple[tuple[str, str], ...]
    phones: tuple[tuple[str, str], ...]
    sounds: tuple[
        tuple[str, str, str], ...
    ]  # of words of names: how it is said, in which alphabet it stands, the field

    @classmethod
    def of(cls, values: Mapping[str, str]) -> "_Needles":
        anywhere: dict[str, str] = {}
        alone: dict[str, str] = {}
        phones: dict[str, str] = {}
        sounds: dict[tuple[str, str], str] = {}
        for field, value in values.items():
            for word in _words(field, value):
                folded = _fold(word)[0].strip()
                if any(unicodedata.category(sign)[0] not in "PZC" for sign in folded):  # a dash says nothing
                    (anywhere if _weight(folded) >= _WEIGHT_ANYWHERE else alone).setdefault(folded, field)
            if _NAMES.search(field.casefold()):
                for _, _, word in words(value):
                    if alphabet(word) and sound(word):
                        sounds.setdefault((sound(word), alphabet(word)), field)
            digits = _digits(value)
            if len(digits) >= _PHONE_TAIL and _PHONE.search(value):
                phones.setdefault(digits[-_PHONE_TAIL:], field)
        longest_first = sorted(anywhere.items(), key=lambda item: -len(item[0]))
        said = tuple((*key, field) for key, field in sounds.items())
        return cls(tuple(longest_first), tuple(alone.items()), tuple(phones.items()), said)

    def find(self, text: str) -> list[tuple[int, int, str]]:
        """Spans that do not overlap, in order, each with the field of what stands there."""
        folded, places = _fold(text)
        spans = [
            (places[at], places[at + len(word) - 1] + 1, field)
            for word, field in self.anywhere
            for at in _all(folded, word)
        ]
        spans += [
            (places[at], places[at + len(word) - 1] + 1, field)
            for word, field in self.alone
            for at in _all(folded, word)
            if not folded[at - 1 : at].isalnum() and not folded[at + len(word) : at + len(word) + 1].isalnum()
        ]
        for match in _PHONE.finditer(text):
            field = next((field for tail, field in self.phones if tail in _digits(match[0])), None)
            if field is not None:
                spans.append((match.start(), match.end(), field))
        return _joined([*spans, *self._find_said(text)])

    def _find_said(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Words of names in another alphabet than the one they are known in."""
        for start, end, word in words(text) if self.sounds else ():
            written = alphabet(word)
            for said, known, field in self.sounds if written else ():
                if written != known and said == sound(word):
                    yield start, end, field
                    break


class _Naming:
    """Gives each spelling its token. No value can be read in one."""

    def __init__(self, needles: _Needles, opening: str, closing: str) -> None:
        self.tokens: dict[str, str] = {}
        self._needles = needles
        self._opening, self._closing = opening, closing
        self._by_text: dict[str, str] = {}
        self._labels: set[str] = set()

    def token(self, text: str, field: str) -> str:
        if text not in self._by_text:
            label = next(label for label in self._candidates(field) if self._is_free(label))
            self._labels.add(label.casefold())
            token = f"{self._opening}{label}{self._closing}"
            self._by_text[text], self.tokens[token] = token, text
        return self._by_text[text]

    def _candidates(self, field: str) -> Iterator[str]:
        """The name of the field helps the model to write around it; then letters; then signs without a meaning."""
        name = _LABEL.sub("_", field).strip("_")
        letters = string.ascii_uppercase
        named = (f"{name}_{number}" for number in range(2, 100)) if name else ()
        first = (name,) if name else ()
        pairs = (f"{a}{b}" for a, b in product(letters, letters))
        return chain(first, named, letters, pairs, map(chr, _PRIVATE))

    def _is_free(self, label: str) -> bool:
        taken = label.casefold() in self._labels or {self._opening, self._closing} & set(label)
        return not taken and not self._needles.find(label)


def _words(field: str, value: str) -> Iterator[str]:
    """The value, its lines, the words of a name, and each of them as it stands in an address or without umlauts."""
    value = value.strip()
    said = {value: None, value.removeprefix("@"): None} | dict.fromkeys(value.splitlines())
    if _NAMES.search(field.casefold()):
        said |= dict.fromkeys(_NAME_PARTS.split(value))
    for word in said:
        yield word
        for other in (quote(word), quote_plus(word), unicodedata.normalize("NFC", word).translate(_UMLAUTS)):
            if other != word:
                yield other


def _free_pair(texts: Sequence[str]) -> tuple[str, str]:
    taken = set().union(*(set(text) | set(_fold(text)[0]) for text in texts))
    for pair in _PAIRS:
        if not set(pair) & taken:
            return pair[0], pair[1]
    free = (sign for sign in map(chr, _PRIVATE) if sign not in taken)
    return next(free), next(free)


@lru_cache(maxsize=4096)
def _fold_sign(sign: str) -> str:
    """What a reader takes for the same: no case, no accents, one width, nothing invisible."""
    plain = sign.casefold().translate(_PLAIN).translate(_QUOTES)
    twice = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", plain).casefold()).translate(_PLAIN)
    return "".join(
        " " if each.isspace() else each for each in twice if unicodedata.category(each) not in {"Mn", "Me", "Cf"}
    )


def _fold(text: str) -> tuple[str, list[int]]:
    """The folded text, runs of white space as one blank, and for each of its signs its place in the text."""
    folded: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        for each in _fold_sign(sign):
            if each != " " or not folded or folded[-1] != " ":
                folded.append(each)
                places.append(place)
    return "".join(folded), places


def _all(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def _joined(spans: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Spans that overlap as one, so that no part of a value stays; it is of the field that began first."""
    joined: list[tuple[int, int, str]] = []
    for start, end, field in sorted(spans, key=lambda span: (span[0], -span[1])):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end), joined[-1][2])
        else:
            joined.append((start, end, field))
    return joined


def _weight(folded: str) -> int:
    return sum(3 if _WHOLE.match(sign) else 2 if unicodedata.category(sign) == "Lo" else 1 for sign in folded)


def _digits(text: str) -> str:
    return "".join(str(unicodedata.digit(sign)) for sign in text if sign.isdecimal())
