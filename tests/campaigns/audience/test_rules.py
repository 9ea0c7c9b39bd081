"""What a rule may say, its JSON form, and that audiences never name each other in a circle."""

import pytest

from campaigns.audience.rules import (
    DEEPEST_GROUP,
    MOST_CONDITIONS,
    Activity,
    FieldRelation,
    Group,
    Match,
    OnActivity,
    OnAudience,
    OnField,
    OnTag,
    Rule,
    Within,
    check_rule,
    decode_rule,
    encode_rule,
    find_cycle,
    parse_number,
)
from core.errors import UserInputError

SPRING = OnTag(tag="spring")


def one(*parts: object) -> Rule:
    return Rule(include=(Group(parts=parts),))


def naming(*numbers: int) -> Rule:
    return one(*(OnAudience(audience=number) for number in numbers))


def test_the_same_rule_gives_the_same_text() -> None:
    rule = Rule(include=(Group(match=Match.ANY, parts=(SPRING, Group(parts=(SPRING,)))),))

    assert decode_rule(encode_rule(rule)) == rule
    assert encode_rule(decode_rule(encode_rule(rule))) == encode_rule(rule)
    assert encode_rule(one(SPRING)) == (
        '{"exclude":[],"include":[{"match":"all","on":"group","parts":[{"on":"tag","relation":"is","tag":"spring"}]}]}'
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not written as a rule"),
        ("[]", "not written as a rule"),
        ('{"include":[{"on":"group","parts":[{"on":"tag"}]}]}', "$.include[0].parts[0]"),
        ('{"include":[{"on":"group","parts":[{"on":"moon"}]}]}', "$.include[0].parts[0]"),
        ('{"includes":[]}', "includes"),
        ('{"include":[{"on":"group","parts":[]}]}', "no condition yet"),
        ('{"include":' + "[" * 10_000 + "]" * 10_000 + "}", "not written as a rule"),
    ],
)
def test_what_is_no_rule_is_refused_with_the_place(text: str, words: str) -> None:
    with pytest.raises(UserInputError) as refused:
        decode_rule(text)
    assert words in refused.value.message


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (OnField(field="Two Words", relation=FieldRelation.IS, value="x"), "no name of a field"),
        (OnField(field="", relation=FieldRelation.IS, value="x"), "no name of a field"),
        (OnField(field="city", relation=FieldRelation.IS), "no value"),
        (OnField(field="age", relation=FieldRelation.ABOVE, value="old"), "no number"),
        (OnField(field="since", relation=FieldRelation.BEFORE, value="31.03.2026"), "no day"),
        (OnField(field="since", relation=FieldRelation.AFTER, value="2026-02-30"), "no day"),
        (OnTag(tag=" "), "Choose a tag"),
        (OnActivity(activity=Activity.GOT, relation=Within.WITHIN), "number of days"),
        (OnActivity(activity=Activity.GOT, relation=Within.NOT_WITHIN, days=0), "number of days"),
        (OnAudience(audience=0), "Choose an audience"),
    ],
)
def test_a_condition_that_cannot_be_asked_says_what_is_missing(part: object, words: str) -> None:
    with pytest.raises(UserInputError) as refused:
        check_rule(one(part))
    assert words in refused.value.message


def test_too_many_and_too_deep_conditions_are_refused() -> None:
    check_rule(one(*[SPRING] * (MOST_CONDITIONS - 1)))
    with pytest.raises(UserInputError, match="the most"):
        check_rule(one(*[SPRING] * (MOST_CONDITIONS + 1)))

    deep = Group(parts=(SPRING,))
    for _ in range(DEEPEST_GROUP):
        deep = Group(parts=(deep,))
    with pytest.raises(UserInputError, match="deep"):
        check_rule(Rule(include=(deep,)))


def test_a_circle_is_found_with_its_way() -> None:
    rules = {2: naming(3, 4), 3: naming(1), 4: naming(2)}

    assert find_cycle(1, naming(2), rules.get) == (2, 3, 1)
    assert find_cycle(1, naming(1), rules.get) == (1,)
    assert find_cycle(9, naming(2), rules.get) == ()  # 2 and 4 form one, which is no business of 9


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12.0), ("-0.5", -0.5), (".5", 0.5), ("5.", 5.0), ("1e3", None), ("", None), ("-", None), (".", None),
     ("1-2", None), ("--1", None), ("1.2.3", None), ("٣", None), ("²", None), ("1 000", None)],
)  # fmt: skip
def test_a_number_is_digits_with_at_most_one_point(text: str, number: float | None) -> None:
    assert parse_number(text) == number
