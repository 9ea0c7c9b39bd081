"""The one place that decides whether, and when, a failed outside call is tried again. It neither waits nor calls."""

from collections.abc import Callable
from dataclasses import dataclass

from core.ai_errors import AiError
from core.config import RetrySettings
from core.errors import AppError, CooldownError, WebhookFailed


@dataclass(frozen=True, slots=True)
class RetryDecision:
    """Try again after `delay_s` seconds, or (`is_retry` false, delay 0) not at all."""

    is_retry: bool
    delay_s: float = 0.0


GIVE_UP = RetryDecision(is_retry=False)


class RetryPolicy:
    """Exponential waits with jitter; a wait that the server demanded counts instead, and is never shortened."""

    def __init__(self, settings: RetrySettings, random: Callable[[], float]) -> None:
        """`random` returns numbers from 0 up to 1, as random.random does."""
        self._settings = settings
        self._random = random

    def decide(self, error: Exception, attempt: int) -> RetryDecision:
        """What to do after try number `attempt` (from 1) ended with `error`.

        Only an AppError that says so is tried again: anything else is a mistake of ours, and waiting mends none.
        """
        if attempt < 1:
            raise ValueError(f"tries are counted from 1, not from {attempt}")
        if not isinstance(error, AppError) or not error.is_retryable:
            return GIVE_UP
        settings = self._settings
        if isinstance(error, CooldownError | AiError | WebhookFailed) and error.wait_s is not None:
            # A little later than demanded, never earlier: many lanes may be told the same moment.
            spread_s = settings.base_s * settings.jitter * self._random()
            return RetryDecision(is_retry=True, delay_s=error.wait_s + spread_s)
        # Beyond this exponent every factor above 1.1 has passed any maximum; floats would overflow later.
        delay_s = min(settings.maximum_s, settings.base_s * settings.factor ** min(attempt - 1, 100))
        return RetryDecision(is_retry=True, delay_s=delay_s * (1 - settings.jitter * self._random()))
