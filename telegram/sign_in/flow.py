"""The sign-in as a state machine on Telegram's raw requests, without a user interface.

Telethon's own flow is not used: a second code request becomes a resend behind our back, and some of Telegram's
answers end in an AttributeError (measured with 1.45).
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from telethon.tl.functions import account, auth
from telethon.tl.functions.users import GetUsersRequest
from telethon.tl.types import InputUserSelf
from telethon.tl.types import auth as answers

from core.clock import Clock
from core.domain.account import DataCentre
from core.domain.proxy import ProxyPick
from core.errors import (
    AccountBanned,
    AccountSignedOut,
    AppError,
    ConfigurationError,
    CooldownError,
    NetworkError,
    TwoFactorRequired,
)
from core.redaction import redactor
from telegram.data_centres import ApiCredentials, DataCentres
from telegram.session import SessionSecret
from telegram.sign_in import entries
from telegram.sign_in import values as v
from telegram.sign_in.by_code import SignInByCode
from telegram.sign_in.connection import Route, SignInConnection, go_direct
from telegram.sign_in.half_done import HalfDone, HalfDoneKeeper, HalfDoneShelf
from telegram.sign_in.password import check_password
from telegram.sign_in.qr import qr_lifetime, qr_url
from telegram.sign_in.refusals import banned, is_final, prefers_qr, too_old
from telegram.sign_in.screen import Screen
from telegram.sign_in.signed_in import SignInHost

PASSWORD_LIFETIME = timedelta(minutes=10)
"""How long a start may still go on at the second password; after that the sign-in begins anew."""


@dataclass(frozen=True, slots=True)
class _Scanned:
    """A QR code was scanned."""


@dataclass(frozen=True, slots=True)
class _Lost:
    """The link ended by itself."""


@dataclass(frozen=True, slots=True)
class _Alarm:
    """The time of a state is up; of an older state it means nothing."""

    number: int


_Event = v.Command | _Scanned | _Lost | _Alarm


class SignInFlow(SignInByCode):
    """One sign-in, from nothing (or a half-done one) to a kept account or Cancelled.

    Every command is answered with at least one state through `show`; a command that does not fit the present state
    shows that state again. Codes, passwords and tokens are used once and forgotten. When `run` returns or raises, no
    connection is left.
    """

    def __init__(
        self,
        *,
        data_centres: DataCentres,
        data_centre: DataCentre,
        api: ApiCredentials | None,
        host: SignInHost,
        show: Callable[[v.State], None],
        clock: Clock,
        half_done: HalfDoneKeeper | None = None,
        purpose: str = "add",
        route: Route = go_direct,
        proxy: ProxyPick | None = None,
    ) -> None:
        """`half_done` None: nothing survives a restart, and the states say so. `purpose` names what is signed in for:
        a half-done sign-in is gone on with for the same purpose only. `proxy`: the one behind `route` of a new account,
        kept with a half-done sign-in.
        """
        self._route = route
        self._data_centres = data_centres
        self._data_centre = data_centre
        self._inbox: asyncio.Queue[_Event] = asyncio.Queue()
        self._method = v.Method.QR
        super().__init__(
            host=host,
            api=api,
            clock=clock,
            shelf=HalfDoneShelf(half_done, purpose, proxy),
            screen=Screen(show, lambda number: self._inbox.put_nowait(_Alarm(number)), clock),
        )

    def give(self, command: v.Command) -> None:
        """Do this when what came before is done."""
        self._inbox.put_nowait(command)

    async def run(self, method: v.Method = v.Method.QR) -> v.Done | v.Cancelled:
        """Go through the sign-in; returns its last state, which was shown too. Raises what `host.keep` raises."""
        self._method = method
        try:
            if self._api is None:
                self._show(v.AskApi())
            else:
                await self._step(self._begin)
            while True:
                state = self._screen.state
                if isinstance(state, v.Done | v.Cancelled):
                    return state
                event = await self._inbox.get()
                await self._step(partial(self._handle, event))
        finally:
            self._screen.close()
            if self._connection is not None:
                await self._connection.close()

    # Steps

    async def _step(self, step: Callable[[], Awaitable[None]]) -> None:
        try:
            await step()
        except TwoFactorRequired:
            await self._step(self._ask_password)
        except CooldownError as error:
            until = self._clock.now() + timedelta(seconds=error.wait_s)
            self._show(v.Waiting(until=until, reason=v.problem_of(error)), before=self._screen.state)
        except AppError as error:
            await self._take_refusal(error)

    async def _take_refusal(self, error: AppError) -> None:
        problem = v.problem_of(error)
        if isinstance(error, ConfigurationError) and error.detail.startswith("API_ID"):
            await self._leave()
            if self._connection is not None:
                await self._connection.close()
            self._connection, self._api = None, None
            self._show(v.AskApi(problem=problem))
        elif prefers_qr(error) and not isinstance(self._screen.state, v.ShowQr):
            await self._leave()
            await self._step(partial(self._draw_qr, problem))
        elif isinstance(self._screen.state, v.ShowQr) and error.detail.startswith("AUTH_TOKEN"):
            await self._step(partial(self._draw_qr, problem))
        elif error.detail == "PHONE_CODE_EXPIRED" and self._code is not None:
            await self._void_code(problem)
        elif is_final(error):
            await self._leave()
            self._show(
                v.Refused(problem=v.problem_of(banned(error)) if isinstance(error, AccountBanned) else problem)
            )
        elif self._api is not None and isinstance(self._screen.state, v.ShowQr | v.Refused | v.AskApi | v.Waiting):
            self._show(v.Refused(problem=problem))
        else:
            self._ask_again(problem)

    async def _begin(self) -> None:
        assert self._api is not None
        self._connection = SignInConnection(
            self._data_centres,
            self._data_centre,
            self._api,
            route=self._route,
            on_scanned=lambda: self._inbox.put_nowait(_Scanned()),
            on_lost=lambda: self._inbox.put_nowait(_Lost()),
        )
        half_done = await self._shelf.take(self._clock.now())
        if half_done is None:
            await self._use(self._method)
        else:
            await self._resume(half_done)

    async def _handle(self, event: _Event) -> None:
        state = self._screen.state
        match event:
            case v.Cancel():
                await self._leave()
                self._show(v.Cancelled())
            case v.GiveApi() if isinstance(state, v.AskApi):
                await self._take_api(event)
            case _ if isinstance(state, v.AskApi):
                self._ask_again(state.problem)
            case v.UseQr():
                await self._use(v.Method.QR)
            case v.UsePhone():
                await self._use(v.Method.PHONE)
            case v.UseBotToken():
                await self._use(v.Method.BOT)
            case v.GivePhone() if isinstance(state, v.AskPhone):
                await self._send_code(entries.clean_phone(event.phone, self._data_centre))
            case v.GiveCode() if isinstance(state, v.AskCode | v.AskEmailCode):
                await self._take_code(event.code)
            case v.GiveEmail() if isinstance(state, v.AskEmail):
                await self._set_up_email(entries.clean_email(event.address))
            case v.Resend() if isinstance(state, v.AskCode | v.AskEmailCode):
                await self._resend()
            case v.ResetEmail() if isinstance(state, v.AskEmailCode):
                await self._reset_email()
            case v.GivePassword() if isinstance(state, v.AskPassword):
                await self._take_password(entries.clean_password(event.password))
            case v.GiveBotToken() if isinstance(state, v.AskBotToken):
                await self._take_token(entries.clean_bot_token(event.token))
            case _Scanned() if isinstance(state, v.ShowQr):
                await self._draw_qr()
            case _Lost() if isinstance(state, v.ShowQr):
                await self._draw_qr()  # nobody would hear of a scan any more
            case _Alarm():
                if event.number == self._screen.number:
                    await self._time_is_up()
            case _Scanned() | _Lost():
                pass
            case _:
                self._show(state)  # it came too late, or is of another state

    async def _time_is_up(self) -> None:
        match self._screen.state:
            case v.ShowQr():
                await self._draw_qr()
            case v.AskCode() | v.AskEmailCode():
                await self._void_code(v.problem_of(too_old()))
            case v.Waiting():
                before, self._before = self._before, None
                if before is None or isinstance(before, v.ShowQr | v.Refused | v.AskApi):
                    await self._use(self._method)
                else:
                    self._ask_again(None, state=before)

    async def _use(self, method: v.Method) -> None:
        self._method = method
        await self._leave()
        match method:
            case v.Method.QR:
                await self._draw_qr()
            case v.Method.PHONE:
                self._show(v.AskPhone())
            case v.Method.BOT:
                self._show(v.AskBotToken())

    # Second password, bot token, QR code

    async def _ask_password(self, *, is_resumed: bool = False) -> None:
        parameters = await self._call(account.GetPasswordRequest())
        if self._code is not None:
            self._phone = self._code.phone
        self._code, self._is_unsure = None, False
        await self._save(self._clock.now() + PASSWORD_LIFETIME)
        self._show(v.AskPassword(hint=parameters.hint or "", is_resumed=is_resumed))

    async def _take_password(self, password: str) -> None:
        redactor.register(password)
        if self._is_unsure and await self._is_signed_in_already():
            return
        try:
            authorization = await check_password(self._call, password)
        except NetworkError:
            self._is_unsure = True
            raise
        await self._keep(authorization.user)

    async def _take_token(self, token: str) -> None:
        redactor.register(token)
        api = self._api
        assert api is not None
        request = auth.ImportBotAuthorizationRequest(0, api.api_id, api.api_hash, token)
        await self._keep((await self._call(request)).user)

    async def _draw_qr(self, problem: v.Problem | None = None) -> None:
        api = self._api
        assert api is not None
        answer = await self._call(auth.ExportLoginTokenRequest(api.api_id, api.api_hash, []))
        if isinstance(answer, answers.LoginTokenMigrateTo):
            assert self._connection is not None
            await self._connection.move(answer.dc_id)
            answer = await self._call(auth.ImportLoginTokenRequest(answer.token))
        if isinstance(answer, answers.LoginTokenSuccess):
            await self._keep(answer.authorization.user)
            return
        now = self._clock.now()
        self._show(v.ShowQr(url=qr_url(answer.token), valid_until=now + qr_lifetime(answer, now), problem=problem))

    async def _take_api(self, given: v.GiveApi) -> None:
        api_id, api_hash = entries.clean_api(given.api_id, given.api_hash)
        self._api = ApiCredentials(api_id=api_id, api_hash=api_hash)
        await self._host.keep_api(self._api)
        await self._begin()

    # Half-done sign-ins

    async def _resume(self, half_done: HalfDone) -> None:
        assert self._connection is not None
        await self._connection.open_with(SessionSecret.from_bytes(half_done.session))
        self._code, self._phone = half_done.code, half_done.phone
        if half_done.code is not None:
            redactor.register(half_done.code.phone)
        try:
            users = await self._call(GetUsersRequest([InputUserSelf()]))
        except AccountSignedOut:
            if half_done.code is None:
                await self._use(self._method)
            else:
                self._show_code(is_resumed=True)
        except TwoFactorRequired:
            await self._ask_password(is_resumed=True)
        except NetworkError as error:
            if self._connection.secret is None:  # Telegram has forgotten the key, and the code with it
                await self._use(self._method)
            elif half_done.code is None:
                self._show(v.AskPassword(is_resumed=True, problem=v.problem_of(error)))
            else:
                self._show_code(is_resumed=True, problem=v.problem_of(error))
        else:
            await self._keep(users[0])
