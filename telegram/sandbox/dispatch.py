"""From a client's message to the method that answers it: unwrapping, sign-in checks, faults, errors."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Protocol

from telethon.errors import TypeNotFoundError
from telethon.extensions import BinaryReader
from telethon.tl import TLRequest, functions, types

from telegram.sandbox.data_centre import DataCentre, Link
from telegram.sandbox.faults import Fault, FaultKind
from telegram.sandbox.session import Incoming, pack_if_smaller
from telegram.sandbox.state import KeyHolder


class RpcRefusal(Exception):
    """A method's refusal: becomes an RPC error."""

    def __init__(self, code: int, text: str) -> None:
        self.code = code
        self.text = text
        super().__init__(text)


class Caller(Enum):
    """Who may call a method."""

    ANYBODY = "anybody"
    SIGNED_IN = "signed_in"
    USER = "user"  # bots may not


class CallerLink(Link, Protocol):
    """What a call needs of the link it came over."""

    wants_updates: bool
    device: Any  # the InitConnectionRequest, or None

    @property
    def dc_id(self) -> int: ...

    def answer(self, request_id: int, result: bytes) -> None: ...

    def send(self, message: Any, *, is_content: bool = False) -> None: ...

    def send_transport_error(self, code: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Call:
    """What a method knows about its caller. `account_id` is 0 for nobody."""

    centre: DataCentre
    link: CallerLink
    holder: KeyHolder
    account_id: int
    stores_half: bool = False  # a fault: of an album only so much is stored

    def stores_items(self, count: int) -> int:
        """How many items of an album of so many are stored."""
        return (count + 1) // 2 if self.stores_half else count

    @property
    def is_bot(self) -> bool:
        return self.centre.state.accounts[self.account_id].is_bot


Handler = Callable[[Call, Any], Any]


@dataclass(frozen=True, slots=True)
class Method:
    """One method: Telegram's name for it, who may call it, what answers it (a TL object or bytes)."""

    name: str
    caller: Caller
    handler: Handler


METHODS: dict[type, Method] = {}


def answers(request_type: type, caller: Caller = Caller.SIGNED_IN) -> Callable[[Handler], Handler]:
    """Register the function that answers this request."""

    def register(handler: Handler) -> Handler:
        METHODS[request_type] = Method(method_name(request_type), caller, handler)
        return handler

    return register


def method_name(request_type: type) -> str:
    """Telegram's name: functions.messages.SendMessageRequest is "messages.sendMessage"."""
    name = request_type.__name__.removesuffix("Request")
    package = request_type.__module__.rpartition(".")[2]
    name = name[0].lower() + name[1:]
    return name if package == "functions" else f"{package}.{name}"


class Dispatcher:
    """Answers the messages of all links."""

    def __init__(self, centre: DataCentre) -> None:
        self._centre = centre

    def handle(self, link: CallerLink, message: Incoming) -> None:
        """Process one message of a client; what it leads to leaves at the end of the turn."""
        try:
            request = BinaryReader(message.body).tgread_object()
        except (TypeNotFoundError, BufferError, RuntimeError, ValueError, IndexError, OSError):
            self._refuse(link, message, 400, "INPUT_METHOD_INVALID")
            return
        request = self._unwrap(link, request)
        if isinstance(request, TLRequest) and not isinstance(request, _SERVICE_REQUESTS):
            self._call(link, message, request)
        else:
            self._serve(link, message, request)

    def _unwrap(self, link: CallerLink, request: Any) -> Any:
        wants_updates = True
        while isinstance(request, _WRAPPERS):
            if isinstance(request, functions.InitConnectionRequest):
                link.device = request
            elif isinstance(request, functions.InvokeWithoutUpdatesRequest):
                wants_updates = False
            request = request.query
        link.wants_updates = link.wants_updates and wants_updates
        return request

    def _serve(self, link: CallerLink, message: Incoming, request: Any) -> None:
        """Messages of the session layer; acknowledgements and the like need no answer."""
        if isinstance(request, functions.PingRequest | functions.PingDelayDisconnectRequest):
            link.send(types.Pong(message.message_id, request.ping_id))
        elif isinstance(request, functions.DestroySessionRequest):
            link.send(types.DestroySessionNone(request.session_id))

    def _call(self, link: CallerLink, message: Incoming, request: TLRequest) -> None:
        centre = self._centre
        holder = centre.state.keys[link.key_id]
        call = Call(centre, link, holder, holder.user_id)
        method = METHODS.get(type(request))
        name = method.name if method else method_name(type(request))
        centre.calls[name] += 1
        try:
            self._check_key(call)
            fault = centre.faults.next_for(name, call.account_id)
            if fault is not None and self._strike_before(call, message, fault, request):
                return
            if fault is not None and fault.kind in (FaultKind.PARTLY_LOST, FaultKind.PARTLY_ANSWERED):
                call = replace(call, stores_half=True)
            result = self._run(call, method, request)
        except RpcRefusal as refusal:
            self._refuse(link, message, refusal.code, refusal.text)
            return
        if fault is not None and self._strike_after(call, message, fault, request, result):
            return
        link.answer(message.message_id, result)

    def _check_key(self, call: Call) -> None:
        if call.holder.is_duplicated:
            raise RpcRefusal(406, "AUTH_KEY_DUPLICATED")
        if call.account_id and call.centre.has_second_link(call.link):
            call.centre.end_key(call.link.key_id, "duplicated", except_link=call.link)
            raise RpcRefusal(406, "AUTH_KEY_DUPLICATED")

    def _run(self, call: Call, method: Method | None, request: Any) -> bytes:
        if method is None:
            raise RpcRefusal(400, "INPUT_METHOD_INVALID")
        if method.caller is not Caller.ANYBODY and not call.account_id:
            if call.link.key_id in call.centre.sign_ins.password_owed:
                raise RpcRefusal(401, "SESSION_PASSWORD_NEEDED")
            raise RpcRefusal(401, "AUTH_KEY_UNREGISTERED")
        if method.caller is Caller.USER and call.is_bot:
            raise RpcRefusal(400, "BOT_METHOD_INVALID")
        result = method.handler(call, request)
        return pack_if_smaller(result if isinstance(result, bytes) else result._bytes())

    def _refuse(self, link: CallerLink, message: Incoming, code: int, text: str) -> None:
        link.answer(message.message_id, types.RpcError(code, text)._bytes())

    def _strike_before(self, call: Call, message: Incoming, fault: Fault, request: Any) -> bool:
        """Do what happens instead of the call; False if the call takes effect nevertheless."""
        link, centre = call.link, call.centre
        match fault.kind:
            case FaultKind.ERROR:
                raise RpcRefusal(fault.code, fault.text)
            case FaultKind.FLOOD:
                raise RpcRefusal(420, f"FLOOD_WAIT_{int(fault.seconds)}")
            case FaultKind.DROP_BEFORE:
                link.drop()
            case FaultKind.DROP_THEN_REFUSE:
                random_id = _random_id_of(request)
                if random_id is not None:
                    centre.faults.refuse_repeat(call.account_id, random_id, fault)
                link.drop()
            case FaultKind.SWALLOW if not fault.takes_effect:
                link.send(types.MsgsAck([message.message_id]))
            case FaultKind.FORGET_KEY:
                link.send_transport_error(404)
                centre.end_key(link.key_id, "forgotten", except_link=link)
            case FaultKind.TRANSPORT_ERROR:
                link.send_transport_error(fault.code)
            case FaultKind.DUPLICATE_KEY:
                centre.end_key(link.key_id, "duplicated", except_link=link)
                raise RpcRefusal(406, "AUTH_KEY_DUPLICATED")
            case FaultKind.CLOCK_JUMP:
                centre.clock.offset_s += fault.seconds
                return False
            case _:
                return False
        return True

    def _strike_after(self, call: Call, message: Incoming, fault: Fault, request: Any, result: bytes) -> bool:
        """Do what happens to the answer of a call that took effect; False if it is sent as usual."""
        match fault.kind:
            case FaultKind.DROP_AFTER | FaultKind.PARTLY_LOST:
                call.link.drop()
            case FaultKind.LOSE_THEN_REFUSE:
                random_id = _random_id_of(request)
                if random_id is not None:
                    call.centre.faults.refuse_repeat(call.account_id, random_id, fault)
                call.link.drop()
            case FaultKind.SWALLOW:
                call.link.send(types.MsgsAck([message.message_id]))
            case FaultKind.DELAY:
                loop = asyncio.get_running_loop()
                loop.call_later(fault.seconds, call.link.answer, message.message_id, result)
            case _:
                return False
        return True


def _random_id_of(request: Any) -> int | None:
    """By which a repeat is known: that of an album's first item."""
    items = getattr(request, "multi_media", None)
    found: int | None = items[0].random_id if items else getattr(request, "random_id", None)
    return found


_WRAPPERS = (
    functions.InvokeWithLayerRequest,
    functions.InitConnectionRequest,
    functions.InvokeWithoutUpdatesRequest,
    functions.InvokeAfterMsgRequest,
    functions.InvokeAfterMsgsRequest,
)
_SERVICE_REQUESTS = (
    functions.PingRequest,
    functions.PingDelayDisconnectRequest,
    functions.DestroySessionRequest,
)
