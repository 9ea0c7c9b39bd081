"""Whether the console is locked, and since when nobody has used it. Pure; time comes from the clock."""

from core.clock import Clock


class LockState:
    """Locked or unlocked. Idle time is counted by `Clock.monotonic`: setting the clock neither locks nor keeps open."""

    def __init__(self, clock: Clock, *, is_locked: bool) -> None:
        self._clock = clock
        self._is_locked = is_locked
        self._used_at_s = clock.monotonic()

    @property
    def is_locked(self) -> bool:
        return self._is_locked

    def touch(self) -> None:
        """Somebody used it now."""
        self._used_at_s = self._clock.monotonic()

    def is_due(self, idle_s: float) -> bool:
        """Whether it is unlocked and nobody used it for that long; 0: it does not lock by itself."""
        return not self._is_locked and 0 < idle_s <= self._clock.monotonic() - self._used_at_s

    def lock(self) -> None:
        self._is_locked = True

    def unlock(self) -> None:
        self._is_locked = False
        self.touch()
