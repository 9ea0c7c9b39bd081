"""Waiting for the write lock that another process holds: jittered, with an end."""

import random
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from core.clock import Clock
from database.errors import PRIMARY_CODE_MASK

FIRST_PAUSE_S: Final = 0.001
LONGEST_PAUSE_S: Final = 0.05  # with SQLite's own 250 ms in front of it: the longest wait measured was 104 ms


@dataclass(frozen=True, slots=True, kw_only=True)
class LockWait:
    """How a lock was had: `retries` is 0 when it came within SQLite's own busy time-out."""

    waited_s: float
    retries: int


def retry_while_locked(action: Callable[[], object], *, clock: Clock, patience_s: float) -> LockWait:
    """Run `action` until the database is not locked, at most about `patience_s`. Blocks: only on a database thread.

    SQLite's own back-off has no jitter, so two writers can step on each other for seconds: it gets 250 ms
    (`busy_timeout`), the rest is here. Only for an action that did nothing when it was refused, such as BEGIN
    IMMEDIATE. Raises the last sqlite3.OperationalError when the time is over.
    """
    began = clock.monotonic()
    retries, pause_s = 0, FIRST_PAUSE_S
    while True:
        try:
            action()
        except sqlite3.OperationalError as error:
            if not is_locked(error) or clock.monotonic() - began > patience_s:
                raise
        else:
            return LockWait(waited_s=clock.monotonic() - began, retries=retries)
        time.sleep(random.uniform(0, pause_s))
        pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
        retries += 1


def is_locked(error: sqlite3.OperationalError) -> bool:
    """Whether another connection is in the way, so that waiting helps."""
    code = getattr(error, "sqlite_errorcode", 0)
    return code & PRIMARY_CODE_MASK in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
