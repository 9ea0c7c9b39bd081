"""A rule as one condition of SQL over `contact AS k`: words of the user are bound values, never a part of the text.

Every piece answers 0 or 1 and never NULL, so that "not" means what it says.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from campaigns.audience.rules import (
    NEED_NO_VALUE,
    OF_DAYS,
    OF_NUMBERS,
    OWN_FIELDS,
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
from campaigns.audience.views import AudienceKind
from core.errors import UserInputError
from database.stores.rows import to_ms

Value = str | int | float

# A basis in force, and not suppressed by either key.
MAY_WRITE: Final = """(EXISTS (SELECT 1 FROM consent WHERE contact_id = k.id AND withdrawn_at IS NULL)
 AND NOT EXISTS (SELECT 1 FROM suppression WHERE contact_id = k.id)
 AND NOT EXISTS (SELECT 1 FROM suppression WHERE telegram_user_id = k.telegram_user_id))"""
_STARTED: Final = """EXISTS (SELECT 1 FROM consent WHERE contact_id = k.id AND withdrawn_at IS NULL
 AND basis = 'started_bot' AND account_id = ?)"""
_LISTED: Final = "k.id IN (SELECT contact_id FROM audience_member WHERE audience_id = ?)"
_TAGGED: Final = "k.id IN (SELECT contact_id FROM contact_tag WHERE tag = ?)"

# Times of what is in question. The indexes go by account, so a span of days reads no more than those days.
_SINCE: Final[Mapping[Activity, str]] = {
    Activity.WROTE: "ifnull(k.telegram_user_id IN (SELECT user_id FROM peer WHERE wrote_at >= ?), 0)",
    Activity.READ: "ifnull(k.telegram_user_id IN (SELECT telegram_user_id FROM read_mark WHERE at >= ?), 0)",
    Activity.REPLIED: """k.id IN (SELECT contact_id FROM event
 WHERE kind = 'reply.received' AND at >= ? AND contact_id IS NOT NULL)""",
    Activity.GOT: """k.id IN (SELECT o.contact_id FROM account AS a
 CROSS JOIN outgoing AS o ON o.account_id = a.id AND o.unknown_since >= ?)""",
}
_CAMPAIGN_GOT: Final = """EXISTS (SELECT 1 FROM outgoing
 WHERE campaign_id = ? AND contact_id = k.id AND unknown_since IS NOT NULL)"""
_CAMPAIGN_REPLIED: Final = """k.id IN (SELECT contact_id FROM event
 WHERE kind = 'reply.received' AND campaign_id = ? AND contact_id IS NOT NULL)"""
_MARK: Final = """SELECT 1 FROM read_mark AS m WHERE m.account_id = o.account_id
 AND m.telegram_user_id = o.telegram_user_id AND m.message_id >= o.message_id"""
_CAMPAIGN_READ: Final = f"""EXISTS (SELECT 1 FROM outgoing AS o
 WHERE o.campaign_id = ? AND o.contact_id = k.id AND o.state = 'sent' AND EXISTS ({_MARK}))"""
_CAMPAIGN_UNREAD: Final = f"""EXISTS (SELECT 1 FROM outgoing AS o JOIN account AS a ON a.id = o.account_id
 WHERE o.campaign_id = ? AND o.contact_id = k.id AND o.state = 'sent' AND a.kind = 'user'
 AND o.message_id IS NOT NULL AND NOT EXISTS ({_MARK}))"""
_CAMPAIGN_FAILED: Final = """EXISTS (SELECT 1 FROM outgoing
 WHERE campaign_id = ? AND contact_id = k.id AND state = 'failed')"""


def _of_person(sql: str) -> str:
    """True of the contact, or of one that was merged into it: what left and came before keeps its old contact. Names
    each value twice."""
    return (
        f"({sql} OR EXISTS (SELECT 1 FROM contact AS g WHERE g.merged_into = k.id AND {sql.replace('k.id', 'g.id')}))"
    )


_GOT: Final = _of_person(_CAMPAIGN_GOT)
_REPLIED: Final = _of_person(_CAMPAIGN_REPLIED)
_CAMPAIGN: Final[Mapping[CampaignPart, str]] = {
    CampaignPart.GOT: _GOT,
    CampaignPart.DID_NOT_GET: f"NOT {_GOT}",
    CampaignPart.READ: _of_person(_CAMPAIGN_READ),
    CampaignPart.DID_NOT_READ: _of_person(_CAMPAIGN_UNREAD),
    CampaignPart.REPLIED: _REPLIED,
    CampaignPart.DID_NOT_REPLY: f"({_GOT} AND NOT {_REPLIED})",
    CampaignPart.FAILED: _of_person(_CAMPAIGN_FAILED),
}
_BY_CONTACT: Final = frozenset({Activity.GOT, Activity.REPLIED})
_OWN: Final = {"name": "k.name", "username": "ifnull(k.username, '')", "phone": "ifnull(k.phone, '')"}
assert set(_OWN) == set(OWN_FIELDS)
# Letters without case. What is plain ASCII, nearly all of it, needs no call of Python's casefold.
FOLD: Final = "CASE WHEN x GLOB '*[^ -~]*' THEN casefold(x) ELSE lower(x) END"
_COMPARE: Final[Mapping[FieldRelation, str]] = {
    FieldRelation.IS: f"{FOLD} = ?",
    FieldRelation.IS_NOT: f"{FOLD} <> ?",
    FieldRelation.CONTAINS: f"instr({FOLD}, ?) > 0",
    FieldRelation.IS_EMPTY: "x = ''",
    FieldRelation.IS_FILLED: "x <> ''",
    FieldRelation.BEFORE: "substr(x, 1, 10) < ?",
    FieldRelation.AFTER: "substr(x, 1, 10) > ?",
    FieldRelation.BELOW: "CAST(x AS REAL) < ?",
    FieldRelation.AT_MOST: "CAST(x AS REAL) <= ?",
    FieldRelation.AT_LEAST: "CAST(x AS REAL) >= ?",
    FieldRelation.ABOVE: "CAST(x AS REAL) > ?",
}
# As campaigns.audience.rules.parse_number reads a number; a day is what a text begins with, YYYY-MM-DD.
_IS_NUMBER: Final = """x GLOB '*[0-9]*' AND x NOT GLOB '*[^0-9.-]*' AND x NOT GLOB '?*-*' AND x NOT GLOB '*.*.*'"""
_IS_DAY: Final = "x GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What an audience is made of."""

    kind: AudienceKind
    account_id: int | None = None
    rule: Rule | None = None


@dataclass(frozen=True, slots=True)
class Where:
    """A condition over `contact AS k`, and its values in order."""

    sql: str
    values: tuple[Value, ...] = ()


class AudienceSql:
    """Compiles at one moment, with these audiences. Raises UserInputError for an audience that is gone."""

    def __init__(self, audiences: Mapping[int, Source], now: datetime) -> None:
        self._audiences = audiences
        self._now = now

    def union(self, include: tuple[int, ...], exclude: tuple[int, ...]) -> Where:
        """Who is in one of these audiences, and in none of those."""
        return self.rule(
            Rule(
                include=tuple(Group(parts=(OnAudience(audience=number),)) for number in include),
                exclude=tuple(Group(parts=(OnAudience(audience=number),)) for number in exclude),
            )
        )

    def audience(self, number: int, way: tuple[int, ...] = ()) -> Where:
        """Who is in this one."""
        source = self._audiences.get(number)
        if source is None:
            raise UserInputError(
                f"It names the audience {number}, which is gone.", hint="Choose another one, or take the line out."
            )
        if source.kind is AudienceKind.EVERYONE:
            return Where("1")
        if source.kind is AudienceKind.STARTED_BOT:
            return Where(_STARTED, (source.account_id or 0,))
        if source.rule is None:
            return Where(_LISTED, (number,))
        if number in way:  # refused when a rule is saved
            raise UserInputError("Audiences name each other in a circle.", hint="Take one of them out.")
        return self.rule(source.rule, (*way, number))

    def rule(self, rule: Rule, way: tuple[int, ...] = ()) -> Where:
        """Who it means."""
        include = _join([self._part(group, way) for group in rule.include], " OR ") if rule.include else Where("1")
        if not rule.exclude:
            return include
        exclude = _join([self._part(group, way) for group in rule.exclude], " OR ")
        return Where(f"({include.sql} AND NOT {exclude.sql})", include.values + exclude.values)

    def _part(self, part: Part, way: tuple[int, ...]) -> Where:
        if isinstance(part, Group):
            where = _join([self._part(inner, way) for inner in part.parts], _WORDS[part.match])
            return where if part.match is not Match.NONE else Where(f"(NOT {where.sql})", where.values)
        if isinstance(part, OnAudience):
            return _is(self.audience(part.audience, way), part.relation)
        if isinstance(part, OnActivity):
            return self._activity(part)
        return _CONDITIONS[type(part)](part)

    def _activity(self, part: OnActivity) -> Where:
        since = to_ms(self._now - timedelta(days=part.days)) if part.days is not None else 0
        if part.relation in (Within.EVER, Within.NEVER):
            since = 0
        is_so = part.relation in (Within.WITHIN, Within.EVER)
        sql = _SINCE[part.activity]
        where = Where(_of_person(sql), (since, since)) if part.activity in _BY_CONTACT else Where(sql, (since,))
        return _is(where, Is.IS if is_so else Is.IS_NOT)


_WORDS: Final = {Match.ALL: " AND ", Match.ANY: " OR ", Match.NONE: " OR "}


def _join(wheres: list[Where], word: str) -> Where:
    return Where(f"({word.join(where.sql for where in wheres)})", tuple(v for where in wheres for v in where.values))


def _is(where: Where, relation: Is) -> Where:
    return where if relation is Is.IS else Where(f"(NOT {where.sql})", where.values)


def _field(part: OnField) -> Where:
    own = _OWN.get(part.field)
    text = own or "ifnull(json_extract(k.fields, ?), '')"
    at: tuple[Value, ...] = () if own else (f'$."{part.field}"',)
    pieces = [_COMPARE[part.relation]]
    if part.relation in OF_NUMBERS:
        pieces.insert(0, _IS_NUMBER)
    elif part.relation in OF_DAYS:
        pieces.insert(0, _IS_DAY)
    value: tuple[Value, ...] = ()
    if part.relation in OF_NUMBERS:
        value = (float(part.value),)
    elif part.relation not in NEED_NO_VALUE:
        value = (part.value if part.relation in OF_DAYS else part.value.casefold(),)
    # The inner query says x once, whatever asks for it.
    sql = f"(SELECT {' AND '.join(pieces)} FROM (SELECT {text} AS x))"
    return Where(sql, (*value, *at))


def _tag(part: OnTag) -> Where:
    return _is(Where(_TAGGED, (part.tag.strip(),)), part.relation)


def _language(part: OnLanguage) -> Where:
    if part.relation is Known.IS_EMPTY:
        return Where("(ifnull(k.language, '') = '')")
    # "." is the sign after "-": every language that begins with "de-".
    code = part.language
    where = Where("ifnull(k.language = ? OR (k.language >= ? AND k.language < ?), 0)", (code, f"{code}-", f"{code}."))
    return _is(where, Is.IS if part.relation is Known.IS else Is.IS_NOT)


def _time_zone(part: OnTimeZone) -> Where:
    if part.relation is Known.IS_EMPTY:
        return Where("(ifnull(k.time_zone, '') = '')")
    where = Where("ifnull(k.time_zone = ?, 0)", (part.time_zone,))
    return _is(where, Is.IS if part.relation is Known.IS else Is.IS_NOT)


def _in_force(condition: str, *values: Value) -> Where:
    sql = f"EXISTS (SELECT 1 FROM consent WHERE contact_id = k.id AND withdrawn_at IS NULL AND {condition})"
    return Where(sql, values)


def _basis(part: OnBasis) -> Where:
    return _is(_in_force("basis = ?", part.basis.value), part.relation)


def _consent_account(part: OnConsentAccount) -> Where:
    return _is(_in_force("ifnull(account_id = ?, 1)", part.account), part.relation)


def _consent_day(part: OnConsentDay) -> Where:
    begins = datetime(part.day.year, part.day.month, part.day.day, tzinfo=UTC)
    if part.relation is DayRelation.BEFORE:
        return _in_force("given_at < ?", to_ms(begins))
    return _in_force("given_at >= ?", to_ms(begins) + 86_400_000)


def _campaign(part: OnCampaign) -> Where:
    sql = _CAMPAIGN[part.relation]
    return Where(sql, (part.campaign,) * sql.count("?"))


def _import(part: OnImport) -> Where:
    return _is(Where("ifnull(k.import_id = ?, 0)", (part.number,)), part.relation)


_CONDITIONS: Final[Mapping[type[Condition], Callable[..., Where]]] = {
    OnField: _field,
    OnTag: _tag,
    OnLanguage: _language,
    OnTimeZone: _time_zone,
    OnMayWrite: lambda part: _is(Where(MAY_WRITE), part.relation),
    OnBasis: _basis,
    OnConsentAccount: _consent_account,
    OnConsentDay: _consent_day,
    OnCampaign: _campaign,
    OnImport: _import,
}
