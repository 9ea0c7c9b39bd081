"""Webhooks as a person sets them up, and the list of what each was told."""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from campaigns.report.event_kinds import EventKind
from core.domain.change import Subject
from core.domain.ids import WebhookDeliveryId, WebhookId
from core.domain.webhook import HookDelivery, HookDeliveryState, HookEvent, HookWish, Webhook
from core.errors import UserInputError
from core.logs import current_correlation_id
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.events import write_event
from database.stores.rows import Row, from_ms, get_row, to_json, to_ms
from database.stores.webhook_events import queue

HOOK_COLUMNS: Final = """
id, name, host, events, with_text, with_person, secret_name, old_secret_until, created_at, paused_at, paused_why,
failing_since, held_until, failures, last_problem, last_tried_at, last_ok_at, waiting, given_up, lost
"""
_ALL: Final = f"SELECT {HOOK_COLUMNS} FROM webhook ORDER BY id"
_GET: Final = f"SELECT {HOOK_COLUMNS} FROM webhook WHERE id = ?"
_ADD: Final = """
INSERT INTO webhook (name, host, events, with_text, with_person, secret_name, created_at, created_by)
VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
"""
_EDIT: Final = """
UPDATE webhook SET name = ?2, host = ifnull(?3, host), events = ?4, with_text = ?5, with_person = ?6 WHERE id = ?1
"""
_AT_ONCE: Final = "UPDATE webhook SET held_until = NULL WHERE id = ?"
_WAITING_AT_ONCE: Final = (
    "UPDATE webhook_delivery SET not_before = 0 WHERE hook_id = ? AND state = 'waiting' AND tries > 0"
)
_FAILING_ANEW: Final = "UPDATE webhook SET failing_since = ? WHERE id = ? AND failing_since IS NOT NULL"
_ROLLED: Final = "UPDATE webhook SET old_secret_until = ? WHERE id = ?"
_PAUSE: Final = "UPDATE webhook SET paused_at = ?2, paused_why = '' WHERE id = ?1 AND paused_at IS NULL"
_RESUME: Final = "UPDATE webhook SET paused_at = NULL, paused_why = '' WHERE id = ?1 AND paused_at IS NOT NULL"
_REMOVE: Final = "DELETE FROM webhook WHERE id = ?"
_DELIVERIES: Final = """
SELECT id, message_id, event, event_at, state, tries, not_before, status, problem, settled_at FROM webhook_delivery
WHERE hook_id = ?1 AND (?2 IS NULL OR state = ?2) ORDER BY id DESC LIMIT ?3
"""
_AGAIN: Final = """
UPDATE webhook_delivery SET state = 'waiting', settled_at = NULL, not_before = 0, tries = 0, first_tried_at = NULL
WHERE hook_id = ?1 AND state = 'given_up' AND (?2 IS NULL OR id IN (SELECT value FROM json_each(?2)))
"""


class WebhookStore:
    """Implements `webhooks.ports.HookDesk`. Methods about one webhook raise UserInputError when it is gone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_hooks(self) -> Sequence[Webhook]:
        """All of them, oldest first."""
        return await self._database.read(lambda raw: [hook_from_row(row) for row in raw.execute(_ALL).fetchall()])

    async def get(self, hook_id: WebhookId) -> Webhook:
        """As it is now."""
        return await self._database.read(lambda raw: _get(raw, hook_id))

    async def add(self, wish: HookWish, *, host: str, secret_name: str, actor: str, now: datetime) -> WebhookId:
        """From now on it is told what happens."""
        values = (wish.name, host, _events(wish), wish.with_text, wish.with_person, secret_name, to_ms(now), actor)
        correlation_id = current_correlation_id()

        def add_hook(work: UnitOfWork) -> WebhookId:
            hook_id = WebhookId(work.connection.execute(_ADD, values).fetchone()[0])
            _tell(work, EventKind.WEBHOOK_ADDED, hook_id, wish.name, actor, now, correlation_id)
            return hook_id

        return await self._database.write(add_hook)

    async def edit(self, hook_id: WebhookId, wish: HookWish, *, host: str | None, actor: str, now: datetime) -> None:
        """`host`: None leaves it. What waits after a failure is tried at once when the address is another one."""
        values = (hook_id, wish.name, host, _events(wish), wish.with_text, wish.with_person)

        def edit_hook(raw: sqlite3.Connection) -> int:
            if host is not None:
                _try_at_once(raw, hook_id)
            return raw.execute(_EDIT, values).rowcount

        await self._change(hook_id, edit_hook, EventKind.WEBHOOK_CHANGED, actor, now)

    async def note_rolled(self, hook_id: WebhookId, *, old_until: datetime, actor: str, now: datetime) -> None:
        """It has a new secret; until then the old one signs as well."""

        def roll(raw: sqlite3.Connection) -> int:
            return raw.execute(_ROLLED, (to_ms(old_until), hook_id)).rowcount

        await self._change(hook_id, roll, EventKind.WEBHOOK_ROLLED, actor, now)

    async def pause(self, hook_id: WebhookId, *, actor: str, now: datetime) -> None:
        """Nothing is told; what happens meanwhile waits."""

        def pause_hook(raw: sqlite3.Connection) -> int:
            return raw.execute(_PAUSE, (hook_id, to_ms(now))).rowcount

        await self._change(hook_id, pause_hook, EventKind.WEBHOOK_PAUSED, actor, now)

    async def resume(self, hook_id: WebhookId, *, actor: str, now: datetime) -> None:
        """What waits is told now."""

        def resume_hook(raw: sqlite3.Connection) -> int:
            _try_at_once(raw, hook_id)
            return raw.execute(_RESUME, (hook_id,)).rowcount

        await self._change(hook_id, resume_hook, EventKind.WEBHOOK_RESUMED, actor, now)

    async def remove(self, hook_id: WebhookId, *, actor: str, now: datetime) -> str:
        """Delete it with all that waits for it; returns the name of its secret."""
        correlation_id = current_correlation_id()

        def remove_hook(work: UnitOfWork) -> str:
            hook = _get(work.connection, hook_id)
            work.connection.execute(_REMOVE, (hook_id,))
            _tell(work, EventKind.WEBHOOK_REMOVED, hook_id, hook.name, actor, now, correlation_id)
            return hook.secret_name

        return await self._database.write(remove_hook)

    async def add_test(self, hook_id: WebhookId, *, now: datetime) -> WebhookDeliveryId:
        """Queue a test; it is tried at once, also while the address is left alone after a failure."""

        def add(work: UnitOfWork) -> WebhookDeliveryId:
            if _get(work.connection, hook_id).paused_at is not None:
                raise UserInputError("This webhook is paused.", hint="Resume it, then send a test.")
            queue(work, hook_id, HookEvent.TEST, to_ms(now), "{}")
            (number,) = work.connection.execute("SELECT last_insert_rowid()").fetchone()
            work.connection.execute(_AT_ONCE, (hook_id,))
            work.touch(Subject.WEBHOOK, hook_id)
            return WebhookDeliveryId(number)

        return await self._database.write(add)

    async def deliveries(
        self, hook_id: WebhookId, *, state: HookDeliveryState | None = None, limit: int
    ) -> Sequence[HookDelivery]:
        """The newest first."""
        values = (hook_id, None if state is None else state.value, limit)
        return await self._database.read(
            lambda raw: [_delivery(row) for row in raw.execute(_DELIVERIES, values).fetchall()]
        )

    async def send_again(self, hook_id: WebhookId, ids: Sequence[WebhookDeliveryId] | None, *, now: datetime) -> int:
        """What was given up is tried again, with its id; None: all of this webhook. Returns how many."""
        wanted = None if ids is None else to_json(list(ids))

        def send(work: UnitOfWork) -> int:
            _get(work.connection, hook_id)
            count = work.connection.execute(_AGAIN, (hook_id, wanted)).rowcount
            work.connection.execute(_AT_ONCE, (hook_id,))
            # Else what was given up would be taken for stale at once: its address fails as long as it did.
            work.connection.execute(_FAILING_ANEW, (to_ms(now), hook_id))
            work.touch(Subject.WEBHOOK, hook_id)
            return count

        return await self._database.write(send)

    async def _change(
        self,
        hook_id: WebhookId,
        change: Callable[[sqlite3.Connection], int],
        kind: EventKind,
        actor: str,
        now: datetime,
    ) -> None:
        correlation_id = current_correlation_id()

        def change_hook(work: UnitOfWork) -> None:
            _get(work.connection, hook_id)
            if change(work.connection):
                _tell(work, kind, hook_id, _get(work.connection, hook_id).name, actor, now, correlation_id)

        await self._database.write(change_hook)


def hook_from_row(row: Row) -> Webhook:
    """A row of HOOK_COLUMNS."""
    return Webhook(
        id=WebhookId(row[0]),
        name=row[1],
        host=row[2],
        events=frozenset(HookEvent(event) for event in json.loads(row[3])),
        with_text=bool(row[4]),
        with_person=bool(row[5]),
        secret_name=row[6],
        old_secret_until=from_ms(row[7]),
        created_at=from_ms(row[8]),
        paused_at=from_ms(row[9]),
        paused_why=row[10],
        failing_since=from_ms(row[11]),
        held_until=from_ms(row[12]),
        failures=row[13],
        last_problem=row[14],
        last_tried_at=from_ms(row[15]),
        last_ok_at=from_ms(row[16]),
        waiting=row[17],
        given_up=row[18],
        lost=row[19],
    )


def _delivery(row: Row) -> HookDelivery:
    state = HookDeliveryState(row[4])
    return HookDelivery(
        id=WebhookDeliveryId(row[0]),
        message_id=row[1],
        event=HookEvent(row[2]),
        event_at=from_ms(row[3]),
        state=state,
        tries=row[5],
        next_at=from_ms(row[6]) if state is HookDeliveryState.WAITING and row[6] else None,
        status=row[7],
        problem=row[8],
        settled_at=from_ms(row[9]),
    )


def _get(raw: sqlite3.Connection, hook_id: WebhookId) -> Webhook:
    return hook_from_row(get_row(raw, _GET, "webhook", hook_id))


def _try_at_once(raw: sqlite3.Connection, hook_id: WebhookId) -> None:
    raw.execute(_AT_ONCE, (hook_id,))
    raw.execute(_WAITING_AT_ONCE, (hook_id,))


def _events(wish: HookWish) -> str:
    return to_json(sorted(event.value for event in wish.events))


def _tell(
    work: UnitOfWork, kind: EventKind, hook_id: WebhookId, name: str, actor: str, now: datetime, correlation_id: str
) -> None:
    work.touch(Subject.WEBHOOK, hook_id)
    data: Mapping[str, str | int] = {"webhook": hook_id, "name": name}
    write_event(work, kind, at=to_ms(now), actor=actor, correlation_id=correlation_id, data=data)
