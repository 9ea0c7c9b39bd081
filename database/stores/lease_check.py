"""The fence: a write of a lane names the lease it was made under, and fails when somebody else has the account."""

import json
import sqlite3
from collections.abc import Iterable
from typing import Final

from core.domain.account import Lease
from core.errors import LeaseLost

_EPOCH: Final = "SELECT epoch FROM account_lease WHERE account_id = ?"

# As one JSON: for each further row the thread would have to wait until the interpreter is free again.
_EPOCHS: Final = """
SELECT json_group_object(account_id, epoch) FROM account_lease WHERE account_id IN (SELECT value FROM json_each(?))
"""


def check_lease(raw: sqlite3.Connection, lease: Lease) -> None:
    """Raise LeaseLost when the epoch is another one. Inside a unit the answer holds until its commit."""
    row = raw.execute(_EPOCH, (lease.account_id,)).fetchone()
    if row is None or row[0] != lease.epoch:
        raise _lost(lease)


def check_leases(raw: sqlite3.Connection, leases: Iterable[Lease]) -> None:
    """As `check_lease`, for several at once: raise LeaseLost when one of them is over."""
    wanted = dict.fromkeys(leases)
    accounts = json.dumps([lease.account_id for lease in wanted])
    epochs = json.loads(raw.execute(_EPOCHS, (accounts,)).fetchone()[0])
    for lease in wanted:
        if epochs.get(str(lease.account_id)) != lease.epoch:
            raise _lost(lease)


def _lost(lease: Lease) -> LeaseLost:
    return LeaseLost(
        "What this worker wanted to write was left out.",
        detail=f"account {lease.account_id}, epoch {lease.epoch}",
    )
