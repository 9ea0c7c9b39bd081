"""Looking people up over the network: counted in the unit before each one leaves, and held while Telegram demands it."""

import sqlite3
from datetime import datetime
from typing import Final

from campaigns.plan.limits import DAY, QuotaWait, look_up_free_at
from campaigns.reasons import DeliveryReason
from core.domain.ids import AccountId
from database.lock_handler import UnitOfWork
from database.stores.rows import from_ms, to_ms

_COOLDOWN: Final = "SELECT look_up_cooldown_until FROM account WHERE id = ?"
_HOLD: Final = """
UPDATE account SET look_up_cooldown_until = max(ifnull(look_up_cooldown_until, 0), ?) WHERE id = ?
"""
_FORGET: Final = "DELETE FROM look_up WHERE account_id = ? AND at <= ?"
_TAKEN: Final = "SELECT at FROM look_up WHERE account_id = ? ORDER BY at"
_TAKE: Final = "INSERT INTO look_up (account_id, at) VALUES (?, ?)"
# Rows that were put off for the same reason and have not come back yet, by the counters.
_WAITING: Final = """
SELECT ifnull(sum(count), 0) FROM delivery_count
WHERE account_id = ? AND state = 'deferred' AND reason = 'quota_resolve'
"""


def begin_look_up(work: UnitOfWork, account_id: AccountId, per_day: int | None, now: datetime) -> QuotaWait | None:
    """Count one more look-up, or say what it has to wait for; `per_day` None: only what Telegram demanded holds it."""
    raw = work.connection
    (cooldown,) = raw.execute(_COOLDOWN, (account_id,)).fetchone()
    if cooldown is not None and cooldown > to_ms(now):
        return QuotaWait(reason=DeliveryReason.COOLDOWN, until=from_ms(cooldown))
    if per_day is None:
        return None
    free_at = _free_at(raw, account_id, per_day, now)
    if free_at is not None:
        return QuotaWait(reason=DeliveryReason.QUOTA_RESOLVE, until=free_at)
    raw.execute(_TAKE, (account_id, to_ms(now)))
    return None


def hold_look_ups(work: UnitOfWork, account_id: AccountId, until: datetime) -> None:
    """Telegram demanded a wait for looking people up."""
    work.connection.execute(_HOLD, (to_ms(until), account_id))


def _free_at(raw: sqlite3.Connection, account_id: AccountId, per_day: int, now: datetime) -> datetime | None:
    raw.execute(_FORGET, (account_id, to_ms(now - DAY)))
    taken = [from_ms(int(at)) for (at,) in raw.execute(_TAKEN, (account_id,)).fetchall()]
    (waiting,) = raw.execute(_WAITING, (account_id,)).fetchone()
    return look_up_free_at(taken, per_day, waiting, now)
