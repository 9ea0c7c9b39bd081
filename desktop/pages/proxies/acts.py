"""What a person does on the Proxies page: each act asks first, does its work through the use cases, and tells."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from campaigns.accounts.views import AccountRow
from core.container import ServiceContainer
from core.domain.ids import ProxyId
from core.domain.proxy import Proxy, ProxyChange
from core.errors import UserInputError
from database import ProxyDesk, ProxyGroup, ProxyScreen, ProxyStore
from desktop.event_loop import ask_for
from desktop.formatting import Formats, count_of
from desktop.pages.accounts.acts import AccountActs
from desktop.pages.proxies.account_dialogs import AssignChoice, AssignDialog, ReleaseDialog
from desktop.pages.proxies.import_dialog import ImportDialog
from desktop.pages.proxies.import_preview import Preview
from desktop.pages.proxies.presenter import ProxiesPresenter
from desktop.pages.proxies.proxy_dialogs import EditDialog, RemoveDialog
from desktop.pages.services import PageServices
from desktop.vault_access import VaultAccess
from desktop.widgets.status import Glyph
from proxy import ProxyImport, ProxyPool, change_secret, remove_proxies

MOST_ASSIGNED_FROM: Final = 200  # chosen proxies that are tried one after the other for an account
WHY_IMPORT: Final = "The passwords of the proxies go into the vault, and it is locked by your passphrase."
WHY_REMOVE: Final = "The passwords of the proxies leave the vault, and it is locked by your passphrase."
NO_STORE: Final = "This workspace has no secret store that stays, so no password can be kept."


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """An import that ended; `undo` returns how many proxies it removed again."""

    ids: tuple[ProxyId, ...]
    is_cancelled: bool
    undo: Callable[[], Awaitable[int]] = field(repr=False)

    @property
    def count(self) -> int:
        return len(self.ids)


class ProxyActs:
    """One for the page. Every act is a task of the page; what goes wrong is shown and changes nothing else."""

    def __init__(
        self,
        window: QWidget,
        services: PageServices,
        container: ServiceContainer,
        screen: ProxyScreen,
        desk: ProxyDesk,
        vault: VaultAccess,
        presenter: ProxiesPresenter,
    ) -> None:
        self._window = window
        self._services = services
        self._store = container.get(ProxyStore)
        self._pool = container.get(ProxyPool)
        self._screen = screen
        self._desk = desk
        self._vault = vault
        self._presenter = presenter
        self._ways = AccountActs(services, lambda: True, presenter.tick)

    @property
    def formats(self) -> Formats:
        return self._services.formats

    # --------------------------------------------------------------------------------------------- checks

    def begin_checks(self, proxy_ids: Sequence[ProxyId] | None) -> None:
        """Have these checked, or everything that the list shows."""
        self._services.begin(self._check(proxy_ids), "ask for checks")

    def cancel_checks(self) -> None:
        self._services.begin(self._presenter.checks.cancel(), "take back checks")

    async def _check(self, proxy_ids: Sequence[ProxyId] | None) -> None:
        chosen = list(proxy_ids) if proxy_ids is not None else await self._presenter.all_ids()
        if chosen:
            await self._presenter.checks.begin(chosen)

    # --------------------------------------------------------------------------------------------- import

    def begin_import(self, *_: object) -> None:
        self._open_import()

    def begin_import_of(self, mime: QMimeData) -> None:
        """What was dropped on the page."""
        self._open_import().take(mime)

    def _open_import(self) -> ImportDialog:
        dialog = ImportDialog(self._window, _Writer(self._services, self._store, self._screen, self._desk, self._vault),
                              self.formats)  # fmt: skip
        dialog.ended.connect(self._import_ended)
        dialog.checkRequested.connect(self._check_imported)
        dialog.failed.connect(self._services.tells.error)
        dialog.open_next()
        return dialog

    def _import_ended(self, done: Done) -> None:
        words = count_of(self.formats.number(done.count), "proxy imported", "proxies imported")
        self._tell(words, "Undo while no account leaves through them.", undo=lambda: self._begin_undo(done))

    def _check_imported(self, done: Done) -> None:
        self.begin_checks(done.ids)

    def _begin_undo(self, done: Done) -> None:
        self._services.begin(self._undo(done), "undo the import")

    async def _undo(self, done: Done) -> None:
        removed = await done.undo()
        kept = done.count - removed
        words = (
            f"{self.formats.number(kept)} stay: accounts leave through them." if kept else "Nothing of it is left."
        )
        self._tell("The import was taken back", words)

    # ------------------------------------------------------------------------------------------- accounts

    def begin_assign(self, proxy_ids: Sequence[ProxyId]) -> None:
        self._services.begin(self._assign(proxy_ids), "assign proxies")

    async def _assign(self, proxy_ids: Sequence[ProxyId]) -> None:
        accounts = await self._screen.accounts()
        if not accounts:
            raise UserInputError(
                "There is no account in this workspace that could be given a proxy.",
                title="No account yet",
                hint="Add an account first.",
            )
        lines = await self._screen.lines(proxy_ids[:MOST_ASSIGNED_FROM])
        chosen = [(one, lines[one].proxy.endpoint.address) for one in proxy_ids if one in lines]
        counts = await self._screen.counts()
        dialog = AssignDialog(
            self._window, accounts, proxies=chosen, labels=counts.labels, countries=counts.countries
        )
        choice = await ask_for(dialog, lambda: dialog.choice)
        if choice is not None:
            await self._give(choice)

    async def _give(self, choice: AssignChoice) -> None:
        given, without = 0, []
        before = await self._ways.read([account.account_id for account in choice.accounts])
        for account in choice.accounts:
            for wish in choice.wishes:
                try:
                    await self._pool.assign(
                        account.account_id, wish, may_move=choice.may_move, actor=self._services.actor
                    )
                except UserInputError as error:
                    refusal = error
                else:
                    given += 1
                    break
            else:
                without.append((account, refusal))
        number = self.formats.number
        words = f"{count_of(number(given), 'account leaves', 'accounts leave')} through a proxy"
        left = {account.account_id for account, _ in without}
        changed = [row for row in before if row.id not in left]
        if given:
            text = "It never connects without one." if given == 1 else "They never connect without one."
            self._tell(words, text, undo=lambda: self._begin_leave_as_before(changed))
        if not without:
            return
        names = ", ".join(account.title for account, _ in without[:3]) + (" …" if len(without) > 3 else "")
        raise UserInputError(
            f"{words}. {count_of(number(len(without)), 'account')} got none and stay as they are: {names}.",
            title=without[0][1].title,
            hint=without[0][1].hint,
        )

    def begin_release(self, proxy_ids: Sequence[ProxyId]) -> None:
        self._services.begin(self._release(proxy_ids), "release accounts")

    async def _release(self, proxy_ids: Sequence[ProxyId]) -> None:
        wanted = set(proxy_ids)
        accounts = [one for one in await self._screen.accounts() if one.proxy_id in wanted]
        if not accounts:
            self._tell("Nothing to release", "No account leaves through it.", glyph=Glyph.DASH)
            return
        dialog = ReleaseDialog(self._window, accounts)
        choice = await ask_for(dialog, lambda: dialog.choice)
        if choice is None:
            return
        before = await self._ways.read(choice.accounts)  # who was removed meanwhile is not among them
        for row in before:
            await self._pool.release(row.id, direct=choice.direct, actor=self._services.actor)
        count = count_of(self.formats.number(len(before)), "account released", "accounts released")
        words = "Without a proxy from now on." if choice.direct else "Waiting for another proxy."
        self._tell(count, words, undo=lambda: self._begin_leave_as_before(before))

    def _begin_leave_as_before(self, rows: Sequence[AccountRow]) -> None:
        self._services.begin(self._ways.leave_as_before(rows), "undo proxies")

    def copy_addresses(self, proxy_ids: Sequence[ProxyId]) -> None:
        """To the clipboard, one a line; never a password."""
        self._services.begin(self._copy(proxy_ids), "copy addresses")

    async def _copy(self, proxy_ids: Sequence[ProxyId]) -> None:
        addresses = [proxy.endpoint.address for proxy in await self._proxies(proxy_ids)]
        QGuiApplication.clipboard().setText("\n".join(addresses))
        count = self.formats.number(len(addresses))
        self._tell(f"{count_of(count, 'address', 'addresses')} copied", "Without user names and passwords.")

    # ------------------------------------------------------------------------------------ edit and remove

    def begin_edit(self, proxy_ids: Sequence[ProxyId]) -> None:
        self._services.begin(self._edit(proxy_ids), "edit proxies")

    async def _edit(self, proxy_ids: Sequence[ProxyId]) -> None:
        proxies = await self._proxies(proxy_ids)
        if not proxies:
            return
        dialog = EditDialog(self._window, proxies)
        choice = await ask_for(dialog, lambda: dialog.choice)
        if choice is None:
            return
        now, actor = self._services.clock.now(), self._services.actor
        if choice.change != ProxyChange():
            ids = [proxy.id for proxy in proxies]
            await self._desk.edit(ids, choice.change, actor=actor, now=now)
        if choice.secret:
            secrets = await self._vault.open(WHY_IMPORT)
            if secrets is None:
                raise UserInputError(NO_STORE, title="The password was not changed", hint="Choose a store first.")
            await change_secret(proxies[0], choice.secret, self._desk, secrets, actor=actor, now=now)
            self._tell("Password replaced", "The proxy is checked at once.")
        elif choice.change != ProxyChange():
            self._tell(f"{count_of(self.formats.number(len(proxies)), 'proxy', 'proxies')} changed")

    def begin_remove(self, proxy_ids: Sequence[ProxyId]) -> None:
        self._services.begin(self._remove(proxy_ids), "remove proxies")

    async def _remove(self, proxy_ids: Sequence[ProxyId]) -> None:
        proxies = await self._proxies(proxy_ids)
        if not proxies:
            return
        dialog = RemoveDialog(self._window, proxies, self.formats)
        fate = await ask_for(dialog, lambda: dialog.fate)
        if fate is None:
            return
        has_secrets = any(proxy.endpoint.secret_name for proxy in proxies)
        secrets = await self._vault.open(WHY_REMOVE) if has_secrets else None
        removed = await remove_proxies(
            [proxy.id for proxy in proxies],
            fate,
            self._desk,
            secrets,
            actor=self._services.actor,
            now=self._services.clock.now(),
        )
        number = self.formats.number
        parts = []
        if removed.moved:
            parts.append(f"{count_of(number(len(removed.moved)), 'account')} moved to another one")
        if removed.waiting:
            parts.append(
                f"{count_of(number(len(removed.waiting)), 'account waits', 'accounts wait')} for another one"
            )
        words = ", ".join(parts)
        self._tell(
            f"{count_of(number(len(removed.removed)), 'proxy', 'proxies')} removed", f"{words}." if words else ""
        )

    # ------------------------------------------------------------------------------------------------------

    async def _proxies(self, proxy_ids: Sequence[ProxyId]) -> list[Proxy]:
        lines = await self._screen.lines(proxy_ids)
        return [lines[one].proxy for one in proxy_ids if one in lines]

    def _tell(
        self,
        title: str,
        text: str = "",
        *,
        glyph: Glyph = Glyph.CHECK,
        undo: Callable[[], object] | None = None,
    ) -> None:
        self._services.tells.toast(title, text, glyph=glyph, undo=undo)


class _Writer:
    """Writes one import; see ImportDialog."""

    def __init__(
        self, services: PageServices, store: ProxyStore, screen: ProxyScreen, desk: ProxyDesk, vault: VaultAccess
    ) -> None:
        self._services = services
        self._store = store
        self._screen = screen
        self._desk = desk
        self._vault = vault
        self._job: ProxyImport[ProxyGroup] | None = None

    async def known(self) -> frozenset[tuple[str, str, int, str]]:
        return await self._screen.identities()

    def can_keep_secrets(self) -> bool:
        return self._vault.can_keep()

    def cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    async def run(self, preview: Preview, group: ProxyChange, tell: Callable[[int, int], object]) -> Done:
        """Write it; a cancelled one is taken back before this returns."""
        secrets = await self._vault.open(WHY_IMPORT) if preview.secret_count else None
        common = ProxyGroup(label=group.label or "", country=group.country or "", capacity=group.capacity or 1)
        job = self._job = ProxyImport(preview.accepted, self._store, common, secrets)
        now, actor = self._services.clock.now(), self._services.actor

        async def undo() -> int:
            removed = await job.undo(self._desk, actor=actor, now=self._services.clock.now())
            return len(removed.removed)

        await job.run(actor=actor, now=now, tell=lambda done: tell(done, job.steps))
        if job.is_cancelled:
            await undo()
        return Done(ids=tuple(job.added), is_cancelled=job.is_cancelled, undo=undo)
