"""Notices in the running worker that an account is to leave through another proxy, and ends its old link."""

from collections.abc import Collection
from typing import Final, Protocol

from campaigns.ports import ChangeSource
from core.clock import Clock
from core.domain.change import Subject
from core.domain.ids import AccountId

LOOK_S: Final = 0.1  # as often as the console looks for news


class RouteGuard(Protocol):
    """The gateway, as far as it is needed here."""

    async def leave_changed_routes(self, account_ids: Collection[AccountId]) -> None: ...


class RouteWatch:
    """Follows the changes of accounts, also those of its own process: a failover is made there."""

    def __init__(self, changes: ChangeSource, guard: RouteGuard, clock: Clock) -> None:
        self._changes = changes
        self._guard = guard
        self._clock = clock

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            changes = await self._changes.poll()
            await self._guard.leave_changed_routes(
                [AccountId(change.subject_id) for change in changes if change.kind == Subject.ACCOUNT]
            )
            await self._clock.sleep(LOOK_S)
