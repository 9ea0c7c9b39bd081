"""The source of a message behind what the editor shows: tags as chips, marks of formatting, what is missing."""

import pytest

from desktop.pages.composer.dialogs import make_link
from desktop.pages.composer.findings import check_message
from desktop.pages.composer.tags import TAG, Field, read_field, tag_words


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("{{ first_name }}", "first name"),
        ('{{ course | default("of last year") }}', "course | else: of last year"),
        ("{{plan|upper}}", "plan, upper"),
        ("{% if city %}", "if city"),
        ("{%- elif plan == 'pro' -%}", "or if plan == 'pro'"),
        ("{% endif %}", "end if"),
        ("{# mind the date #}", "note: mind the date"),
    ],
)
def test_a_tag_is_shown_in_words(tag: str, words: str) -> None:
    assert TAG.fullmatch(tag)
    assert tag_words(tag) == words


@pytest.mark.parametrize("fallback", [None, "there", 'say "hi"', "it's", "both \"a\" and 'b'"])
def test_a_field_is_read_back_as_it_was_written(fallback: str | None) -> None:
    source = Field("first_name", fallback, ("upper",)).source()
    read = read_field(source)
    assert read is not None
    assert (read.name, read.filters) == ("first_name", ("upper",))
    assert read.fallback == (fallback if fallback is None or "both" not in fallback else fallback.replace('"', "’"))
    assert not [finding for finding in check_message(f"Hi {source}").findings if finding.blocks]


def test_a_link_cannot_be_ended_by_its_label() -> None:
    assert make_link("see [this]", "https://example.org") == "[see (this)](https://example.org)"


def test_an_empty_text_blocks_and_a_mistake_has_its_place() -> None:
    assert [finding.text for finding in check_message(" \n").findings] == ["The message has no text yet"]

    checked = check_message("Hello\n{{ name")
    assert checked.template is None
    assert checked.place is not None
    assert checked.place.line == 2
    assert all(finding.blocks for finding in checked.findings)


def test_a_field_without_fallback_and_a_missing_way_out_are_said_but_do_not_block() -> None:
    findings = check_message("Hello {{ first_name }}").findings
    assert [finding.text for finding in findings] == [
        "No fallback for first name: people without it are skipped",
        "It does not say how to opt out",
    ]
    assert not any(finding.blocks for finding in findings)

    whole = check_message(
        'Hello {{ first_name | default("you") }}. Answer STOP and we will not write again.'
    ).findings
    assert [finding.text for finding in whole] == ["All fields have a fallback", "A way to opt out is there"]


def test_a_text_that_is_too_long_for_telegram_blocks() -> None:
    assert any(finding.blocks for finding in check_message("x" * 4097).findings)
