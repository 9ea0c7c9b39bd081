"""Which characters of a text survive Telegram, and whether anything of it can be seen."""

import re
import unicodedata

# What Telegram's own client drops or replaces before it sends (TDLib td/telegram/misc.cpp, clean_input_string):
# control characters but the line feed become blanks; carriage returns, U+2028 and U+2029 and the characters that
# turn the writing direction of all that follows (U+202A to U+202E) go. Noncharacters are ours:
# they mark places in templates.
_OFFENDING = re.compile("[\x00-\x09\x0b-\x1f\u2028-\u202e\ufdd0-\ufdef\ud800-\udfff]")
_DROPPED = re.compile("[\r\u2028-\u202e\ufdd0-\ufdef]")
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")
_BLANK = frozenset("\u2800\u3164\uffa0\u115f\u1160\ufffc")  # blanks that Unicode does not call white space


def clean_text(text: str) -> str:
    """The text as Telegram would keep it, so that what is stored, sent and found in the history is equal.

    A lone surrogate becomes U+FFFD, a pair of them the character they stand for.
    """
    if _OFFENDING.search(text) is None:
        return text
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _CONTROL.sub(" ", _DROPPED.sub("", whole))


def is_blank(text: str) -> bool:
    """Whether nothing of it can be seen: white space, zero-width and direction signs, empty fillers."""
    for sign in text:  # noqa: SIM110  # most texts end it at their first sign, and `all` would make a generator for that
        if not (sign.isspace() or sign in _BLANK or unicodedata.category(sign) == "Cf"):
            return False
    return True
