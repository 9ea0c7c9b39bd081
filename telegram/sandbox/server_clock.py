"""The sandbox's clock: the machine's, moved by an offset that a test may change while it runs."""

from core.clock import Clock


class ServerClock:
    """Unix time as this server believes it to be."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.offset_s = 0.0

    def unix_s(self) -> float:
        return self._clock.now().timestamp() + self.offset_s

    def unix_ms(self) -> int:
        return int(self.unix_s() * 1000)
