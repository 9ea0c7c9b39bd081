"""The child process of a sign-in: commands come in on standard input, states go out on standard output, as JSON lines.

It ends when its input closes; a half-done sign-in then stays in the vault, to be gone on with.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import BinaryIO, Final

import msgspec

from core.child_lines import read_parent
from core.clock import Clock
from core.domain.account import Account, DataCentre, WorkspaceKind
from core.domain.ids import ProxyId
from core.domain.proxy import ProxyPick, ProxyWish
from core.errors import WorkspaceBusy
from core.locks import OsLock
from core.ports import ProxyPicks, ProxyRoutes
from core.secrets.manager import SecretsManager
from core.workspace import Workspace
from telegram.data_centres import CustomDataCentre, DataCentres
from telegram.sign_in.connection import Route, go_as, go_direct, go_through
from telegram.sign_in.flow import SignInFlow
from telegram.sign_in.half_done import HalfDone, HalfDoneKeeper, HalfDoneShelf, purpose_of
from telegram.sign_in.keeping import AccountRows, WorkspaceHost, find_api, shelf_of
from telegram.sign_in.values import ANY_PROXY, Cancelled, Command, Done, Method, State

KEEP_EVERY_S: Final = 20.0
"""How often a place at a proxy is kept anew: three times before it would be free."""

_commands = msgspec.json.Decoder(Command)


async def run_child(
    *,
    workspace: Workspace,
    kind: WorkspaceKind,
    data_centre: DataCentre,
    rows: AccountRows,
    secrets: SecretsManager,
    routes: ProxyRoutes,
    picks: ProxyPicks,
    proxy: str,
    again: Account | None,
    method: Method,
    actor: str,
    clock: Clock,
    output: BinaryIO,
    custom: CustomDataCentre | None = None,
) -> Done | Cancelled | None:
    """One sign-in; None when the input closed first. What is no command is passed over.

    `proxy`: what a new account leaves through (values.ANY_PROXY). A half-done sign-in goes on through the proxy that it
    began with, and is given up where another one is asked for. Raises WorkspaceBusy while another sign-in of this
    workspace is under way, UserInputError when the chosen proxy has no room.
    """
    lock = OsLock(workspace.run / "sign-in.lock")
    if not lock.acquire():
        raise WorkspaceBusy("Finish or cancel it first.", title="Another sign-in is under way in this workspace")
    try:
        purpose, shelf = purpose_of(None if again is None else again.id, data_centre), shelf_of(secrets)
        pick = None if again is not None else await pick_proxy(proxy, picks, shelf, purpose, clock)
        flow = SignInFlow(
            data_centres=DataCentres(kind, sandbox_folder=workspace.sandbox, custom=custom),
            data_centre=data_centre,
            api=await find_api(secrets, data_centre),
            host=WorkspaceHost(
                rows=rows,
                secrets=secrets,
                data_centre=data_centre,
                again=again,
                actor=actor,
                clock=clock,
                proxy=pick,
            ),
            show=lambda state: write_state(output, state),
            clock=clock,
            half_done=shelf,
            route=_route(again, pick, routes, picks, secrets),
            purpose=purpose,
            proxy=pick,
        )
        async with _kept_place(pick, picks, shelf, purpose, clock):
            return await _run_until_closed(flow, method)
    finally:
        lock.release()


@asynccontextmanager
async def _kept_place(
    pick: ProxyPick | None, picks: ProxyPicks, shelf: HalfDoneKeeper | None, purpose: str, clock: Clock
) -> AsyncIterator[None]:
    """Nobody else gets the place of a new account while its code is typed, and for as long as it can be gone on with."""
    if pick is None:
        yield
        return

    async def keep() -> None:
        while True:
            await picks.keep(pick.proxy_id)
            await clock.sleep(KEEP_EVERY_S)

    keeping = asyncio.get_running_loop().create_task(keep(), name="sign-in proxy")
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)  # what failed there only gave the place up
        left = await HalfDoneShelf(shelf, purpose).take(clock.now())
        if left is not None:
            await picks.keep(pick.proxy_id, until=left.valid_until)
        else:
            await picks.give_back()


async def pick_proxy(
    proxy: str, picks: ProxyPicks, shelf: HalfDoneKeeper | None, purpose: str, clock: Clock
) -> ProxyPick | None:
    """The proxy that a new account signs in through; None: it connects directly, as it was asked for.

    The key of a half-done sign-in never leaves by another way than the one that it was made through. So one that did
    not come through the proxy that is asked for now is given up: its code costs less than an address that shows.
    """
    half_done_shelf = HalfDoneShelf(shelf, purpose)
    half_done = await half_done_shelf.take(clock.now())
    if half_done is not None and proxy in _ways_of(half_done):
        known = half_done.proxy_id
        return ProxyPick(proxy_id=ProxyId(known), is_any=half_done.is_any_proxy) if known else None
    if not proxy:
        return None
    is_any = proxy == ANY_PROXY
    wish = ProxyWish() if is_any else ProxyWish(proxy_id=ProxyId(int(proxy)))
    pick = ProxyPick(proxy_id=await picks.pick(wish), is_any=is_any)
    await half_done_shelf.clear()
    return pick


def _ways_of(half_done: HalfDone) -> tuple[str, ...]:
    """What may be asked for, so that it is gone on with: nothing, or what it came through."""
    return ("", ANY_PROXY, str(half_done.proxy_id)) if half_done.proxy_id else ("",)


def _route(
    again: Account | None, pick: ProxyPick | None, routes: ProxyRoutes, picks: ProxyPicks, secrets: SecretsManager
) -> Route:
    if again is not None:
        return go_as(again.id, routes, secrets)
    return go_direct if pick is None else go_through(pick, picks, secrets)


def write_state(output: BinaryIO, state: State) -> None:
    """One line; a parent that is gone is noticed by the input."""
    with suppress(BrokenPipeError):
        output.write(msgspec.json.encode(state) + b"\n")
        output.flush()


async def _run_until_closed(flow: SignInFlow, method: Method) -> Done | Cancelled | None:
    closed = asyncio.Event()
    read_parent(_commands, flow.give, closed.set)
    loop = asyncio.get_running_loop()
    running = loop.create_task(flow.run(method), name="sign-in")
    waiting = loop.create_task(closed.wait(), name="sign-in input")
    try:
        await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
        return running.result() if running.done() else None
    finally:
        for task in (running, waiting):
            task.cancel()
        await asyncio.gather(running, waiting, return_exceptions=True)
