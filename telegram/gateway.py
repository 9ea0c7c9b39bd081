"""The engine's way to Telegram: implements `campaigns.ports.Gateway` and `Link`. Telethon ends here."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from telethon.errors import AuthKeyNotFound
from telethon.tl.functions.contacts import ResolveUsernameRequest
from telethon.tl.functions.help import GetConfigRequest
from telethon.tl.functions.users import GetUsersRequest
from telethon.tl.types import InputUser, PeerUser

from campaigns.ports import HistoryMessage, IncomingHandler, SentMessage
from core.domain.account import Account, AccountKind, DataCentre, UpdateState
from core.domain.device import Device
from core.domain.ids import AccountId
from core.domain.media import Media, UploadedMedia
from core.domain.message import OutgoingMessage
from core.domain.peer import Address, Peer
from core.domain.proxy import ProxyEndpoint
from core.errors import (
    AccountFrozen,
    AccountSignedOut,
    AppError,
    ConnectionLost,
    ProxyUnreachable,
    RecipientNotFound,
    RecipientUnreachable,
    TimedOut,
)
from core.ports import ProxyRoutes
from core.timeouts import OperationType, await_blocking, with_timeout
from telegram.account_check import prove_identity, read_freeze
from telegram.clients import CLIENT_CLASSES, Client
from telegram.data_centres import API_SECRET, ApiCredentials, DataCentres, sandbox_is_not_running
from telegram.devices import end_device, end_other_devices, list_devices, log_out
from telegram.errors import telegram_errors
from telegram.proxy_links import ProxyAccess, client_options, read_access
from telegram.sender import delete, edit, find_own_messages, mark_read, send, tell_typing
from telegram.session import AccountSession, SessionKeys, SessionSecret
from telegram.updates import UpdateReader
from telegram.uploads import upload


class TelegramGateway:
    """Opens links, one per account at a time: the caller holds the account's lease and lock.

    A key that Telegram does not know (transport -404) is first taken as a passing trouble and reported as
    ConnectionLost; on the next connect in a row the account counts as signed out.

    An account that is set to use a proxy connects through it or not at all (ProxyUnreachable).
    """

    def __init__(
        self, data_centres: DataCentres, keys: SessionKeys, api: ApiCredentials | None, routes: ProxyRoutes
    ) -> None:
        """`api` None: the pair that a person entered is read from the secret store at each connect."""
        self._data_centres = data_centres
        self._keys = keys
        self._api = api
        self._routes = routes
        self._unknown_keys: set[AccountId] = set()
        self._open_routes: dict[AccountId, tuple[Client, ProxyEndpoint | None]] = {}

    async def connect(
        self, account: Account, state: UpdateState | None, on_incoming: IncomingHandler
    ) -> "TelegramLink":
        """See `campaigns.ports.Gateway.connect`."""
        client, fingerprint = await self._connect(account, may_be_frozen=False)
        return TelegramLink(client, account, fingerprint, state, on_incoming)

    async def log_out(self, account: Account) -> None:
        """See `campaigns.ports.Gateway.log_out`."""
        client, _ = await self._connect(account, may_be_frozen=True)
        try:
            await log_out(client)
        finally:
            await client.close()

    async def _connect(self, account: Account, *, may_be_frozen: bool) -> tuple[Client, bytes]:
        """A client whose session is that of the account, and the fingerprint of its key."""
        self._data_centres.claim_process(account.data_centre)
        secret = SessionSecret.from_bytes(await self._read(account.session_secret))
        api = self._api or ApiCredentials.from_bytes(await self._read(API_SECRET))
        client = await self._open_on_route(account, secret, api)
        try:
            # Its proxy may have been changed while it connected, when nobody knew of this link yet.
            await self.leave_changed_routes([account.id])
            await prove_identity(client, account, may_be_frozen=may_be_frozen)
        except BaseException:
            client.sever()
            await client.close()
            raise
        self._unknown_keys.discard(account.id)
        return client, secret.fingerprint

    async def leave_changed_routes(self, account_ids: Collection[AccountId]) -> None:
        """End the open links of these accounts that leave otherwise than they should by now: another proxy, or none.

        What was under way is settled as after any lost link; the next connect takes the new route.
        """
        for account_id in account_ids:
            client, used = self._open_routes.get(account_id, (None, None))
            if client is None or client.is_ended:
                self._open_routes.pop(account_id, None)
                continue
            try:
                is_right = await self._routes.find(account_id) == used
            except ProxyUnreachable:
                is_right = False
            if not is_right:
                client.sever()

    async def _open_on_route(self, account: Account, secret: SessionSecret, api: ApiCredentials) -> Client:
        """A connected client. Its account is held to its route from before the connect until it has ended."""
        async with self._routes.hold(account.id) as endpoint:
            access = None if endpoint is None else await read_access(self._keys, endpoint)
            client = self._make_client(account.data_centre, secret, api, access)
            try:
                await self._open(client, account, access)
            except BaseException:
                client.sever()
                await client.close()
                raise
            self._open_routes[account.id] = (client, endpoint)
            return client

    async def _read(self, name: str) -> bytes:
        return await await_blocking(OperationType.SECRET_STORE, partial(self._keys.get, name))

    def _make_client(
        self, data_centre: DataCentre, secret: SessionSecret, api: ApiCredentials, access: ProxyAccess | None
    ) -> Client:
        session = AccountSession(secret)
        if data_centre in (DataCentre.SANDBOX, DataCentre.CUSTOM):
            address = self._data_centres.locate(data_centre, secret.dc_id)
            session.set_dc(address.dc_id, address.host, address.port)
        options = {} if access is None else client_options(access)
        return CLIENT_CLASSES[data_centre](session, api, **options)

    async def _open(self, client: Client, account: Account, access: ProxyAccess | None) -> None:
        try:
            with telegram_errors:
                async with with_timeout(OperationType.CONNECT):
                    await client.connect()
        except TimedOut as error:
            if access is not None:
                raise ProxyUnreachable(detail=error.detail) from error
            raise
        except ConnectionLost as error:
            if isinstance(error.__cause__, AuthKeyNotFound):
                if account.id in self._unknown_keys:
                    self._unknown_keys.discard(account.id)
                    raise AccountSignedOut("Telegram no longer knows this session.", detail=error.detail) from error
                self._unknown_keys.add(account.id)
            elif access is not None and not error.detail.startswith("transport"):
                raise ProxyUnreachable(detail=error.detail) from error
            elif account.data_centre is DataCentre.SANDBOX and error.detail == "ConnectionError":
                raise sandbox_is_not_running() from error
            raise


class TelegramLink:
    """One connected account; see `campaigns.ports.Link`."""

    def __init__(
        self,
        client: Client,
        account: Account,
        key_fingerprint: bytes,
        state: UpdateState | None,
        on_incoming: IncomingHandler,
    ) -> None:
        self.key_fingerprint = key_fingerprint
        self._client = client
        self._own_id = account.telegram_user_id
        self._is_bot = account.kind is AccountKind.BOT
        self._reader = UpdateReader(client, state, on_incoming, own_id=self._own_id, is_bot=self._is_bot)

    @property
    def is_closed(self) -> bool:
        return self._client.is_ended

    async def wait_closed(self) -> None:
        await self._client.wait_ended()

    async def server_time(self) -> datetime:
        config = await self._client.call(OperationType.CONNECT, GetConfigRequest())
        moment: datetime = config.date
        return moment

    async def catch_up(self) -> None:
        await self._reader.catch_up()

    async def resolve(self, address: Address) -> Peer:
        """By name when there is one, since that works for everybody; by id for whom Telegram lets this account know."""
        if address.username:
            answer = await self._client.call(
                OperationType.RESOLVE, ResolveUsernameRequest(address.username.removeprefix("@"))
            )
            users = answer.users if isinstance(answer.peer, PeerUser) else []
            wanted = answer.peer.user_id if users else 0
        elif address.user_id is not None:
            # Hash 0 is accepted for contacts, and for a bot's own users (facts of Telegram, chapter 7).
            users = await self._client.call(OperationType.RESOLVE, GetUsersRequest([InputUser(address.user_id, 0)]))
            wanted = int(address.user_id)
        else:
            raise RecipientUnreachable("Neither a Telegram id nor a username is known.")
        self._client.session.learn(users)
        peer = self._client.session.peer(wanted)
        if peer is not None:
            return peer
        if address.username and not users:
            raise RecipientNotFound("The name belongs to a group or channel, not to a person.")
        raise RecipientUnreachable

    async def upload(self, media: Media, path: Path, progress: Callable[[int], None]) -> UploadedMedia:
        return await upload(self._client, media, path, progress, is_bot=self._is_bot)

    async def send(
        self, peer: Peer, message: OutgoingMessage, *, random_id: int, uploads: Sequence[UploadedMedia] = ()
    ) -> SentMessage:
        is_self = peer.user_id == self._own_id
        try:
            return await send(self._client, peer, message, random_id=random_id, uploads=uploads, is_self=is_self)
        except AccountFrozen as refusal:
            raise await self._with_dates(refusal) from refusal

    async def edit(self, peer: Peer, message_id: int, message: OutgoingMessage) -> None:
        await edit(self._client, peer, message_id, message, is_self=peer.user_id == self._own_id)

    async def delete(self, message_id: int) -> None:
        await delete(self._client, message_id)

    async def mark_read(self, peer: Peer, message_id: int) -> None:
        await mark_read(self._client, peer, message_id)

    async def tell_typing(self, peer: Peer) -> None:
        await tell_typing(self._client, peer)

    async def find_own_messages(self, peer: Peer, *, since: datetime) -> Sequence[HistoryMessage]:
        return await find_own_messages(self._client, peer, since=since, is_self=peer.user_id == self._own_id)

    async def list_devices(self) -> Sequence[Device]:
        return await list_devices(self._client)

    async def end_device(self, device_hash: str) -> None:
        await end_device(self._client, device_hash)

    async def end_other_devices(self) -> None:
        await end_other_devices(self._client)

    async def log_out(self) -> None:
        await log_out(self._client)

    async def close(self) -> None:
        await self._reader.close()
        await self._client.close()

    async def _with_dates(self, refusal: AccountFrozen) -> AppError:
        """The refusal is definite whatever happens now, so it stays what is raised."""
        try:
            return await read_freeze(self._client) or refusal
        except AppError:
            return refusal
