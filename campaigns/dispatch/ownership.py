"""Which accounts this worker owns: for each the OS lock and the lease row, both or neither.

The OS lock is freed at once when a process dies, so a killed worker's accounts can be taken over immediately; a stopped
process keeps its locks, so nobody takes them. The lease's epoch fences writes, and a worker that could not renew
stops trusting itself at two thirds of the lease, by a clock that also runs while the machine sleeps.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from campaigns.dispatch.engine_time import EngineTime
from campaigns.ports import LeaseStore
from core.domain.account import Account, Lease
from core.domain.ids import AccountId, WorkerId


class HeldLock(Protocol):
    def release(self) -> None: ...


LockTaker = Callable[[Account], HeldLock | None]
"""Takes the OS lock of an account's session without waiting; None: another process has it."""


@dataclass(slots=True)
class _Owned:
    lease: Lease
    lock: HeldLock
    renewed_s: float


class Ownership:
    """The accounts of this worker. Not for use by two tasks at once."""

    def __init__(
        self, *, worker_id: WorkerId, store: LeaseStore, take_lock: LockTaker, time: EngineTime, lease_s: float
    ) -> None:
        self._worker_id = worker_id
        self._store = store
        self._take_lock = take_lock
        self._time = time
        self._lease_s = lease_s
        self._owned: dict[AccountId, _Owned] = {}

    async def take(self, account: Account) -> Lease | None:
        """Own the account, or None when another process has its lock. Whose lease had ended does not matter:
        without the lock it is somebody who does not answer, and is shown, never taken.
        """
        lock = self._take_lock(account)
        if lock is None:
            return None
        try:
            began_s = self._time.clock.monotonic()
            lease = await self._store.take(
                account.id, self._worker_id, until=self._time.now() + timedelta(seconds=self._lease_s)
            )
        except BaseException:
            lock.release()
            raise
        self._owned[account.id] = _Owned(lease=lease, lock=lock, renewed_s=began_s)
        return lease

    async def renew(self) -> Sequence[AccountId]:
        """Prolong all leases; returns the accounts that are no longer ours."""
        began_s = self._time.clock.monotonic()
        leases = [owned.lease for owned in self._owned.values()]
        if not leases:
            return []
        kept = await self._store.renew(leases, until=self._time.now() + timedelta(seconds=self._lease_s))
        for lease in kept:
            if lease.account_id in self._owned:
                self._owned[lease.account_id].renewed_s = began_s
        kept_ids = {lease.account_id for lease in kept}
        return [lease.account_id for lease in leases if lease.account_id not in kept_ids]

    def is_ours(self, account_id: AccountId) -> bool:
        """Whether the lease can still be trusted: renewed within two thirds of its length."""
        owned = self._owned.get(account_id)
        return owned is not None and self._time.clock.monotonic() - owned.renewed_s < self._lease_s * 2 / 3

    async def release(self, account_id: AccountId) -> None:
        """Give the account back; only after its link is closed."""
        owned = self._owned.pop(account_id, None)
        if owned is None:
            return
        try:
            await self._store.release(owned.lease)
        finally:
            owned.lock.release()
