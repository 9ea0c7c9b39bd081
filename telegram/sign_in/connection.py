"""The connection of one sign-in: made when first needed, made again with the same key when it broke, and led to the data
centre where the account lives."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import replace
from typing import Any

from telethon.errors import AuthKeyNotFound, InvalidDCError
from telethon.tl.functions.help import GetConfigRequest
from telethon.tl.types import UpdateLoginToken

from core.domain.account import DataCentre
from core.domain.ids import AccountId
from core.domain.proxy import ProxyPick
from core.errors import AccountFrozen, AppError, ConnectionLost
from core.ports import ProxyPicks, ProxyRoutes
from core.timeouts import OperationType, with_timeout
from telegram.account_check import read_freeze
from telegram.clients import CLIENT_CLASSES, Client
from telegram.data_centres import ApiCredentials, DataCentres, ServerAddress, sandbox_is_not_running, trusted_key
from telegram.errors import telegram_errors
from telegram.proxy_links import client_options, read_access
from telegram.session import AccountSession, SessionKeys, SessionSecret

KEY_TRIES = 4
"""About 1 key exchange in 200 fails and is repeated: Telethon strips a leading zero of the key (facts, 11.4)."""


Route = Callable[[], AbstractAsyncContextManager[Mapping[str, Any]]]
"""How the connection leaves: the client's options for a proxy, none for a direct one. Entered around each connect."""


def go_direct() -> AbstractAsyncContextManager[Mapping[str, Any]]:
    """The route of what has no proxy."""
    return nullcontext({})


def go_as(account_id: AccountId, routes: ProxyRoutes, keys: SessionKeys) -> Route:
    """The route of an account that is here: through its proxy or not at all (ProxyUnreachable)."""

    @asynccontextmanager
    async def route() -> AsyncIterator[Mapping[str, Any]]:
        async with routes.hold(account_id) as endpoint:
            yield {} if endpoint is None else client_options(await read_access(keys, endpoint))

    return route


def go_through(pick: ProxyPick, picks: ProxyPicks, keys: SessionKeys) -> Route:
    """The route of a new account: through the proxy that was chosen for it or not at all."""

    @asynccontextmanager
    async def route() -> AsyncIterator[Mapping[str, Any]]:
        async with picks.hold_proxy(pick.proxy_id) as endpoint:
            yield client_options(await read_access(keys, endpoint))

    return route


class SignInConnection:
    """One client at a time. Making a key costs about 130 ms of CPU that hold the interpreter.

    `on_scanned` is called when a QR code was scanned, `on_lost` when the link ended without being closed here.
    """

    def __init__(
        self,
        data_centres: DataCentres,
        data_centre: DataCentre,
        api: ApiCredentials,
        *,
        route: Route,
        on_scanned: Callable[[], None],
        on_lost: Callable[[], None],
    ) -> None:
        self._route = route
        self._data_centres = data_centres
        self._data_centre = data_centre
        self._api = api
        self._on_scanned = on_scanned
        self._on_lost = on_lost
        self._secret: SessionSecret | None = None
        self._server: ServerAddress | None = None
        self._client: Client | None = None
        self._watcher: asyncio.Task[None] | None = None

    @property
    def secret(self) -> SessionSecret | None:
        """The key and where it is good; None before the first request."""
        return self._secret

    async def open_with(self, secret: SessionSecret) -> None:
        """Go on with the key of an earlier connection."""
        await self.close()
        self._secret, self._server = secret, None

    async def start_over(self) -> None:
        """Close, and forget the key: the next request makes a new one where sign-ins begin."""
        await self.close()
        self._secret = self._server = None

    async def call(self, request: Any) -> Any:
        """The answer to a request; where Telegram says that the account lives elsewhere, from there. Raises our errors.

        A request under which the link broke may have had its effect.
        """
        try:
            return await self._call_here(request)
        except AppError as error:
            if not isinstance(error.__cause__, InvalidDCError):
                raise
            new_dc: int = error.__cause__.new_dc
        await self.move(new_dc)
        return await self._call_here(request)

    async def move(self, dc_id: int) -> None:
        """Go to another data centre of the same kind; keys are good in one only, so a new one is made there."""
        config = await self._call_here(GetConfigRequest())
        server = self._server or self._data_centres.locate(self._data_centre)
        await self.close()
        for option in config.dc_options:
            if option.id == dc_id and not (option.ipv6 or option.cdn or option.media_only or option.tcpo_only):
                self._secret = None
                self._server = replace(server, dc_id=dc_id, host=option.ip_address, port=option.port)
                return
        raise ConnectionLost("Telegram did not say where this account's data centre is.")

    async def read_freeze(self) -> AccountFrozen | None:
        """Whether and until when Telegram froze the account that has signed in on this connection."""
        return None if self._client is None else await read_freeze(self._client)

    async def close(self) -> None:
        """Disconnect; when this returns no connection uses the key."""
        watcher, self._watcher = self._watcher, None
        client, self._client = self._client, None
        try:
            if watcher is not None:
                watcher.cancel()
                await asyncio.gather(watcher, return_exceptions=True)
        finally:  # also for a child that is told to end while it closes
            if client is not None:
                await client.close()

    async def _call_here(self, request: Any) -> Any:
        if self._client is None or self._client.is_ended:
            await self.close()
            await self._connect()
        assert self._client is not None
        return await self._client.call(OperationType.SIGN_IN, request)

    async def _connect(self) -> None:
        server = self._find_server()
        session = AccountSession(self._secret)
        session.set_dc(server.dc_id, server.host, server.port)
        async with self._route() as options:
            client = CLIENT_CLASSES[self._data_centre](
                session, self._api, **{"connection_retries": KEY_TRIES, **options}
            )
            await self._open(client, server)
        self._client, self._server, self._secret = client, server, session.to_secret()
        self._watcher = asyncio.get_running_loop().create_task(self._watch(client), name="sign-in updates")

    async def _open(self, client: Client, server: ServerAddress) -> None:
        try:
            with trusted_key(server.public_key), telegram_errors:
                async with with_timeout(OperationType.KEY_EXCHANGE):
                    await client.connect()
        except BaseException as error:
            client.sever()
            await client.close()
            if isinstance(error.__cause__, AuthKeyNotFound):
                self._secret = None  # Telegram has forgotten it
            is_sandbox = self._data_centre is DataCentre.SANDBOX
            if is_sandbox and isinstance(error, ConnectionLost) and error.detail == "ConnectionError":
                raise sandbox_is_not_running() from error
            raise

    def _find_server(self) -> ServerAddress:
        secret = self._secret
        known = self._server or secret
        if self._data_centre is DataCentre.SANDBOX:
            # Read anew every time: its ports change when it is started again.
            return self._data_centres.locate(self._data_centre, known.dc_id if known else None)
        if self._server is not None:
            return self._server
        server = self._data_centres.locate(self._data_centre)
        if secret is None or self._data_centre is DataCentre.CUSTOM:
            return server
        return replace(server, dc_id=secret.dc_id, host=secret.host, port=secret.port)

    async def _watch(self, client: Client) -> None:
        async def listen() -> None:
            while True:
                update = await client.updates.get()
                inner = [getattr(update, "update", None), *(getattr(update, "updates", None) or ())]
                if any(isinstance(item, UpdateLoginToken) for item in inner):
                    self._on_scanned()

        listening = asyncio.get_running_loop().create_task(listen(), name="sign-in listen")
        try:
            await client.wait_ended()
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
        self._on_lost()
