"""Accounts, who owns each of them now, and what its lane does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from core.domain.account import Account, AccountState, Freeze, Lease, UpdateState
from core.domain.ids import AccountId, WorkerId


class AccountStore(Protocol):
    async def list_accounts(self) -> Sequence[Account]: ...

    async def get(self, account_id: AccountId) -> Account: ...

    async def stop(
        self,
        lease: Lease,
        state: AccountState,
        reason: str,
        *,
        now: datetime,
        code: str | None = None,
        freeze: Freeze | None = None,
    ) -> None:
        """The account stands still until a person acts; `code` is that of the error."""
        ...

    async def log_out(self, account_id: AccountId, *, lease: Lease | None = None, actor: str, now: datetime) -> None:
        """A person had its session ended: it is signed out, and its deliveries stay with it."""
        ...

    async def update_state(self, account_id: AccountId) -> UpdateState | None: ...


class LaneStatus(StrEnum):
    """What a lane does now, for the screen."""

    SENDING = "sending"
    IDLE = "idle"  # nothing to do
    CONNECTING = "connecting"
    SETTLING = "settling"  # asks what became of open tries
    WAITING = "waiting"  # goes on by itself at a known time
    NEEDS_YOU = "needs_you"  # stands still until a person acts
    PAUSED = "paused"
    OFFLINE = "offline"  # no worker holds it


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneReport:
    account_id: AccountId
    status: LaneStatus
    reason: str = ""  # one sentence: what it waits for
    until: datetime | None = None


class LeaseStore(Protocol):
    async def take(self, account_id: AccountId, worker_id: WorkerId, *, until: datetime) -> Lease:
        """Take the account for this worker and raise the epoch. The caller holds the account's OS lock."""
        ...

    async def renew(self, leases: Sequence[Lease], *, until: datetime) -> Sequence[Lease]:
        """Prolong; returns those that are still ours."""
        ...

    async def release(self, lease: Lease) -> None: ...

    async def is_held(self, account_id: AccountId, *, now: datetime) -> bool:
        """Whether some worker has a lease that has not ended."""
        ...

    async def report(self, reports: Sequence[LaneReport], *, now: datetime) -> None:
        """What lanes do now; written only when it changed."""
        ...
