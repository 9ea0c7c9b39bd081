"""Tells people what they see of us beside messages: that theirs were read, and that somebody types.

They share the pace of the account with its messages, and give way: nothing is told while an answer or an edit is ready to
leave, while a try is unsettled, or while the account waits. Typing that comes too late is forgotten, a read waits. A refusal
ends that sign; nothing of it is tried again.
"""

from dataclasses import replace
from datetime import timedelta

from campaigns.dispatch.lane_work import IDLE_LOOK_S, QUIET_LOOK_S, LaneWork, wait_for
from campaigns.ports import ChatSign
from core.domain.account import AccountState
from core.domain.ids import NO_CAMPAIGN
from core.errors import AccountError, AppError, CooldownError, LeaseLost, NetworkError, StorageError

TYPING_FOR = timedelta(seconds=6)
"""So long Telegram shows that somebody types (core.telegram.org, messages.setTyping)."""

AT_ONCE = 20  # signs that are read at once
LOOK_AGAIN_S = 0.5  # while there is no room; messages look for theirs as often


class Signing:
    """Runs beside the sending of a lane."""

    def __init__(self, work: LaneWork) -> None:
        self._work = work
        self._parts = work.parts
        self._free_at_s = 0.0  # Telegram demanded a wait for these methods alone

    async def run(self) -> None:
        work = self._work
        try:
            while not work.is_ending:
                await wait_for(work.to_sign, await self._sign_waiting())
        except AppError as error:
            work.fail(error)

    async def _sign_waiting(self) -> float:
        """One pass; returns when to look again, in seconds."""
        work, clock = self._work, self._parts.time.clock
        signs = await self._parts.signs.waiting(work.account.id, limit=AT_ONCE)
        for sign in signs:
            late = sign.typing_at is not None and self._parts.time.now() - sign.typing_at > TYPING_FOR
            if late:
                await self._parts.signs.told(self._parts.lease, replace(sign, read_to=None))
                sign = replace(sign, typing_at=None)
            if sign.typing_at is None and sign.read_to is None:
                continue
            if not self._has_room() or not self._parts.is_ours():
                return LOOK_AGAIN_S
            self._parts.limiter.take_send(clock.monotonic())
            await self._sign(sign)
        return 0.0 if len(signs) == AT_ONCE else (IDLE_LOOK_S if signs else QUIET_LOOK_S)

    def _has_room(self) -> bool:
        work, now_s = self._work, self._parts.time.clock.monotonic()
        has_answer = any(row.candidate.campaign_id == NO_CAMPAIGN for row in work.ready)
        is_busy = has_answer or bool(work.open) or work.hold is not None
        is_allowed = work.account.state is AccountState.READY and now_s >= self._free_at_s
        return is_allowed and not is_busy and not work.is_ending and self._parts.limiter.send_delay_s(now_s) <= 0

    async def _sign(self, sign: ChatSign) -> None:
        """One request: what was read goes before typing, which then takes the next."""
        link = self._parts.link
        done = replace(sign, typing_at=None) if sign.read_to is not None else sign
        try:
            if sign.read_to is not None:
                await link.mark_read(sign.peer, sign.read_to)
            else:
                await link.tell_typing(sign.peer)
        except CooldownError as error:
            self._free_at_s = self._parts.time.clock.monotonic() + error.wait_s
            return
        except (AccountError, LeaseLost, StorageError):
            raise
        except NetworkError:
            if link.is_closed:
                raise
        except AppError:
            pass  # refused: a courtesy that cannot be shown is none
        await self._parts.signs.told(self._parts.lease, done)
