"""What an account's standing says: the restrictions told apart, each with what it asks of a person."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from campaigns.accounts.standing import LOGGED_OUT, NextStep, describe_standing
from core.domain.account import Account, AccountState, Freeze
from core.errors import (
    AccountBanned,
    AccountError,
    AccountFrozen,
    AccountLimited,
    AccountSignedOut,
    SecretNotFound,
    SessionUsedTwice,
)
from tests.campaigns.ready_account import READY


def stopped(state: AccountState, error: AccountError, code: str = "") -> Account:
    """As the engine stores it."""
    return replace(READY, state=state, state_reason=str(error), state_code=code or error.code)


CASES = {
    "revoked": (stopped(AccountState.SIGNED_OUT, AccountSignedOut()), NextStep.SIGN_IN, "from another device"),
    "used twice": (stopped(AccountState.SIGNED_OUT, SessionUsedTwice()), NextStep.SIGN_IN, "used in two places"),
    "key lost": (
        stopped(AccountState.SIGNED_OUT, AccountSignedOut("…"), SecretNotFound.code),
        NextStep.SIGN_IN,
        "not in the vault",
    ),
    "somebody else's": (
        stopped(AccountState.SIGNED_OUT, AccountSignedOut("The session belongs to another account.")),
        NextStep.SIGN_IN,
        "belongs to another account",
    ),
    "logged out": (
        replace(READY, state=AccountState.SIGNED_OUT, state_reason="Logged out by Kaya.", state_code=LOGGED_OUT),
        NextStep.SIGN_IN,
        "Logged out by Kaya.",
    ),
    "deleted": (stopped(AccountState.BANNED, AccountBanned()), NextStep.DECIDE, "queue"),
    "limited": (stopped(AccountState.LIMITED, AccountLimited()), NextStep.ASK_SPAMBOT, "do not know it"),
    "frozen": (stopped(AccountState.FROZEN, AccountFrozen()), NextStep.APPEAL, "may read, not write"),
}


@pytest.mark.parametrize("name", CASES)
def test_each_restriction_says_what_it_is_what_to_do_and_that_the_queue_stays(name: str) -> None:
    account, step, words = CASES[name]

    standing = describe_standing(account)

    assert words in standing.message
    assert standing.next_step is step
    assert standing.hint
    assert "Its deliveries stay in the queue." in standing.message
    assert standing.title not in standing.message


def test_no_two_restrictions_read_alike() -> None:
    said = [
        (found.title, found.message) for found in (describe_standing(account) for account, _, _ in CASES.values())
    ]

    assert len(set(said)) == len(CASES)


def test_a_frozen_account_without_dates_still_says_where_to_appeal() -> None:
    freeze = Freeze(since=datetime(2026, 11, 1, tzinfo=UTC), until=None, appeal_url="")

    known = describe_standing(replace(CASES["frozen"][0], freeze=freeze))

    assert "Frozen since 1 November 2026." in known.message
    assert (known.until, known.hint) == (None, AccountFrozen.default_hint)


@pytest.mark.parametrize(
    ("state", "step"), [(AccountState.READY, NextStep.NONE), (AccountState.PAUSED, NextStep.RESUME)]
)
def test_who_needs_nothing_asks_for_nothing(state: AccountState, step: NextStep) -> None:
    standing = describe_standing(replace(READY, state=state, state_reason="Paused by Kaya."))

    assert standing.next_step is step
