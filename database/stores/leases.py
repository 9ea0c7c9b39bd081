"""Leases: which worker may use an account, and what its lane does now."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from campaigns.ports import LaneReport
from core.domain.account import Lease
from core.domain.change import Subject
from core.domain.ids import AccountId, WorkerId
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.rows import to_ms

_TAKE: Final = """
INSERT INTO account_lease (account_id, worker_id, epoch, expires_at) VALUES (?, ?, 1, ?)
ON CONFLICT DO UPDATE SET worker_id = excluded.worker_id, epoch = epoch + 1, expires_at = excluded.expires_at
RETURNING epoch
"""
_RENEW: Final = "UPDATE account_lease SET expires_at = ? WHERE account_id = ? AND epoch = ?"
# The epoch rises, so that nothing is written any more under the lease that is given back.
_RELEASE: Final = """
UPDATE account_lease SET expires_at = NULL, epoch = epoch + 1 WHERE account_id = ? AND epoch = ?
"""
_IS_HELD: Final = "SELECT EXISTS (SELECT 1 FROM account_lease WHERE account_id = ? AND expires_at > ?)"
# Nothing is written when the lane does what it did.
_REPORT: Final = """
INSERT INTO lane (account_id, status, reason, until, updated_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET status = excluded.status, reason = excluded.reason, until = excluded.until,
    updated_at = excluded.updated_at
WHERE status <> excluded.status OR reason <> excluded.reason OR until IS NOT excluded.until
"""


class LeaseStore:
    """The callers hold the accounts' OS locks; the rows fence what a process that lost them still wants to write."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, account_id: AccountId, worker_id: WorkerId, *, until: datetime) -> Lease:
        """Take the account for this worker and raise the epoch: leases of before are over."""

        def take_lease(work: UnitOfWork) -> Lease:
            (epoch,) = work.connection.execute(_TAKE, (account_id, worker_id, to_ms(until))).fetchone()
            work.touch(Subject.LANE, account_id)
            return Lease(account_id=account_id, epoch=epoch)

        return await self._database.write(take_lease)

    async def renew(self, leases: Sequence[Lease], *, until: datetime) -> Sequence[Lease]:
        """Prolong; returns those that are still ours."""
        expires_at = to_ms(until)

        def renew_leases(work: UnitOfWork) -> list[Lease]:
            return [
                lease
                for lease in leases
                if work.connection.execute(_RENEW, (expires_at, lease.account_id, lease.epoch)).rowcount
            ]

        return await self._database.write(renew_leases)

    async def release(self, lease: Lease) -> None:
        """Give the account back. Harmless when the lease is over already."""

        def release_lease(work: UnitOfWork) -> None:
            if work.connection.execute(_RELEASE, (lease.account_id, lease.epoch)).rowcount:
                work.touch(Subject.LANE, lease.account_id)

        await self._database.write(release_lease)

    async def is_held(self, account_id: AccountId, *, now: datetime) -> bool:
        """Whether some worker has a lease that has not ended."""
        moment = to_ms(now)

        def read_is_held(raw: sqlite3.Connection) -> bool:
            return bool(raw.execute(_IS_HELD, (account_id, moment)).fetchone()[0])

        return await self._database.read(read_is_held)

    async def report(self, reports: Sequence[LaneReport], *, now: datetime) -> None:
        """What lanes do now, written only where it changed."""
        updated_at = to_ms(now)

        def report_lanes(work: UnitOfWork) -> None:
            for report in reports:
                row = (report.account_id, report.status.value, report.reason, to_ms(report.until), updated_at)
                if work.connection.execute(_REPORT, row).rowcount:
                    work.touch(Subject.LANE, report.account_id)

        await self._database.write(report_lanes)
