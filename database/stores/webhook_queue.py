"""The queues of webhooks as the worker works them off: claims, results, what is too old, what is no longer needed."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from campaigns.report.event_kinds import EventKind
from core.domain.account import WorkspaceKind
from core.domain.change import Subject
from core.domain.ids import WebhookDeliveryId, WebhookId
from core.domain.webhook import GIVE_UP_AFTER, HookEvent, HookPost, HookResult, Webhook
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.events import write_event
from database.stores.rows import Row, from_ms, to_json, to_ms
from database.stores.webhooks import HOOK_COLUMNS, hook_from_row

KEEP_DELIVERED: Final = timedelta(days=7)
KEEP_GIVEN_UP: Final = timedelta(days=30)
TIDY_ROWS: Final = 1_000  # a unit

_DUE: Final = f"""
SELECT {HOOK_COLUMNS} FROM webhook WHERE paused_at IS NULL AND ifnull(held_until, 0) <= ?1
    AND EXISTS (SELECT 1 FROM webhook_delivery WHERE hook_id = webhook.id AND state = 'waiting' AND not_before <= ?1)
"""
_CLAIM: Final = """
UPDATE webhook_delivery SET not_before = ?3, tries = tries + 1, first_tried_at = ifnull(first_tried_at, ?2)
WHERE id IN (SELECT d.id FROM webhook_delivery AS d JOIN webhook AS h ON h.id = d.hook_id
    WHERE d.hook_id = ?1 AND d.state = 'waiting' AND d.not_before <= ?2
        AND h.paused_at IS NULL AND ifnull(h.held_until, 0) <= ?2
    ORDER BY d.not_before, d.id LIMIT ?4)
RETURNING id
"""
_POSTS: Final = """
SELECT d.id, d.message_id, d.event, d.event_at, d.data, d.conversation_id, d.contact_id, d.tries, d.first_tried_at,
    iif(h.with_text, iif(m.album_id > 0, (SELECT group_concat(i.text, '') FROM message AS i
        WHERE i.conversation_id = m.conversation_id AND i.album_id = m.album_id), m.text), NULL),
    iif(h.with_person, k.phone, NULL), iif(h.with_person, k.username, NULL),
    w.workspace_id, w.kind
FROM workspace AS w JOIN webhook_delivery AS d JOIN webhook AS h ON h.id = d.hook_id
LEFT JOIN message AS m ON m.id = d.message_row LEFT JOIN contact AS k ON k.id = d.contact_id
WHERE d.id IN (SELECT value FROM json_each(?)) ORDER BY d.id
"""
_RECORD: Final = """
UPDATE webhook_delivery SET state = ?2, not_before = ifnull(?3, not_before), status = ?4, problem = ?5, settled_at = ?6
WHERE id = ?1 AND state = 'waiting'
"""
_SUCCEEDED: Final = """
UPDATE webhook SET failing_since = NULL, held_until = NULL, failures = 0, last_problem = '', last_tried_at = ?2,
    last_ok_at = ?2
WHERE id = ?1
"""
_FAILED: Final = """
UPDATE webhook SET failing_since = ifnull(failing_since, ?2), last_problem = ?3, last_tried_at = ?2,
    held_until = max(ifnull(held_until, 0), ?4), failures = failures + (?4 > 0)
WHERE id = ?1
"""
# While an address fails for longer than an event is tried, what came since waits no longer than that either.
_STALE: Final = """
SELECT d.id, d.hook_id FROM webhook_delivery AS d JOIN webhook AS h ON h.id = d.hook_id
WHERE d.state = 'waiting' AND d.event_at <= ?1 AND h.failing_since <= ?1 AND h.paused_at IS NULL LIMIT ?2
"""
_GIVE_UP: Final = """
UPDATE webhook_delivery SET state = 'given_up', settled_at = ?2, problem = (
    SELECT last_problem FROM webhook WHERE id = hook_id)
WHERE id = ?1
"""
_PRUNE: Final = """
DELETE FROM webhook_delivery WHERE id IN (SELECT id FROM webhook_delivery
    WHERE settled_at < ?2 AND (settled_at < ?1 OR state = 'delivered') ORDER BY settled_at LIMIT ?3)
"""
_PAUSE: Final = "UPDATE webhook SET paused_at = ?2, paused_why = ?3 WHERE id = ?1 AND paused_at IS NULL"


class WebhookQueue:
    """Implements `webhooks.ports.HookQueue`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, now: datetime) -> Sequence[Webhook]:
        """Webhooks that may be told something now, and for which something waits."""

        def read_due(raw: sqlite3.Connection) -> list[Webhook]:
            return [hook_from_row(row) for row in raw.execute(_DUE, (to_ms(now),)).fetchall()]

        return await self._database.read(read_due)

    async def claim(self, hook_id: WebhookId, *, now: datetime, until: datetime, limit: int) -> Sequence[HookPost]:
        """The next events of this webhook, oldest first. Nobody else gets them before `until`: should this process die,
        they are told again then.
        """

        def claim(work: UnitOfWork) -> list[HookPost]:
            raw = work.connection
            claimed = [row[0] for row in raw.execute(_CLAIM, (hook_id, to_ms(now), to_ms(until), limit)).fetchall()]
            return [_post(row) for row in raw.execute(_POSTS, (to_json(claimed),)).fetchall()] if claimed else []

        return await self._database.write(claim)

    async def record(self, hook_id: WebhookId, results: Sequence[HookResult], *, now: datetime) -> None:
        """How these tries ended, in one unit; what they say of the address, and a line in Activity when one is given up."""

        def record(work: UnitOfWork) -> None:
            given_up = sum(_record(work.connection, result, to_ms(now)) for result in results)
            _note_address(work.connection, hook_id, results, to_ms(now))
            if given_up:
                _tell_given_up(work, hook_id, given_up, to_ms(now))
            work.touch(Subject.WEBHOOK, hook_id)

        await self._database.write(record)

    async def pause(self, hook_id: WebhookId, why: str, *, now: datetime) -> None:
        """It cannot be told anything until a person acts."""

        def pause(work: UnitOfWork) -> None:
            if work.connection.execute(_PAUSE, (hook_id, to_ms(now), why)).rowcount:
                work.touch(Subject.WEBHOOK, hook_id)
                data: Mapping[str, str | int] = {
                    "webhook": hook_id,
                    "name": _name(work.connection, hook_id),
                    "reason": why,
                }
                write_event(work, EventKind.WEBHOOK_STOPPED, at=to_ms(now), level="warning", data=data)

        await self._database.write(pause)

    async def tidy(self, now: datetime) -> int:
        """Give up what waited too long for an address that fails, and delete what was settled long ago; how many rows."""

        def tidy(work: UnitOfWork) -> int:
            raw = work.connection
            stale = raw.execute(_STALE, (to_ms(now - GIVE_UP_AFTER), TIDY_ROWS)).fetchall()
            for delivery_id, _ in stale:
                raw.execute(_GIVE_UP, (delivery_id, to_ms(now)))
            for hook_id in {row[1] for row in stale}:
                _tell_given_up(work, hook_id, sum(row[1] == hook_id for row in stale), to_ms(now))
            ends = to_ms(now - KEEP_GIVEN_UP), to_ms(now - KEEP_DELIVERED), TIDY_ROWS
            return len(stale) + raw.execute(_PRUNE, ends).rowcount

        return await self._database.write(tidy)


def _post(row: Row) -> HookPost:
    data = {**json.loads(row[4]), "conversation_id": row[5], "contact_id": row[6]}
    return HookPost(
        id=WebhookDeliveryId(row[0]),
        message_id=row[1],
        event=HookEvent(row[2]),
        event_at=from_ms(row[3]),
        data={key: value for key, value in data.items() if value is not None},
        tries=row[7],
        first_tried_at=from_ms(row[8]),
        text=row[9],
        phone=row[10],
        username=row[11],
        workspace_id=row[12],
        is_sandbox=row[13] == WorkspaceKind.SANDBOX,
    )


def _record(raw: sqlite3.Connection, result: HookResult, now: int) -> bool:
    """Whether it was given up. Its person may have been erased meanwhile, and the row with them."""
    again_at = to_ms(result.again_at)
    state = "waiting" if again_at is not None else "given_up" if result.problem else "delivered"
    settled_at = None if again_at is not None else now
    values = (result.id, state, again_at, result.status, result.problem, settled_at)
    return raw.execute(_RECORD, values).rowcount > 0 and state == "given_up"


def _note_address(raw: sqlite3.Connection, hook_id: int, results: Sequence[HookResult], now: int) -> None:
    """What tries that ran beside each other say of the address: one failure of it, however many events felt it."""
    held = [result for result in results if result.hold_until is not None]
    failed = held or [result for result in results if result.problem]
    if held or len(failed) == len(results):
        until = max((to_ms(result.hold_until) or 0 for result in held), default=0)
        raw.execute(_FAILED, (hook_id, now, failed[-1].problem, until))
    else:
        raw.execute(_SUCCEEDED, (hook_id, now))


def _tell_given_up(work: UnitOfWork, hook_id: int, count: int, now: int) -> None:
    work.touch(Subject.WEBHOOK, hook_id)
    data: Mapping[str, str | int] = {"webhook": hook_id, "name": _name(work.connection, hook_id), "count": count}
    write_event(work, EventKind.WEBHOOK_GAVE_UP, at=now, level="warning", data=data)


def _name(raw: sqlite3.Connection, hook_id: int) -> str:
    return str(raw.execute("SELECT name FROM webhook WHERE id = ?", (hook_id,)).fetchone()[0])
