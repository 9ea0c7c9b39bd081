"""Takes secrets, phone numbers and message texts out of what is about to be written where others may read it.

Three steps, in the order that was measured to work: exact values registered when a secret is loaded, then the
names of fields, then a few narrow patterns (a loose one for phone numbers ate timestamps and ids).
"""

import base64
import json
import re
from collections.abc import Mapping, Sequence, Set
from urllib.parse import quote

MARK = "[redacted]"

# Shorter values occur by chance everywhere; the shortest secret there is, a login code, has five digits.
MIN_LENGTH = 5
# Nested deeper than any record of ours; also the end of a structure that holds itself.
MAX_DEPTH = 6

JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]

# Names of fields. STRICT ones mean a secret wherever they end a name and also before a colon; the PLAIN ones are
# ordinary words, so they count only as a whole name, before "=" or in quotes.
_STRICT = (
    r"[\w-]*(?:password|passphrase|passwd|token|secret|api[_-]?hash|api[_-]?key|auth[_-]?key|private[_-]?key"
    r"|phone(?:[_-]?number|[_-]?code(?:[_-]?hash)?)?)|authorization"
)
_PLAIN = r"session|(?:string[_-]?)?session(?:[_-]?string)?|code|first[_-]?name|last[_-]?name|user[_-]?name|email"
_BODY = r"text|body|message[_-]?text|caption|prompt"
_IS_FIELD = re.compile(rf"(?:{_STRICT}|{_PLAIN}|{_BODY})", re.IGNORECASE)

_QUOTED = r""""(?:[^"\\]|\\.)*(?:"|\Z)|'(?:[^'\\]|\\.)*(?:'|\Z)"""
_PAIR = re.compile(
    rf"""(?<![\w-])(?:(?P<q>["'])(?:{_STRICT}|{_PLAIN})(?P=q)\s*[:=]\s*|(?:{_STRICT}|{_PLAIN})\s*={{1,2}}\s*"""
    rf"""|(?:{_STRICT})\s*:\s*)(?P<value>b?(?:{_QUOTED})|(?:bearer\s+|basic\s+)?[^\s,;&)\]}}"']+)""",
    re.IGNORECASE,
)
# "message" is also the name of every record's own text, so it counts only with a quoted value (Telethon's repr).
_BODY_PAIR = re.compile(
    rf"""(?<![\w-])(?:(?P<q>["'])(?:{_BODY}|message)(?P=q)\s*:\s*(?P<a>{_QUOTED})"""
    rf"""|(?:{_BODY}|message)\s*={{1,2}}\s*(?P<b>{_QUOTED})|(?:{_BODY})\s*={{1,2}}\s*(?P<c>[^\n]+))""",
    re.IGNORECASE,
)
# Each with a cheap test that most lines fail. Sources: the formats of Google's API keys, of Telegram's bot tokens,
# of Telethon's StringSession (353 or 369 characters), E.164 (a country code never begins with 0).
_PATTERNS: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("AIza", re.compile(r"AIza[\w-]{20,}"), MARK),
    ("AQ.", re.compile(r"AQ\.[\w-]{20,}"), MARK),
    (":", re.compile(r"(?<!\d)\d{6,12}:[\w-]{30,}"), MARK),
    ("://", re.compile(r"(?<=://)[^/\s:@\"']*:[^/\s@\"']+(?=@)"), MARK),
    ("1", re.compile(r"(?<![\w-])1[\w-]{345,370}={0,2}"), MARK),
    ("+", re.compile(r"\+[1-9]\d(?:[ ().-]{0,2}\d){5,13}(?!\d)"), MARK),
)


class Redactor:
    """Knows the secrets of this process. Any thread may register and redact at any time."""

    def __init__(self) -> None:
        # By their first characters: the cost of a line depends on its length, not on how many secrets there are.
        self._known: dict[str, tuple[str, ...]] = {}

    def register(self, secret: str | bytes) -> None:
        """Never let `secret` through from now on, nor its usual spellings (escaped, URL-quoted, hex, base64).

        Values of fewer than MIN_LENGTH characters are not taken: they occur everywhere.
        """
        for spelling in _spellings(secret):
            if len(spelling) < MIN_LENGTH:
                continue
            start = spelling[:MIN_LENGTH]
            present = self._known.get(start, ())
            if spelling not in present:
                self._known[start] = (*present, spelling)

    def text(self, text: str) -> str:
        """`text` without registered values, values of telling names, and what looks like a credential."""
        text = self._without_known(text)
        if "=" in text or ":" in text:
            text = _BODY_PAIR.sub(_mark_body, text)
            text = _PAIR.sub(_mark_value, text)
        for needle, pattern, mark in _PATTERNS:
            if needle in text:
                text = pattern.sub(mark, text)
        return text

    def value(self, value: object, *, depth: int = 0) -> JsonValue:
        """`value` as something JSON can hold, redacted all the way down; unknown objects by their repr."""
        if value is None or isinstance(value, bool | float):
            return value
        if isinstance(value, int):
            return MARK if self._is_known(str(value)) else int(value)
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, bytes | bytearray | memoryview):
            return f"<{len(value)} bytes>"
        if depth >= MAX_DEPTH:
            return "…"
        if isinstance(value, Mapping):
            return self.fields(value, depth=depth)
        if isinstance(value, Sequence | Set):
            return [self.value(item, depth=depth + 1) for item in value]
        return self.text(repr(value) if not isinstance(value, BaseException) else f"{type(value).__name__}: {value}")

    def fields(self, fields: Mapping[str, object], *, depth: int = 0) -> dict[str, JsonValue]:
        """A mapping with the values of telling names marked, and the rest redacted as by `value`."""
        clean: dict[str, JsonValue] = {}
        for key, value in fields.items():
            name = self.text(str(key))
            hides = value not in (None, "") and is_secret_name(name)
            clean[name] = MARK if hides else self.value(value, depth=depth + 1)
        return clean

    def _is_known(self, text: str) -> bool:
        return text in self._known.get(text[:MIN_LENGTH], ())

    def _without_known(self, text: str) -> str:
        known = self._known
        if not known:
            return text
        starts = {text[i : i + MIN_LENGTH] for i in range(len(text) - MIN_LENGTH + 1)}
        found = [secret for start in starts if start in known for secret in known[start] if secret in text]
        # The longest first: a secret inside another one must not leave the rest of it behind.
        for secret in sorted(found, key=len, reverse=True):
            text = text.replace(secret, MARK)
        return text


def is_secret_name(name: str) -> bool:
    """Whether a field of this name holds a secret, a person's data or a message's text."""
    return _IS_FIELD.fullmatch(name) is not None


def _spellings(secret: str | bytes) -> set[str]:
    if isinstance(secret, bytes):
        encoded = {secret.hex(), secret.hex().upper()}
        encoded |= {
            coded.decode().rstrip("=") for coded in (base64.b64encode(secret), base64.urlsafe_b64encode(secret))
        }
        try:
            return encoded | _spellings(secret.decode())
        except UnicodeDecodeError:
            return encoded | {repr(secret)[2:-1]}
    return {
        secret,
        repr(secret)[1:-1],
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        quote(secret, safe=""),
    }


def _mark_value(match: re.Match[str]) -> str:
    return f"{match[0][: match.start('value') - match.start()]}{MARK}"


def _mark_body(match: re.Match[str]) -> str:
    start = next(match.start(name) for name in ("a", "b", "c") if match[name] is not None)
    return f"{match[0][: start - match.start()]}{MARK}"


# The one of this process: the log's formatter asks it, and whoever loads a secret registers it here.
redactor = Redactor()
