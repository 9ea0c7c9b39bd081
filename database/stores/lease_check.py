"""The fence: a write of a lane names the lease it was made under, and fails when somebody else has the account."""

import sqlite3
from typing import Final

from core.domain.account import Lease
from core.errors import LeaseLost

_EPOCH: Final = "SELECT epoch FROM account_lease WHERE account_id = ?"


def check_lease(raw: sqlite3.Connection, lease: Lease) -> None:
    """Raise LeaseLost when the epoch is another one. Inside a unit the answer holds until its commit."""
    row = raw.execute(_EPOCH, (lease.account_id,)).fetchone()
    if row is None or row[0] != lease.epoch:
        raise LeaseLost(
            "What this worker wanted to write was left out.",
            detail=f"account {lease.account_id}, epoch {lease.epoch}",
        )
