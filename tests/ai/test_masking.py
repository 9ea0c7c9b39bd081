"""No known value of a person survives in a masked text, and every text comes back to the letter."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai.masking import mask
from core.ai_errors import AiAnswerUnfit

ANNA = {
    "first_name": "Änna",
    "last_name": "Kowalska",
    "username": "@anna_k",
    "phone": "+99966123456",
    "city": "São Paulo",
    "plan": "B1",
}


@pytest.mark.parametrize(
    ("said", "hidden"),
    [
        ("Hi Änna, how are you?", "Hi ⟦first_name⟧, how are you?"),
        ("ANNA / anna / A\u200bnna", "⟦first_name⟧ / ⟦first_name_2⟧ / ⟦first_name_3⟧"),
        ("A\u0308nna", "⟦first_name⟧"),
        ("Annas Buch", "⟦first_name⟧s Buch"),
        ("write to @anna_k or t.me/anna_k", "write to ⟦username⟧ or t.me/⟦username_2⟧"),
        ("call +999 66 12-34 56", "call ⟦phone⟧"),
        ("call (066) 123 456 or 0066123456", "call (⟦phone⟧ or ⟦phone_2⟧"),
        ("from Sao  Paulo", "from ⟦city⟧"),
        ("the B1 course, not B12", "the ⟦plan⟧ course, not B12"),
        ("nothing of it here", "nothing of it here"),
    ],
)
def test_a_value_is_hidden_however_it_is_written(said: str, hidden: str) -> None:
    masked = mask([said], ANNA)

    assert masked.texts == (hidden,)
    assert masked.restore(masked.texts[0]) == said


def test_the_words_of_a_name_are_hidden_one_by_one() -> None:
    masked = mask(["Maria says: ask Jose Maria or Lopez"], {"name": "José María López"})

    assert masked.texts == ("⟦name⟧ says: ask ⟦name_2⟧ ⟦name⟧ or ⟦name_3⟧",)


@pytest.mark.parametrize(
    ("values", "said", "hidden"),
    [
        ({"nombre": "María López"}, "Maria aqui", "⟦nombre⟧ aqui"),
        ({"Фамилия": "Анна-Мария Ким"}, "это Мария, не ким", "это ⟦Фамилия⟧, не ⟦Фамилия_2⟧"),
        ({"name": "Søren Müller"}, "Soren Mueller or Mueller", "⟦name⟧ or ⟦name_2⟧"),
        ({"surname": "O’Brien"}, "Mr O'Brien, or Brien", "Mr ⟦surname⟧, or ⟦surname_2⟧"),
        ({"last_name": "王"}, "王先生你好", "⟦last_name⟧先生你好"),
        ({"address": "Main Street 5\n20095 Hamburg"}, "at main street 5", "at ⟦address⟧"),
        ({"name": "Jürgen Ek"}, "https://x.example/?n=J%C3%BCrgen+Ek", "https://x.example/?n=⟦name⟧"),
        ({"phone": "+99966123456"}, "999 66–123·456", "⟦phone⟧"),
        ({"plan": "-", "mood": "…", "nick": "🦊"}, "so - it is … 🦊", "so - it is … ⟦nick⟧"),
    ],
)
def test_a_value_is_hidden_in_the_forms_that_people_give_it(values: dict[str, str], said: str, hidden: str) -> None:
    masked = mask([said], values)

    assert masked.texts == (hidden,)
    assert masked.restore(masked.texts[0]) == said


@pytest.mark.parametrize(
    ("name", "said", "hidden"),
    [
        ("Olena Kovalenko", "Це Олена, КОВАЛЕНКО", "Це ⟦name⟧, ⟦name_2⟧"),
        ("Олена Коваленко", "I am Olena (Kovalenko)", "I am ⟦name⟧ (⟦name_2⟧)"),
        ("Yuliia", "Юлія / Юлия", "⟦name⟧ / ⟦name_2⟧"),
        ("Юлія", "Yuliya, Iuliia, Julia", "⟦name⟧, ⟦name_2⟧, ⟦name_3⟧"),
        ("Serhii", "Сергій", "⟦name⟧"),
        ("Dmytro", "Дмитро\u0301 і Дми\u200bтро", "⟦name⟧ і ⟦name_2⟧"),
        ("Natalia", "Наталья", "⟦name⟧"),
        ("Xenia", "Ксения", "⟦name⟧"),
        ("Yevhen", "Євген", "⟦name⟧"),
        ("Giorgos Papadopoulos", "Γιώργος Παπαδόπουλος", "⟦name⟧ ⟦name_2⟧"),
        ("Giorgi", "გიორგი", "⟦name⟧"),
        ("Aram", "Արամ", "⟦name⟧"),
        ("Dragan Đorđević", "Драган Ђорђевић", "⟦name⟧ ⟦name_2⟧"),
    ],
)
def test_a_name_is_hidden_in_another_alphabet(name: str, said: str, hidden: str) -> None:
    masked = mask([said], {"name": name})

    assert masked.texts == (hidden,)
    assert masked.restore(masked.texts[0]) == said


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": "Olena"}, "Оленарій, олень, Helena"),
        ({"name": "Ян"}, "Jane, yes, on"),
        ({"name": "Li Ming"}, "里面很好"),
        ({"city": "Kyiv", "plan": "Olena"}, "Київ, Олена"),
        ({"name": "Ivan Petrenko"}, "Добрий день, коли відкрито зал? Дякую, чекаю на відповідь у п'ятницю."),
        ({"name": "Анна"}, "Can I bring an animal, and any of my annual guests?"),
    ],
)
def test_words_that_only_resemble_a_name_in_another_alphabet_stay(values: dict[str, str], said: str) -> None:
    assert mask([said], values).texts == (said,)


def test_names_in_scripts_without_blanks_are_hidden_inside_sentences() -> None:
    assert mask(["我叫李明你好"], {"name": "李明"}).texts == ("我叫⟦name⟧你好",)


def test_what_stands_alone_only_beside_a_token_is_hidden_too() -> None:
    assert mask(["Annab"], {"first_name": "Anna", "plan": "b"}).texts == ("⟦first_name⟧⟦plan⟧",)


def test_the_same_words_have_one_token_in_all_texts_of_a_request() -> None:
    masked = mask(["Änna?", "Yes, Änna here"], ANNA)

    assert masked.texts == ("⟦first_name⟧?", "Yes, ⟦first_name⟧ here")


def test_a_label_never_shows_a_value() -> None:
    masked = mask(["I am Name, of First"], {"first_name": "Name", "last_name": "First"})

    assert masked.texts == ("I am ⟦A⟧, of ⟦B⟧",)


def test_signs_that_people_use_are_not_taken_for_tokens() -> None:
    masked = mask(["⟦first_name⟧ is not Änna"], ANNA)

    assert masked.texts == ("⟦first_name⟧ is not ⟪first_name⟫",)
    assert masked.restore(masked.texts[0]) == "⟦first_name⟧ is not Änna"


def test_an_answer_is_restored_although_the_model_wrote_the_token_a_little_differently() -> None:
    masked = mask(["Hi Änna"], ANNA)

    assert masked.restore("Dear ⟦ First_Name ⟧, welcome") == "Dear Änna, welcome"


def test_a_token_that_was_never_given_makes_the_answer_unfit() -> None:
    with pytest.raises(AiAnswerUnfit):
        mask(["Hi Änna"], ANNA).restore("Dear ⟦boss⟧")


_VALUES = st.dictionaries(st.sampled_from(["first_name", "name", "phone", "city", "note"]), st.text(max_size=12))
_PHONES = st.from_regex(r"\+999[0-9]{6,10}", fullmatch=True)


@st.composite
def _situations(draw: st.DrawFn) -> tuple[list[str], dict[str, str]]:
    """Texts in which the values stand, in their own and other cases, between words, each other, and nothing."""
    values = draw(_VALUES)
    if draw(st.booleans()):
        values["phone"] = draw(_PHONES)
    spellings = [
        spelling
        for value in values.values()
        for spelling in (value, value.upper(), value.lower(), value.title(), unicodedata.normalize("NFD", value))
    ]
    pieces = st.one_of(st.text(max_size=8), st.sampled_from([*spellings, " ", "⟦", "⟧", "name"]))
    texts = draw(st.lists(st.lists(pieces, max_size=8).map("".join), min_size=1, max_size=3))
    return texts, values


def _is_telling(value: str) -> bool:
    """A value of three letters or more; shorter ones are hidden only where they stand alone."""
    return sum(sign.isalnum() for sign in value.strip()) >= 3


@given(_situations())
def test_no_value_survives_and_every_text_comes_back(situation: tuple[list[str], dict[str, str]]) -> None:
    texts, values = situation

    masked = mask(texts, values)

    assert [masked.restore(text) for text in masked.texts] == texts
    for value in filter(_is_telling, values.values()):
        for text in masked.texts:
            assert value.strip().casefold() not in text.casefold()
            assert unicodedata.normalize("NFKD", value.strip()) not in unicodedata.normalize("NFKD", text)
