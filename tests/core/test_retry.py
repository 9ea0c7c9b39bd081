"""One policy decides about trying again: by what the error says of itself, never sooner than the server allows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import errors
from core.config import RetrySettings
from core.retry import GIVE_UP, RetryPolicy

SETTINGS = RetrySettings(base_s=1, factor=2, maximum_s=60, jitter=0.5)


def policy(random: float = 0.0) -> RetryPolicy:
    return RetryPolicy(SETTINGS, lambda: random)


def test_waits_grow_up_to_the_maximum() -> None:
    delays = [policy().decide(errors.ConnectionLost(), attempt).delay_s for attempt in range(1, 9)]

    assert delays == [1, 2, 4, 8, 16, 32, 60, 60]


def test_jitter_takes_at_most_its_share_of_a_wait() -> None:
    assert policy(0.999999).decide(errors.ConnectionLost(), 3).delay_s == pytest.approx(2, abs=0.001)
    assert policy(0.5).decide(errors.ConnectionLost(), 3).delay_s == 3


@pytest.mark.parametrize("attempt", [1, 7, 10_000])
def test_wait_of_the_server_counts_instead_of_ours(attempt: int) -> None:
    assert policy().decide(errors.CooldownError(wait_s=300), attempt).delay_s == 300
    assert 300 <= policy(0.9).decide(errors.CooldownError(wait_s=300), attempt).delay_s <= 301


KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.AppError)]


@pytest.mark.parametrize("kind", KINDS)
def test_only_errors_that_waiting_mends_are_tried_again(kind: type[errors.AppError]) -> None:
    # Only what belongs to the class decides, so no error needs its words here.
    error = errors.CooldownError(wait_s=1.0) if kind is errors.CooldownError else kind.__new__(kind)

    assert policy().decide(error, 1).is_retry is kind.is_retryable


@pytest.mark.parametrize("error", [KeyError("x"), TimeoutError(), OSError("x")])
def test_mistake_of_ours_is_never_tried_again(error: Exception) -> None:
    assert policy().decide(error, 1) == GIVE_UP


def test_tries_are_counted_from_one() -> None:
    with pytest.raises(ValueError, match="from 1"):
        policy().decide(errors.ConnectionLost(), 0)


@given(
    attempt=st.integers(1, 10**9),
    random=st.floats(0, 1, exclude_max=True),
    wait_s=st.one_of(st.none(), st.floats(0, 10**6)),
)
def test_wait_is_never_negative_never_beyond_the_maximum_never_sooner_than_demanded(
    attempt: int, random: float, wait_s: float | None
) -> None:
    error = errors.ConnectionLost() if wait_s is None else errors.CooldownError(wait_s=wait_s)

    delay_s = policy(random).decide(error, attempt).delay_s

    assert delay_s >= (SETTINGS.base_s * (1 - SETTINGS.jitter) if wait_s is None else wait_s)
    assert delay_s <= (SETTINGS.maximum_s if wait_s is None else wait_s + SETTINGS.base_s)
