"""What time it is for the engine: never earlier than what Telegram or the database have shown.

The wall clock may be wrong or set while the worker runs. A repeat of an old try could send twice, so the engine
would rather take a try for older than it is than for younger.
"""

from datetime import UTC, datetime, timedelta

from core.clock import Clock

JUMP = timedelta(seconds=60)
"""A difference above this is a wrong clock, not a slow network: Telegram's own limit for a message's time is 30 s
ahead and 300 s behind, and a second is the resolution of its answers."""

REPEAT_LIMIT = timedelta(hours=24)
"""How old an open try may be to be repeated: TDLib's MAX_RESEND_DELAY, 86,400 s (MessagesManager.h)."""


class EngineTime:
    """The engine's moment. Until Telegram has told the time, `is_confirmed` is False and nothing is claimed.

    Telegram's word weighs most: what was seen elsewhere and lies more than JUMP after it is forgotten.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._greatest = datetime.fromtimestamp(0, UTC)
        self._anchor = (clock.now(), clock.monotonic())
        self._wall_anchor = self._anchor
        self.is_confirmed = False

    @property
    def clock(self) -> Clock:
        return self._clock

    def now(self) -> datetime:
        """The later of the clock (anchored to Telegram's time) and the greatest moment ever seen."""
        moment, at_s = self._anchor
        return max(moment + timedelta(seconds=self._clock.monotonic() - at_s), self._greatest)

    def observe(self, moment: datetime) -> None:
        """A moment seen from Telegram or the database: the engine's time never falls behind it."""
        self._greatest = max(self._greatest, moment)

    def confirm(self, telegram_time: datetime) -> timedelta | None:
        """Take Telegram's time. Returns how far this machine's clock is off when that is above JUMP, else None."""
        wall, before = self._clock.now(), self.now()
        skew = wall - telegram_time
        is_wrong = abs(skew) > JUMP
        self._anchor = (telegram_time if is_wrong else wall, self._clock.monotonic())
        if self._greatest > telegram_time + JUMP:
            # A wrong clock wrote it. Believed, it would hold the engine's time still until the world has come so far,
            # and every try would look young all the while.
            self._greatest = telegram_time
        self.observe(telegram_time)
        if before <= telegram_time + JUMP:
            # Telegram tells whole seconds, and some time ago: taken back by them, a try of just now would lie ahead.
            self.observe(before)
        self.is_confirmed = True
        return skew if is_wrong else None

    def has_jumped(self) -> bool:
        """Whether the wall clock and the monotonic clock have gone apart since the last look; then not confirmed.

        The next look starts from here, so one jump is told once.
        """
        moment, at_s = self._wall_anchor
        wall, mono_s = self._clock.now(), self._clock.monotonic()
        self._wall_anchor = (wall, mono_s)
        drift = (wall - moment) - timedelta(seconds=mono_s - at_s)
        if abs(drift) <= JUMP:
            return False
        self.is_confirmed = False
        return True

    def age(self, moment: datetime) -> timedelta:
        """How long ago; a moment in the future counts as old (REPEAT_LIMIT), because it cannot be trusted."""
        now = self.now()
        return REPEAT_LIMIT if moment > now else now - moment
