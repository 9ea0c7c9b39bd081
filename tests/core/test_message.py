"""Formatted text keeps its formatting inside the text, and its hash tells different messages apart."""

import pytest

from core.domain.message import Entity, EntityKind, FormattedText, content_hash, utf16_length

BOLD = Entity(kind=EntityKind.BOLD, offset=0, length=2)
ITALIC = Entity(kind=EntityKind.ITALIC, offset=1, length=1)


def test_length_counts_utf16_units() -> None:
    assert utf16_length("abc") == 3
    assert utf16_length("é🙂") == 3


def test_an_entity_beyond_the_text_is_refused() -> None:
    with pytest.raises(ValueError, match="beyond"):
        FormattedText("a", (BOLD,))


def test_an_entity_may_cover_a_character_of_two_units() -> None:
    assert FormattedText("🙂", (BOLD,)).entities == (BOLD,)


@pytest.mark.parametrize(
    ("kind", "offset", "length", "url", "language"),
    [
        (EntityKind.BOLD, 0, 0, "", ""),
        (EntityKind.BOLD, -1, 2, "", ""),
        (EntityKind.BOLD, 0, 1, "https://example.org", ""),
        (EntityKind.TEXT_LINK, 0, 1, "", ""),
        (EntityKind.CODE, 0, 1, "", "python"),
    ],
)
def test_an_impossible_entity_is_refused(kind: EntityKind, offset: int, length: int, url: str, language: str) -> None:
    with pytest.raises(ValueError, match=r"entity|url|language"):
        Entity(kind=kind, offset=offset, length=length, url=url, language=language)


def test_the_hash_does_not_depend_on_the_order_of_entities() -> None:
    assert content_hash(FormattedText("abc", (BOLD, ITALIC))) == content_hash(FormattedText("abc", (ITALIC, BOLD)))


def test_the_hash_tells_text_formatting_and_media_apart() -> None:
    messages = [
        content_hash(FormattedText("abc")),
        content_hash(FormattedText("abd")),
        content_hash(FormattedText("abc", (BOLD,))),
        content_hash(FormattedText("abc", (ITALIC,))),
        content_hash(FormattedText("abc"), [1, 2]),
        content_hash(FormattedText("abc"), [2, 1]),
        content_hash(FormattedText("abc"), [12]),
    ]

    assert len(set(messages)) == len(messages)
    assert {len(digest) for digest in messages} == {32}


def test_the_hash_of_a_stored_message_never_changes() -> None:
    """Rows with an open try keep this hash: another encoding would make their repeat impossible."""
    digest = content_hash(FormattedText("Grüße 🙂", (BOLD,)), [7])

    assert digest.hex() == "9685d1439bbb8b869a3d71a36e3211cbda4a8e8e5019ac62db09a46336078857"
