"""Needs, waits and first steps, as words."""

from datetime import UTC, datetime

from campaigns.ports import LaneStatus
from campaigns.report.views import LaneView
from core.domain.account import AccountKind, AccountState
from core.domain.ids import AccountId
from desktop.formatting import Formats
from desktop.pages.overview.facts import account_lines, first_steps, needs
from desktop.widgets.status import Glyph

NOW = datetime(2026, 11, 19, 14, 0, tzinfo=UTC)
PLAIN = Formats()


def lane(number: int, state: AccountState = AccountState.SIGNED_OUT) -> LaneView:
    return LaneView(
        account_id=AccountId(number),
        title=f"Desk {number}",
        kind=AccountKind.USER,
        account_state=state,
        account_reason="Its session was used in two places.",
        status=LaneStatus.OFFLINE,
        reason="",
        until=None,
        counts={},
    )


def test_an_account_that_was_signed_out_needs_you_with_its_reason() -> None:
    (need,) = needs([], [lane(1)], PLAIN, NOW)

    assert need.title == "Desk 1 was signed out"
    assert need.line == "nobody waits in its lane · Its session was used in two places."


def test_many_needs_of_one_cause_are_one_line() -> None:
    (need,) = needs([], [lane(number) for number in range(12)], PLAIN, NOW)

    assert need.title == "Sign in again: 12 accounts"


def test_an_account_that_needs_you_does_so_without_a_worker_too() -> None:
    lines, parts = account_lines([lane(1), lane(2, AccountState.READY)], PLAIN, NOW)

    assert [(line.state.word, line.number) for line in lines] == [("Needs you", "1"), ("Offline", "1")]
    assert sum(part.count for part in parts) == 2


def test_first_steps_are_ticked_one_by_one() -> None:
    account, people, campaign = first_steps(1, 0, 0, PLAIN)

    assert (account.state.glyph, account.line) == (Glyph.CHECK, "1 account")
    assert (people.state.glyph, campaign.state.glyph) == (Glyph.RING, Glyph.RING)
