"""What the sign-in dialog does: opens the keys, runs the child process, hands its states to the view. No Qt here."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

from campaigns.worker_control import WorkerControl
from core.clock import Clock
from core.container import ServiceContainer
from core.domain.account import Account, AccountKind, DataCentre, WorkspaceKind
from core.domain.ids import AccountId
from core.domain.proxy import Proxy
from core.errors import AppError, WrongPassphrase
from core.secrets.choice import StoreKind
from core.secrets.key_pipe import decode_key_line
from core.secrets.manager import DataKey, Passphrase, SecretsManager, remembered_kind
from core.workspace import Workspace
from database import AccountStore, ProxyStore, WorkspaceStore
from desktop.sign_in import steps as s
from desktop.sign_in.words import run_is_over, way_out
from telegram.sign_in import values as v
from telegram.sign_in.child_client import SignInChild
from telegram.sign_in.service import SignInService

DISCARD_S = 8.0
"""How long giving up may take: Telegram is asked to make the code void (3 s), and the child ends."""

_HEAVY = ("telegram.sign_in.entries", "segno")
"""Loaded on a thread before the first view: the tables of phone numbers take 100 ms."""


class SignInView(Protocol):
    """The dialog as its presenter sees it."""

    def show_step(self, step: s.Step) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInServices:
    """What a sign-in uses. `start_worker`: bring a worker up with this key, unless one runs."""

    workspace: Workspace
    sign_ins: SignInService
    accounts: AccountStore
    proxies: ProxyStore
    workspaces: WorkspaceStore
    worker: WorkerControl
    start_worker: Callable[[bytes], None]
    clock: Clock
    actor: str


def sign_in_services(
    workspace: Workspace,
    services: ServiceContainer,
    *,
    start_worker: Callable[[bytes], None],
    clock: Clock,
    actor: str,
) -> SignInServices:
    return SignInServices(
        workspace=workspace,
        sign_ins=services.get(SignInService),
        accounts=services.get(AccountStore),
        proxies=services.get(ProxyStore),
        workspaces=services.get(WorkspaceStore),
        worker=services.get(WorkerControl),
        start_worker=start_worker,
        clock=clock,
        actor=actor,
    )


class SignInPresenter:
    """One dialog's sign-ins, one after the other. Errors become steps that say what to do; a defect is raised."""

    def __init__(
        self,
        services: SignInServices,
        view: SignInView,
        spawn: Callable[[Coroutine[object, object, None], str], object],
        *,
        again: AccountId | None,
    ) -> None:
        """`spawn` runs a coroutine until it ends or the dialog goes."""
        self._services = services
        self._view = view
        self._spawn = spawn
        self._again_id = again
        self.again: Account | None = None
        self.data_centre = DataCentre.PRODUCTION
        self.proxies: Sequence[Proxy] = ()
        self.proxy = v.ANY_PROXY  # where there are any: to connect directly has to be chosen
        self.method = v.Method.QR
        self._secrets: SecretsManager | None = None
        self._child: SignInChild | None = None
        self._state: v.State | None = None
        self._ended: asyncio.Event | None = None
        self._was_memory = False

    @property
    def is_half_done(self) -> bool:
        """Whether something is lost when this is given up."""
        return isinstance(self._state, s.HALF_DONE) and self._child is not None

    @property
    def survives(self) -> bool:
        """Whether a half-done sign-in can be gone on with after the dialog was closed."""
        return self._secrets is not None and self._secrets.kind is not StoreKind.MEMORY

    @property
    def route(self) -> str:
        """How this sign-in leaves, in a sentence."""
        if self.again is not None:
            return "Connects the way this account does: through its proxy, where it has one."
        return way_out(self.proxy, self.proxies)

    # ------------------------------------------------------------------------------------------ before it begins

    def start(self) -> None:
        """Open what is needed and show the first step."""
        self._run(self._start())

    def choose_store(self, kind: StoreKind, passphrase: str = "") -> None:
        """Make the place for the keys and go on."""
        self._run(self._choose_store(kind, passphrase))

    def unlock(self, passphrase: str) -> None:
        """Open the keys with the passphrase and go on."""
        self._run(self._unlock(passphrase))

    def begin(self, method: v.Method, proxy: str) -> None:
        """Sign in this way, through this proxy (as SignInChild names it)."""
        self.method, self.proxy = method, proxy
        self._run(self._begin())

    def go_on(self) -> None:
        """With the sign-in that was cut off."""
        self._run(self._begin())

    def start_anew(self) -> None:
        """After an account was added, or to choose the way again: what was under way is left."""
        self._run(self._start_anew())

    def give(self, command: v.Command) -> None:
        """Hand it to the sign-in; its next state follows."""
        match command:
            case v.UseQr():
                self.method = v.Method.QR
            case v.UsePhone():
                self.method = v.Method.PHONE
            case v.UseBotToken():
                self.method = v.Method.BOT
        if self._child is not None:
            self._child.give(command)

    def discard_cut_off(self) -> None:
        """Give up the sign-in that was cut off, then begin anew."""
        self._run(self._discard_cut_off())

    async def discard(self) -> None:
        """Give up: a code that was sent is made void, and nothing is kept."""
        child, ended = self._child, self._ended
        if child is None or ended is None:
            return
        self._view.show_step(s.Busy(work=s.Work.ENDING))
        child.give(v.Cancel())
        with suppress(TimeoutError):
            async with asyncio.timeout(DISCARD_S):
                await ended.wait()

    async def close(self) -> None:
        """End the child; a half-done sign-in stays where it can."""
        child, self._child = self._child, None
        if child is not None:
            await child.close()

    # ------------------------------------------------------------------------------------------ steps

    def _run(self, work: Coroutine[object, object, None]) -> None:
        self._spawn(self._told(work), "sign in")

    async def _told(self, work: Coroutine[object, object, None]) -> None:
        try:
            await work
        except AppError as error:
            self._view.show_step(s.Ended(problem=v.problem_of(error)))

    async def _start(self) -> None:
        self._view.show_step(s.Busy(work=s.Work.OPENING))
        for name in _HEAVY:
            await asyncio.to_thread(import_module, name)
        if self._again_id is not None:
            self.again = await self._services.accounts.get(self._again_id)
            self.data_centre = self.again.data_centre
            self.method = v.Method.BOT if self.again.kind is AccountKind.BOT else v.Method.QR
        else:
            kind = (await self._services.workspaces.get()).kind
            self.data_centre = DataCentre.SANDBOX if kind is WorkspaceKind.SANDBOX else DataCentre.PRODUCTION
        if await self._open_keys():
            await self._show_first()

    async def _open_keys(self) -> bool:
        """False when a person has to do something first."""
        if self._secrets is not None:
            return True
        workspace, key_line = self._services.workspace, self._services.worker.key_line
        kind = await asyncio.to_thread(remembered_kind, workspace)
        if kind is None:
            self._view.show_step(s.ChooseStore())
            return False
        if kind is StoreKind.MEMORY and key_line is None:
            self._was_memory = True
            self._view.show_step(s.ChooseStore(problem=v.problem_of(run_is_over())))
            return False
        if kind is StoreKind.PASSPHRASE and key_line is None:
            self._view.show_step(s.Unlock())
            return False
        source = None if key_line is None else DataKey(decode_key_line(key_line))
        self._secrets = await SecretsManager.open_async(workspace, source)
        return True

    async def _choose_store(self, kind: StoreKind, passphrase: str) -> None:
        self._view.show_step(s.Busy(work=s.Work.OPENING))
        try:
            self._secrets = await asyncio.to_thread(
                SecretsManager.create,
                self._services.workspace,
                kind,
                passphrase=passphrase,
                forget_former_run=self._was_memory,
            )
        except AppError as error:
            self._view.show_step(s.ChooseStore(problem=v.problem_of(error), kind=kind))
            return
        if kind is StoreKind.MEMORY:
            self._services.worker.remember_key(self._secrets.key_line())
        await self._show_first()

    async def _unlock(self, passphrase: str) -> None:
        self._view.show_step(s.Busy(work=s.Work.OPENING))
        try:
            self._secrets = await SecretsManager.open_async(self._services.workspace, Passphrase(passphrase))
        except WrongPassphrase as error:
            self._view.show_step(s.Unlock(problem=v.problem_of(error)))
            return
        await self._show_first()

    async def _show_first(self) -> None:
        secrets = self._secrets
        assert secrets is not None
        cut_off = await asyncio.to_thread(
            lambda: self._services.sign_ins.find_cut_off(secrets, again=self._again_id, data_centre=self.data_centre)
        )
        self.proxies = await self._services.proxies.list_proxies()
        if cut_off is not None:
            self.proxy = cut_off.proxy
            self._view.show_step(s.GoOn(cut_off=cut_off))
            return
        if self.proxies and self.again is None:
            self._view.show_step(s.ChooseWay(proxies=self.proxies))
        else:
            self.proxy = ""
            await self._begin()

    async def _begin(self) -> None:
        assert self._secrets is not None
        await self.close()
        self._view.show_step(s.Busy(work=s.Work.CONNECTING))
        child = self._services.sign_ins.make_child(
            self._secrets.key_line(),
            method=self.method,
            again=self._again_id,
            proxy=self.proxy if self.again is None else "",
            actor=self._services.actor,
        )
        self._child, self._ended = child, asyncio.Event()
        try:
            await child.start()
            await self._follow(child)
        finally:
            self._ended.set()

    async def _follow(self, child: SignInChild) -> None:
        """Show every state of this child until its last; another child may have taken its place by then."""
        try:
            while self._child is child:
                self._state = await child.next_state()
                if isinstance(self._state, v.Done):
                    await self._show_done(self._state)
                    return
                if isinstance(self._state, v.Cancelled):
                    return
                if self._child is child:
                    self._view.show_step(self._state)
        except AppError as error:
            if self._child is child:
                self._state = None
                self._view.show_step(s.Ended(problem=v.problem_of(error)))

    async def _show_done(self, done: v.Done) -> None:
        assert self._secrets is not None
        await self.close()
        self._services.start_worker(self._secrets.key_line())
        route = await self._services.proxies.route(AccountId(done.account_id))
        if route is None:
            words, needs_proxy = "It connects directly from this computer.", False
        elif route.endpoint is None:
            words, needs_proxy = "Its proxy was taken meanwhile. It waits to be given another one.", True
        else:
            words = f"It leaves through proxy {route.proxy_id} ({route.endpoint.address}), and never without one."
            needs_proxy = False
        self._view.show_step(s.SignedIn(done=done, route=words, needs_proxy=needs_proxy))

    async def _start_anew(self) -> None:
        child = self._child
        if child is not None and not child.is_finished:
            await self.discard()
        await self.close()
        self._state = None
        await self._start()

    async def _discard_cut_off(self) -> None:
        """The child finds it, and gives it up as a person would."""
        self._view.show_step(s.Busy(work=s.Work.ENDING))
        assert self._secrets is not None
        child = self._services.sign_ins.make_child(
            self._secrets.key_line(), method=self.method, again=self._again_id, actor=self._services.actor
        )
        async with child:
            child.give(v.Cancel())
            with suppress(TimeoutError):
                async with asyncio.timeout(DISCARD_S):
                    while not isinstance(await child.next_state(), v.Cancelled):
                        pass
        await self._show_first()
