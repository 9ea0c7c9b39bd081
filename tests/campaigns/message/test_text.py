"""Text is kept as Telegram keeps it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.message.text import clean_text, is_blank


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\r\nb", "a\nb"),
        ("a\tb\x00c\x1f", "a b c "),
        ("a\u202e\u2028b", "ab"),
        ("\ud83d\ude42", "🙂"),
        ("a\ud83d", "a\ufffd"),
        ("\ufdd0a\ufdef", "a"),
        ("👩‍👩‍👧 ️نص", "👩‍👩‍👧 ️نص"),
    ],
)
def test_text_is_kept_as_telegram_keeps_it(text: str, kept: str) -> None:
    assert clean_text(text) == kept


@given(st.text(st.characters()))
def test_cleaning_twice_changes_nothing_and_the_result_can_be_stored(text: str) -> None:
    cleaned = clean_text(text)

    assert clean_text(cleaned) == cleaned
    cleaned.encode()


@pytest.mark.parametrize("text", ["", " \n", "\u200b\u200d\ufeff", "\u2800\u3164", "\u00a0"])
def test_what_cannot_be_seen_is_blank(text: str) -> None:
    assert is_blank(text)
    assert not is_blank(text + "a")
