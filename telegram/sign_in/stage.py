"""What every way of signing in stands on: the connection, the state that is shown, the code that is pending, the end."""

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import Any

import msgspec
from telethon.tl.functions import auth
from telethon.tl.functions.users import GetUsersRequest
from telethon.tl.types import InputUserSelf

from core.clock import Clock
from core.domain.ids import TelegramUserId
from core.errors import AccountSignedOut, AppError, TwoFactorRequired
from telegram.data_centres import ApiCredentials
from telegram.sign_in import values as v
from telegram.sign_in.connection import SignInConnection
from telegram.sign_in.half_done import HalfDoneShelf, PendingCode
from telegram.sign_in.screen import Screen
from telegram.sign_in.sent_codes import state_of
from telegram.sign_in.signed_in import SignedIn, SignInHost, describe_user

LEAVE_S = 3.0
"""How long leaving may take to make a code void."""


class SignInStage:
    """One sign-in, without the ways that lead through it (`by_code`, `flow`)."""

    def __init__(
        self, *, host: SignInHost, api: ApiCredentials | None, clock: Clock, shelf: HalfDoneShelf, screen: Screen
    ) -> None:
        self._host = host
        self._api = api  # None: it is asked for first
        self._clock = clock
        self._shelf = shelf
        self._screen = screen
        self._before: v.State | None = None  # what is asked again after a wait
        self._connection: SignInConnection | None = None
        self._code: PendingCode | None = None
        self._phone = ""  # the number of who owes the second password
        self._is_void = False  # the pending code was refused as too old
        self._is_unsure = False  # a link broke under a code or password: it may have been accepted

    async def _keep(self, user: Any) -> None:
        """Telegram has signed this user in: hand the session over, or end it."""
        connection = self._connection
        assert connection is not None
        try:
            await self._host.admit(TelegramUserId(user.id))
        except AppError as error:
            await self._call(auth.LogOutRequest())
            await self._forget()
            await connection.start_over()
            self._show(v.Refused(problem=v.problem_of(error)))
            return
        frozen = await self._find_freeze(user)
        await connection.close()  # before anybody else can use the session
        assert connection.secret is not None
        signed_in: SignedIn = describe_user(user, connection.secret.to_bytes())
        try:
            account_id = await self._host.keep(signed_in)
        except AppError as error:
            # The half-done sign-in stays: a new start finds it signed in, and keeps it then.
            self._show(v.Refused(problem=v.problem_of(error)))
            return
        await self._forget()
        self._show(
            v.Done(
                kind=signed_in.kind,
                telegram_user_id=signed_in.telegram_user_id,
                name=signed_in.name,
                username=signed_in.username,
                account_id=account_id or 0,
                frozen=frozen,
            )
        )

    async def _find_freeze(self, user: Any) -> v.Problem | None:
        """Whether Telegram froze this account; not knowing it is no reason to refuse it, the worker asks again."""
        if user.bot:
            return None
        assert self._connection is not None
        try:
            frozen = await self._connection.read_freeze()
        except AppError:
            return None
        return None if frozen is None else v.problem_of(frozen)

    async def _is_signed_in_already(self) -> bool:
        """Whether a code or password whose answer was lost had been accepted; if so, the sign-in is finished."""
        try:
            users = await self._call(GetUsersRequest([InputUserSelf()]))
        except AccountSignedOut:
            self._is_unsure = False
            return False
        except TwoFactorRequired:
            if isinstance(self._screen.state, v.AskPassword):
                self._is_unsure = False
                return False
            raise
        await self._keep(users[0])
        return True

    async def _save(self, valid_until: datetime) -> None:
        secret = self._connection.secret if self._connection else None
        if secret is not None:
            await self._shelf.save(secret.to_bytes(), valid_until, self._code, self._phone)

    async def _forget(self) -> None:
        self._code = None
        await self._shelf.clear()

    async def _leave(self) -> None:
        """Leave the present way: a code that was sent is made void, a key that owes a password is not used again."""
        code, connection = self._code, self._connection
        if connection is None:
            return
        if code is not None and not self._is_void:
            # It expires by itself, too: leaving must neither fail nor wait because of it.
            with suppress(AppError, TimeoutError):
                async with asyncio.timeout(LEAVE_S):
                    await self._call(auth.CancelCodeRequest(code.phone, code.code_hash))
        if isinstance(self._screen.state, v.AskPassword):
            await connection.start_over()
        await self._forget()

    async def _void_code(self, problem: v.Problem) -> None:
        self._is_void = True
        if self._code is not None:
            until = min(self._code.valid_until, self._clock.now())
            self._code = msgspec.structs.replace(self._code, valid_until=until)
        await self._shelf.clear()
        self._show_code(problem=problem)

    async def _call(self, request: Any) -> Any:
        assert self._connection is not None
        return await self._connection.call(request)

    def _ask_again(self, problem: v.Problem | None, *, state: v.State | None = None) -> None:
        state = state or self._screen.state
        if isinstance(state, v.AskCode | v.AskEmailCode | v.AskEmail):
            self._show_code(problem=problem)
        elif isinstance(state, v.Refused | v.Waiting | v.Done | v.Cancelled):
            self._show(state)
        else:
            self._show(msgspec.structs.replace(state, problem=problem))

    def _show_code(self, *, is_resumed: bool = False, problem: v.Problem | None = None) -> None:
        assert self._code is not None
        survives = self._shelf.keeps and not self._is_void
        now = self._clock.now()
        self._show(state_of(self._code, now, survives_restart=survives, is_resumed=is_resumed, problem=problem))

    def _show(self, state: v.State, *, before: v.State | None = None) -> None:
        """Show it, and wake up when its time is up. `before` is asked again after a wait."""
        self._before = before
        match state:
            case v.ShowQr():
                until: datetime | None = state.valid_until
            case v.AskCode() | v.AskEmailCode():
                until = None if self._is_void else state.valid_until
            case v.Waiting():
                until = state.until
            case _:
                until = None
        self._screen.show(state, until=until)
