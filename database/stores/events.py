"""Events: one line of Activity each, written in the unit of what happened and never changed."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime

from campaigns.report.event_kinds import EventKind
from core.domain.change import Subject
from core.domain.ids import AccountId, CampaignId, ContactId
from core.logs import current_correlation_id
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.rows import to_json, to_ms

WORKER = "worker"  # the actor of what no person did

# A second event of one incoming message is left out.
_ADD = """
INSERT INTO event (at, level, kind, account_id, campaign_id, contact_id, message_id, actor, correlation_id, data)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
"""


def write_event(
    work: UnitOfWork,
    kind: EventKind,
    *,
    at: int,
    actor: str = WORKER,
    level: str = "info",
    account_id: AccountId | None = None,
    campaign_id: CampaignId | None = None,
    contact_id: ContactId | None = None,
    message_id: int | None = None,
    correlation_id: str = "",
    data: Mapping[str, str | int] | None = None,
) -> None:
    """Write an event in this unit; `at` in milliseconds. With `message_id` (of `account_id`) once per message."""
    row = (
        at,
        level,
        kind,
        account_id,
        campaign_id,
        contact_id,
        message_id,
        actor,
        correlation_id,
        to_json(data or {}),
    )
    if work.connection.execute(_ADD, row).rowcount:
        work.touch(Subject.EVENT, 0)


class EventStore:
    """Events of the engine that belong to no other write."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self,
        kind: str,
        *,
        at: datetime,
        actor: str,
        level: str = "info",
        account_id: AccountId | None = None,
        campaign_id: CampaignId | None = None,
        data: Mapping[str, str | int] | None = None,
    ) -> None:
        """One line of Activity. Raises ValueError for a kind that Activity does not know."""
        known, correlation_id = EventKind(kind), current_correlation_id()

        def add_event(work: UnitOfWork) -> None:
            write_event(
                work,
                known,
                at=to_ms(at),
                actor=actor,
                level=level,
                account_id=account_id,
                campaign_id=campaign_id,
                correlation_id=correlation_id,
                data=data,
            )

        await self._database.write(add_event)


def setting_data(section: str, key: str, *, before: object, after: object) -> Mapping[str, str | int]:
    """The data of EventKind.SETTING_CHANGED."""
    return {"setting": f"{section}.{key}", "before": _setting_text(before), "after": _setting_text(after)}


def _setting_text(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def count_events(raw: sqlite3.Connection, kind: EventKind, since: int) -> int:
    """How many of a kind there were since a moment (milliseconds)."""
    (count,) = raw.execute("SELECT count(*) FROM event WHERE kind = ? AND at >= ?", (kind, since)).fetchone()
    return int(count)
