"""What removing an account means, told before and counted after."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.domain.account import Account, AccountState
from core.domain.ids import AccountId, CampaignId

ONLINE = frozenset({AccountState.READY, AccountState.PAUSED, AccountState.LIMITED})
"""Accounts that a worker keeps connected."""


class Unsent(StrEnum):
    """What becomes of the deliveries that were never tried, or are proved unsent."""

    CANCEL = "cancel"
    MOVE = "move"  # to the other accounts of their campaign, where the person's consent allows it


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedCampaign:
    id: CampaignId
    title: str
    unsent: int
    other_accounts: int  # of the campaign that could take deliveries over


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What removing an account will do. Nothing was done yet."""

    account_id: AccountId
    title: str
    planned: int
    deferred: int
    open: int  # may have left: nothing of them is changed but that their fate stays uncertain
    uncertain: int
    settled: int  # sent, failed, skipped, cancelled: they stay readable
    campaigns: Sequence[AffectedCampaign]  # with unsent or open deliveries
    people: int  # who wrote to it: their conversations can no longer be answered from here
    cannot_move: str  # why unsent deliveries may not move to other accounts; '': they may
    is_signed_in: bool  # a worker keeps it online, and has to log it out

    @property
    def unsent(self) -> int:
        return self.planned + self.deferred

    def sentences(self, unsent: Unsent, *, leave_session: bool = False) -> list[str]:
        """What a person confirms, one thing a line."""
        is_left = "stays signed in at Telegram" if leave_session else "is logged out of Telegram"
        lines = [f"{self.title} {is_left}, and its session is erased here."]
        if self.unsent:
            fate = "go to the other accounts of their campaign" if unsent is Unsent.MOVE else "are cancelled"
            lines.append(f"{deliveries_words(self.unsent)} not sent yet {fate}.")
        if unsent is Unsent.MOVE and self.unsent:
            lines.append("Those whose people agreed only to hear from this account are cancelled.")
        if self.open:
            lines.append(
                f"{deliveries_words(self.open)} may have left; nobody can find out any more, so they stay uncertain."
            )
        if self.people:
            lines.append(f"{self.people:,} people wrote to it; you can no longer answer them from here.")
        lines.append("What it sent stays in reports and Activity. This cannot be undone.")
        return lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """What was done."""

    cancelled: int
    moved: int
    left_uncertain: int
    ended_at_telegram: (
        bool  # False: the session is still in the account's list of devices; end it in the official app
    )


def why_not_move(account: Account, *, is_waiting: bool) -> str:
    """Deliveries never change their account to get around a limit that Telegram has set. '': they may move."""
    if account.state in (AccountState.LIMITED, AccountState.FROZEN, AccountState.BANNED):
        return "Telegram restricts this account; its deliveries may not go around that through another one."
    if is_waiting:
        return "Telegram asked this account to wait; its deliveries may not go around that through another one."
    return ""


def deliveries_words(number: int) -> str:
    """1 delivery, 1,240 deliveries"""
    return "1 delivery" if number == 1 else f"{number:,} deliveries"
