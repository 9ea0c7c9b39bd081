"""Dispatch with a million deliveries planned beside it, against the same with ten thousand: the engine's rate of both.

Worlds of the same make, each with its own sandbox and worker, deliver campaigns of the same size. In every second one
another campaign of the same accounts has a million planned rows and is paused, in the others ten thousand.
"""

import sqlite3
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Final

from bench.engine import rate_of
from bench.result import BenchResult
from bench.world import OPERATOR, World, made_world
from campaigns.campaign import CampaignState
from core.domain.ids import CampaignId

ACCOUNTS: Final = 10
MESSAGES: Final = 1_500  # a round of each
CAMPAIGNS: Final = 3  # in each world
LARGE, SMALL = 1_000_000, 10_000
AT_MOST_SLOWER: Final = 0.15

# People of an import that has not ended: no campaign but this one knows them.
_IMPORT: Final = (
    "INSERT INTO import (id, file_name, options, created_by, created_at) VALUES (9999, 'x', '{}', 'bench', 0)"
)
_PEOPLE: Final = """
INSERT INTO contact (id, name, username, import_id, created_at, updated_at)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
SELECT 1000000 + i, 'Waiting ' || i, 'waiting_' || i, 9999, 0, 0 FROM n
"""
_CONSENT: Final = """
INSERT INTO consent (contact_id, basis, source, given_at, recorded_at)
SELECT id, 'agreed', 'form', 0, 0 FROM contact WHERE id > 1000000
"""
_ROWS: Final = """
INSERT INTO outgoing (campaign_id, contact_id, account_id, random_id, inputs)
SELECT ?1, id, id % ?2 + 1, abs(random() % 4611686018427387904) + 1, '{"name": "Waiting"}'
FROM contact WHERE id > 1000000
"""


@asynccontextmanager
async def world_with(folder: Path, waiting: int, *, messages: int = MESSAGES) -> AsyncIterator[World]:
    """A world whose accounts have so many planned rows of a campaign that is paused; its worker is connected."""
    async with made_world(folder, recipients=messages, accounts=ACCOUNTS) as world:
        campaign_id = await world.approve_campaign()
        await world.database.write(lambda work: _fill(work.connection, campaign_id, waiting))
        await world.service.start(campaign_id, actor=OPERATOR)
        await world.service.pause(campaign_id, actor=OPERATOR)
        await world.start_worker()
        await world.wait_until_connected()
        yield world


def _fill(raw: sqlite3.Connection, campaign_id: CampaignId, waiting: int) -> None:
    raw.execute(_IMPORT)
    raw.execute(_PEOPLE, (waiting,))
    raw.execute(_CONSENT)
    raw.execute(_ROWS, (campaign_id, ACCOUNTS))


async def deliver_rate(world: World, *, messages: int = MESSAGES) -> float:
    """Messages a second, from the sandbox's ledger, of one campaign to the people of the sandbox."""
    accepted = len(world.ledger())
    campaign_id = await world.begin_campaign()
    progress = await world.wait_until_done(campaign_id)
    assert progress.state is CampaignState.FINISHED
    entries = world.ledger()[accepted:]
    assert len(entries) == len({entry.peer_id for entry in entries}) == messages, "not everyone exactly once"
    return rate_of(entries)


async def measure(rounds: int, *, large: int = LARGE, small: int = SMALL, messages: int = MESSAGES) -> BenchResult:
    """The rates of both, in turns; of each world the middle one of its campaigns."""
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(rounds):
        for rates, waiting in ((ours, large), (theirs, small)):
            with tempfile.TemporaryDirectory(prefix="wireroom-size-") as folder:
                async with world_with(Path(folder), waiting, messages=messages) as world:
                    rates.append(median([await deliver_rate(world, messages=messages) for _ in range(CAMPAIGNS)]))
    return BenchResult(
        compared=f"dispatch with {large:,} planned deliveries in the database against {small:,}, {ACCOUNTS} accounts",
        unit="messages a second",
        ours=ours,
        theirs=theirs,
        aim=f"at least {1 - AT_MOST_SLOWER:g}",
        at_least=1 - AT_MOST_SLOWER,
    )
