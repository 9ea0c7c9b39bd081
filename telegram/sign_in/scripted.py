"""Signing in to a sandbox where a program answers: the same flow, with functions in the place of a person."""

import asyncio
from collections.abc import Awaitable, Callable

from core.clock import SystemClock
from core.domain.account import DataCentre
from core.domain.ids import AccountId, TelegramUserId
from core.errors import (
    AccountBanned,
    AppError,
    ConfigurationError,
    ConnectionLost,
    CooldownError,
    NetworkError,
    ServerTrouble,
    TimedOut,
    UserInputError,
)
from telegram.data_centres import SANDBOX_API, ApiCredentials, DataCentres
from telegram.sandbox.control import AccountInfo, SandboxControl
from telegram.sandbox.control import AccountKind as SandboxKind
from telegram.sign_in import values as v
from telegram.sign_in.flow import SignInFlow
from telegram.sign_in.signed_in import SignedIn

Ask = Callable[[], Awaitable[str]]
"""Gives a code or password. Asked again after a wrong one; to give up it raises."""

TRIES = 3
"""How often a code or password is asked for: Telegram ends a sign-in after few wrong ones (auth.html)."""


_KINDS: dict[str, type[AppError]] = {
    kind.code: kind
    for kind in (NetworkError, ConnectionLost, TimedOut, ServerTrouble, ConfigurationError, AccountBanned)
}


class _Keeper:
    """Keeps the session for the caller."""

    def __init__(self) -> None:
        self.signed_in: SignedIn | None = None

    async def admit(self, telegram_user_id: TelegramUserId) -> None:
        pass

    async def keep(self, signed_in: SignedIn) -> AccountId | None:
        self.signed_in = signed_in
        return None

    async def keep_api(self, api: ApiCredentials) -> None:
        pass


async def sign_in_made(
    data_centres: DataCentres, control: SandboxControl, made: AccountInfo, *, password: str = ""
) -> SignedIn:
    """Sign in an account that was made in a sandbox: as a bot by its token, as a user by the code it is sent."""
    if made.kind is SandboxKind.BOT:
        return await sign_in_bot(data_centres, made.bot_token)

    async def read_code() -> str:
        return await control.last_code(made.phone)

    async def give_password() -> str:
        assert password, "the account was made without a second password"
        return password

    return await sign_in_user(data_centres, made.phone, read_code, give_password)


async def sign_in_bot(data_centres: DataCentres, token: str) -> SignedIn:
    """Sign a bot in. Raises UserInputError, ConfigurationError, NetworkError, AccountBanned, CooldownError."""

    async def answer(state: v.State, times: int) -> v.Command | None:
        return v.GiveBotToken(token=token) if isinstance(state, v.AskBotToken) and times == 1 else None

    return await _run(data_centres, v.Method.BOT, answer)


async def sign_in_user(data_centres: DataCentres, phone: str, ask_code: Ask, ask_password: Ask) -> SignedIn:
    """Sign a user in with a code, and with the second password where there is one. Raises as `sign_in_bot`."""

    async def answer(state: v.State, times: int) -> v.Command | None:
        match state:
            case v.AskPhone() if times == 1:
                return v.GivePhone(phone=phone)
            case v.AskCode() | v.AskEmailCode() if times <= TRIES:
                return v.GiveCode(code=await ask_code())
            case v.AskPassword() if times <= TRIES:
                return v.GivePassword(password=await ask_password())
        return None

    return await _run(data_centres, v.Method.PHONE, answer)


async def _run(
    data_centres: DataCentres, method: v.Method, answer: Callable[[v.State, int], Awaitable[v.Command | None]]
) -> SignedIn:
    keeper, clock = _Keeper(), SystemClock()
    states: asyncio.Queue[v.State] = asyncio.Queue()
    flow = SignInFlow(
        data_centres=data_centres,
        data_centre=DataCentre.SANDBOX,
        api=SANDBOX_API,
        host=keeper,
        show=states.put_nowait,
        clock=clock,
    )
    running = asyncio.get_running_loop().create_task(flow.run(method), name="sign-in")
    asked: dict[type, int] = {}
    try:
        while True:
            state = await _next(states, running)
            if isinstance(state, v.Done):
                assert keeper.signed_in is not None
                return keeper.signed_in
            if isinstance(state, v.Waiting):
                wait_s = (state.until - clock.now()).total_seconds()
                raise CooldownError(state.reason.message, wait_s=wait_s, title=state.reason.title)
            asked[type(state)] = asked.get(type(state), 0) + 1
            command = await answer(state, asked[type(state)])
            if command is None:
                raise _error_of(state)
            flow.give(command)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def _next(states: "asyncio.Queue[v.State]", running: "asyncio.Task[v.Done | v.Cancelled]") -> v.State:
    """The next state; raises what ended the flow before there was one."""
    getting = asyncio.get_running_loop().create_task(states.get(), name="next state")
    await asyncio.wait({getting, running}, return_when=asyncio.FIRST_COMPLETED)
    if getting.done():
        return getting.result()
    if not states.empty():
        getting.cancel()
        return states.get_nowait()
    getting.cancel()
    return running.result()


def _error_of(state: v.State) -> AppError:
    problem: v.Problem | None = getattr(state, "problem", None)
    if problem is None:
        return UserInputError("Telegram asks for more than was given.", detail=type(state).__name__)
    kind = _KINDS.get(problem.code, UserInputError)
    return kind(problem.message, title=problem.title, hint=problem.hint, detail=problem.detail)
