"""The page of people over a million of them, beside the same page over a thousand: first rows, memory, CPU a handler."""

import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from bench.child import started
from bench.result import BenchResult
from core.domain.account import WorkspaceKind
from core.workspace import open_workspace
from database import Database
from database.lock_handler import UnitOfWork
from main import MainHouse

MANY, FEW = 1_000_000, 1_000
LATER_S = 0.15
MORE_MB = 60.0

_PEOPLE = """
WITH RECURSIVE n(i) AS (SELECT ? UNION ALL SELECT i + 1 FROM n WHERE i < ?)
INSERT INTO contact (id, name, username, phone, search_key, language, created_at, updated_at)
SELECT i, 'Ines Valkama ' || i, 'ines_' || i, '+99966' || (1000000 + i),
    'ines valkama ' || i || char(10) || 'ines_' || i || char(10) || '99966' || (1000000 + i),
    CASE i % 3 WHEN 0 THEN 'fi' ELSE 'de' END, 1750000000000, 1750000000000 FROM n
"""
_CONSENTS = """
INSERT INTO consent (contact_id, basis, source, given_at, recorded_at)
SELECT id, 'agreed', 'form', 1, 1 FROM contact WHERE id BETWEEN ? AND ? AND id % 10 > 0
"""
_TAGS = """
INSERT INTO contact_tag (contact_id, tag) SELECT id, 'team ' || (id % 9) FROM contact WHERE id BETWEEN ? AND ? AND id % 4 = 0
"""
_SUPPRESSED = """
INSERT INTO suppression (contact_id, reason, at) SELECT id, 'said_stop', 1 FROM contact WHERE id BETWEEN ? AND ?
    AND id % 100 = 0
"""
CHUNK = 100_000


async def measure(rounds: int) -> BenchResult:
    """Each round opens both in programs of their own, one after the other."""
    found: list[tuple[dict[str, Any], dict[str, Any]]] = []
    with tempfile.TemporaryDirectory(prefix="wireroom-contacts-") as folder:
        many, few = Path(folder) / "many", Path(folder) / "few"
        await _fill(many, MANY)
        await _fill(few, FEW)
        for _ in range(rounds):
            found.append((await _look(many), await _look(few)))
    ours = [big["first_rows_s"] * 1000 for big, _ in found]
    theirs = [small["first_rows_s"] * 1000 for _, small in found]
    later = median(big["first_rows_s"] - small["first_rows_s"] for big, small in found)
    more = median(big["memory_mb"] - small["memory_mb"] for big, small in found)
    slow = sorted({each for pair in found for one in pair for each in one["slow_handlers"]})
    return BenchResult(
        compared=f"first rows of the page of people, {MANY:,} of them against {FEW:,}",
        unit="ms",
        ours=ours,
        theirs=theirs,
        aim=f"at most {LATER_S} s later, at most {MORE_MB:.0f} MB more, no handler above 16 ms of CPU",
        also=later <= LATER_S and more <= MORE_MB and not slow,
        extra={
            "later_s": round(later, 3),
            "more_mb": round(more, 1),
            "all_ids_s": round(median(big["all_ids_s"] for big, _ in found), 3),
            "search_s": round(median(big["search_s"] for big, _ in found), 3),
            "filter_s": round(median(big["filter_s"] for big, _ in found), 3),
            "by_name_s": round(median(big["by_name_s"] for big, _ in found), 3),
            "handlers": sum(big["handlers"] for big, _ in found),
            "slowest_handler_cpu_ms": round(max(one["slowest_handler_ms"] for pair in found for one in pair), 2),
            "handlers_above_16_ms": len(slow),
            "slow_handlers": "; ".join(slow[:5]),
        },
    )


async def _fill(folder: Path, count: int) -> None:
    async with MainHouse().services(open_workspace(folder), kind=WorkspaceKind.SANDBOX) as services:
        await fill_people(services.get(Database), count)


async def fill_people(database: Database, count: int) -> None:
    """Nine of ten agreed, every fourth has one of nine tags, one of a hundred said STOP."""
    for first in range(1, count + 1, CHUNK):
        last = min(first + CHUNK - 1, count)

        def put(work: UnitOfWork, first: int = first, last: int = last) -> None:
            for sql in (_PEOPLE, _CONSENTS, _TAGS, _SUPPRESSED):
                work.connection.execute(sql, (first, last))

        await database.write(put)


async def _look(folder: Path) -> dict[str, Any]:
    async with started("contacts_window.py", str(folder)) as child:
        return await child.read()
