"""The worker itself: that it runs, what it is asked for, what others changed, what it writes down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from campaigns.requests import Request, RequestState
from core.domain.account import Lease
from core.domain.change import Change
from core.domain.ids import AccountId, CampaignId, WorkerId


class RequestStore(Protocol):
    """The worker's side of requests."""

    async def list_open(self, *, now: datetime) -> Sequence[Request]:
        """What waits to be taken, oldest first. What is past its deadline expires."""
        ...

    async def begin(self, request: Request, lease: Lease, worker_id: WorkerId, *, now: datetime) -> bool:
        """Take it, committed before anything is done. False: somebody has, or it expired."""
        ...

    async def finish(
        self, request: Request, worker_id: WorkerId, state: RequestState, answer: str, *, now: datetime
    ) -> None: ...

    async def give_back(self, request: Request) -> None:
        """Its link was lost and it may simply be asked again: whoever owns the account next takes it."""
        ...

    async def recover(self, lease: Lease, *, now: datetime) -> None:
        """After the account was taken: what a worker of before had begun is asked again, or its fate is unknown."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerStart:
    worker_id: WorkerId
    pid: int
    started_at: datetime


class WorkerStore(Protocol):
    async def begin(self, start: WorkerStart) -> int:
        """Register this start and raise the workspace's generation; returns the new generation."""
        ...

    async def beat(self, worker_id: WorkerId, *, now: datetime) -> bool:
        """Heartbeat; True when somebody asked this worker to stop."""
        ...

    async def end(self, worker_id: WorkerId, *, now: datetime) -> None: ...

    async def newest_time(self) -> datetime | None:
        """The greatest moment at which a row was tried or ended."""
        ...


class ChangeSource(Protocol):
    async def poll(self) -> Sequence[Change]:
        """What other processes changed since the last poll; cheap when nothing is new."""
        ...


class EventStore(Protocol):
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
        """One line of Activity. `data` holds no message text, no phone number and no secret."""
        ...
