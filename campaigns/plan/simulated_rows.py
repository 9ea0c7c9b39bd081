"""The people of a rehearsal in compact arrays, and those of one lane and campaign in their order. Ids, no texts."""

import heapq
from array import array
from bisect import insort
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from campaigns.reasons import DeliveryReason

REASONS: Final = tuple(DeliveryReason)
NUMBER_OF: Final = {reason: number for number, reason in enumerate(REASONS)}

PLANNED, SENT, ENDED, DEFERRED = range(4)
"""States of a simulated row. ENDED and DEFERRED have a reason."""

IS_KNOWN, IS_FIRST, HAS_CONSENT, IS_BARRED, IS_SHARED = (1 << bit for bit in range(5))
"""The account has their address; never heard of the account; agreed; must not be written to; has rows in several
campaigns. IS_BARRED: `reasons` says why."""


class People:
    """Everybody of all simulated campaigns: some 30 bytes a person. A row is an index."""

    def __init__(self) -> None:
        self.contacts = array("q")
        self.chats = array("q")  # the Telegram id, or below 0 where it is not known
        self.lanes = array("H")
        self.campaigns = array("H")
        self.zones = array("H")
        self.flags = array("B")
        self.states = array("B")
        self.reasons = array("B")  # why it ended or waits; of IS_BARRED the reason of that
        self.faults = array("B")  # number of the reason why there is no message for them; 0: there is one
        self.filled_ms = array("q")  # of what they got before, the message that fills the cap; 0: there is room
        self.zone_names: list[str | None] = []
        self._zone_numbers: dict[str | None, int] = {}

    def __len__(self) -> int:
        return len(self.contacts)

    def append(
        self,
        contact_id: int,
        *,
        chat: int | None,
        lane: int,
        campaign: int,
        time_zone: str | None,
        flags: int,
        state: int = PLANNED,
        reason: DeliveryReason | None = None,
        filled_ms: int = 0,
    ) -> int:
        """Returns the row."""
        self.contacts.append(contact_id)
        self.chats.append(-contact_id if chat is None else chat)
        self.lanes.append(lane)
        self.campaigns.append(campaign)
        self.zones.append(self._zone_number(time_zone))
        self.flags.append(flags)
        self.states.append(state)
        self.reasons.append(0 if reason is None else NUMBER_OF[reason])
        self.faults.append(0)
        self.filled_ms.append(filled_ms)
        return len(self.contacts) - 1

    def _zone_number(self, name: str | None) -> int:
        number = self._zone_numbers.get(name)
        if number is None:
            number = self._zone_numbers[name] = len(self.zone_names)
            self.zone_names.append(name)
        return number


class RowQueue:
    """The rows of one lane and campaign: due ones first, then those not tried yet, each in their order."""

    __slots__ = ("_buckets", "_due", "_next", "_planned", "_untils")

    def __init__(self) -> None:
        self._planned = array("L")
        self._next = 0
        self._due: deque[int] = deque()  # their time has come, or a lane gave them back
        self._untils: list[datetime] = []
        self._buckets: dict[datetime, array[int]] = {}

    def add(self, row: int) -> None:
        self._planned.append(row)

    def put_off(self, row: int, until: datetime) -> None:
        bucket = self._buckets.get(until)
        if bucket is None:
            bucket = self._buckets[until] = array("L")
            heapq.heappush(self._untils, until)
        bucket.append(row)

    def take(self, now: datetime, limit: int) -> list[int]:
        """At most `limit` rows that may be tried now."""
        while self._untils and self._untils[0] <= now:
            self._due.extend(self._buckets.pop(heapq.heappop(self._untils)))
        taken = [self._due.popleft() for _ in range(min(limit, len(self._due)))]
        rest = limit - len(taken)
        if rest and self._next < len(self._planned):
            taken += self._planned[self._next : self._next + rest]
            self._next = min(len(self._planned), self._next + rest)
        return taken

    def give_back(self, rows: Sequence[int]) -> None:
        """Rows that were taken and not tried."""
        self._due.extendleft(reversed(rows))

    @property
    def has_ready(self) -> bool:
        return bool(self._due) or self._next < len(self._planned)

    @property
    def next_due(self) -> datetime | None:
        """When the next row that was put off may be tried."""
        return self._untils[0] if self._untils else None


class RecentSends:
    """The newest sends, as many as fill a quota. Only for asking which one fills it.

    `filled_at`: when the send was that fills the quota; None: there were not so many.
    """

    __slots__ = ("_newest", "filled_at")

    def __init__(self, quota: int | None, before: Iterable[datetime] = ()) -> None:
        """`before`: oldest first."""
        self._newest: deque[datetime] | None = None if quota is None else deque(maxlen=quota)
        self.filled_at: datetime | None = None
        for at in before:
            self.add(at)

    def add(self, at: datetime) -> None:
        newest = self._newest
        if newest is not None:
            newest.append(at)
            if len(newest) == newest.maxlen:
                self.filled_at = newest[0]

    def all(self) -> Sequence[datetime]:
        """Oldest first."""
        return self._newest or ()


class SharedPeople:
    """When those were written to who have rows in several simulated campaigns: only there it changes on the way."""

    def __init__(self) -> None:
        self._sends_ms: dict[int, list[int]] = {}

    def learn(self, chat: int, past_ms: Iterable[int]) -> None:
        self._sends_ms.setdefault(chat, sorted(past_ms))

    def add(self, chat: int, at_ms: int) -> None:
        insort(self._sends_ms.setdefault(chat, []), at_ms)

    def filled_ms(self, chat: int, messages: int) -> int:
        """Of their messages the one that fills a cap of so many; 0: there is room."""
        sends = self._sends_ms.get(chat, ())
        return sends[-messages] if len(sends) >= messages else 0
