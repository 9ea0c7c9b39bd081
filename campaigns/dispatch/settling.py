"""Asks about the open tries of a lane that nobody awaits, whenever one of them is due."""

from campaigns.dispatch.lane_work import IDLE_LOOK_S, QUIET_LOOK_S, LaneWork, wait_for
from campaigns.dispatch.settle import Settler
from core.domain.account import AccountState
from core.errors import AppError


class Settling:
    """Runs beside the sending of a lane, at the lane's pace."""

    def __init__(self, work: LaneWork) -> None:
        self._work = work
        self._parts = parts = work.parts
        self._settler = Settler(
            account=work.account,
            lease=parts.lease,
            link=parts.link,
            store=parts.deliveries,
            rendering=parts.rendering,
            uploading=parts.uploading,
            uploads=parts.uploads,
            time=parts.time,
            profile=parts.profile,
            retry_after=parts.settle_retry_after,
            pace=self._pace,
            hold=work.cool_down,
            is_ours=parts.is_ours,
            is_in_flight=lambda delivery_id: delivery_id in work.trying,
        )

    async def run(self) -> None:
        try:
            while not self._work.is_ending:
                await wait_for(self._work.to_settle, await self.settle_now())
        except AppError as error:
            self._work.fail(error)

    async def take_stock(self) -> None:
        """Learn which tries are open already. Only before the first claim over this link: all of them are nobody's."""
        self._work.open.update(
            each.candidate.id for each in await self._parts.deliveries.open_tries(self._work.account.id)
        )

    async def settle_now(self) -> float:
        """One pass over the open tries. Returns when to look again, in seconds."""
        work, time = self._work, self._parts.time
        now = time.now()
        if work.account.state is not AccountState.READY or not self._parts.is_ours():
            return QUIET_LOOK_S
        if work.hold is not None and work.hold[0] > now:
            return (work.hold[0] - now).total_seconds()
        if not work.open:
            work.settle_due = None
            return QUIET_LOOK_S
        known = frozenset(work.open)
        found = await self._parts.deliveries.open_tries(work.account.id)
        # Among them are rows that a slot was sending when they were read, and whose answer has come since.
        open_tries = [each for each in found if each.candidate.id in work.open]
        work.open -= known.difference(each.candidate.id for each in found)  # settled by now
        asked = {open_try.candidate.id for open_try in open_tries}
        left = await self._settler.settle(open_tries)
        work.open -= asked - left.open
        work.settle_due = left.next_due
        work.to_send.set()
        if asked:
            work.to_read.set()
        if left.next_due is None:
            return IDLE_LOOK_S
        return max((left.next_due - time.now()).total_seconds(), 0.05)

    async def _pace(self, items: int) -> bool:
        """Wait for the right to send one more of so many items, for a repeat: its chat has it, or gets its first.

        False: the lane ends.
        """
        clock, limiter = self._parts.time.clock, self._parts.limiter
        while not self._work.is_ending:
            delay_s = limiter.send_delay_s(clock.monotonic())
            if delay_s <= 0:
                limiter.take_send(clock.monotonic(), items=items)
                return True
            await clock.sleep(min(delay_s, 0.5))
        return False
