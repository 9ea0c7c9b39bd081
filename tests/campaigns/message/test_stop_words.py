"""STOP is the whole message, however it is dressed; a sentence with a stop word in it is not STOP."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.message.stop_words import DEFAULT, PHRASES, is_stop, make_stop_words, with_more

EVERY_PHRASE = [phrase for phrases in PHRASES.values() for phrase in phrases]


@pytest.mark.parametrize("phrase", EVERY_PHRASE)
def test_every_phrase_counts_in_every_case(phrase: str) -> None:
    assert is_stop(phrase)
    assert is_stop(f"  {phrase.upper()}!\n")


@pytest.mark.parametrize(
    "text",
    [
        "STOP!!! 🛑",
        "«Стоп».",
        "/stop",
        "/stop@desk_bot",
        "ＳＴＯＰ",
        "𝐒𝐓𝐎𝐏",
        "st\u200bop",
        "stop\ufe0f",
        "\u202astop\u202c",
        "🛑🛑🏽 stop 👨‍👩‍👧 🇩🇪",
        "stop stop STOP",
        "Arret",
        "arre\u0302t",
        "DUR.",
        "ABONELİKTEN ÇIK",
        "opt-out",
        '"unsubscribe"',
        "...stop...",
        "stop\nstop",
        "Please stop!",
        "stop, please 🙏",
        "Bitte stopp, danke",
        "Пожалуйста, не пишите мне",
        "Lopeta. Kiitos!",
        "停止してください",
    ],
)
def test_dressing_does_not_hide_a_stop(text: str) -> None:
    assert is_stop(text)


@pytest.mark.parametrize(
    "text",
    [
        "please stop by tomorrow",
        "please",
        "thanks, please",
        "stop by",
        "non-stop",
        "don't stop",
        "stopped",
        "bus stop?",
        "stop 2",
        "s t o p",
        "cancel",
        "end",
        "no",
        "",
        " ",
        "🛑",
        "!!!",
        "Когда стоп?",
        "stop start",
        "/stop@desk_bot now",
        "/start@stop",
        "stop@example.org",
    ],
)
def test_a_sentence_or_another_word_is_no_stop(text: str) -> None:
    assert not is_stop(text)


@given(st.sampled_from(EVERY_PHRASE), st.text("!?.,…🛑🙏 \n\u200b\ufe0f*_—«»"), st.text("!?.,🛑 \n\u200b\ufe0f"))
def test_punctuation_emoji_and_blanks_around_it_never_matter(phrase: str, before: str, after: str) -> None:
    assert is_stop(before + phrase + after)


@given(st.sampled_from(EVERY_PHRASE), st.text("bcdfghij", min_size=1))
def test_another_word_beside_it_always_matters(phrase: str, word: str) -> None:
    assert not is_stop(f"{phrase} {word}")
    assert not is_stop(f"{word} {phrase}")


def test_words_of_ones_own_replace_the_list() -> None:
    words = make_stop_words(["Basta!", "🛑"])

    assert words == {"basta"}
    assert is_stop("BASTA", words)
    assert not is_stop("stop", words)
    assert is_stop("stop", DEFAULT)


def test_words_that_an_operator_adds_stand_beside_the_list() -> None:
    words = with_more("Genug, lass mich, ")

    assert is_stop("genug!", words)
    assert is_stop("Lass mich", words)
    assert is_stop("отписаться", words)
    assert not is_stop("genug", DEFAULT)
