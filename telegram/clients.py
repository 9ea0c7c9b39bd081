"""Telethon clients as Wireroom uses them: no retries, no waits, no reconnects of their own, and an end that is final.

Every use of Telethon's private parts stands in this file; tests/telegram/test_clients.py holds them against the pinned
version. Telethon's own logging is off: it can print requests, and so message bodies.
"""

import asyncio
import logging
import socket
import struct
from asyncio import Future
from typing import Any

from telethon import TelegramClient
from telethon.tl.alltlobjects import LAYER
from telethon.tl.functions import InvokeWithLayerRequest
from telethon.tl.functions.help import GetConfigRequest
from telethon.tl.types import UpdateShortSentMessage

from core.domain.account import DataCentre
from core.errors import NetworkError
from core.timeouts import OperationType, timed_out, timeout_of
from telegram.data_centres import ApiCredentials
from telegram.direct_connection import DirectTcp
from telegram.errors import ends_link, telegram_errors
from telegram.session import AccountSession

APP_VERSION = "0.1"

TELETHON_VERSION = "1.45.0"
"""The pin whose private parts are used here."""

_silent = logging.getLogger("telegram.telethon")
_silent.setLevel(logging.CRITICAL + 1)
_silent.propagate = False


class _SilentLoggers(dict[str, logging.Logger]):
    def __missing__(self, key: str) -> logging.Logger:
        return _silent


SILENT_LOGGERS = _SilentLoggers()
"""For Telethon's network classes, which look their logger up by module name."""

_OPTIONS = {
    "auto_reconnect": False,  # a lost link is final: what was pending must not go out later by itself
    "connection_retries": 1,  # the gateway decides about the next try
    "retry_delay": 0,
    "request_retries": 0,  # with the next: RANDOM_ID_DUPLICATE must not become a ValueError after 12 s
    "raise_last_call_error": True,
    "flood_sleep_threshold": 0,  # a demanded wait is the engine's business
    "receive_updates": True,
    "app_version": APP_VERSION,
    "connection": DirectTcp,
    "base_logger": _silent,
}

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER: on, 0 s; the system drops what it has not sent yet


class UpdateQueue(asyncio.Queue[Any]):
    """Pushed updates, and the update part of our own results, in the order of their arrival.

    `news` is set when anything comes that our own sends did not cause; whoever reads clears it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.news = asyncio.Event()

    def put_nowait(self, item: Any) -> None:
        super().put_nowait(item)
        if not isinstance(item, UpdateShortSentMessage):
            self.news.set()


class Client(TelegramClient):
    """One connection of one account.

    Requests go straight to the sender (`invoke`): no entity look-ups, no flood cache. Updates are left in `updates` for
    telegram.updates to read; Telethon's own update loop, which would lose what a crash interrupts, never runs.
    """

    session: AccountSession

    def __init__(self, session: AccountSession, api: ApiCredentials, **options: Any) -> None:
        super().__init__(session, api.api_id, api.api_hash, **{**_OPTIONS, **options})
        self._updates_queue = self._sender._updates_queue = UpdateQueue()
        self._ended = asyncio.Event()

    async def connect(self) -> None:
        """Open the link and greet; exchanges keys only if the session has none. Raises Telethon's errors."""
        session = self.session
        self._loop = asyncio.get_running_loop()
        connection = self._connection(
            session.server_address, session.port, session.dc_id, loggers=self._log, proxy=self._proxy, local_addr=None
        )
        await self._sender.connect(connection)
        self._sender._disconnected.add_done_callback(self._on_disconnected)
        session.auth_key = self._sender.auth_key
        self._init_request.query = GetConfigRequest()
        await self._sender.send(InvokeWithLayerRequest(LAYER, self._init_request))
        self._keepalive_handle = self._loop.create_task(self._keepalive_loop(), name="telegram-keep-alive")

    @property
    def updates(self) -> UpdateQueue:
        """Nobody else reads it: Telethon's own update loop never runs."""
        queue: UpdateQueue = self._updates_queue
        return queue

    @property
    def is_ended(self) -> bool:
        """Nothing can be sent any more."""
        return self._ended.is_set()

    async def wait_ended(self) -> None:
        """Return once the link has ended, for whatever reason."""
        await self._ended.wait()

    def invoke(self, request: Any) -> "Future[Any]":
        """Hand one request to the network; the answer comes in the future. Raises ConnectionError when ended."""
        if self._ended.is_set():
            raise ConnectionError("the link has ended")
        future: Future[Any] = self._sender.send(request)
        return future

    async def call(self, operation: OperationType, request: Any) -> Any:
        """The answer to one request, within the time-out of this kind of operation.

        Raises our errors only. A request that may have left without an answer ends the link.
        """
        late: asyncio.TimerHandle | None = None
        try:
            with telegram_errors:
                answer = self.invoke(request)
                # A timer alone: `with_timeout` around each of thousands of requests a second costs three times as much.
                late = self._loop.call_later(timeout_of(operation), self._give_up, answer, operation)
                return await answer
        except asyncio.CancelledError:
            self.sever()
            raise
        except NetworkError as error:
            if ends_link(error):
                self.sever()
            raise
        finally:
            if late is not None:
                late.cancel()

    def _give_up(self, answer: "Future[Any]", operation: OperationType) -> None:
        if not answer.done():
            answer.set_exception(timed_out(operation, timeout_of(operation)))
            self.sever()

    def sever(self) -> None:
        """End the link at once: when this returns, nothing that was handed over can be written any more.

        Telethon does not withdraw a request that timed out or was cancelled. So its queue is emptied, the socket's
        buffers are dropped and the socket is reset. Telethon's tasks end by themselves when they notice; `close`
        waits for them.
        """
        self._ended.set()
        sender = self._sender
        waiting = sender._send_queue._deque
        for state in [*waiting, *sender._pending_state.values()]:
            if not state.future.done():
                state.future.set_exception(ConnectionError("the link was ended"))
                state.future.exception()  # retrieved, in case nobody waits for it any more
        waiting.clear()
        sender._pending_state.clear()
        writer = getattr(sender._connection, "_writer", None)
        # A closed transport of uvloop still names its old descriptor, which may be another link's by now.
        if writer is not None and not writer.transport.is_closing():
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            writer.transport.abort()

    async def close(self) -> None:
        """End the link and wait until all of it has ended: in order when nothing is under way, else severed."""
        sender = self._sender
        if sender._pending_state or sender._send_queue._deque:
            self.sever()
        self._ended.set()
        await self.disconnect()

    def _on_disconnected(self, disconnected: "Future[None]") -> None:
        if not disconnected.cancelled():
            disconnected.exception()  # retrieved, so that asyncio does not report it as forgotten
        self.sever()  # whoever waits for a request that Telethon never packed would wait for ever


class _ProductionClient(Client):
    _config = None


class _TestClient(Client):
    _config = None


class _SandboxClient(Client):
    _config = None


class _CustomClient(Client):
    _config = None


CLIENT_CLASSES: dict[DataCentre, type[Client]] = {
    # Telethon caches the addresses of a data centre in the class (`_config`): one class for each, or the sandbox's
    # 127.0.0.1 would reach real accounts.
    DataCentre.PRODUCTION: _ProductionClient,
    DataCentre.TEST: _TestClient,
    DataCentre.SANDBOX: _SandboxClient,
    DataCentre.CUSTOM: _CustomClient,
}
