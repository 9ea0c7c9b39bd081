"""Which encoding a text file is in: by its first bytes, else UTF-8 where all of it is, else what its letters look like."""

import codecs
import re
from typing import BinaryIO, Final

from campaigns.audience.files.opening import SAVE_AS, empty_file, no_text
from core.errors import UserInputError

HEAD_BYTES: Final = 4096
_CHUNK: Final = 1 << 20
_SAMPLE_BYTES: Final = 32_768
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")  # bytes that no text of a one-byte or UTF-8 encoding has
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Code pages of Windows, and what spreadsheets of East Asia write. Others are rare in lists and easily mistaken.
_PAGES: Final = [
    *(f"cp{number}" for number in range(1250, 1259)),
    "cp874",
    "cp932",
    "gb18030",
    "cp949",
    "big5",
    "koi8_r",
]


def find_encoding(file: BinaryIO, chosen: str = "") -> str:
    """Python's name of the encoding; `chosen` by a person wins. Raises UserInputError for what is no text."""
    head = file.read(HEAD_BYTES)
    if not head.strip():
        raise empty_file()
    if chosen:
        return _check_name(chosen)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if (wide := _wide_without_mark(head)) is not None:
        return wide
    if _BINARY.search(head) is not None:
        raise no_text()
    file.seek(0)
    sample = _first_that_is_not_utf8(file)
    return "utf-8" if sample is None else _guess_page(sample)


def _check_name(chosen: str) -> str:
    try:
        info = codecs.lookup(chosen)
    except (LookupError, ValueError):
        info = None
    if info is None or not info._is_text_encoding:
        raise UserInputError(f'There is no encoding "{chosen}".', hint="Such as utf-8, cp1251 or utf-16.")
    return info.name


def _wide_without_mark(head: bytes) -> str | None:
    """UTF-16 without its mark: of every two bytes of Latin letters, digits and delimiters one is zero."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) // 5 and even == 0:
        return "utf-16-le"
    if even > len(head) // 5 and odd == 0:
        return "utf-16-be"
    return None


def _first_that_is_not_utf8(file: BinaryIO) -> bytes | None:
    """Some of the file from shortly before the place where it stops to be UTF-8; None: it is, to its end."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    read = 0
    while chunk := file.read(_CHUNK):
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError:
            file.seek(max(0, read - _SAMPLE_BYTES))
            around = file.read(_SAMPLE_BYTES + _CHUNK)
            # Lines of plain ASCII say nothing about the page, and a list may begin with thousands of them.
            telling = [line for line in around.splitlines(keepends=True) if not line.isascii()]
            return b"".join(telling)[:_SAMPLE_BYTES]
        read += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise _unknown_letters() from None  # cut off in the middle of a letter
    return None


def _guess_page(sample: bytes) -> str:
    from charset_normalizer import from_bytes  # 15 ms, for those who have such a file

    best = from_bytes(sample, cp_isolation=_PAGES).best()
    if best is None:
        raise _unknown_letters()
    return best.encoding


def _unknown_letters() -> UserInputError:
    return UserInputError(
        "They are neither UTF-8 nor of a code page that Wireroom can tell.",
        title="The letters of this file cannot be read",
        hint=SAVE_AS,
    )
