"""Rules counted live over a million people, each against one bare statement that looks at every person once.

The bare statement reads all contacts and asks for each whether a consent stands: the least that "how many of them may be
written to" can cost when it means everybody.
"""

import asyncio
import sqlite3
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Final

from bench.contacts import fill_people
from bench.result import BenchResult
from campaigns.audience.rules import (
    Activity,
    CampaignPart,
    FieldRelation,
    Group,
    Is,
    OnActivity,
    OnCampaign,
    OnField,
    OnLanguage,
    OnMayWrite,
    OnTag,
    Part,
    Rule,
    Within,
)
from core.clock import Clock, SystemClock
from core.domain.account import WorkspaceKind
from core.workspace import open_workspace
from database import AudienceStore, Database
from database.lock_handler import UnitOfWork
from main import MainHouse

PEOPLE: Final = 1_000_000
AT_MOST: Final = 6.0
"""A person waits for an answer while they click a rule together: the plain statement takes some 0.4 s."""

_BARE: Final = """
SELECT count(*), count(*) FILTER (WHERE EXISTS (
    SELECT 1 FROM consent WHERE contact_id = k.id AND withdrawn_at IS NULL)) FROM contact AS k
"""
_ACCOUNT: Final = """
INSERT INTO account (id, kind, title, telegram_user_id, data_centre, session_secret, state_at, limit_profile, created_at)
VALUES (1, 'user', 'Ours', 500, 'sandbox', 's', 0, 'unlimited', 0)
"""
_CAMPAIGN: Final = """
INSERT INTO campaign (id, title, state, state_at, state_by, message, created_at, created_by, approved_hash)
VALUES (1, 'Spring', 'paused', 0, 'bench', '{}', 0, 'bench', x'00')
"""
_SENT: Final = """
INSERT INTO outgoing (campaign_id, contact_id, account_id, random_id, inputs, state, unknown_since, settled_at, tries)
SELECT 1, id, 1, id * 7919 + 1, '{}', 'sent', ?1 - id * 51840007 % 5184000000, ?1, 1 FROM contact
"""
_FIELDS: Final = (
    """UPDATE contact SET fields = '{"city":"' || CASE id % 4 WHEN 0 THEN 'Bonn' ELSE 'Kiel' END || '"}'"""
)

RULES: Final[Mapping[str, Part]] = {
    "tag": OnTag(tag="team 3"),
    "language": OnLanguage(language="fi"),
    "field": OnField(field="city", relation=FieldRelation.IS, value="Bonn"),
    "may_write": OnMayWrite(),
    "not_for_30_days": OnActivity(activity=Activity.GOT, relation=Within.NOT_WITHIN, days=30),
    "got_campaign": OnCampaign(campaign=1, relation=CampaignPart.GOT),
    "all_together": Group(
        parts=(
            OnTag(tag="team 3"),
            OnLanguage(language="fi"),
            OnActivity(activity=Activity.GOT, relation=Within.NOT_WITHIN, days=30),
            OnMayWrite(relation=Is.IS),
        )
    ),
}


async def measure(rounds: int, *, people: int = PEOPLE) -> BenchResult:
    """The slowest of the rules against the bare statement, in turns."""
    clock = SystemClock()
    bare: list[float] = []
    taken: dict[str, list[float]] = {name: [] for name in RULES}
    with tempfile.TemporaryDirectory(prefix="wireroom-audience-") as folder:
        async with MainHouse().services(open_workspace(Path(folder)), kind=WorkspaceKind.SANDBOX) as services:
            database, store = services.get(Database), services.get(AudienceStore)
            await fill_people(database, people)
            await database.write(lambda work: _fill_campaign(work, clock))
            await database.empty_log()
            for _ in range(rounds):
                bare.append(await _timed(database, clock))
                for name, part in RULES.items():
                    rule = Rule(include=(Group(parts=(part,)),))
                    began_s = clock.monotonic()
                    counted = await store.count(rule, now=clock.now())
                    taken[name].append(clock.monotonic() - began_s)
                    assert 0 < counted.may_write <= counted.people <= people, (name, counted)
                    await asyncio.sleep(0)
    slowest = max(taken, key=lambda name: median(taken[name]))
    return BenchResult(
        compared=f"the slowest of {len(RULES)} rules ({slowest}) counted over {people:,} people against one bare statement",
        unit="s",
        ours=taken[slowest],
        theirs=bare,
        aim=f"at most {AT_MOST:g}",
        at_most=AT_MOST,
        extra={f"{name}_ratio": round(median(times) / median(bare), 2) for name, times in taken.items()},
    )


def _fill_campaign(work: UnitOfWork, clock: Clock) -> None:
    """Everybody got a message of one campaign, at some moment of the last 60 days."""
    raw = work.connection
    raw.execute(_ACCOUNT)
    raw.execute(_CAMPAIGN)
    raw.execute(_SENT, (round(clock.now().timestamp() * 1000),))
    raw.execute(_FIELDS)


async def _timed(database: Database, clock: Clock) -> float:
    def count(raw: sqlite3.Connection) -> tuple[int, int]:
        found: tuple[int, int] = raw.execute(_BARE).fetchone()
        return found

    began_s = clock.monotonic()
    await database.read(count, is_long=True)
    return clock.monotonic() - began_s
