"""A rule as one sentence, as a person would say it."""

from datetime import date

import pytest
from hypothesis import given, settings

from campaigns.audience.rules import (
    Activity,
    CampaignPart,
    DayRelation,
    FieldRelation,
    Group,
    Is,
    Known,
    Match,
    OnActivity,
    OnAudience,
    OnBasis,
    OnCampaign,
    OnConsentAccount,
    OnConsentDay,
    OnField,
    OnImport,
    OnLanguage,
    OnMayWrite,
    OnTag,
    OnTimeZone,
    Part,
    Rule,
    Within,
)
from campaigns.audience.sentences import Names, describe
from core.domain.consent import ConsentBasis
from tests.database.stores.test_audience_rules import RULES

NAMES = Names(audiences={3: "Staff"}, campaigns={1: "Autumn"}, accounts={2: "@desk"}, imports={1: "march.csv"})
GERMAN, SPRING, STAFF = OnLanguage(language="de"), OnTag(tag="spring"), OnAudience(audience=3)
QUIET = OnActivity(activity=Activity.GOT, relation=Within.NOT_WITHIN, days=30)


def group(*parts: Part, match: Match = Match.ALL) -> Group:
    return Group(parts=parts, match=match)


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (Rule(), "Everyone."),
        (
            Rule(include=(group(GERMAN, SPRING, QUIET),), exclude=(group(STAFF),)),
            "People tagged “spring” who speak German and have not had a message for 30 days, without those of “Staff”.",
        ),
        (Rule(exclude=(group(SPRING),)), "Everyone, without those tagged “spring”."),
        (
            Rule(include=(group(STAFF), group(GERMAN, OnTag(tag="a"), match=Match.ANY))),
            "People of “Staff”, and people who speak German or are tagged “a”.",
        ),
        (
            Rule(include=(group(GERMAN, SPRING, match=Match.NONE),)),
            "People not tagged “spring” who do not speak German.",
        ),
        (
            Rule(include=(group(OnMayWrite(), group(GERMAN, OnTimeZone(time_zone="Asia/Tokyo"), match=Match.ANY)),)),
            "People who may be written to and (who speak German or whose time zone is Asia/Tokyo).",
        ),
        (
            Rule(include=(group(group(GERMAN, SPRING), match=Match.NONE),)),
            "People (who do not speak German or are not tagged “spring”).",
        ),
    ],
)
def test_sets_and_groups_are_one_sentence(rule: Rule, sentence: str) -> None:
    assert describe(rule, NAMES) == sentence


@pytest.mark.parametrize(
    ("part", "words", "opposite"),
    [
        (
            OnField(field="first_course", relation=FieldRelation.IS, value="B1"),
            "whose first course is “B1”",
            "whose first course is not “B1”",
        ),
        (
            OnField(field="age", relation=FieldRelation.AT_LEAST, value="18"),
            "whose age is at least 18",
            "whose age is not at least 18",
        ),
        (OnLanguage(relation=Known.IS_EMPTY), "whose language is not known", "whose language is known"),
        (
            OnActivity(activity=Activity.WROTE, relation=Within.NEVER),
            "who have never written to us",
            "who have written to us",
        ),
        (
            OnActivity(activity=Activity.REPLIED, relation=Within.WITHIN, days=1),
            "who replied in the last day",
            "who have not replied for a day",
        ),
        (
            OnBasis(basis=ConsentBasis.STARTED_BOT),
            "whose basis is “started a bot”",
            "whose basis is not “started a bot”",
        ),
        (OnConsentAccount(account=2), "who let @desk write to them", "who do not let @desk write to them"),
        (
            OnConsentDay(relation=DayRelation.AFTER, day=date(2026, 3, 1)),
            "whose consent was given after 2026-03-01",
            "whose consent was not given after 2026-03-01",
        ),
        (
            OnCampaign(campaign=1, relation=CampaignPart.DID_NOT_READ),
            "who got “Autumn” and did not read it",
            "who are not among those who left “Autumn” unread",
        ),
        (
            OnCampaign(campaign=7, relation=CampaignPart.GOT),
            "who got campaign 7, which is gone",
            "who did not get campaign 7, which is gone",
        ),
        (OnImport(number=1), "added by “march.csv”", "not added by “march.csv”"),
        (OnAudience(audience=3, relation=Is.IS_NOT), "not in “Staff”", "in “Staff”"),
    ],
)
def test_every_condition_has_words_and_their_opposite(part: Part, words: str, opposite: str) -> None:
    assert describe(Rule(include=(group(part),)), NAMES) == f"People {words}."
    assert describe(Rule(include=(group(part, match=Match.NONE),)), NAMES) == f"People {opposite}."


@settings(max_examples=200, deadline=None, database=None)
@given(rule=RULES)
def test_any_rule_is_one_sentence(rule: Rule) -> None:
    sentence = describe(rule, NAMES)

    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert "  " not in sentence
    assert sentence.count("(") == sentence.count(")")
