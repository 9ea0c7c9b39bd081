"""A handful of people with everything that a rule asks about, and the plain reading of a rule over the same rows."""

import json
import re
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from campaigns.audience import rules as r
from campaigns.audience.views import AudienceKind
from database.stores.audience_sql import Source
from database.stores.rows import Row, to_ms

DAY_MS = 86_400_000


@dataclass(frozen=True)
class Tables:
    """Every row that a rule can ask about, as lists of tuples."""

    contacts: list[Row]  # id, name, username, phone, user_id, language, time_zone, fields, import_id, merged_into
    tags: list[Row]  # contact, tag
    consents: list[Row]  # contact, basis, account, given_at, withdrawn_at
    suppressions: list[Row]  # contact, user_id
    peers: list[Row]  # account, user_id, wrote_at
    marks: list[Row]  # account, user_id, read up to this message, at
    outgoing: list[Row]  # campaign, contact, account, user_id, state, message_id, tried_at
    replies: list[Row]  # campaign, contact, at
    members: list[Row]  # audience, contact
    accounts: dict[int, str]  # kind
    done_imports: set[int]


_READ = {
    "contacts": (
        "SELECT id, name, username, phone, telegram_user_id, language, time_zone, fields, import_id, merged_into"
        " FROM contact"
    ),
    "tags": "SELECT contact_id, tag FROM contact_tag",
    "consents": "SELECT contact_id, basis, account_id, given_at, withdrawn_at FROM consent",
    "suppressions": "SELECT contact_id, telegram_user_id FROM suppression",
    "peers": "SELECT account_id, user_id, wrote_at FROM peer",
    "marks": "SELECT account_id, telegram_user_id, message_id, at FROM read_mark",
    "outgoing": (
        "SELECT campaign_id, contact_id, account_id, telegram_user_id, state, message_id, unknown_since FROM outgoing"
    ),
    "replies": "SELECT campaign_id, contact_id, at FROM event WHERE kind = 'reply.received'",
    "members": "SELECT audience_id, contact_id FROM audience_member",
}


def read_tables(raw: sqlite3.Connection) -> Tables:
    found = {name: raw.execute(sql).fetchall() for name, sql in _READ.items()}
    accounts = dict(raw.execute("SELECT id, kind FROM account").fetchall())
    done = {row[0] for row in raw.execute("SELECT id FROM import WHERE state = 'done'").fetchall()}
    return Tables(accounts=accounts, done_imports=done, **found)


class Reading:
    """Asks one person after the other, with nothing but comparisons."""

    def __init__(self, tables: Tables, audiences: dict[int, Source], now: datetime) -> None:
        self.t, self.audiences, self.now = tables, audiences, now

    def members(self, rule: r.Rule) -> list[int]:
        here = [row for row in self.t.contacts if row[9] is None]
        known = [row for row in here if row[8] is None or row[8] in self.t.done_imports]
        return sorted(row[0] for row in known if self.rule(rule, row))

    def rule(self, rule: r.Rule, who: Row) -> bool:
        included = not rule.include or any(self.part(group, who) for group in rule.include)
        return included and not any(self.part(group, who) for group in rule.exclude)

    def audience(self, number: int, who: Row) -> bool:
        source = self.audiences[number]
        if source.kind is AudienceKind.EVERYONE:
            return True
        if source.kind is AudienceKind.STARTED_BOT:
            return any(c[1] == "started_bot" and c[2] == source.account_id for c in self.in_force(who))
        if source.rule is not None:
            return self.rule(source.rule, who)
        return (number, who[0]) in self.t.members

    def part(self, part: r.Part, who: Row) -> bool:
        if isinstance(part, r.Group):
            answers = [self.part(inner, who) for inner in part.parts]
            return {r.Match.ALL: all(answers), r.Match.ANY: any(answers), r.Match.NONE: not any(answers)}[part.match]
        answer: bool = getattr(self, type(part).__name__)(part, who)
        return answer

    def same(self, who: Row) -> set[int]:
        return {who[0], *(row[0] for row in self.t.contacts if row[9] == who[0])}

    def in_force(self, who: Row) -> list[Row]:
        return [row for row in self.t.consents if row[0] == who[0] and row[4] is None]

    def OnField(self, part: r.OnField, who: Row) -> bool:
        own = dict(zip(r.OWN_FIELDS, (who[1], who[2] or "", who[3] or ""), strict=True))
        text = own[part.field] if part.field in own else json.loads(who[7]).get(part.field, "")
        number, value = r.parse_number(text), part.value
        written = re.match("[0-9]{4}-[0-9]{2}-[0-9]{2}", text)
        day = written[0] if written else ""
        relation = part.relation
        if relation in r.OF_NUMBERS:
            if number is None:
                return False
            bound = float(value)
            return {"below": number < bound, "at_most": number <= bound, "at_least": number >= bound}.get(
                relation.value, number > bound
            )
        if relation in r.OF_DAYS:
            return day != "" and (day < value if relation is r.FieldRelation.BEFORE else day > value)
        return {
            r.FieldRelation.IS: text.casefold() == value.casefold(),
            r.FieldRelation.IS_NOT: text.casefold() != value.casefold(),
            r.FieldRelation.CONTAINS: value.casefold() in text.casefold(),
            r.FieldRelation.IS_EMPTY: text == "",
            r.FieldRelation.IS_FILLED: text != "",
        }[relation]

    def OnTag(self, part: r.OnTag, who: Row) -> bool:
        tags = {tag.lower() for number, tag in self.t.tags if number == who[0]}
        return (part.tag.lower() in tags) is (part.relation is r.Is.IS)

    def OnLanguage(self, part: r.OnLanguage, who: Row) -> bool:
        language = who[5] or ""
        speaks = language == part.language or language.startswith(f"{part.language}-")
        return {r.Known.IS: speaks, r.Known.IS_NOT: not speaks, r.Known.IS_EMPTY: not language}[part.relation]

    def OnTimeZone(self, part: r.OnTimeZone, who: Row) -> bool:
        zone = who[6] or ""
        same = zone == part.time_zone
        return {r.Known.IS: same, r.Known.IS_NOT: not same, r.Known.IS_EMPTY: not zone}[part.relation]

    def OnActivity(self, part: r.OnActivity, who: Row) -> bool:
        t = self.t
        times = {
            r.Activity.WROTE: [p[2] for p in t.peers if p[1] == who[4]],
            r.Activity.READ: [m[3] for m in t.marks if m[1] == who[4]],
            r.Activity.REPLIED: [reply[2] for reply in t.replies if reply[1] in self.same(who)],
            r.Activity.GOT: [o[6] for o in t.outgoing if o[1] in self.same(who)],
        }[part.activity]
        happened = [at for at in times if at is not None]
        since = to_ms(self.now - timedelta(days=part.days or 0))
        within = any(at >= since for at in happened)
        return {
            r.Within.WITHIN: within,
            r.Within.NOT_WITHIN: not within,
            r.Within.EVER: bool(happened),
            r.Within.NEVER: not happened,
        }[part.relation]

    def OnMayWrite(self, part: r.OnMayWrite, who: Row) -> bool:
        user_ids = {s[1] for s in self.t.suppressions if s[1] is not None}
        suppressed = any(s[0] == who[0] for s in self.t.suppressions) or who[4] in user_ids
        return (bool(self.in_force(who)) and not suppressed) is (part.relation is r.Is.IS)

    def OnBasis(self, part: r.OnBasis, who: Row) -> bool:
        return any(c[1] == part.basis for c in self.in_force(who)) is (part.relation is r.Is.IS)

    def OnConsentAccount(self, part: r.OnConsentAccount, who: Row) -> bool:
        return any(c[2] in (None, part.account) for c in self.in_force(who)) is (part.relation is r.Is.IS)

    def OnConsentDay(self, part: r.OnConsentDay, who: Row) -> bool:
        begins = to_ms(datetime.combine(part.day, datetime.min.time(), tzinfo=UTC))
        if part.relation is r.DayRelation.BEFORE:
            return any(c[3] < begins for c in self.in_force(who))
        return any(c[3] >= begins + DAY_MS for c in self.in_force(who))

    def OnCampaign(self, part: r.OnCampaign, who: Row) -> bool:
        mine = [o for o in self.t.outgoing if o[0] == part.campaign and o[1] in self.same(who)]
        got = any(o[6] is not None for o in mine)
        replied = any(reply[0] == part.campaign and reply[1] in self.same(who) for reply in self.t.replies)
        sent = [o for o in mine if o[4] == "sent" and o[5] is not None]
        P = r.CampaignPart
        return {
            P.GOT: got,
            P.DID_NOT_GET: not got,
            P.READ: any(self.is_read(o) for o in sent),
            P.DID_NOT_READ: any(not self.is_read(o) for o in sent if self.t.accounts[o[2]] == "user"),
            P.REPLIED: replied,
            P.DID_NOT_REPLY: got and not replied,
            P.FAILED: any(o[4] == "failed" for o in mine),
        }[part.relation]

    def is_read(self, o: Row) -> bool:
        return any((m[0], m[1]) == (o[2], o[3]) and m[2] >= o[5] for m in self.t.marks)

    def OnAudience(self, part: r.OnAudience, who: Row) -> bool:
        return self.audience(part.audience, who) is (part.relation is r.Is.IS)

    def OnImport(self, part: r.OnImport, who: Row) -> bool:
        return (who[8] == part.number) is (part.relation is r.Is.IS)
