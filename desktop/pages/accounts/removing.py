"""Accounts are removed after a question, each on its own: how far it is is shown, and what failed is named at the end."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from campaigns.accounts.removal import Removed
from campaigns.accounts.removal_of_several import (
    RemovalResult,
    Removals,
    RemovalWish,
    accounts_words,
    failure_of,
    names_of,
    remove_several,
)
from core.domain.ids import AccountId
from core.errors import UserInputError
from desktop.event_loop import ask_for
from desktop.pages.accounts.removal_dialog import RemovalDialog
from desktop.pages.services import PageServices
from desktop.pages.work_strip import WorkStrip
from desktop.widgets.status import Glyph


class AccountRemoving:
    """One run at a time. Logging out waits for the worker, so a run may take minutes; the page stays usable."""

    def __init__(
        self, page: QWidget, services: PageServices, strip: Callable[[], WorkStrip], done: Callable[[], None]
    ):
        """`strip` gives the line that shows how far it is; `done` is called when a run has ended."""
        self._page = page
        self._services = services
        self._strip = strip
        self._done = done
        self._results: list[RemovalResult] = []
        self._total = 0  # of the run under way; 0: none is
        self._is_stopped = False

    def stop(self) -> None:
        """Begin no other account; those under way end."""
        self._is_stopped = True
        self._show()

    async def ask(self, account_ids: Sequence[AccountId]) -> None:
        """Raises AppError: nothing was asked, or the one account could not be removed."""
        if self._total:
            raise UserInputError(
                "Other accounts are being removed.", title="One after the other", hint="Stop it, or wait."
            )
        removals = await self._services.account_service.plan_removals(account_ids)
        dialog = RemovalDialog(self._page.window(), removals)
        wish = await ask_for(dialog, lambda: dialog.wish)
        if wish is not None:
            await self._run(removals, wish)

    async def _run(self, removals: Removals, wish: RemovalWish) -> None:
        going = removals.going(wish)
        self._results, self._total, self._is_stopped = [], len(going), False
        self._show()
        try:
            await remove_several(
                self._services.account_service,
                going,
                wish,
                actor=self._services.actor,
                tell=self._ended,
                is_stopped=lambda: self._is_stopped,
            )
        finally:
            self._total = 0
            self._strip().hide()
            self._done()
        self._tell(len(going) - len(self._results))
        if (error := failure_of(self._results)) is not None:
            raise error

    def _ended(self, result: RemovalResult) -> None:
        self._results.append(result)
        self._show()

    def _show(self) -> None:
        strip, number = self._strip(), self._services.formats.number
        failed = sum(result.error is not None for result in self._results)
        done = len(self._results) - failed
        words = f"{number(done)} of {number(self._total)} removed" if self._total > 1 else "Removing the account"
        words += f", {number(failed)} could not be" if failed else ""
        words += "; ending what is under way" if self._is_stopped else ""
        strip.cancel.set_reason_disabled("It stops after those under way." if self._is_stopped else "")
        strip.show_work(words, done=done, failed=failed, total=self._total)
        strip.show()

    def _tell(self, left: int) -> None:
        removed = [(result.removal, result.removed) for result in self._results if result.removed is not None]
        if not removed and not left:
            return
        one = removed[0][0].title if len(removed) == 1 else ""
        words = removed_words([each for _, each in removed])
        listed = [removal for removal, each in removed if not each.ended_at_telegram]
        if listed:
            whose = "its session" if one else f"the session of {names_of(listed)}"
            words.append(f"end {whose} in the official app")
        if left:
            words.append(f"{accounts_words(left)} left as before")
        self._services.tells.toast(
            f"{one} was removed" if one else f"{accounts_words(len(removed))} removed",
            ", ".join(words),
            glyph=Glyph.DASH,
        )


def removed_words(removed: Sequence[Removed]) -> list[str]:
    """106 deliveries cancelled; 12 moved to other accounts"""
    counts = (
        (sum(each.cancelled for each in removed), "deliveries cancelled"),
        (sum(each.moved for each in removed), "moved to other accounts"),
        (sum(each.left_uncertain for each in removed), "with unknown fate"),
    )
    return [f"{count:,} {words}" for count, words in counts if count]
