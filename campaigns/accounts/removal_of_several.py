"""Removing several accounts: told before as one thing, done each on its own, so that one failure leaves the others done."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from campaigns.accounts.removal import Removal, Removed, Unsent, deliveries_words
from core.domain.ids import AccountId
from core.errors import AppError

AT_ONCE: Final = 8
"""Removals under way together. Each waits for the worker to log its account out, and looks 20 times a second for that."""

MOST_NAMED: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalWish:
    """How these accounts shall go."""

    unsent: Unsent = Unsent.CANCEL
    leave_session: bool = False
    keeps_open: bool = False  # who has tries of unknown fate stays for now: their fate may still be found out


@dataclass(frozen=True, slots=True, kw_only=True)
class Removals:
    """What removing these accounts will do. Nothing was done yet."""

    accounts: Sequence[Removal]
    has_worker: bool  # one runs, which can log them out

    @property
    def who(self) -> str:
        """The name of one, or how many there are."""
        return self.accounts[0].title if len(self.accounts) == 1 else accounts_words(len(self.accounts))

    @property
    def unsent(self) -> int:
        return sum(each.unsent for each in self.accounts)

    @property
    def with_open(self) -> Sequence[Removal]:
        """Those that have tries of unknown fate."""
        return [each for each in self.accounts if each.open]

    @property
    def cannot_move(self) -> str:
        """Why no unsent delivery at all can move to another account. '': some can."""
        holders = [each for each in self.accounts if each.unsent]
        if holders and all(each.cannot_move for each in holders):
            return holders[0].cannot_move
        if not any(campaign.other_accounts for each in holders for campaign in each.campaigns):
            return "Their campaigns have no other account."
        return ""

    def staying(self, wish: RemovalWish) -> Mapping[str, Sequence[Removal]]:
        """Those that cannot be removed so, by the reason."""
        found: dict[str, list[Removal]] = {}
        for each in self.accounts:
            if reason := self._why_it_stays(each, wish):
                found.setdefault(reason, []).append(each)
        return found

    def going(self, wish: RemovalWish) -> Sequence[Removal]:
        """Those that can be removed so."""
        return [each for each in self.accounts if not self._why_it_stays(each, wish)]

    def sentences(self, wish: RemovalWish) -> list[str]:
        """What a person confirms, one thing a line: of those that go."""
        going = self.accounts if len(self.accounts) == 1 else self.going(wish)
        if len(going) <= 1:
            return [line for each in going for line in each.sentences(wish.unsent, leave_session=wish.leave_session)]
        is_left = "stay signed in at Telegram" if wish.leave_session else "are logged out of Telegram"
        lines = [f"{names_of(going)} {is_left}, and their sessions are erased here."]
        lines += self._deliveries(going, wish)
        if count := sum(each.people for each in going):
            stay, them = ("conversation stays", "it") if count == 1 else ("conversations stay", "them")
            lines.append(f"{count:,} {stay} readable; you can no longer answer {them} from here.")
        lines.append("What they sent stays in reports and Activity. This cannot be undone.")
        return lines

    def staying_sentences(self, wish: RemovalWish) -> list[str]:
        """Who stays and why, one reason a line."""
        return [
            f"{names_of(each)} {'stays' if len(each) == 1 else 'stay'}: {reason}"
            for reason, each in self.staying(wish).items()
        ]

    def _deliveries(self, going: Sequence[Removal], wish: RemovalWish) -> list[str]:
        lines: list[str] = []
        is_moved = wish.unsent is Unsent.MOVE
        if count := sum(each.unsent for each in going):
            fate = "go to the other accounts of their campaigns" if is_moved else "are cancelled"
            lines.append(f"{deliveries_words(count)} not sent yet {fate}.")
            if is_moved:
                lines.append("Those whose people agreed to hear from none of the others are cancelled.")
        if bare := self._bare(going):
            more = f" and {len(bare) - 1:,} more" if len(bare) > 1 else ""
            rest = "; what is unsent there is cancelled" if is_moved else ""
            lines.append(f"“{bare[0]}”{more} {'keep' if more else 'keeps'} no account{rest}.")
        if count := sum(each.open for each in going):
            stay = "it stays" if count == 1 else "they stay"
            lines.append(
                f"{deliveries_words(count)} may have left; nobody can find out any more, so {stay} uncertain."
            )
        return lines

    def _bare(self, going: Sequence[Removal]) -> list[str]:
        """Campaigns that still had something to do and lose their last account."""
        gone = {each.account_id for each in going}
        kept = {one.id for each in self.accounts if each.account_id not in gone for one in each.campaigns}
        found = {one.id: one.title for each in going for one in each.campaigns if not one.other_accounts}
        return [title for campaign_id, title in found.items() if campaign_id not in kept]

    def _why_it_stays(self, removal: Removal, wish: RemovalWish) -> str:
        if removal.is_signed_in and not wish.leave_session and not self.has_worker:
            return "logging out needs the worker, and none runs."
        if removal.is_signed_in and wish.leave_session and self.has_worker:
            return "the running worker holds the session; stop the worker to leave it."
        if wish.unsent is Unsent.MOVE and removal.unsent and removal.cannot_move:
            return "deliveries may not go around a limit of Telegram through another account."
        if wish.keeps_open and removal.open:
            return "what became of open tries is not known yet."
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalResult:
    """What came of one account: `removed`, or why it is still there."""

    removal: Removal
    removed: Removed | None = None
    error: AppError | None = None


class RemovesAccounts(Protocol):
    async def remove(
        self,
        account_id: AccountId,
        *,
        unsent: Unsent,
        leave_session: bool,
        also_going: Collection[AccountId],
        actor: str,
    ) -> Removed: ...


async def remove_several(
    service: RemovesAccounts,
    going: Sequence[Removal],
    wish: RemovalWish,
    *,
    actor: str,
    tell: Callable[[RemovalResult], object],
    is_stopped: Callable[[], bool] = lambda: False,
) -> None:
    """Remove them, a few at a time; `tell` hears of each as it ends. What cannot be removed is told, and the others go on.

    After `is_stopped` those under way are ended and no other is begun. What is no AppError is raised.
    """
    ids = [each.account_id for each in going]
    rest = iter(going)

    async def remove_one(removal: Removal) -> RemovalResult:
        # Telegram restricts it, but it has nothing that could move: it goes like the others.
        unsent = Unsent.CANCEL if removal.cannot_move and not removal.unsent else wish.unsent
        try:
            removed = await service.remove(
                removal.account_id, unsent=unsent, leave_session=wish.leave_session, also_going=ids, actor=actor
            )
        except AppError as error:
            return RemovalResult(removal=removal, error=error)
        return RemovalResult(removal=removal, removed=removed)

    async def work() -> None:
        for removal in rest:
            if is_stopped():
                return
            tell(await remove_one(removal))

    async with asyncio.TaskGroup() as group:
        for number in range(min(AT_ONCE, len(going))):
            group.create_task(work(), name=f"remove accounts {number}")


def names_of(removals: Sequence[Removal]) -> str:
    """Maja; Maja and Desk 2; Maja, Desk 2 and 38 other accounts"""
    titles = [each.title for each in removals]
    if len(titles) <= MOST_NAMED:
        return " and ".join(filter(None, (", ".join(titles[:-1]), titles[-1]))) if titles else ""
    return f"{', '.join(titles[: MOST_NAMED - 1])} and {len(titles) - MOST_NAMED + 1:,} other accounts"


def accounts_words(count: int) -> str:
    """1 account, 40 accounts"""
    return "1 account" if count == 1 else f"{count:,} accounts"


def failure_of(results: Sequence[RemovalResult]) -> AppError | None:
    """One error that names who is still there and why; of a single account its own. None: all went."""
    by_reason: dict[tuple[str, str], list[RemovalResult]] = {}
    for result in results:
        if result.error is not None:
            by_reason.setdefault((result.error.title, result.error.message), []).append(result)
    if not by_reason or len(results) == 1:
        return results[0].error if results else None
    failed = sum(len(each) for each in by_reason.values())
    lines = [
        f"{names_of([result.removal for result in each])}: {title}. {message}".strip()
        for (title, message), each in by_reason.items()
    ]
    hints = dict.fromkeys(result.error.hint for result in results if result.error is not None)
    return AppError(
        "\n".join([f"{accounts_words(len(results) - failed)} removed.", *lines]),
        title=f"{failed:,} of {accounts_words(len(results))} could not be removed",
        hint=" ".join(hint for hint in hints if hint),
    )
