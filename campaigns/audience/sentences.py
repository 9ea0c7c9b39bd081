"""A rule as one sentence, such as: People tagged “spring” who speak German, without those of “Staff”."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from campaigns.audience.rules import (
    Activity,
    CampaignPart,
    Condition,
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
from core.domain.consent import ConsentBasis

LANGUAGES: Final[Mapping[str, str]] = {
    "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "ca": "Catalan", "cs": "Czech", "da": "Danish",
    "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian", "fa": "Persian",
    "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian",
    "id": "Indonesian", "is": "Icelandic", "it": "Italian", "ja": "Japanese", "ka": "Georgian", "kk": "Kazakh",
    "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian", "nl": "Dutch", "no": "Norwegian", "pl": "Polish",
    "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovene", "sr": "Serbian",
    "sv": "Swedish", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "uz": "Uzbek",
    "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
BASES: Final[Mapping[ConsentBasis, str]] = {
    ConsentBasis.AGREED: "agreed",
    ConsentBasis.STARTED_BOT: "started a bot",
    ConsentBasis.WROTE_FIRST: "wrote first",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the numbers in a rule are called."""

    audiences: Mapping[int, str] = field(default_factory=dict)
    campaigns: Mapping[int, str] = field(default_factory=dict)
    accounts: Mapping[int, str] = field(default_factory=dict)
    imports: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Clause:
    """`lead` ("who", "whose") is said once for clauses that follow each other; "" for what stands by itself.

    `short`: how it may follow the noun at once: tagged “spring”.
    """

    lead: str
    text: str
    short: str = ""


def language_name(code: str) -> str:
    """German for "de" and "de-AT"; the code itself where its name is not known."""
    return LANGUAGES.get(code.partition("-")[0].lower(), code)


def describe(rule: Rule, names: Names) -> str:
    """The whole rule."""
    included = [_people(group, names, "people") for group in rule.include]
    text = ", and ".join(included) or "everyone"
    if rule.exclude:
        text += ", without " + " and ".join(_people(group, names, "those") for group in rule.exclude)
    return text[0].upper() + text[1:] + "."


def _people(group: Group, names: Names, noun: str) -> str:
    """A set: "people tagged “spring” who speak German"."""
    only = group.parts[0] if len(group.parts) == 1 and group.match is not Match.NONE else None
    if isinstance(only, OnAudience) and only.relation is Is.IS:
        return f"{noun} of {_name(names.audiences, only.audience, 'audience')}"
    clauses = _clauses(group, names, negated=False)
    if not clauses:
        return noun
    short: list[str] = []
    if _word(group, negated=False) == "and":
        while clauses and clauses[0].short:
            short.append(clauses.pop(0).short)
    text = f"{noun} {' and '.join(short)}" if short else noun
    return f"{text} {_join(clauses, _word(group, negated=False))}" if clauses else text


def _clauses(group: Group, names: Names, *, negated: bool) -> list[_Clause]:
    """None of them is all of them negated, and all of them negated is any of them negated."""
    inner = negated != (group.match is Match.NONE)
    clauses = [_clause(part, names, negated=inner) for part in group.parts]
    # What may follow the noun comes first; the order says nothing.
    return sorted(clauses, key=lambda clause: not clause.short) if _word(group, negated=negated) == "and" else clauses


def _word(group: Group, *, negated: bool) -> str:
    return "or" if (group.match is Match.ANY) != negated else "and"


def _join(clauses: Sequence[_Clause], word: str) -> str:
    said, before = "", None
    for number, clause in enumerate(clauses):
        if number:
            said += ", " if number < len(clauses) - 1 else f" {word} "
        lead = clause.lead if clause.lead != before else ""
        said += f"{lead} {clause.text}".strip()
        before = clause.lead or None
    return said


def _clause(part: Part, names: Names, *, negated: bool) -> _Clause:
    if isinstance(part, Group):
        clauses = _clauses(part, names, negated=negated)
        if len(clauses) == 1:
            return clauses[0]
        return _Clause("", f"({_join(clauses, _word(part, negated=negated))})")
    return _CLAUSES[type(part)](part, names, negated)


def _is(relation: Is, negated: bool) -> bool:
    return (relation is Is.IS) != negated


def _name(names: Mapping[int, str], number: int, kind: str) -> str:
    return f"“{names[number]}”" if number in names else f"{kind} {number}, which is gone"


_FIELD: Final[Mapping[FieldRelation, tuple[str, str]]] = {
    FieldRelation.IS: ("is “{}”", "is not “{}”"),
    FieldRelation.IS_NOT: ("is not “{}”", "is “{}”"),
    FieldRelation.CONTAINS: ("contains “{}”", "does not contain “{}”"),
    FieldRelation.IS_EMPTY: ("is empty", "is filled in"),
    FieldRelation.IS_FILLED: ("is filled in", "is empty"),
    FieldRelation.BEFORE: ("is before {}", "is not before {}"),
    FieldRelation.AFTER: ("is after {}", "is not after {}"),
    FieldRelation.BELOW: ("is below {}", "is not below {}"),
    FieldRelation.AT_MOST: ("is at most {}", "is not at most {}"),
    FieldRelation.AT_LEAST: ("is at least {}", "is not at least {}"),
    FieldRelation.ABOVE: ("is above {}", "is not above {}"),
}
_ACTIVITY: Final[Mapping[Activity, tuple[str, str, str]]] = {
    # within, not (with "ever" or "for n days"), ever
    Activity.WROTE: ("wrote to us", "written to us", "have written to us"),
    Activity.READ: ("read a message", "read a message", "have read a message"),
    Activity.REPLIED: ("replied", "replied", "have replied"),
    Activity.GOT: ("had a message", "had a message", "have had a message"),
}
_CAMPAIGN: Final[Mapping[CampaignPart, tuple[str, str]]] = {
    CampaignPart.GOT: ("got {}", "did not get {}"),
    CampaignPart.DID_NOT_GET: ("did not get {}", "got {}"),
    CampaignPart.READ: ("read {}", "are not among the readers of {}"),
    CampaignPart.DID_NOT_READ: ("got {} and did not read it", "are not among those who left {} unread"),
    CampaignPart.REPLIED: ("replied to {}", "are not among those who replied to {}"),
    CampaignPart.DID_NOT_REPLY: ("got {} and did not reply", "are not among those who left {} unanswered"),
    CampaignPart.FAILED: ("did not get {} because it failed", "are not among those for whom {} failed"),
}
_OPPOSITE: Final[Mapping[Within, Within]] = {
    Within.WITHIN: Within.NOT_WITHIN,
    Within.NOT_WITHIN: Within.WITHIN,
    Within.EVER: Within.NEVER,
    Within.NEVER: Within.EVER,
}


def _field(part: OnField, _: Names, negated: bool) -> _Clause:
    words = _FIELD[part.relation][negated].format(part.value)
    return _Clause("whose", f"{part.field.replace('_', ' ')} {words}")


def _tag(part: OnTag, _: Names, negated: bool) -> _Clause:
    short = f"{'' if _is(part.relation, negated) else 'not '}tagged “{part.tag}”"
    return _Clause("who", f"are {short}", short)


def _language(part: OnLanguage, _: Names, negated: bool) -> _Clause:
    if part.relation is Known.IS_EMPTY:
        return _Clause("whose", f"language is {'' if negated else 'not '}known")
    speaks = (part.relation is Known.IS) != negated
    return _Clause("who", f"{'' if speaks else 'do not '}speak {language_name(part.language)}")


def _time_zone(part: OnTimeZone, _: Names, negated: bool) -> _Clause:
    if part.relation is Known.IS_EMPTY:
        return _Clause("whose", f"time zone is {'' if negated else 'not '}known")
    is_there = (part.relation is Known.IS) != negated
    return _Clause("whose", f"time zone is {'' if is_there else 'not '}{part.time_zone}")


def _activity(part: OnActivity, _: Names, negated: bool) -> _Clause:
    within, not_yet, ever = _ACTIVITY[part.activity]
    days = "day" if part.days == 1 else f"{part.days} days"
    relation = _OPPOSITE[part.relation] if negated else part.relation
    words = {
        Within.WITHIN: f"{within} in the last {days}",
        Within.NOT_WITHIN: f"have not {not_yet} for {'a ' if part.days == 1 else ''}{days}",
        Within.EVER: ever,
        Within.NEVER: f"have never {not_yet}",
    }
    return _Clause("who", words[relation])


def _may_write(part: OnMayWrite, _: Names, negated: bool) -> _Clause:
    return _Clause("who", "may be written to" if _is(part.relation, negated) else "may not be written to")


def _basis(part: OnBasis, _: Names, negated: bool) -> _Clause:
    is_so = _is(part.relation, negated)
    return _Clause("whose", f"basis is {'' if is_so else 'not '}“{BASES[part.basis]}”")


def _consent_account(part: OnConsentAccount, names: Names, negated: bool) -> _Clause:
    may = "let" if _is(part.relation, negated) else "do not let"
    name = names.accounts.get(part.account, f"account {part.account}, which is gone,")
    return _Clause("who", f"{may} {name} write to them")


def _consent_day(part: OnConsentDay, _: Names, negated: bool) -> _Clause:
    word = "before" if part.relation is DayRelation.BEFORE else "after"
    return _Clause("whose", f"consent was {'not ' if negated else ''}given {word} {part.day.isoformat()}")


def _campaign(part: OnCampaign, names: Names, negated: bool) -> _Clause:
    title = _name(names.campaigns, part.campaign, "campaign")
    return _Clause("who", _CAMPAIGN[part.relation][negated].format(title))


def _audience(part: OnAudience, names: Names, negated: bool) -> _Clause:
    word = "in" if _is(part.relation, negated) else "not in"
    short = f"{word} {_name(names.audiences, part.audience, 'audience')}"
    return _Clause("who", f"are {short}", short)


def _import(part: OnImport, names: Names, negated: bool) -> _Clause:
    title = _name(names.imports, part.number, "import")
    short = f"{'' if _is(part.relation, negated) else 'not '}added by {title}"
    return _Clause("who", f"were {short}", short)


_CLAUSES: Final[Mapping[type[Condition], Callable[..., _Clause]]] = {
    OnField: _field,
    OnTag: _tag,
    OnLanguage: _language,
    OnTimeZone: _time_zone,
    OnActivity: _activity,
    OnMayWrite: _may_write,
    OnBasis: _basis,
    OnConsentAccount: _consent_account,
    OnConsentDay: _consent_day,
    OnCampaign: _campaign,
    OnAudience: _audience,
    OnImport: _import,
}
