"""One client's connection: transport, then key exchange or encrypted session, then the dispatcher."""

import asyncio
import os
import socket
from struct import Struct
from struct import error as StructError
from typing import Any, cast

from telethon.errors import TypeNotFoundError
from telethon.extensions import BinaryReader
from telethon.tl import types

from telegram.sandbox import records
from telegram.sandbox.auth_key import InvalidPacket
from telegram.sandbox.data_centre import DataCentre
from telegram.sandbox.dispatch import Dispatcher
from telegram.sandbox.key_exchange import KeyExchange, KeyExchangeError, ServerKey
from telegram.sandbox.session import BAD_SALT, EncryptedSession, Outgoing, Refusal
from telegram.sandbox.transport import Transport, TransportError

_PLAIN = Struct("<qqi")  # no key, message id, length
_INT = Struct("<i")


def _read_plain(packet: bytes) -> Any:
    """The request of an unencrypted packet. Raises KeyExchangeError."""
    try:
        _, _, length = _PLAIN.unpack_from(packet)
        return BinaryReader(packet[_PLAIN.size : _PLAIN.size + length]).tgread_object()
    except (StructError, TypeNotFoundError, BufferError, RuntimeError) as error:
        raise KeyExchangeError("no request") from error


class ClientLink(asyncio.Protocol):
    """Speaks MTProto with one client. A client that breaks the protocol loses its link."""

    def __init__(
        self, centre: DataCentre, dispatcher: Dispatcher, server_key: ServerKey, proxy_secret: bytes, dc_id: int
    ) -> None:
        self.dc_id = dc_id
        self._centre = centre
        self._dispatcher = dispatcher
        self._key_exchange = KeyExchange(server_key)
        self._framing = Transport(proxy_secret)
        self._socket: asyncio.Transport | None = None
        self._session: EncryptedSession | None = None
        self._outgoing: list[Outgoing] = []
        self._raw: list[bytes] = []  # packets that are sent as they are, before the encrypted ones
        self._closes_after_flush = False
        self.wants_updates = True
        self.device: Any = None

    # Called by the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._socket = cast(asyncio.Transport, transport)  # uvloop's is none by its class
        self._centre.sources[transport.get_extra_info("peername")[0]] += 1

    def data_received(self, data: bytes) -> None:
        try:
            for packet in self._framing.receive(data):
                if self._socket is None:
                    break  # dropped while handling the packet before
                self._receive(packet)
        except (TransportError, InvalidPacket, KeyExchangeError):
            self.drop()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()

    # Called by the data centre and the dispatcher

    @property
    def key_id(self) -> int:
        assert self._session is not None, "only links with a key are known to others"
        return self._session.auth_key.key_id

    @property
    def is_open(self) -> bool:
        """Whether the client still holds its end: a closed one may not have been noticed yet."""
        if self._socket is None or self._socket.is_closing():
            return False
        number = self._socket.get_extra_info("socket").fileno()
        with socket.fromfd(number, socket.AF_INET, socket.SOCK_STREAM) as peeker:
            peeker.setblocking(False)
            try:
                return peeker.recv(1, socket.MSG_PEEK) != b""
            except BlockingIOError:
                return True
            except OSError:
                return False

    def answer(self, request_id: int, result: bytes) -> None:
        """Send the result of a request at the end of the turn."""
        if self._socket is not None and self._session is not None:
            self._enqueue(self._session.make_result(request_id, result))

    def send(self, message: Any, *, is_content: bool = False) -> None:
        """Send a message that is no result, at the end of the turn."""
        if self._socket is not None and self._session is not None:
            self._enqueue(self._session.make(message._bytes(), is_content=is_content, is_answer=False))

    def push(self, update: Any) -> None:
        self.send(update, is_content=True)

    def send_transport_error(self, code: int) -> None:
        """Send -code instead of a packet, then close."""
        self._raw.append(_INT.pack(-code))
        self._closes_after_flush = True
        self._centre.turn.answer_with(self)

    def drop(self) -> None:
        """Close now; what waits to be sent is lost."""
        if self._socket is not None:
            self._socket.abort()
            self._forget()

    def flush(self) -> None:
        """Send everything that has waited for the end of the turn."""
        if self._socket is None:
            return
        packets, self._raw = self._raw, []
        if self._outgoing and self._session is not None:
            messages, self._outgoing = self._outgoing, []
            packets.extend(self._session.seal(messages[i : i + 100]) for i in range(0, len(messages), 100))
        self._socket.write(b"".join(map(self._framing.wrap, packets)))
        if self._closes_after_flush:
            self._socket.close()
            self._forget()

    # Inside

    def _receive(self, packet: bytes) -> None:
        if packet[:8] == bytes(8):
            self._exchange_keys(packet)
            return
        session = self._session_for(packet)
        if session is None:
            self.send_transport_error(404)
            return
        opened = session.open(packet)
        if isinstance(opened, Refusal):
            self._refuse(session, opened)
            return
        if session.is_new:
            session.is_new = False
            first_id = min(message.message_id for message in opened)
            unique_id = int.from_bytes(os.urandom(8), "little", signed=True)
            self.send(types.NewSessionCreated(first_id, unique_id, session.salt), is_content=True)
        for message in opened:
            if self._socket is None or self._closes_after_flush:
                return
            self._dispatcher.handle(self, message)

    def _session_for(self, packet: bytes) -> EncryptedSession | None:
        key_id = int.from_bytes(packet[:8], "little")
        holder = self._centre.state.keys.get(key_id)
        if holder is None or holder.dc_id != self.dc_id:
            return None
        if self._session is None or self._session.auth_key is not holder.auth_key:
            if self._session is not None:
                self._centre.detach(self)
            self._session = EncryptedSession(holder.auth_key, self._centre.salt(key_id), self._centre.clock)
            self._centre.attach(self)
        return self._session

    def _refuse(self, session: EncryptedSession, refusal: Refusal) -> None:
        if refusal.error_code == BAD_SALT:
            notice = types.BadServerSalt(refusal.message_id, refusal.sequence, BAD_SALT, session.salt)
        else:
            notice = types.BadMsgNotification(refusal.message_id, refusal.sequence, refusal.error_code)
        self.send(notice)

    def _exchange_keys(self, packet: bytes) -> None:
        request = _read_plain(packet)
        answer = self._key_exchange.answer(request, self._centre.now_s())
        if self._key_exchange.result is not None:
            self._centre.turn.record(records.KeyMade(self._key_exchange.result.key, self.dc_id))
            self._key_exchange.result = None
        body = answer._bytes()
        answer_id = int(self._centre.clock.unix_s() * (1 << 32)) & ~3 | 1
        self._raw.append(_PLAIN.pack(0, answer_id, len(body)) + body)
        self._centre.turn.answer_with(self)

    def _enqueue(self, message: Outgoing) -> None:
        self._outgoing.append(message)
        self._centre.turn.answer_with(self)

    def _forget(self) -> None:
        if self._session is not None and self._socket is not None:
            self._centre.detach(self)
        self._socket = None
        self._outgoing.clear()
        self._raw.clear()
