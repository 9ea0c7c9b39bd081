"""The order of updates: which are new, which are known already, and when one is missing.

Telegram numbers what happens to an account (`pts`; `qts` for bots; `seq` over all): core.telegram.org/api/updates.
Groups and channels have numbers of their own, which do not concern us. No I/O here.
"""

from datetime import datetime
from typing import Any

from telethon.tl.types import (
    PeerChannel,
    UpdatePtsChanged,
    Updates,
    UpdatesCombined,
    UpdateShort,
    UpdatesTooLong,
)

from core.domain.account import UpdateState


class UpdateOrder:
    """Takes pushed containers. What comes too early is held until what is missing has come or was fetched."""

    def __init__(self, state: UpdateState) -> None:
        self.reset(state)

    @property
    def state(self) -> UpdateState:
        """How far everything was taken."""
        # Made when it is asked for: it moves with each message that we send ourselves, thousands of times a second.
        return UpdateState(pts=self._pts, qts=self._qts, date=self._date, seq=self._seq)

    @property
    def has_gap(self) -> bool:
        """Something is held because an earlier update is missing; Telegram advises to wait half a second."""
        return bool(self._early)

    def reset(self, state: UpdateState) -> None:
        """The difference was fetched: what was held is in it."""
        self._pts, self._qts, self._date, self._seq = state.pts, state.qts, state.date, state.seq
        self._early: list[Any] = []
        self.must_fetch = False

    def take(self, container: Any) -> list[Any]:
        """The updates that are next in order now, with those held before; moves `state` past them.

        Sets `must_fetch` when only the difference can tell what happened.
        """
        if isinstance(container, UpdatesTooLong):
            self.must_fetch = True
            return []
        if isinstance(container, (Updates, UpdatesCombined)):
            first = getattr(container, "seq_start", container.seq)
            if first:
                if first <= self._seq:
                    return []
                if first > self._seq + 1:
                    self.must_fetch = True
                    return []
                self._seq = container.seq
            updates = container.updates
        else:
            updates = [container.update if isinstance(container, UpdateShort) else container]
        return self._in_order(updates, getattr(container, "date", None))

    def _in_order(self, updates: list[Any], date: datetime | None) -> list[Any]:
        taken: list[Any] = []
        waiting = [*self._early, *updates]
        moved = True
        while moved:
            moved, early = False, []
            for update in waiting:
                verdict = self._compare(update)
                if verdict > 0:
                    early.append(update)
                elif verdict == 0:
                    taken.append(update)
                    moved = True
            waiting = early
        self._early = waiting
        if date is not None and taken and date > self._date:
            self._date = date
        return taken

    def _compare(self, update: Any) -> int:
        """0: next in order, and `state` has moved past it; -1: known already or not ours; 1: too early."""
        if isinstance(update, UpdatePtsChanged):
            self.must_fetch = True
            return -1
        if _is_of_channel(update):
            return -1
        pts = getattr(update, "pts", None)
        if pts:
            count = update.pts_count
            if pts != self._pts + count:
                return -1 if pts < self._pts + count else 1
            self._pts = pts
            return 0
        qts = getattr(update, "qts", None)
        if qts:
            if qts != self._qts + 1:
                return -1 if qts <= self._qts else 1
            self._qts = qts
        return 0


def _is_of_channel(update: Any) -> bool:
    if getattr(update, "channel_id", None) is not None:
        return True
    return isinstance(getattr(getattr(update, "message", None), "peer_id", None), PeerChannel)
