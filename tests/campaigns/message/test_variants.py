"""A message's variants and languages: who gets which, and how a message is kept."""

from collections import Counter

import pytest

from campaigns.message.variants import (
    Choice,
    Message,
    Text,
    Variant,
    approved_text,
    decode_message,
    encode_message,
    to_language,
)
from core.domain.ids import CampaignId, ContactId
from core.domain.message import LinkPreview, UrlButton
from core.errors import ConfigurationError, UserInputError

ONE = CampaignId(1)


def variant(name: str, *languages: str, weight: int = 1) -> Variant:
    texts = tuple(Text(source=f"{name} {language}", language=language) for language in languages)
    return Variant(name=name, texts=texts, weight=weight)


SPLIT = Message(variants=(variant("A", "en", weight=3), variant("B", "en", weight=1)), language="en")
SPOKEN = Message(variants=(variant("A", "en", "pt", "pt-br"),), language="en")


def test_a_person_gets_the_same_variant_every_time() -> None:
    people = [ContactId(number) for number in range(200)]

    first = [SPLIT.choose(ONE, person, "en").variant for person in people]

    assert first == [SPLIT.choose(ONE, person, "en").variant for person in people]
    assert set(first) == {"A", "B"}


def test_another_campaign_splits_the_same_people_otherwise() -> None:
    people = [ContactId(number) for number in range(200)]

    here = [SPLIT.choose(ONE, person, "") for person in people]

    assert here != [SPLIT.choose(CampaignId(2), person, "") for person in people]


def test_variants_are_split_by_their_weights() -> None:
    counts = Counter(SPLIT.choose(ONE, ContactId(number), "").variant for number in range(20_000))

    # Four standard deviations of a fair draw: sqrt(20,000 * 3/4 * 1/4) = 61.
    assert abs(counts["A"] - 15_000) < 245


def test_the_split_never_changes_between_versions() -> None:
    """Rows that are planned later must continue the same split: the draw is part of what is stored."""
    assert "".join(SPLIT.choose(ONE, ContactId(number), "").variant for number in range(16)) == "BAABAAAAAAAAABBB"


@pytest.mark.parametrize(
    ("language", "chosen"),
    [("pt-br", "pt-br"), ("PT_BR", "pt-br"), ("pt-PT", "pt"), ("pt", "pt"), ("de", "en"), ("", "en"), ("??", "en")],
)
def test_a_language_falls_back_to_its_base_and_then_to_that_of_the_message(language: str, chosen: str) -> None:
    assert SPOKEN.choose(ONE, ContactId(1), language) == Choice("A", chosen)


def test_each_variant_falls_back_by_its_own_languages() -> None:
    message = Message(variants=(variant("A", "en", "pt"), variant("B", "en")), language="en")

    chosen = {message.choose(ONE, ContactId(number), "pt") for number in range(50)}

    assert chosen == {Choice("A", "pt"), Choice("B", "en")}


def test_a_message_comes_back_as_it_was_stored() -> None:
    button = UrlButton(title="Seat", url="https://example.org")
    message = Message(
        variants=(
            Variant(name="A", texts=(Text(source="Grüße 🙂 {{ name }}", language="de", buttons=((button,),)),)),
        ),
        language="de",
        preview=LinkPreview.ABOVE,
        is_silent=True,
    )

    assert decode_message(encode_message(message)) == message
    assert encode_message(decode_message(encode_message(message))) == encode_message(message)


def test_what_is_not_chosen_is_not_stored_so_that_a_stored_message_never_changes_its_text() -> None:
    assert encode_message(Message.of_text("Hi")) == '{"variants":[{"name":"A","texts":[{"source":"Hi"}]}]}'


def test_an_approval_tells_a_text_from_a_message_that_looks_like_it() -> None:
    message = Message.of_text("Hi")

    assert approved_text(Message.of_text(encode_message(SPLIT))) != approved_text(SPLIT)
    assert approved_text(message) == '"Hi"'


@pytest.mark.parametrize("text", ["", "{}", '{"variants":[]}', '{"variants":[{"name":"A","texts":[]}]}', "nonsense"])
def test_what_is_no_message_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError):
        decode_message(text)


@pytest.mark.parametrize(
    "variants",
    [
        (),
        (variant("A", "en"), variant("A", "en")),
        (variant("A", "pt"),),
        (variant("A", "en", "en"),),
        (variant("A", "en", "Not a tag"),),
        (variant(" ", "en"),),
        (variant("A", "en", weight=0),),
        tuple(variant(f"V{number}", "en") for number in range(11)),
    ],
)
def test_a_message_that_is_not_whole_is_refused(variants: tuple[Variant, ...]) -> None:
    with pytest.raises(UserInputError):
        Message(variants=variants, language="en")


def test_the_fields_of_all_texts_are_copied_into_deliveries() -> None:
    texts = Text(source="{{ name }}", language="en"), Text(source="{{ cidade }}", language="pt"), Text(source="{{ x")

    message = Message(variants=(Variant(name="A", texts=texts),), language="en")

    assert message.fields == {"name", "cidade"}


def test_languages_are_compared_in_one_spelling() -> None:
    assert [to_language(text) for text in (" pt_BR ", "EN", "zh-hant-tw", "?", "english language", "")] == [
        "pt-br",
        "en",
        "zh-hant-tw",
        "",
        "",
        "",
    ]
