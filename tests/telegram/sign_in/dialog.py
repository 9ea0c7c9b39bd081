"""Somebody at a sign-in: gives commands, waits for what is shown, and never sleeps."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from core.clock import Clock, SystemClock
from core.domain.account import DataCentre
from core.domain.ids import AccountId, TelegramUserId
from core.errors import AppError
from telegram.data_centres import SANDBOX_API, ApiCredentials, DataCentres
from telegram.sandbox.control import AccountInfo, Fault, FaultKind, SignInRules
from telegram.sandbox.control import AccountKind as SandboxKind
from telegram.sign_in import values as v
from telegram.sign_in.connection import Route, go_direct
from telegram.sign_in.flow import SignInFlow
from telegram.sign_in.half_done import HalfDoneKeeper
from telegram.sign_in.signed_in import SignedIn
from tests.telegram.online import data_centres
from tests.telegram.sandbox_fixture import RunningSandbox

S = TypeVar("S")


@dataclass
class Host:
    """Keeps what a sign-in brings; `refuse_with` makes it refuse the account, `fail_with` the keeping."""

    kept: list[SignedIn] = field(default_factory=list)
    pairs: list[ApiCredentials] = field(default_factory=list)
    refuse_with: AppError | None = None
    fail_with: AppError | None = None

    async def admit(self, telegram_user_id: TelegramUserId) -> None:
        if self.refuse_with is not None:
            raise self.refuse_with

    async def keep(self, signed_in: SignedIn) -> AccountId | None:
        if self.fail_with is not None:
            raise self.fail_with
        self.kept.append(signed_in)
        return AccountId(7)

    async def keep_api(self, api: ApiCredentials) -> None:
        self.pairs.append(api)


@dataclass
class Shelf:
    """A secret store with one secret."""

    content: bytes | None = None

    async def load(self) -> bytes | None:
        return self.content

    async def save(self, content: bytes) -> None:
        self.content = content

    async def delete(self) -> None:
        self.content = None


class Dialog:
    """One running flow."""

    def __init__(self, flow: SignInFlow, states: "asyncio.Queue[v.State]", host: Host) -> None:
        self.flow = flow
        self.host = host
        self._states = states
        self.running: asyncio.Task[Any]

    async def next(self, kind: type[S]) -> S:
        """What is shown next; it has to be of this kind."""
        async with asyncio.timeout(40):
            state = await self._states.get()
        assert isinstance(state, kind), msg(state)
        return state

    async def give(self, command: v.Command, kind: type[S]) -> S:
        """Do this, and see that."""
        self.flow.give(command)
        return await self.next(kind)


def msg(state: Any) -> str:
    problem = getattr(state, "problem", None) or getattr(state, "reason", None)
    return f"{type(state).__name__}: {problem.title if problem else ''} {problem.detail if problem else ''}"


async def until_nobody_is_connected(sandbox: RunningSandbox) -> None:
    """The sandbox notices the end of a connection a moment later."""
    async with asyncio.timeout(20):
        while (await sandbox.control.stats()).links:
            await asyncio.sleep(0.005)


@asynccontextmanager
async def dialog(
    sandbox: RunningSandbox,
    method: v.Method = v.Method.PHONE,
    *,
    shelf: HalfDoneKeeper | None = None,
    clock: Clock | None = None,
    host: Host | None = None,
    api: ApiCredentials | None = SANDBOX_API,
    purpose: str = "add",
    centres: DataCentres | None = None,
    route: Route = go_direct,
) -> AsyncIterator[Dialog]:
    """A flow that runs inside the block and is cut off at its end, as a child whose input closes."""
    states: asyncio.Queue[v.State] = asyncio.Queue()
    host = host or Host()
    flow = SignInFlow(
        data_centres=centres or data_centres(sandbox),
        data_centre=DataCentre.SANDBOX,
        api=api,
        host=host,
        show=states.put_nowait,
        clock=clock or SystemClock(),
        half_done=shelf,
        purpose=purpose,
        route=route,
    )
    person = Dialog(flow, states, host)
    person.running = asyncio.get_running_loop().create_task(flow.run(method))
    try:
        yield person
    finally:
        person.running.cancel()
        [result] = await asyncio.gather(person.running, return_exceptions=True)
        if isinstance(result, Exception):
            raise result


async def new_user(sandbox: RunningSandbox, rules: SignInRules | None = None, **options: Any) -> AccountInfo:
    made = await sandbox.control.add_account(SandboxKind.USER, name="Ada", **options)
    if rules is not None:
        await sandbox.control.set_sign_in_rules(made.phone, rules)
    return made


async def give_phone(person: Dialog, user: AccountInfo, kind: Any = v.AskCode) -> Any:
    await person.next(v.AskPhone)
    return await person.give(v.GivePhone(phone=f"+{user.phone}"), kind)


async def last_code(sandbox: RunningSandbox, user: AccountInfo) -> v.GiveCode:
    return v.GiveCode(code=await sandbox.control.last_code(user.phone))


async def fail(sandbox: RunningSandbox, method: str, code: int, text: str) -> None:
    await sandbox.control.inject(Fault(kind=FaultKind.ERROR, method=method, code=code, text=text))


def title(state: Any) -> str:
    assert state.problem is not None
    found: str = state.problem.title
    return found
