"""A rule means in SQL what it means in words: for any people and any rule both find the same."""

import asyncio
import json
import random
from datetime import date, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.audience import rules as r
from campaigns.audience.rules import Group, Is, Known, Match, Rule, Within
from core.domain.account import AccountKind
from core.domain.consent import ConsentBasis
from database.lock_handler import UnitOfWork
from database.stores.audience_rows import read_sources
from database.stores.audiences import AudienceStore
from database.stores.rows import to_ms
from tests.database.stores.people_rows import Reading, read_tables
from tests.database.stores.world import NOW, World

PEOPLE = 60
TEXTS = ["", "Berlin", "BERLIN", "ǅ Straße", "москва", "МОСКВА", "5", "5.0", "-3.25", "12a", "1-2", ".", "2026-03-31",
         "2026-03-31 18:00", "2026-13-99x", "31.03.2026"]  # fmt: skip
MIDNIGHT = NOW.replace(hour=0)
DAYS = [*(NOW - timedelta(days=n) for n in (0, 1, 29, 30, 31, 400)), MIDNIGHT, MIDNIGHT - timedelta(milliseconds=1)]


def _is(kind: type, **given_: st.SearchStrategy[object]) -> st.SearchStrategy[r.Condition]:
    return st.builds(kind, relation=st.sampled_from(Is), **given_)


_FIELDS = st.sampled_from(["city", "age", "name", "username", "phone"])
_TEXT_RELATIONS = [f for f in r.FieldRelation if f not in r.OF_NUMBERS | r.OF_DAYS]
CONDITIONS: st.SearchStrategy[r.Part] = st.one_of(
    st.builds(
        r.OnField,
        field=_FIELDS,
        relation=st.sampled_from(_TEXT_RELATIONS),
        value=st.sampled_from(["berlin", "ß", "5"]),
    ),
    st.builds(
        r.OnField,
        field=_FIELDS,
        relation=st.sampled_from(sorted(r.OF_NUMBERS)),
        value=st.sampled_from(["5", "-3.25", "0"]),
    ),
    st.builds(
        r.OnField,
        field=_FIELDS,
        relation=st.sampled_from(sorted(r.OF_DAYS)),
        value=st.sampled_from(["2026-03-31", "2026-04-01"]),
    ),
    _is(r.OnTag, tag=st.sampled_from(["spring", "Staff", "nobody"])),
    st.builds(r.OnLanguage, relation=st.sampled_from(Known), language=st.sampled_from(["de", "de-AT", "fi"])),
    st.builds(
        r.OnTimeZone, relation=st.sampled_from(Known), time_zone=st.sampled_from(["Europe/Kyiv", "Asia/Tokyo"])
    ),
    st.builds(
        r.OnActivity,
        activity=st.sampled_from(r.Activity),
        relation=st.sampled_from([Within.WITHIN, Within.NOT_WITHIN]),
        days=st.sampled_from([1, 30, 3_000]),
    ),
    st.builds(
        r.OnActivity, activity=st.sampled_from(r.Activity), relation=st.sampled_from([Within.EVER, Within.NEVER])
    ),
    _is(r.OnMayWrite),
    _is(r.OnBasis, basis=st.sampled_from(ConsentBasis)),
    _is(r.OnConsentAccount, account=st.sampled_from([1, 2, 9])),
    st.builds(
        r.OnConsentDay,
        relation=st.sampled_from(r.DayRelation),
        day=st.sampled_from([date(2026, 11, 20), date(2026, 11, 19), date(2025, 10, 16)]),
    ),
    st.builds(r.OnCampaign, campaign=st.sampled_from([1, 2, 9]), relation=st.sampled_from(r.CampaignPart)),
    _is(r.OnAudience, audience=st.sampled_from([1, 2, 3, 4])),
    _is(r.OnImport, number=st.sampled_from([1, 2])),
)


def _groups(parts: st.SearchStrategy[r.Part]) -> st.SearchStrategy[Group]:
    return st.builds(Group, match=st.sampled_from(Match), parts=st.lists(parts, min_size=1, max_size=3).map(tuple))


GROUPS = _groups(st.recursive(CONDITIONS, _groups, max_leaves=5))
RULES = st.builds(
    Rule, include=st.lists(GROUPS, max_size=2).map(tuple), exclude=st.lists(GROUPS, max_size=2).map(tuple)
)


def fill(work: UnitOfWork, seed: int) -> None:
    """Random people with random pasts, straight into the tables; a quarter of every kind of fact is missing."""
    chance, raw = random.Random(seed), work.connection

    def some(*values: object) -> object:
        return chance.choice([None, *values, *values, *values])

    def at() -> int:
        return to_ms(chance.choice(DAYS))

    for table in (
        "event",
        "outgoing",
        "contact_tag",
        "audience_member",
        "consent",
        "suppression",
        "peer",
        "read_mark",
        "contact",
    ):
        raw.execute(f"DELETE FROM {table}")
    for n in range(1, PEOPLE + 1):
        fields = {key: chance.choice(TEXTS) for key in ("city", "age") if chance.random() < 0.75}
        user_id = some(n, n, n, chance.randint(1, PEOPLE))
        row = (n, chance.choice(TEXTS), f"{chance.choice(['Berlin', 'anna'])}{n}", None, user_id,
               some("de", "de-AT", "den", "fi"), some("Europe/Kyiv", "Asia/Tokyo"), json.dumps(fields, ensure_ascii=False),
               some(1, 2))  # fmt: skip
        raw.execute(
            "INSERT INTO contact (id, name, username, phone, telegram_user_id, language, time_zone, fields, import_id,"
            " created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)",
            row,
        )
        for tag in ("spring", "STAFF"):
            if chance.random() < 0.4:
                raw.execute("INSERT INTO contact_tag (contact_id, tag) VALUES (?, ?)", (n, tag))
        for basis in ConsentBasis:
            if chance.random() < 0.3:
                account = None if basis is ConsentBasis.AGREED else chance.choice([1, 2])
                raw.execute(
                    "INSERT INTO consent (contact_id, basis, account_id, source, given_at, recorded_at, withdrawn_at)"
                    " VALUES (?, ?, ?, 'form', ?, 0, ?)",
                    (n, basis.value, account, at(), chance.choice([None, None, at()])),
                )
        if chance.random() < 0.2:
            raw.execute(
                "INSERT OR IGNORE INTO suppression (contact_id, telegram_user_id, reason, at) VALUES (?, ?, 'gone', 0)",
                chance.choice([(n, None), (None, chance.randint(1, PEOPLE))]),
            )
        for account in (1, 2):
            if chance.random() < 0.6:
                raw.execute(
                    "INSERT INTO peer (account_id, user_id, access_hash, seen_at, wrote_at) VALUES (?, ?, 1, 0, ?)",
                    (account, n, some(at())),
                )
            for message_id in (4, 5):
                if chance.random() < 0.4:
                    raw.execute("INSERT INTO read_mark VALUES (?, ?, ?, ?)", (account, n, message_id, at()))
        for campaign in (1, 2):
            _deliver(work, chance, campaign, n, at())
        if n % 7 == 0:
            raw.execute("UPDATE contact SET merged_into = ? WHERE id = ?", (n - 1, n))
        if chance.random() < 0.3:
            raw.execute("INSERT INTO audience_member (audience_id, contact_id) VALUES (3, ?)", (n,))


def _deliver(work: UnitOfWork, chance: random.Random, campaign: int, contact: int, at: int) -> None:
    raw, state = work.connection, chance.choice(["sent", "sent", "planned", "failed", "uncertain", ""])
    if not state:
        return
    went = state in ("sent", "uncertain")
    raw.execute(
        "INSERT OR IGNORE INTO outgoing (campaign_id, contact_id, account_id, telegram_user_id, random_id, inputs, state,"
        " reason, unknown_since, message_id, settled_at) VALUES (?, ?, ?, ?, ?, '{}', ?, ?, ?, ?, ?)",
        (campaign, contact, chance.choice([1, 2]), contact, chance.getrandbits(60) + 1, state,
         "refused" if state in ("failed", "uncertain") else None, at if went else None,
         chance.choice([4, 5, 6, None]) if went else None, None if state == "planned" else at),
    )  # fmt: skip
    if chance.random() < 0.4:
        raw.execute(
            "INSERT INTO event (at, level, kind, campaign_id, contact_id, actor)"
            " VALUES (?, 'info', 'reply.received', ?, ?, 'worker')",
            (at, campaign, chance.choice([contact, contact, None])),
        )


async def _world(folder: Path) -> World:
    world = await World.make(folder)
    await world.add_account(1)
    await world.add_account(2, kind=AccountKind.BOT)  # makes audience 2
    for state in ("done", "running"):
        await world.execute(
            "INSERT INTO import (file_name, options, state, created_by, created_at) VALUES ('a', '{}', ?, 'ann', 0)",
            state,
        )
    for title in ("Spring", "Autumn"):
        await world.desk.create(title=title, template="x", account_ids=[1, 2], actor="ann", now=NOW)
    audiences = AudienceStore(world.database)
    await audiences.create_list("Friends", actor="ann", now=NOW)  # 3
    inner = Rule(include=(Group(match=Match.ANY, parts=(r.OnTag(tag="spring"), r.OnAudience(audience=3))),))
    await audiences.create_rule("Inner", inner, actor="ann", now=NOW)  # 4
    return world


def every_condition() -> list[r.Part]:
    """Each relation of each condition at least once."""
    words = [r.OnField(field=f, relation=t, value="berlin") for f in ("city", "name") for t in _TEXT_RELATIONS]
    numbers = [r.OnField(field="age", relation=t, value=v) for t in sorted(r.OF_NUMBERS) for v in ("5", "-3.25")]
    days = [r.OnField(field="city", relation=t, value="2026-03-31") for t in sorted(r.OF_DAYS)]
    known = [r.OnLanguage(relation=k, language="de") for k in Known] + [
        r.OnTimeZone(relation=k, time_zone="Asia/Tokyo") for k in Known
    ]
    spans = [r.OnActivity(activity=a, relation=w, days=30) for a in r.Activity for w in Within]
    campaigns = [r.OnCampaign(campaign=c, relation=p) for c in (1, 2) for p in r.CampaignPart]
    either = [
        condition
        for to in Is
        for condition in (
            r.OnTag(tag="SPRING", relation=to),
            r.OnMayWrite(relation=to),
            *(r.OnBasis(basis=basis, relation=to) for basis in ConsentBasis),
            *(r.OnConsentAccount(account=account, relation=to) for account in (1, 2)),
            *(r.OnAudience(audience=number, relation=to) for number in (1, 2, 3, 4)),
            r.OnImport(number=1, relation=to),
        )
    ]
    given = [
        r.OnConsentDay(relation=to, day=day) for to in r.DayRelation for day in (MIDNIGHT.date(), date(2026, 11, 19))
    ]
    return [*words, *numbers, *days, *known, *spans, *campaigns, *either, *given]


async def test_every_condition_by_itself_means_in_sql_what_it_says(tmp_path: Path) -> None:
    world = await _world(tmp_path)
    await world.database.write(lambda work: fill(work, 1))
    tables = await world.database.read(read_tables)
    reading = Reading(tables, await world.database.read(read_sources), NOW)
    audiences = AudienceStore(world.database)

    for condition in every_condition():
        rule = Rule(include=(Group(parts=(condition,)),))
        found = list(await audiences.member_ids(rule, now=NOW))
        assert found == reading.members(rule), condition
    await world.database.close()


async def test_for_any_people_and_any_rule_sql_finds_whom_a_plain_reading_finds(tmp_path: Path) -> None:
    """One database and many rules: each example fills it anew only when its people are others."""
    world = await _world(tmp_path)
    loop = asyncio.get_running_loop()
    audiences = AudienceStore(world.database)
    filled: list[int] = []

    async def check(rule: Rule, seed: int) -> None:
        if filled != [seed]:
            await world.database.write(lambda work: fill(work, seed))
            filled[:] = [seed]
        tables = await world.database.read(read_tables)
        sources = await world.database.read(read_sources)
        expected = Reading(tables, sources, NOW).members(rule)
        assert list(await audiences.member_ids(rule, now=NOW)) == expected
        assert (await audiences.count(rule, now=NOW)).people == len(expected)
        assert r.decode_rule(r.encode_rule(rule)) == rule

    @settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(rule=RULES, seed=st.integers(0, 5))
    def run(rule: Rule, seed: int) -> None:
        asyncio.run_coroutine_threadsafe(check(rule, seed), loop).result(30)

    await asyncio.to_thread(run)
    await world.database.close()
