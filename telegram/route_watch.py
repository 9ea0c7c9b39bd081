"""Notices in the running worker that an account is to leave through another proxy: its old link ends, a wait is over."""

from collections.abc import Collection, Sequence
from typing import Final, Protocol

from campaigns.ports import ChangeSource
from core.clock import Clock
from core.domain.change import Subject
from core.domain.ids import AccountId

LOOK_S: Final = 0.1  # as often as the console looks for news


class RouteFollower(Protocol):
    """The gateway, which ends links of the old route, and the worker, whose lanes wait for a new one."""

    async def leave_changed_routes(self, account_ids: Collection[AccountId]) -> None: ...


class RouteWatch:
    """Follows the changes of accounts, also those of its own process: a failover is made there."""

    def __init__(self, changes: ChangeSource, followers: Sequence[RouteFollower], clock: Clock) -> None:
        self._changes = changes
        self._followers = followers
        self._clock = clock

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            changes = await self._changes.poll()
            account_ids = [AccountId(change.subject_id) for change in changes if change.kind == Subject.ACCOUNT]
            for follower in self._followers:
                await follower.leave_changed_routes(account_ids)
            await self._clock.sleep(LOOK_S)
