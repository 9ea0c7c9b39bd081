"""The dialogs of the page of accounts: what is asked before something is done to the chosen ones."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from campaigns.accounts.service import LogOut
from campaigns.plan.account_limits import LARGEST, LimitInForce
from core.domain.account import LimitKind
from core.domain.device import Device
from core.domain.ids import AccountId
from core.errors import RequestFailed, WorkerNotRunning
from desktop.dialogs.confirm import Question
from desktop.event_loop import ask_for
from desktop.formatting import count_of
from desktop.pages.accounts.acts import AccountActs
from desktop.pages.accounts.labels_dialog import LabelsDialog
from desktop.pages.accounts.limits_dialog import LimitsDialog
from desktop.pages.accounts.panel_words import Step, queue_words
from desktop.pages.accounts.proxy_dialog import AccountProxyDialog
from desktop.pages.accounts.removing import AccountRemoving
from desktop.pages.services import PageServices
from desktop.widgets.status import Glyph

LIMIT_SAMPLES = 20
"""Of many accounts so many are looked at for what is safe; the rest is checked when it is saved, all or none."""


class AccountAsks:
    """Opens the dialog of a step over the window, and does what was answered."""

    def __init__(self, page: QWidget, services: PageServices, acts: AccountActs, removing: AccountRemoving) -> None:
        self._page = page
        self._services = services
        self._acts = acts
        self._removing = removing

    async def ask(self, step: Step, ids: Sequence[int]) -> None:
        """Raises AppError when it could not be done."""
        match step:
            case Step.LABELS:
                await self._ask_labels(ids)
            case Step.PROXY:
                await self._ask_proxy(ids)
            case Step.LIMITS:
                await self._ask_limits(ids)
            case Step.LOG_OUT:
                await self._ask_log_out(AccountId(ids[0]))
            case Step.REMOVE:
                await self._removing.ask([AccountId(account_id) for account_id in ids])
            case Step.END_OTHERS:
                await self._ask_end_others(AccountId(ids[0]))
            case _:
                raise ValueError(f"{step} is not asked for.")

    async def ask_end_device(self, account_id: AccountId, device: Device) -> bool:
        """True: it was ended."""
        name = device.model or device.app
        question = Question(
            title=f"End {name}?",
            message=f"The account is signed out on it ({device.app}). It can sign in there again with a code.",
            confirm="End it",
            cancel="Keep it",
        )
        if not await self._services.tells.confirm(question):
            return False
        await self._services.account_service.end_device(account_id, device.hash, actor=self._services.actor)
        self._services.tells.toast(f"{name} was signed out", glyph=Glyph.CHECK)
        return True

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
            ids=ids,
            now=self._services.clock.now(),
            is_direct=len(ids) == 1 and not any(row.uses_proxy for row in rows),
            may_move=len(ids) > 1 or any(row.may_move or not row.uses_proxy for row in rows),
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

    async def _ask_limits(self, ids: Sequence[int]) -> None:
        service = self._services.account_service
        accounts = [AccountId(account_id) for account_id in ids]
        samples = [await service.limits(one) for one in accounts[:LIMIT_SAMPLES]]
        who = await self._who(ids)
        dialog = LimitsDialog(self._page.window(), who, strictest(samples), self._services.formats, count=len(ids))
        answer = await ask_for(dialog, lambda: (dialog.changes, dialog.takes_risk))
        if answer is None or not answer[0]:
            return
        await self._acts.limit(accounts, answer[0], takes_risk=answer[1], who=who)

    async def _ask_end_others(self, account_id: AccountId) -> None:
        who = await self._who([account_id])
        question = Question(
            title=f"Sign {who} out everywhere else?",
            message="Every other device is signed out at once, also your own phone. Wireroom stays signed in.",
            confirm="End all others",
            cancel="Keep them",
            is_dangerous=True,
        )
        if await self._services.tells.confirm(question):
            await self._services.account_service.end_other_devices(account_id, actor=self._services.actor)
            self._services.tells.toast("Signed out on all other devices", glyph=Glyph.CHECK)

    async def _ask_log_out(self, account_id: AccountId) -> None:
        (row,) = await self._acts.read([account_id])
        queue = queue_words(row, self._services.formats)
        question = Question(
            title=f"Log {row.title} out?",
            message=f"Its session is ended at Telegram and erased here. {queue} To send them, sign in again."
            if queue
            else "Its session is ended at Telegram and erased here. To use the account again, sign in again.",
            confirm="Log out",
            cancel="Stay signed in",
            is_dangerous=True,
        )
        if not await self._services.tells.confirm(question):
            return
        outcome = await self._log_out(account_id, row.title)
        if outcome is None:
            return
        texts = {
            LogOut.ENDED: "",
            LogOut.ENDED_BEFORE: "Telegram had ended its session already.",
            LogOut.LEFT: "Its session may still be listed at Telegram: end it in the official app, under Devices.",
        }
        text = texts[outcome]
        self._services.tells.toast(f"{row.title} is logged out", text, glyph=Glyph.DASH)
        self._acts.done()

    async def _log_out(self, account_id: AccountId, title: str) -> LogOut | None:
        """None: it could not be done at Telegram, and a person does not want it erased here alone."""
        service, actor = self._services.account_service, self._services.actor
        try:
            return await service.log_out(account_id, actor=actor)
        except (WorkerNotRunning, RequestFailed) as error:
            question = Question(
                title=f"{title} could not be logged out at Telegram",
                message=f"{error.message} Its session can be erased here alone: then it stays in the account's list of "
                "devices until you end it in the official app.",
                confirm="Erase it here",
                cancel="Keep it",
                is_dangerous=True,
            )
            if not await self._services.tells.confirm(question):
                return None
        return await service.log_out(account_id, leave_session=True, actor=actor)


def strictest(samples: Sequence[Sequence[LimitInForce]]) -> list[LimitInForce]:
    """Of each limit the one with the smallest safe range: what is safe for it is safe for all of them."""
    found: dict[LimitKind, LimitInForce] = {}
    for limit in (limit for limits in samples for limit in limits):
        known = found.get(limit.kind)
        if known is None or (limit.profile_value or LARGEST) < (known.profile_value or LARGEST):
            found[limit.kind] = limit
    return list(found.values())
