"""What somebody filters contacts by, as the rule of an audience: it goes on meaning whoever is like this. Pure."""

from campaigns.audience.contacts import ContactQuestion, Standing
from campaigns.audience.rules import (
    Condition,
    FieldRelation,
    Group,
    Match,
    OnAudience,
    OnBasis,
    OnConsentAccount,
    OnField,
    OnImport,
    OnLanguage,
    OnMayWrite,
    OnTag,
    Rule,
)
from core.domain.consent import ConsentBasis
from core.domain.search_key import search_terms
from core.errors import UserInputError

SEARCHED = ("name", "username", "phone")


def find_reason_against(question: ContactQuestion) -> str:
    """Why no audience can be made of it; "": one can."""
    if not question.text.strip() and not question.filters:
        return "Everybody is an audience already"
    if question.standing is Standing.SUPPRESSED:
        return "No campaign writes to people on the suppression list"
    return ""


def rule_of(question: ContactQuestion) -> Rule:
    """Each filter is a condition, each word of a search one on name, @name or number; all of them hold together.

    Raises UserInputError where no audience can be made of it. A language is meant with its regions, as rules mean it.
    """
    why_not = find_reason_against(question)
    if why_not:
        raise UserInputError(f"{why_not}.", title="No audience can be made of this")
    parts: list[Condition | Group] = [_any_field(term) for term in search_terms(question.text)]
    if question.standing is Standing.MAY:
        parts.append(OnMayWrite())
    elif question.standing is Standing.NO_BASIS:
        parts.append(Group(parts=tuple(OnBasis(basis=basis) for basis in ConsentBasis), match=Match.NONE))
    if question.basis is not None:
        parts.append(OnBasis(basis=question.basis))
    if question.account_id is not None:
        parts.append(OnConsentAccount(account=int(question.account_id)))
    if question.tag:
        parts.append(OnTag(tag=question.tag))
    if question.language:
        parts.append(OnLanguage(language=question.language))
    if question.import_id is not None:
        parts.append(OnImport(number=int(question.import_id)))
    if question.list_id is not None:
        parts.append(OnAudience(audience=int(question.list_id)))
    return Rule(include=(Group(parts=tuple(parts)),))


def _any_field(term: str) -> Group:
    conditions = (OnField(field=field, relation=FieldRelation.CONTAINS, value=term) for field in SEARCHED)
    return Group(parts=tuple(conditions), match=Match.ANY)
