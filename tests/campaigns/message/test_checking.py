"""What is said about a message before it is approved."""

import pytest

from campaigns.message.checking import Finding, Severity, check_message, demand_sendable
from campaigns.message.template import Template
from campaigns.message.variants import Choice, Message, Text, Variant
from core.domain.account import AccountKind
from core.domain.message import UrlButton
from core.errors import UserInputError

OUT = "Reply STOP to opt out."


def one(source: str, **values: object) -> Message:
    return Message(variants=(Variant(name="A", texts=(Text(source=source, **values),)),))  # type: ignore[arg-type]


def findings(message: Message, *kinds: AccountKind) -> list[tuple[Severity, str]]:
    return [(each.severity, each.title) for each in check_message(message, kinds)]


def test_a_message_without_a_fault_has_no_findings() -> None:
    assert findings(one(f'Hi {{{{ name | default("you") }}}}. {OUT}'), AccountKind.USER) == []


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("Hi {{ name", "The template has a mistake in line 1, column 4"),
        (" ", "A text is empty"),
        ("{# note #}", "The message is empty"),
        ("x" * 4097, "The message is too long"),
    ],
)
def test_what_cannot_be_sent_to_anybody_is_an_error(source: str, title: str) -> None:
    assert findings(one(source))[0] == (Severity.ERROR, title)
    with pytest.raises(UserInputError):
        demand_sendable(one(source), ())


def test_the_longest_message_counts_emoji_twice() -> None:
    assert not [each for each in findings(one("🙂" * 2048)) if each[0] is Severity.ERROR]
    assert findings(one("🙂" * 2048 + "x"))[0][0] is Severity.ERROR


@pytest.mark.parametrize(
    ("source", "required"),
    [
        ("{{ city }}", {"city"}),
        ('{{ city | default("x") }}', set()),
        ('{{ city | default("x") | upper }}', set()),
        ('{{ city | upper | default("x") }}', {"city"}),
        ("{% if city %}{{ city }}{% endif %}", set()),
        ("{% if city %}x{% else %}{{ city }}{% endif %}", {"city"}),
        ("{% if city and plan %}{{ city }}{{ plan }}{% endif %}", set()),
        ("{% if city or plan %}{{ city }}{% endif %}", {"city"}),
        ("{% if not city %}x{% else %}{{ city }}{% endif %}", set()),
        ("{% if not city %}x{% elif plan %}{{ city }}{% endif %}", set()),
        ('{% if plan == "pro" %}{{ plan }}{% endif %}', set()),
        ('{% if plan != "pro" %}{{ plan }}{% endif %}', {"plan"}),
        ('{% if plan | upper == "PRO" %}x{% endif %}', {"plan"}),
        ("{% if city %}{% if plan %}{{ city }}{% endif %}{{ plan }}{% endif %}", {"plan"}),
    ],
)
def test_a_field_needs_a_fallback_where_nothing_asks_for_it(source: str, required: set[str]) -> None:
    assert Template.parse(source).required == required


def test_a_field_without_a_fallback_is_a_warning() -> None:
    assert findings(one(f"Hi {{{{ name }}}}. {OUT}")) == [(Severity.WARNING, "{{ name }} has no fallback")]


def test_differences_between_languages_are_warnings() -> None:
    button = UrlButton(title="Seat", url="https://example.org")
    own = Text(source=f'{{{{ city | default("x") }}}} {OUT}', language="en", buttons=((button,),))
    other = Text(source=f'{{{{ cidade | default("x") }}}} {OUT}', language="pt")
    message = Message(
        variants=(Variant(name="A", texts=(own, other)), Variant(name="B", texts=(own,))), language="en"
    )

    assert {each.title for each in check_message(message, [AccountKind.BOT])} == {
        "The languages use different fields: {{ city }}",
        "The languages use different fields: {{ cidade }}",
        "The languages have different buttons",
        "Variant B has no text in pt",
    }


def test_a_text_that_does_not_say_how_to_opt_out_gets_a_hint() -> None:
    assert findings(one("Hello")) == [(Severity.HINT, "It does not say how to opt out")]
    spoken = Text(source="Hallo. Antworte mit Abmelden.", language="de")
    assert check_message(Message(variants=(Variant(name="A", texts=(spoken,)),), language="de")) == ()


def test_buttons_are_for_bots() -> None:
    message = one(f"Hello. {OUT}", buttons=((UrlButton(title="Seat", url="https://example.org"),),))

    assert findings(message, AccountKind.BOT) == []
    assert findings(message, AccountKind.BOT, AccountKind.USER) == [(Severity.ERROR, "Only bots can send buttons")]


@pytest.mark.parametrize(
    ("button", "title"),
    [
        (UrlButton(title=" ", url="https://example.org"), "A button has no title"),
        (UrlButton(title="Seat", url="javascript:x"), "A button has no address"),
    ],
)
def test_a_button_needs_a_title_and_an_address(button: UrlButton, title: str) -> None:
    assert findings(one(f"Hello. {OUT}", buttons=((button,),)), AccountKind.BOT) == [(Severity.ERROR, title)]


def test_too_many_buttons_are_an_error() -> None:
    button = UrlButton(title="Seat", url="https://example.org")

    assert findings(one(OUT, buttons=((button,) * 9,)))[0][1] == "There are too many buttons"
    assert findings(one(OUT, buttons=((button,) * 8,) * 13))[0][1] == "There are too many buttons"


def test_the_refusal_names_the_text_that_is_wrong() -> None:
    texts = (Text(source=OUT, language="en"), Text(source="{{ x", language="pt"))
    message = Message(variants=(Variant(name="A", texts=texts), Variant(name="B", texts=texts[:1])), language="en")

    with pytest.raises(UserInputError) as refusal:
        demand_sendable(message, ())

    assert refusal.value.title.endswith("(variant A, pt)")
    assert isinstance(check_message(message)[0], Finding)
    assert check_message(message)[0].choice == Choice("A", "pt")
