"""Conditions as lines that are put together by clicking: what, how, and with which value. Knows no Qt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from typing import Final

from campaigns.audience.rules import (
    NEED_NO_VALUE,
    OWN_FIELDS,
    Activity,
    CampaignPart,
    Condition,
    DayRelation,
    FieldRelation,
    Is,
    Known,
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
    Within,
)
from campaigns.audience.sentences import BASES, language_name
from campaigns.audience.views import AudienceChoices
from core.domain.consent import ConsentBasis


class ValueKind(Enum):
    """How a value is given."""

    NONE = auto()
    TEXT = auto()
    DAYS = auto()  # a number of days
    CHOICE = auto()  # one of those that are offered


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A condition as it stands in a line: keys of subject and relation, and the value as it was given."""

    subject: str
    relation: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    key: str
    words: str
    kind: ValueKind


_IS: Final = ((Is.IS, "is"), (Is.IS_NOT, "is not"))
_KNOWN: Final = (
    Relation(Known.IS, "is", ValueKind.CHOICE),
    Relation(Known.IS_NOT, "is not", ValueKind.CHOICE),
    Relation(Known.IS_EMPTY, "is not known", ValueKind.NONE),
)
_FIELD: Final[Mapping[FieldRelation, str]] = {
    FieldRelation.IS: "is",
    FieldRelation.IS_NOT: "is not",
    FieldRelation.CONTAINS: "contains",
    FieldRelation.IS_EMPTY: "is empty",
    FieldRelation.IS_FILLED: "is filled in",
    FieldRelation.BEFORE: "is before (day)",
    FieldRelation.AFTER: "is after (day)",
    FieldRelation.BELOW: "is below (number)",
    FieldRelation.AT_MOST: "is at most (number)",
    FieldRelation.AT_LEAST: "is at least (number)",
    FieldRelation.ABOVE: "is above (number)",
}
_FIELD_RELATIONS: Final = tuple(
    Relation(key, words, ValueKind.NONE if key in NEED_NO_VALUE else ValueKind.TEXT) for key, words in _FIELD.items()
)
_ACTIVITIES: Final[Mapping[Activity, str]] = {
    Activity.GOT: "Had a message",
    Activity.WROTE: "Wrote to us",
    Activity.READ: "Read a message",
    Activity.REPLIED: "Replied",
}
_WITHIN: Final = (
    Relation(Within.NOT_WITHIN, "not for (days)", ValueKind.DAYS),
    Relation(Within.WITHIN, "in the last (days)", ValueKind.DAYS),
    Relation(Within.NEVER, "never", ValueKind.NONE),
    Relation(Within.EVER, "ever", ValueKind.NONE),
)
_CAMPAIGN: Final[Mapping[CampaignPart, str]] = {
    CampaignPart.GOT: "was got",
    CampaignPart.DID_NOT_GET: "was not got",
    CampaignPart.READ: "was read",
    CampaignPart.DID_NOT_READ: "was got, not read",
    CampaignPart.REPLIED: "was replied to",
    CampaignPart.DID_NOT_REPLY: "was got, not replied to",
    CampaignPart.FAILED: "failed",
}
_BASIC: Final[Mapping[str, tuple[str, tuple[Relation, ...]]]] = {
    "tag": ("Tag", tuple(Relation(key, words, ValueKind.CHOICE) for key, words in _IS)),
    "language": ("Language", _KNOWN),
    "time_zone": ("Time zone", _KNOWN),
    **{f"activity:{activity}": (words, _WITHIN) for activity, words in _ACTIVITIES.items()},
    "may_write": (
        "May be written to",
        (Relation(Is.IS, "yes", ValueKind.NONE), Relation(Is.IS_NOT, "no", ValueKind.NONE)),
    ),
    "basis": ("Basis", tuple(Relation(key, words, ValueKind.CHOICE) for key, words in _IS)),
    "consent_account": (
        "Lets an account write",
        (Relation(Is.IS, "this one", ValueKind.CHOICE), Relation(Is.IS_NOT, "not this one", ValueKind.CHOICE)),
    ),
    "consent_given": (
        "Consent given",
        (
            Relation(DayRelation.AFTER, "after (day)", ValueKind.TEXT),
            Relation(DayRelation.BEFORE, "before (day)", ValueKind.TEXT),
        ),
    ),
    "campaign": ("Campaign", tuple(Relation(key, words, ValueKind.CHOICE) for key, words in _CAMPAIGN.items())),
    "audience": (
        "Audience",
        (Relation(Is.IS, "is in", ValueKind.CHOICE), Relation(Is.IS_NOT, "is not in", ValueKind.CHOICE)),
    ),
    "import": (
        "Import",
        (Relation(Is.IS, "added by", ValueKind.CHOICE), Relation(Is.IS_NOT, "not added by", ValueKind.CHOICE)),
    ),
}
FIRST_LINE: Final = Line(subject="tag", relation=Is.IS)


class LineWords:
    """What lines can say in one workspace; `without` is the audience that is being changed: it cannot name itself."""

    def __init__(self, choices: AudienceChoices, without: int = 0) -> None:
        self._offers: Mapping[str, Sequence[tuple[str, str]]] = {
            "tag": [(tag, tag) for tag in choices.tags],
            "language": [(code, f"{language_name(code)} ({code})") for code in choices.languages],
            "time_zone": [(zone, zone) for zone in choices.time_zones],
            "basis": [(basis.value, words) for basis, words in BASES.items()],
            "consent_account": _titles(choices.accounts),
            "campaign": _titles(choices.campaigns),
            "audience": [offer for offer in _titles(choices.audiences) if offer[0] != str(without)],
            "import": _titles(choices.imports),
        }
        fields = dict.fromkeys((*OWN_FIELDS, *choices.fields))
        self.subjects: Sequence[tuple[str, str]] = [
            *((key, title) for key, (title, _) in _BASIC.items()),
            *((f"field:{name}", f"Field {name.replace('_', ' ')}") for name in fields),
        ]

    def relations(self, subject: str) -> Sequence[Relation]:
        return _BASIC[subject][1] if subject in _BASIC else _FIELD_RELATIONS

    def offers(self, subject: str) -> Sequence[tuple[str, str]]:
        """Value and words of what can be chosen."""
        return self._offers.get(subject, ())


def to_condition(line: Line) -> Condition:
    """What the line says; `problem_of` tells when its value is missing. A day that is none is an empty field's."""
    subject, _, part = line.subject.partition(":")
    match subject:
        case "field":
            return OnField(field=part, relation=FieldRelation(line.relation), value=line.value)
        case "tag":
            return OnTag(tag=line.value, relation=Is(line.relation))
        case "language":
            return OnLanguage(language=line.value, relation=Known(line.relation))
        case "time_zone":
            return OnTimeZone(time_zone=line.value, relation=Known(line.relation))
        case "activity":
            days = int(line.value) if line.value.isdigit() else None
            return OnActivity(activity=Activity(part), relation=Within(line.relation), days=days)
        case "may_write":
            return OnMayWrite(relation=Is(line.relation))
        case "basis":
            return OnBasis(basis=ConsentBasis(line.value or ConsentBasis.AGREED), relation=Is(line.relation))
        case "consent_given":
            return OnConsentDay(relation=DayRelation(line.relation), day=date.fromisoformat(line.value))
        case "consent_account":
            return OnConsentAccount(account=_number(line), relation=Is(line.relation))
        case "campaign":
            return OnCampaign(campaign=_number(line), relation=CampaignPart(line.relation))
        case "audience":
            return OnAudience(audience=_number(line), relation=Is(line.relation))
    return OnImport(number=_number(line), relation=Is(line.relation))


def line_problem(line: Line) -> str:
    """Why `to_condition` cannot read this line; empty: it can."""
    if line.subject != "consent_given":
        return ""
    try:
        date.fromisoformat(line.value)
    except ValueError:
        return f"“{line.value}” is no day. Write it as 2026-03-31." if line.value else "Give the day of the consent."
    return ""


def to_line(condition: Condition) -> Line:
    """The line that says this."""
    match condition:
        case OnField():
            return Line(subject=f"field:{condition.field}", relation=condition.relation.value, value=condition.value)
        case OnTag():
            return Line(subject="tag", relation=condition.relation.value, value=condition.tag)
        case OnLanguage():
            return Line(subject="language", relation=condition.relation.value, value=condition.language)
        case OnTimeZone():
            return Line(subject="time_zone", relation=condition.relation.value, value=condition.time_zone)
        case OnActivity():
            value = "" if condition.days is None else str(condition.days)
            subject = f"activity:{condition.activity.value}"
            return Line(subject=subject, relation=condition.relation.value, value=value)
        case OnMayWrite():
            return Line(subject="may_write", relation=condition.relation.value)
        case OnBasis():
            return Line(subject="basis", relation=condition.relation.value, value=condition.basis.value)
        case OnConsentAccount():
            return Line(subject="consent_account", relation=condition.relation.value, value=str(condition.account))
        case OnConsentDay():
            return Line(subject="consent_given", relation=condition.relation.value, value=condition.day.isoformat())
        case OnCampaign():
            return Line(subject="campaign", relation=condition.relation.value, value=str(condition.campaign))
        case OnAudience():
            return Line(subject="audience", relation=condition.relation.value, value=str(condition.audience))
        case OnImport():
            return Line(subject="import", relation=condition.relation.value, value=str(condition.number))


def _number(line: Line) -> int:
    return int(line.value) if line.value.isdigit() else 0


def _titles(titles: Mapping[int, str]) -> Sequence[tuple[str, str]]:
    return [(str(number), title) for number, title in titles.items()]
