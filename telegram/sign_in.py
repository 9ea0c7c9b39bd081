"""Signing an account in, from Telegram's raw requests. The client is fully disconnected before anybody gets the session.

Telethon's own flow is not used: a second code request becomes a resend behind our back, and some of Telegram's
answers end in an AttributeError (measured with 1.45). Exchanges a key: about 130 ms of CPU that hold the interpreter.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from telethon.errors import InvalidDCError
from telethon.password import compute_check
from telethon.tl.functions.account import GetPasswordRequest
from telethon.tl.functions.auth import (
    CheckPasswordRequest,
    ImportBotAuthorizationRequest,
    SendCodeRequest,
    SignInRequest,
)
from telethon.tl.functions.help import GetConfigRequest
from telethon.tl.types import CodeSettings, EmailVerificationCode
from telethon.tl.types.auth import (
    AuthorizationSignUpRequired,
    SentCode,
    SentCodePaymentRequired,
    SentCodeSuccess,
    SentCodeTypeEmailCode,
    SentCodeTypeSetUpEmailRequired,
)

from core.domain.account import AccountKind, DataCentre
from core.domain.ids import TelegramUserId
from core.errors import AppError, ConnectionLost, TwoFactorRequired, UserInputError
from core.timeouts import OperationType, with_timeout
from telegram.clients import CLIENT_CLASSES, Client
from telegram.data_centres import ApiCredentials, DataCentres, ServerAddress, sandbox_is_not_running, trusted_key
from telegram.errors import telegram_errors
from telegram.session import AccountSession

Ask = Callable[[], Awaitable[str]]
"""Asks the person for a code or password. Asked again after a wrong one; to give up it raises."""

TRIES = 3
"""How often a code or password is asked for: Telegram ends a sign-in after few wrong ones (auth.html)."""

KEY_TRIES = 4
"""About 1 key exchange in 200 fails and is repeated: Telethon strips a leading zero of the key (facts, 11.4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A signed-in account. `session` belongs into the secret store and nowhere else."""

    kind: AccountKind
    telegram_user_id: TelegramUserId
    username: str | None
    name: str
    session: bytes = field(repr=False)


async def sign_in_bot(
    data_centres: DataCentres, data_centre: DataCentre, api: ApiCredentials, token: str
) -> SignedIn:
    """Sign a bot in. Raises UserInputError (a wrong token), ConfigurationError, NetworkError, CooldownError."""

    async def flow(client: Client) -> Any:
        request = ImportBotAuthorizationRequest(
            flags=0, api_id=api.api_id, api_hash=api.api_hash, bot_auth_token=token
        )
        return await client.call(OperationType.SIGN_IN, request)

    return await _sign_in(data_centres, data_centre, api, AccountKind.BOT, flow)


async def sign_in_user(
    data_centres: DataCentres,
    data_centre: DataCentre,
    api: ApiCredentials,
    phone: str,
    ask_code: Ask,
    ask_password: Ask,
) -> SignedIn:
    """Sign a user in with a code, and with the second password where there is one.

    Raises UserInputError, ConfigurationError, NetworkError, CooldownError, AccountBanned.
    """

    async def flow(client: Client) -> Any:
        sent = await client.call(
            OperationType.SIGN_IN,
            SendCodeRequest(phone_number=phone, api_id=api.api_id, api_hash=api.api_hash, settings=CodeSettings()),
        )
        if isinstance(sent, SentCodeSuccess):
            return sent.authorization
        _check_sent(sent)
        try:
            return await _ask_until_right(ask_code, lambda code: _sign_in_with_code(client, phone, sent, code))
        except TwoFactorRequired:
            return await _ask_until_right(ask_password, lambda password: _check_password(client, password))

    return await _sign_in(data_centres, data_centre, api, AccountKind.USER, flow)


async def _sign_in(
    data_centres: DataCentres,
    data_centre: DataCentre,
    api: ApiCredentials,
    kind: AccountKind,
    flow: Callable[[Client], Awaitable[Any]],
) -> SignedIn:
    address = data_centres.locate(data_centre)
    try:
        session, authorization = await _run(data_centre, api, address, flow)
    except AppError as error:
        cause = error.__cause__
        if not isinstance(cause, InvalidDCError):
            raise
        # The account lives in another data centre; the flow begins anew there, and nobody has been asked anything.
        moved = await _find_server(data_centre, api, address, cause.new_dc)
        session, authorization = await _run(data_centre, api, moved, flow)
    if isinstance(authorization, AuthorizationSignUpRequired):
        raise UserInputError(
            title="This number has no Telegram account", hint="Make the account in the official app first."
        )
    user = authorization.user
    return SignedIn(
        kind=kind,
        telegram_user_id=TelegramUserId(user.id),
        username=user.username,
        name=" ".join(part for part in (user.first_name, user.last_name) if part),
        session=session.to_secret().to_bytes(),
    )


async def _run(
    data_centre: DataCentre, api: ApiCredentials, address: ServerAddress, flow: Callable[[Client], Awaitable[Any]]
) -> tuple[AccountSession, Any]:
    async with _connected(data_centre, api, address) as client:
        return client.session, await flow(client)


async def _find_server(
    data_centre: DataCentre, api: ApiCredentials, address: ServerAddress, dc_id: int
) -> ServerAddress:
    async with _connected(data_centre, api, address) as client:
        config = await client.call(OperationType.CONNECT, GetConfigRequest())
    for option in config.dc_options:
        if option.id == dc_id and not (option.ipv6 or option.cdn or option.media_only or option.tcpo_only):
            return replace(address, dc_id=dc_id, host=option.ip_address, port=option.port)
    raise ConnectionLost("Telegram did not say where this account's data centre is.")


@asynccontextmanager
async def _connected(data_centre: DataCentre, api: ApiCredentials, address: ServerAddress) -> AsyncIterator[Client]:
    session = AccountSession()
    session.set_dc(address.dc_id, address.host, address.port)
    client = CLIENT_CLASSES[data_centre](session, api, connection_retries=KEY_TRIES)
    try:
        with trusted_key(address.public_key), telegram_errors():
            async with with_timeout(OperationType.KEY_EXCHANGE):
                await client.connect()
        yield client
    except ConnectionLost as error:
        if data_centre is DataCentre.SANDBOX and error.detail == "ConnectionError":
            raise sandbox_is_not_running() from error
        raise
    finally:
        await client.close()


def _check_sent(sent: Any) -> None:
    if isinstance(sent, SentCodePaymentRequired):
        raise UserInputError(
            "Telegram sends a code to this number only for a fee.",
            title="Telegram asks for a payment",
            hint="Sign in with the official app first, then try again here.",
        )
    assert isinstance(sent, SentCode)
    if isinstance(sent.type, SentCodeTypeSetUpEmailRequired):
        raise UserInputError(
            "Telegram wants an e-mail address for this account first.",
            title="This account needs an e-mail address",
            hint="Add one in the official app, then try again.",
        )


async def _sign_in_with_code(client: Client, phone: str, sent: Any, code: str) -> Any:
    is_mail = isinstance(sent.type, SentCodeTypeEmailCode)
    request = SignInRequest(
        phone_number=phone,
        phone_code_hash=sent.phone_code_hash,
        phone_code=None if is_mail else code,
        email_verification=EmailVerificationCode(code) if is_mail else None,
    )
    return await client.call(OperationType.SIGN_IN, request)


async def _check_password(client: Client, password: str) -> Any:
    parameters = await client.call(OperationType.SIGN_IN, GetPasswordRequest())
    proof = await asyncio.to_thread(compute_check, parameters, password)  # 0.2 s of CPU: 100,000 rounds of PBKDF2
    return await client.call(OperationType.SIGN_IN, CheckPasswordRequest(proof))


async def _ask_until_right(ask: Ask, use: Callable[[str], Awaitable[Any]]) -> Any:
    for _ in range(TRIES - 1):
        try:
            return await use(await ask())
        except UserInputError as error:
            if error.detail not in ("PHONE_CODE_INVALID", "PHONE_CODE_EMPTY", "PASSWORD_HASH_INVALID"):
                raise
    return await use(await ask())
