"""Figures of questions to text models by day and feature, an event each, and answers that are kept for a while."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from campaigns.report.event_kinds import EventKind
from core.domain.ai import AiBudget, AiCacheFigures, AiFeature, AiUsage
from core.logs import current_correlation_id
from core.text_model import TextAnswer, TokenCount
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.events import write_event
from database.stores.rows import to_json, to_ms

_NOTHING: Final = TokenCount()
_SPENT: Final = """
SELECT ifnull(sum(requests), 0), ifnull(sum(tokens_in + tokens_out), 0) FROM ai_usage
WHERE day = ? AND feature IN (SELECT value FROM json_each(?))
"""
_COUNT: Final = """
INSERT INTO ai_usage (day, feature, requests, failed, cached, tokens_in, tokens_out) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET requests = requests + excluded.requests, failed = failed + excluded.failed,
    cached = cached + excluded.cached, tokens_in = tokens_in + excluded.tokens_in,
    tokens_out = tokens_out + excluded.tokens_out
"""
_HIT: Final = "UPDATE ai_cache SET hits = hits + 1 WHERE request_hash = ? AND kept_at >= ? RETURNING answer"
_KEEP: Final = """
INSERT INTO ai_cache (request_hash, answer, kept_at) VALUES (?, ?, ?)
ON CONFLICT DO UPDATE SET answer = excluded.answer, kept_at = excluded.kept_at, hits = 0
"""
_FORGET_OLD: Final = "DELETE FROM ai_cache WHERE kept_at < ?"
_USAGE: Final = """
SELECT day, feature, requests, failed, cached, tokens_in, tokens_out FROM ai_usage WHERE day >= ?
ORDER BY day DESC, feature
"""
_FIGURES: Final = "SELECT count(*), ifnull(sum(hits), 0) FROM ai_cache WHERE kept_at >= ?"


class AiLedgerStore:
    """Implements `core.ports.AiLedger`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, feature: AiFeature, budget: AiBudget, *, day: date) -> str:
        """Count a request, unless the budget is used up: "requests", "tokens", or ""."""
        names = to_json([each.value for each in sorted(budget.features)])

        def begin(work: UnitOfWork) -> str:
            requests, tokens = work.connection.execute(_SPENT, (day.isoformat(), names)).fetchone()
            if requests >= budget.requests:
                return "requests"
            if tokens >= budget.tokens:
                return "tokens"
            _count(work, feature, day, requests=1)
            return ""

        return await self._database.write(begin)

    async def finish(
        self,
        feature: AiFeature,
        tokens: TokenCount,
        *,
        is_failed: bool,
        day: date,
        at: datetime,
        actor: str,
        data: Mapping[str, str | int],
    ) -> None:
        """Count what the request cost, and write its event."""
        correlation_id = current_correlation_id()

        def finish(work: UnitOfWork) -> None:
            _count(work, feature, day, failed=int(is_failed), tokens=tokens)
            write_event(work, EventKind.AI_ASKED, at=to_ms(at), actor=actor, correlation_id=correlation_id, data=data)

        await self._database.write(finish)

    async def find_answer(
        self,
        request_hash: bytes,
        feature: AiFeature,
        *,
        since: datetime,
        at: datetime,
        actor: str,
        data: Mapping[str, str | int],
    ) -> TextAnswer | None:
        """The answer that was kept since then, with its hit counted and its event written."""
        correlation_id = current_correlation_id()

        def find(work: UnitOfWork) -> TextAnswer | None:
            row = work.connection.execute(_HIT, (request_hash, to_ms(since))).fetchone()
            if row is None:
                return None
            _count(work, feature, at.date(), cached=1)
            write_event(work, EventKind.AI_ASKED, at=to_ms(at), actor=actor, correlation_id=correlation_id, data=data)
            return TextAnswer(text=row[0])

        return await self._database.write(find)

    async def keep_answer(self, request_hash: bytes, answer: TextAnswer, *, at: datetime, since: datetime) -> None:
        """Keep it, and delete those that were kept before `since`."""

        def keep(work: UnitOfWork) -> None:
            work.connection.execute(_FORGET_OLD, (to_ms(since),))
            work.connection.execute(_KEEP, (request_hash, answer.text, to_ms(at)))

        await self._database.write(keep)

    async def usage(self, *, since: date) -> Sequence[AiUsage]:
        """By day, newest first, and feature."""

        def read_usage(raw: sqlite3.Connection) -> list[AiUsage]:
            return [
                AiUsage(
                    day=date.fromisoformat(row[0]),
                    feature=AiFeature(row[1]),
                    requests=row[2],
                    failed=row[3],
                    cached=row[4],
                    tokens_in=row[5],
                    tokens_out=row[6],
                )
                for row in raw.execute(_USAGE, (since.isoformat(),)).fetchall()
            ]

        return await self._database.read(read_usage)

    async def cache_figures(self, *, since: datetime) -> AiCacheFigures:
        """Of answers that were kept since then."""

        def read_figures(raw: sqlite3.Connection) -> AiCacheFigures:
            kept, hits = raw.execute(_FIGURES, (to_ms(since),)).fetchone()
            return AiCacheFigures(kept=kept, hits=hits)

        return await self._database.read(read_figures)

    async def forget_answers(self) -> int:
        """Empty the cache; how many answers there were."""
        return await self._database.write(lambda work: work.connection.execute("DELETE FROM ai_cache").rowcount)


def _count(
    work: UnitOfWork,
    feature: AiFeature,
    day: date,
    *,
    requests: int = 0,
    failed: int = 0,
    cached: int = 0,
    tokens: TokenCount = _NOTHING,
) -> None:
    row = (day.isoformat(), feature.value, requests, failed, cached, tokens.tokens_in or 0, tokens.tokens_out or 0)
    work.connection.execute(_COUNT, row)
