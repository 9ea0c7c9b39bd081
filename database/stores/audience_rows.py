"""Audiences as rows: read with their sentences, and what their rules name by number."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Final

from campaigns.audience.rules import (
    Condition,
    OnAudience,
    OnCampaign,
    OnConsentAccount,
    OnImport,
    Rule,
    audiences_in,
    conditions_of,
    decode_rule,
)
from campaigns.audience.sentences import Names, describe
from campaigns.audience.views import AudienceKind, AudienceView
from core.domain.ids import AudienceId
from core.missing import missing
from database.stores.audience_sql import Source
from database.stores.rows import Row, from_ms

_LIST: Final = """
SELECT u.id, u.kind, u.title, u.rule, a.title, a.username, a.removed_at IS NOT NULL,
    (SELECT max(ifnull(c.started_at, c.created_at)) FROM campaign_audience AS m
     JOIN campaign AS c ON c.id = m.campaign_id WHERE m.audience_id = u.id),
    (SELECT json_group_array(title) FROM (SELECT DISTINCT c.title FROM campaign_audience AS m
     JOIN campaign AS c ON c.id = m.campaign_id
     WHERE m.audience_id = u.id AND c.state IN ('draft', 'in_review', 'approved') ORDER BY c.id))
FROM audience AS u LEFT JOIN account AS a ON a.id = u.account_id
ORDER BY u.kind = 'rule' OR u.kind = 'list', u.id
"""
_ACCOUNTS: Final = "SELECT id, ifnull('@' || username, title) FROM account"
_CAMPAIGNS: Final = "SELECT id, title FROM campaign"
_IMPORTS: Final = "SELECT id, file_name FROM import WHERE state = 'done'"


def read_audiences(raw: sqlite3.Connection) -> dict[AudienceId, AudienceView]:
    """Every audience by number, those that exist by themselves first; of a removed bot only while something uses it."""
    rows = raw.execute(_LIST).fetchall()
    rules = {row[0]: decode_rule(row[3]) for row in rows if row[3] is not None}
    titles = {row[0]: _title(row) for row in rows}
    names = read_names(raw, rules.values(), titles)
    named_by: dict[int, list[str]] = {}
    for number, rule in rules.items():
        for named in audiences_in(rule):
            named_by.setdefault(named, []).append(titles[number])
    views = {}
    for row in rows:
        number = row[0]
        view = AudienceView(
            id=AudienceId(number),
            kind=AudienceKind(row[1]),
            title=titles[number],
            sentence=_sentence(row, rules.get(number), names),
            rule=rules.get(number),
            used_at=from_ms(row[7]),
            drafts=tuple(json.loads(row[8])),
            named_by=tuple(named_by.get(number, ())),
            problem=_problem(rules.get(number), titles),
        )
        if not row[6] or view.used_at or view.named_by:
            views[view.id] = view
    return views


def read_sources(raw: sqlite3.Connection) -> dict[int, Source]:
    """What every audience is made of, for the compiler."""
    rows = raw.execute("SELECT id, kind, account_id, rule FROM audience").fetchall()
    return {
        number: Source(
            kind=AudienceKind(kind), account_id=account_id, rule=None if rule is None else decode_rule(rule)
        )
        for number, kind, account_id, rule in rows
    }


def read_names(raw: sqlite3.Connection, rules: Iterable[Rule], audiences: Mapping[int, str]) -> Names:
    """What the numbers in these rules are called; asks only for kinds of things that they name."""
    kinds: set[type[Condition]] = {type(part) for rule in rules for part in conditions_of(rule)}
    return Names(
        audiences=audiences if OnAudience in kinds else {},
        campaigns=dict(raw.execute(_CAMPAIGNS).fetchall()) if OnCampaign in kinds else {},
        accounts=dict(raw.execute(_ACCOUNTS).fetchall()) if OnConsentAccount in kinds else {},
        imports=dict(raw.execute(_IMPORTS).fetchall()) if OnImport in kinds else {},
    )


def get_audience(raw: sqlite3.Connection, audience_id: AudienceId) -> AudienceView:
    """Raises UserInputError when there is no such audience."""
    view = read_audiences(raw).get(audience_id)
    if view is None:
        raise missing("audience", audience_id)
    return view


def _title(row: Row) -> str:
    kind, title, account, username = row[1], row[2], row[4], row[5]
    if kind == AudienceKind.EVERYONE:
        return "Everyone"
    if kind == AudienceKind.STARTED_BOT:
        return f"People who started {'@' + username if username else account}"
    return str(title)


def _sentence(row: Row, rule: Rule | None, names: Names) -> str:
    kind = AudienceKind(row[1])
    if rule is not None:
        return describe(rule, names)
    return {
        AudienceKind.EVERYONE: "Everybody you know.",
        AudienceKind.STARTED_BOT: "Who pressed Start in this bot and has not blocked it since.",
        AudienceKind.LIST: "A fixed list of people.",
    }[kind]


def _problem(rule: Rule | None, titles: Mapping[int, str]) -> str:
    gone = [number for number in sorted(audiences_in(rule)) if number not in titles] if rule else []
    return f"Its rule names the audience {gone[0]}, which is gone." if gone else ""
