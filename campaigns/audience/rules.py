"""What an audience's rule says: a tree of conditions over what is known of people, as values with one JSON form.

Pure: it asks no database. What a rule means in SQL is `database.stores.audience_sql`, in words `sentences`.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Final

import msgspec

from core.domain.consent import ConsentBasis
from core.domain.field_names import to_field_name
from core.errors import UserInputError

MOST_CONDITIONS: Final = 100
DEEPEST_GROUP: Final = 6
LONGEST_DAYS: Final = 3_660  # ten years
OWN_FIELDS: Final = ("name", "username", "phone")
"""Fields that every person has beside those of the lists that were imported."""


class Match(StrEnum):
    """How the parts of a group are taken together."""

    ALL = "all"
    ANY = "any"
    NONE = "none"


class Is(StrEnum):
    """Whether it is so or not."""

    IS = "is"
    IS_NOT = "is_not"


class FieldRelation(StrEnum):
    """How a field's text is compared. Letters are compared without case, in every script."""

    IS = "is"
    IS_NOT = "is_not"  # true as well where the field is empty
    CONTAINS = "contains"
    IS_EMPTY = "is_empty"
    IS_FILLED = "is_filled"
    BEFORE = "before"  # a day, written 2026-03-31; true only where the field begins with a day written so
    AFTER = "after"
    BELOW = "below"  # a number; true only where the field is one
    AT_MOST = "at_most"
    AT_LEAST = "at_least"
    ABOVE = "above"


NEED_NO_VALUE: Final = frozenset({FieldRelation.IS_EMPTY, FieldRelation.IS_FILLED})
OF_DAYS: Final = frozenset({FieldRelation.BEFORE, FieldRelation.AFTER})
OF_NUMBERS: Final = frozenset(
    {FieldRelation.BELOW, FieldRelation.AT_MOST, FieldRelation.AT_LEAST, FieldRelation.ABOVE}
)


class Known(StrEnum):
    """Whether something is this, is not, or is not known at all."""

    IS = "is"
    IS_NOT = "is_not"  # true as well where it is not known
    IS_EMPTY = "is_empty"


class Activity(StrEnum):
    """What was last heard of a person."""

    WROTE = "wrote"  # wrote to one of the accounts, or pressed Start
    READ = "read"  # read a message of ours; bots are not told, so only user accounts know
    REPLIED = "replied"  # answered a message of ours
    GOT = "got"  # a message left for them, or may have left


class Within(StrEnum):
    """When it happened."""

    WITHIN = "within"  # in the last days
    NOT_WITHIN = "not_within"
    EVER = "ever"
    NEVER = "never"


class CampaignPart(StrEnum):
    """What a campaign was to a person."""

    GOT = "got"  # its message left for them, or may have left
    DID_NOT_GET = "did_not_get"  # also who was never in it
    READ = "read"
    DID_NOT_READ = "did_not_read"  # got it from a user account, and has not read it
    REPLIED = "replied"
    DID_NOT_REPLY = "did_not_reply"  # got it, and has not replied
    FAILED = "failed"


class DayRelation(StrEnum):
    BEFORE = "before"
    AFTER = "after"


class _Condition(msgspec.Struct, frozen=True, kw_only=True, tag_field="on", forbid_unknown_fields=True):
    """`on` in the JSON form says which one it is."""


class OnField(_Condition, frozen=True, tag="field"):
    """`field`: a name as templates use it, or one of OWN_FIELDS."""

    field: str
    relation: FieldRelation
    value: str = ""


class OnTag(_Condition, frozen=True, tag="tag"):
    tag: str
    relation: Is = Is.IS


class OnLanguage(_Condition, frozen=True, tag="language"):
    """ "de" is also "de-AT"."""

    relation: Known = Known.IS
    language: str = ""


class OnTimeZone(_Condition, frozen=True, tag="time_zone"):
    relation: Known = Known.IS
    time_zone: str = ""


class OnActivity(_Condition, frozen=True, tag="activity"):
    activity: Activity
    relation: Within
    days: int | None = None  # of WITHIN and NOT_WITHIN


class OnMayWrite(_Condition, frozen=True, tag="may_write"):
    """There is a basis in force, and the person is not on the suppression list."""

    relation: Is = Is.IS


class OnBasis(_Condition, frozen=True, tag="basis"):
    """A consent in force with this basis."""

    basis: ConsentBasis
    relation: Is = Is.IS


class OnConsentAccount(_Condition, frozen=True, tag="consent_account"):
    """A consent in force that lets this account write: its own, or one for every account."""

    account: int
    relation: Is = Is.IS


class OnConsentDay(_Condition, frozen=True, tag="consent_given"):
    """A consent in force that was given before this day began, or after it ended; days are those of UTC."""

    relation: DayRelation
    day: date


class OnCampaign(_Condition, frozen=True, tag="campaign"):
    campaign: int
    relation: CampaignPart


class OnAudience(_Condition, frozen=True, tag="audience"):
    audience: int
    relation: Is = Is.IS


class OnImport(_Condition, frozen=True, tag="import"):
    """Whom this import added; not whom it only changed."""

    number: int
    relation: Is = Is.IS


class Group(_Condition, frozen=True, tag="group"):
    """Parts taken together. NONE: no part is true."""

    parts: "tuple[Part, ...]"
    match: Match = Match.ALL


Condition = (
    OnField
    | OnTag
    | OnLanguage
    | OnTimeZone
    | OnActivity
    | OnMayWrite
    | OnBasis
    | OnConsentAccount
    | OnConsentDay
    | OnCampaign
    | OnAudience
    | OnImport
)
Part = Condition | Group


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is in one of the `include` sets, and in none of the `exclude` sets. No `include` set: everybody is."""

    include: tuple[Group, ...] = ()
    exclude: tuple[Group, ...] = ()


EVERYONE: Final = Rule()


def encode_rule(rule: Rule) -> str:
    """The same rule gives the same text."""
    return msgspec.json.encode(rule, order="sorted").decode()


def decode_rule(text: str | bytes) -> Rule:
    """A rule that may be used. Raises UserInputError, in words that name the place."""
    try:
        rule = msgspec.json.decode(text, type=Rule)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _refusal(f"It is not written as a rule is: {error}.") from error
    check_rule(rule)
    return rule


def check_rule(rule: Rule) -> None:
    """Raises UserInputError for what cannot be asked: a value that is missing or no day, an empty group, too many."""
    count = 0
    for group in (*rule.include, *rule.exclude):
        for part, depth in _walk(group, 1):
            count += 1
            if depth > DEEPEST_GROUP:
                raise _refusal(f"Groups stand in groups more than {DEEPEST_GROUP} deep.")
            problem = problem_of(part)
            if problem:
                raise _refusal(problem)
    if count > MOST_CONDITIONS:
        raise _refusal(f"It has {count} conditions; {MOST_CONDITIONS} is the most.")


def conditions_of(rule: Rule) -> Iterator[Condition]:
    """Every condition, in the order in which it stands."""
    for group in (*rule.include, *rule.exclude):
        for part, _ in _walk(group, 1):
            if not isinstance(part, Group):
                yield part


def audiences_in(rule: Rule) -> frozenset[int]:
    """The other audiences that it names."""
    return frozenset(part.audience for part in conditions_of(rule) if isinstance(part, OnAudience))


def find_cycle(audience: int, rule: Rule, rule_of: Callable[[int], Rule | None]) -> tuple[int, ...]:
    """The way from this audience back to itself over the audiences that its rule names; empty: there is none."""
    ways: list[tuple[int, ...]] = [(number,) for number in sorted(audiences_in(rule))]
    seen: set[int] = set()
    while ways:
        way = ways.pop()
        if way[-1] == audience:
            return way
        if way[-1] in seen:
            continue
        seen.add(way[-1])
        further = rule_of(way[-1])
        if further is not None:
            ways += [(*way, number) for number in sorted(audiences_in(further))]
    return ()


def problem_of(part: Part) -> str:
    """What is wrong with this condition by itself, in a sentence; empty: nothing."""
    check = _CHECKS.get(type(part))
    return "" if check is None else check(part)


def parse_number(text: str) -> float | None:
    """The number that a field holds: digits with at most one point, and at most one minus before them."""
    digits = text[1:] if text.startswith("-") else text
    whole, _, part = digits.partition(".")
    is_number = (whole + part).isascii() and (whole + part).isdigit()
    return float(text) if is_number else None


def _check_field(part: OnField) -> str:
    if not part.field or to_field_name(part.field) != part.field:
        return f"“{part.field}” is no name of a field."
    if part.relation in NEED_NO_VALUE:
        return ""
    if not part.value:
        return f"The condition on “{part.field}” has no value."
    if "\0" in part.value:
        return f"The value for “{part.field}” holds a sign that no field can hold."
    if part.relation in OF_NUMBERS and parse_number(part.value) is None:
        return f"“{part.value}” is no number. Write it as 12 or 12.5."
    if part.relation in OF_DAYS and not _is_day(part.value):
        return f"“{part.value}” is no day. Write it as 2026-03-31."
    return ""


def _check_activity(part: OnActivity) -> str:
    needs_days = part.relation in (Within.WITHIN, Within.NOT_WITHIN)
    if needs_days and (part.days is None or not 1 <= part.days <= LONGEST_DAYS):
        return f"It needs a number of days from 1 to {LONGEST_DAYS:,}."
    return ""


def _check_group(part: Group) -> str:
    return "" if part.parts else "A group has no condition yet."


_CHECKS: Final[Mapping[type, Callable[..., str]]] = {
    OnField: _check_field,
    OnTag: lambda part: "" if part.tag.strip() else "Choose a tag.",
    OnLanguage: lambda part: "" if part.language or part.relation is Known.IS_EMPTY else "Choose a language.",
    OnTimeZone: lambda part: "" if part.time_zone or part.relation is Known.IS_EMPTY else "Choose a time zone.",
    OnActivity: _check_activity,
    OnConsentAccount: lambda part: "" if part.account > 0 else "Choose an account.",
    OnCampaign: lambda part: "" if part.campaign > 0 else "Choose a campaign.",
    OnAudience: lambda part: "" if part.audience > 0 else "Choose an audience.",
    OnImport: lambda part: "" if part.number > 0 else "Choose an import.",
    Group: _check_group,
}


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _walk(part: Part, depth: int) -> Iterator[tuple[Part, int]]:
    yield part, depth
    if isinstance(part, Group) and depth <= DEEPEST_GROUP:
        for inner in part.parts:
            yield from _walk(inner, depth + 1)


def _refusal(words: str) -> UserInputError:
    return UserInputError(words, title="This rule cannot be used", hint="Mend it, then count again.")
