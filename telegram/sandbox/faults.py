"""Faults on demand: what the sandbox does wrong, for which method and account, and how often. No Telethon here."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

ANY_METHOD = "*"


class FaultKind(StrEnum):
    """What happens to the call."""

    ERROR = "error"  # answered with the RPC error `code` `text`; no effect
    FLOOD = "flood"  # answered with FLOOD_WAIT_`seconds`; no effect
    DROP_BEFORE = "drop_before"  # the link is closed; no effect
    DROP_AFTER = "drop_after"  # takes effect, the link is closed without the answer
    SWALLOW = "swallow"  # acknowledged and never answered; takes effect only with `takes_effect`
    DELAY = "delay"  # takes effect at once, answered `seconds` later
    CLOCK_JUMP = "clock_jump"  # the server's clock jumps by `seconds` (also backwards), then it goes on as usual
    FORGET_KEY = "forget_key"  # the auth key is unknown from now on: transport error -404; no effect
    DUPLICATE_KEY = "duplicate_key"  # as if a second connection used the key: AUTH_KEY_DUPLICATED, session dead
    TRANSPORT_ERROR = "transport_error"  # answered with the transport error -`code` (429: too many connections)
    DROP_THEN_REFUSE = "drop_then_refuse"  # drop_before; repeats of that random_id get the error, `refusals` times
    PARTLY_LOST = "partly_lost"  # of an album only the first half is stored, then the link is closed
    PARTLY_ANSWERED = "partly_answered"  # the same, and the answer names that half
    LOSE_THEN_REFUSE = "lose_then_refuse"  # drop_after; repeats of that random_id get the error, `refusals` times


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One instruction. `method` is Telegram's name ("messages.sendMessage") or "*"; `account_id` None means any.

    It fires on every `every`-th call that fits, `count` times in all (None: until it is cleared).
    """

    kind: FaultKind
    method: str = ANY_METHOD
    account_id: int | None = None
    count: int | None = 1
    every: int = 1
    code: int = 0
    text: str = ""
    seconds: float = 0
    refusals: int = 1
    takes_effect: bool = False


@dataclass(slots=True)
class _Armed:
    fault: Fault
    seen_count: int = 0
    fired_count: int = 0


@dataclass(slots=True)
class _Refusal:
    code: int
    text: str
    left_count: int


class Faults:
    """The instructions in force, and the refusals that wait for a repeat."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []
        self._refusals: dict[tuple[int, int], _Refusal] = {}
        self.refused_repeats: Counter[str] = Counter()  # by error

    def inject(self, fault: Fault) -> None:
        self._armed.append(_Armed(fault))

    def clear(self) -> None:
        """Forget all of them, refusals too."""
        self._armed.clear()
        self._refusals.clear()

    def next_for(self, method: str, account_id: int) -> Fault | None:
        """The fault that strikes this call, if any; counts the call. The one injected first wins."""
        for armed in self._armed:
            fault = armed.fault
            if fault.method not in (ANY_METHOD, method) or fault.account_id not in (None, account_id):
                continue
            armed.seen_count += 1
            if armed.seen_count % fault.every:
                continue
            armed.fired_count += 1
            if armed.fired_count == fault.count:
                self._armed.remove(armed)
            return fault
        return None

    def refuse_repeat(self, account_id: int, random_id: int, fault: Fault) -> None:
        """From now on the next repeats of this message are refused."""
        self._refusals[account_id, random_id] = _Refusal(fault.code, fault.text, fault.refusals)

    def refusal_of(self, account_id: int, random_id: int) -> tuple[int, str] | None:
        """The error for this repeat, if one is due; counts it."""
        refusal = self._refusals.get((account_id, random_id))
        if refusal is None:
            return None
        self.refused_repeats[refusal.text] += 1
        refusal.left_count -= 1
        if refusal.left_count <= 0:
            del self._refusals[account_id, random_id]
        return refusal.code, refusal.text
