"""The dialogs of the page of accounts: what is asked before something is done to the chosen ones."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from desktop.event_loop import ask_for
from desktop.formatting import count_of
from desktop.pages.accounts.acts import AccountActs
from desktop.pages.accounts.labels_dialog import LabelsDialog
from desktop.pages.accounts.panel_words import Step
from desktop.pages.accounts.proxy_dialog import AccountProxyDialog
from desktop.pages.services import PageServices


class AccountAsks:
    """Opens the dialog of a step over the window, and does what was answered."""

    def __init__(self, page: QWidget, services: PageServices, acts: AccountActs) -> None:
        self._page = page
        self._services = services
        self._acts = acts

    async def ask(self, step: Step, ids: Sequence[int]) -> None:
        """Raises AppError when it could not be done."""
        match step:
            case Step.LABELS:
                await self._ask_labels(ids)
            case Step.PROXY:
                await self._ask_proxy(ids)
            case _:
                raise ValueError(f"{step} is not asked for.")

    async def _ask_labels(self, ids: Sequence[int]) -> None:
        lists = self._services.account_lists
        known = (await lists.counts(now=self._services.clock.now(), has_worker=False)).by_label
        tally = await lists.tally(ids)
        who = await self._who(ids)
        dialog = LabelsDialog(self._page.window(), who, list(known), tally.labels, count=tally.total)
        answer = await ask_for(dialog, lambda: (dialog.added, dialog.removed))
        if answer is not None and (answer[0] or answer[1]):
            await self._acts.label(ids, *answer)

    async def _ask_proxy(self, ids: Sequence[int]) -> None:
        proxies = await self._services.proxies.list_proxies()
        rows = await self._acts.read(ids[:1])
        dialog = AccountProxyDialog(
            self._page.window(),
            await self._who(ids),
            proxies,
            count=len(ids),
            now=self._services.clock.now(),
            is_direct=len(ids) == 1 and not any(row.uses_proxy for row in rows),
        )
        choice = await ask_for(dialog, lambda: dialog.choice)
        if choice is not None:
            await self._acts.assign(ids, choice)

    async def _who(self, ids: Sequence[int]) -> str:
        """The name of one, or how many there are."""
        if len(ids) != 1:
            return count_of(f"{len(ids):,}", "account")
        rows = await self._acts.read(ids)
        return rows[0].title if rows else "an account"
