"""Delivering over one link: open tries are settled first, then rows are read ahead, sent and settled beside each other.

Runs several coroutines over shared state of one event loop: a feeder that reads ahead and resolves, a few slots that
claim and send, and one that settles open tries. A broken link ends all of them by their own sends; nothing is
cancelled in the middle of a write.
"""

import asyncio

from campaigns.dispatch.feeding import Feeding
from campaigns.dispatch.lane_work import LaneParts, LaneWork
from campaigns.dispatch.sending import Sending
from campaigns.dispatch.settling import Settling
from campaigns.dispatch.signing import Signing
from campaigns.ports import LaneStatus
from core.domain.account import Account
from core.errors import AppError, ConnectionLost


class Delivering:
    """The work of one lane over one link. `run` ends when the link has ended or `end` was called."""

    def __init__(self, account: Account, parts: LaneParts) -> None:
        self._parts = parts
        self._work = LaneWork(account, parts)
        self._sending = Sending(self._work)
        self._feeding = Feeding(self._work, refused=self._sending.count_failure, halted=self._sending.halt)
        self._settling = Settling(self._work)
        self._signing = Signing(self._work)

    def poke(self) -> None:
        """Campaigns or the account changed: look again."""
        self._work.poke()

    def end(self) -> None:
        """Claim nothing more; what is in flight is awaited and recorded."""
        self._work.end()

    def fail(self, error: AppError) -> None:
        """End for this reason; the first failure is what ended the run."""
        self._work.fail(error)

    async def run(self) -> None:
        """Deliver until the link ends or `end` is called. Raises what ended it."""
        await self._feeding.refresh()
        self._parts.tell(LaneStatus.SETTLING)
        await self._settling.take_stock()
        await self._settling.settle_now()
        name = f"lane {self._work.account.id}"
        async with asyncio.TaskGroup() as group:
            watch = group.create_task(self._watch_link(), name=f"{name} link")
            settle = group.create_task(self._settling.run(), name=f"{name} settle")
            sign = group.create_task(self._signing.run(), name=f"{name} signs")
            feed = group.create_task(self._feeding.run(), name=f"{name} feed")
            slots = [
                group.create_task(self._sending.run_slot(), name=f"{name} slot {n}")
                for n in range(self._parts.in_flight + 1)  # one has its row claimed while the others send
            ]
            await asyncio.wait(slots)
            self.end()
            await asyncio.wait([feed, settle, sign])
            watch.cancel()
        if self._work.failure is not None:
            raise self._work.failure

    async def _watch_link(self) -> None:
        await self._parts.link.wait_closed()
        if not self._work.is_ending:
            self.fail(ConnectionLost())
