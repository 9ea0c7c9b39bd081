"""People are found however somebody types their name or number."""

import pytest

from core.domain.search_key import excerpt, find_words, search_terms, to_search_key


def is_found(text: str, name: str, username: str = "", phone: str = "") -> bool:
    key = to_search_key(name, username, phone)
    return all(term in key for term in search_terms(text))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("okoume", "Nadège Okoumé"),
        ("NADÈGE", "Nadège Okoumé"),
        ("ткач олена", "Олена Ткачик"),
        ("STRASSE", "Ann Straße"),
        ("ゆき", "森田 ゆき"),
        ("", "Anybody"),
        ("%", "100 % Cotton"),
    ],
)
def test_a_name_is_found_without_case_accents_and_order(text: str, name: str) -> None:
    assert is_found(text, name)


def test_a_username_is_found_with_and_without_its_at() -> None:
    assert is_found("@Ines_Val", "Ines", "ines_valkama")
    assert not is_found("@ines_x", "Ines", "ines_valkama")


def test_a_number_is_found_however_it_is_grouped() -> None:
    for text in ("+999 66 1 0001", "9996610001", "(0001)", "66-10001"):
        assert is_found(text, "Ann", phone="+9996610001"), text
    assert not is_found("0002", "Ann", phone="+9996610001")


@pytest.mark.parametrize(
    ("text", "search", "found"),
    [
        ("Until ÉIGHT, eight", "eight", ["ÉIGHT", "eight"]),
        ("Die große Straße", "strasse GROSSE", ["große", "Straße"]),
        ("nothing", "eight", []),
        ("e\u0301t\u00e9", "ete", ["e\u0301t\u00e9"]),
        ("anything", "", []),
    ],
)
def test_words_are_found_where_they_stand_in_the_text(text: str, search: str, found: list[str]) -> None:
    assert [text[begin:end] for begin, end in find_words(text, search)] == found


def test_an_excerpt_begins_shortly_before_the_first_word_that_was_found() -> None:
    assert excerpt("a long way\nto the hall and on", "HALL", before=4, length=9) == "…the hall"
    assert excerpt("the hall", "hall", before=40, length=90) == "the hall"
    assert excerpt("the hall", "zebra", before=2, length=5) == "the h"
