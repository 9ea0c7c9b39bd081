"""A template cannot loop, calculate, reach into objects or cost more than a message is worth."""

import re

import pytest

from campaigns.message.grammar import FILTERS
from campaigns.message.template import _ENVIRONMENT, Template
from core.errors import MessageTooLong, UserInputError

REFUSED = {
    "repeat": '{{ "x" * 10**9 }}',
    "power": "{{ 9**9**9 }}",
    "huge number": "{{ " + "9" * 5000 + " }}",
    "endless number": "{{ 1e999 }}",
    "add": "{{ a + a }}",
    "join": "{{ " + " ~ ".join(["a"] * 500) + " }}",
    "format": "{{ '%999999999d' | format(1) }}",
    "modulo": "{{ '%999999999d' % a }}",
    "format method": "{{ '{:999999999}'.format(a) }}",
    "center": "{{ a | center(10**9) }}",
    "indent": "{{ a | indent(999999999) }}",
    "replace": "{{ a | replace('', 'xxxxxxxx') }}",
    "wordwrap": "{{ a | wordwrap(1) }}",
    "map": "{{ a | map('upper') }}",
    "attr": "{{ a | attr('__class__') }}",
    "attribute": "{{ a.__class__.__mro__ }}",
    "item": "{{ a['__class__'] }}",
    "slice": "{{ a[:1] }}",
    "call": "{{ range(10**9) }}",
    "call with values": "{{ a(*b, **c) }}",
    "lipsum": "{{ lipsum.__globals__ }}",
    "loop": "{% for x in a %}{{ x }}{% endfor %}",
    "recursive loop": "{% for x in a recursive %}{{ loop(x) }}{% endfor %}",
    "macro": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "call block": "{% call m() %}{% endcall %}",
    "filter block": "{% filter upper %}x{% endfilter %}",
    "set": "{% set a = 1 %}",
    "set block": "{% set a %}x{% endset %}",
    "with": "{% with a = 1 %}{% endwith %}",
    "include": "{% include '/etc/passwd' %}",
    "import": "{% import 'x' as y %}",
    "from": "{% from 'x' import y %}",
    "extends": "{% extends 'x' %}",
    "block": "{% block a %}{% endblock %}",
    "autoescape": "{% autoescape true %}{% endautoescape %}",
    "do": "{% do a %}",
    "test": "{{ a is defined }}",
    "test in a condition": "{% if a is divisibleby 3 %}x{% endif %}",
    "choice": "{{ a if b else c }}",
    "list": "{{ [a, b] }}",
    "dictionary": "{{ {'a': 1} }}",
    "tuple": "{{ a, b }}",
    "truth": "{{ true }}",
    "none": "{{ none }}",
    "order": "{% if a > 'b' %}x{% endif %}",
    "in": "{% if 'a' in b %}x{% endif %}",
    "number": "{% if a == 3 %}x{% endif %}",
    "negative": "{{ -a }}",
    "fallback from a field": "{{ a | default(b) }}",
    "fallback calculated": "{{ a | default('x' * 999999999) }}",
    "fallback named": "{{ a | default(default_value='x') }}",
    "fallback unpacked": "{{ a | default(*b) }}",
    "fallback twice": "{{ a | default('x', true) }}",
    "filter with a surplus": "{{ a | upper(1) }}",
    "cut too long": "{{ a | truncate(4097) }}",
    "cut to nothing": "{{ a | truncate(0) }}",
    "cut by truth": "{{ a | truncate(true) }}",
    "brackets": "{{ " + "(" * 3000 + "a" + ")" * 3000 + " }}",
    "lists": "{{ " + "[" * 3000 + "]" * 3000 + " }}",
    "nots": "{{ " + "not " * 2000 + "a }}",
    "filters": "{{ a" + "|upper" * 1300 + " }}",
    "conditions": "{% if a %}" * 300 + "x" + "{% endif %}" * 300,
    "unclosed": "{{ a",
    "unclosed block": "{% if a %}x",
    "unopened": "x {% endif %}",
    "comment": "{# a",
    "string": "{{ 'a }}",
    "escape": r"{{ '\x' }}",
}


@pytest.mark.parametrize("source", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_on_the_list_is_refused_with_a_place_and_a_way_out(source: str) -> None:
    with pytest.raises(UserInputError) as caught:
        Template.parse(source)

    assert re.fullmatch(r"The template has a mistake in line \d+, column \d+", caught.value.title)
    assert caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("a\nb {{ name | center(3) }}", "line 2, column 13"),
        ("{% for a in b %}{% endfor %}", "line 1, column 4"),
        ("a\n\n  {{ name.first }}", "line 3, column 10"),
        ("**x**\n[y](ftp://a.example)", "line 2, column 3"),
        ("a {{ name", "line 1, column 3"),
        ("{% if a %}**x{% else %}\n**y{% endif %}", "line 2, column 1"),
    ],
)
def test_the_place_of_a_mistake_is_told(source: str, place: str) -> None:
    with pytest.raises(UserInputError) as caught:
        Template.parse(source)

    assert caught.value.title.endswith(place)


@pytest.mark.parametrize(
    "source",
    [
        "[x]({{ url }})",
        "[x](https://a.example/?q={{ q }})",
        "[x](https://a.example/{% if a %}b{% endif %})",
        "[x](javascript:alert(1))",
        "[x](file:///etc/passwd)",
        "[x]()",
        "[x](https://)",
        "[x](https://a b)",
    ],
)
def test_an_address_holds_no_field_and_is_one_that_telegram_takes(source: str) -> None:
    with pytest.raises(UserInputError, match="address"):
        Template.parse(source)


@pytest.mark.parametrize(
    "source", ["{{ a }}" * 1100, "{{ a | upper }}" * 500, "{{ a | title | upper | lower }}" * 200]
)
def test_output_and_work_are_bounded(source: str) -> None:
    template = Template.parse(source)

    with pytest.raises(MessageTooLong):
        template.render({"a": "ΐ" * 1_000_000})


def test_the_engine_offers_exactly_the_filters_of_the_list_and_nothing_else() -> None:
    assert set(_ENVIRONMENT.filters) == set(FILTERS)
    assert _ENVIRONMENT.globals == {}
    assert _ENVIRONMENT.tests == {}
    assert _ENVIRONMENT.sandboxed


def test_many_plain_branches_are_no_attack() -> None:
    source = "{% if a == 'x' %}x" + "".join(f"{{% elif a == '{n}' %}}{n}" for n in range(300)) + "{% endif %}"

    assert Template.parse(source).render({"a": "299"}).text == "299"
