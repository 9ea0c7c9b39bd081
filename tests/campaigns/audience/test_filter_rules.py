"""Filters of contacts as rules of audiences."""

import pytest

from campaigns.audience.contacts import ContactQuestion, Standing
from campaigns.audience.filter_rules import find_reason_against, rule_of
from campaigns.audience.rules import Group, Match, OnAudience, OnImport, OnLanguage, OnMayWrite, OnTag, check_rule
from core.domain.consent import ConsentBasis
from core.domain.ids import AccountId, AudienceId, ImportId
from core.errors import UserInputError


def test_each_filter_is_a_condition_and_all_hold_together() -> None:
    question = ContactQuestion(
        standing=Standing.MAY, tag="vip", language="fi", import_id=ImportId(4), list_id=AudienceId(9)
    )
    (group,) = rule_of(question).include
    assert group.match is Match.ALL
    assert group.parts == (
        OnMayWrite(),
        OnTag(tag="vip"),
        OnLanguage(language="fi"),
        OnImport(number=4),
        OnAudience(audience=9),
    )


def test_each_word_of_a_search_is_looked_for_in_name_username_and_number() -> None:
    (group,) = rule_of(ContactQuestion(text="Anna @fin")).include
    assert [part.match for part in group.parts if isinstance(part, Group)] == [Match.ANY, Match.ANY]
    assert len(group.parts) == 2


def test_whatever_can_be_filtered_is_a_rule_that_can_be_used_or_a_reason_in_words() -> None:
    questions = [
        ContactQuestion(standing=Standing.NO_BASIS),
        ContactQuestion(basis=ConsentBasis.AGREED, account_id=AccountId(2)),
        ContactQuestion(text="+358 40 123"),
    ]
    for question in questions:
        assert find_reason_against(question) == ""
        check_rule(rule_of(question))
    for question in (ContactQuestion(), ContactQuestion(standing=Standing.SUPPRESSED)):
        assert find_reason_against(question)
        with pytest.raises(UserInputError, match=find_reason_against(question)):
            rule_of(question)
