"""What a stand-in of a provider is told to do with the next requests, and what it was asked: one form for both servers."""

import asyncio
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

KEY = "AQ.key-of-a-stand-in-and-of-nothing-else"


class Fault(StrEnum):
    """What goes wrong."""

    BAD_KEY = auto()  # 400 API_KEY_INVALID, or 401 invalid_api_key
    BAD_KEY_401 = auto()
    DENIED = auto()
    REGION = auto()
    QUOTA = auto()  # with the provider's own wait of 2.1 s
    QUOTA_WITHOUT_TIME = auto()
    QUOTA_IN_A_LIST = auto()  # the error is the one element of an array
    NO_MODEL = auto()
    BAD_REQUEST = auto()
    ERROR_500 = auto()
    ERROR_503 = auto()
    ERROR_504 = auto()
    HTML_502 = auto()
    HTML_200 = auto()
    STRANGE_JSON = auto()
    REDIRECT = auto()
    PROMPT_BLOCKED = auto()
    ANSWER_BLOCKED = auto()
    EMPTY = auto()
    AT_LIMIT = auto()
    AT_LIMIT_EMPTY = auto()
    STRANGE_FINISH = auto()
    NO_FINISH = auto()
    ERROR_IN_STREAM = auto()  # after the first piece
    LINK_CUT = auto()  # after the first piece of a stream; before any of a whole answer
    SILENT = auto()  # the connection is taken and nothing comes


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One answer of the server."""

    pieces: tuple[str, ...] = ("Hello", ", ", "world")
    fault: Fault | None = None
    thought: str = ""
    tokens_in: int = 7
    tokens_out: int = 3
    holds_after: int | None = None  # after so many pieces it waits until `release`


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: str


@dataclass(slots=True)
class Memory:
    """Shared by a server and its test; any thread."""

    scripts: deque[Script] = field(default_factory=deque)
    seen: list[Seen] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    hung_up: threading.Event = field(default_factory=threading.Event)

    def next_script(self) -> Script:
        return self.scripts.popleft() if self.scripts else Script()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # with the default of 5, twenty calls at once are reset
    memory: Memory

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is what some tests are about."""
        self.memory.hung_up.set()


class StandIn:
    """A provider on the loopback address; `will` says what comes next, `seen` what was asked. Use with `with`."""

    def __init__(self, handler: type["Handler"]) -> None:
        self.memory = Memory()
        self._server = _Server(("127.0.0.1", 0), type("Bound", (handler,), {"memory": self.memory}))
        self._server.memory = self.memory
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.memory.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def seen(self) -> list[Seen]:
        return self.memory.seen

    def will(self, *scripts: Script) -> None:
        """The next requests for text are answered so; what follows them as by `Script()`."""
        self.memory.scripts.extend(scripts)

    def forget(self) -> None:
        """As if it had just been started."""
        self.memory.scripts.clear()
        self.memory.seen.clear()
        self.memory.released.clear()
        self.memory.hung_up.clear()

    async def wait_asked(self) -> None:
        """Until a request has arrived."""
        while not self.memory.seen:
            await asyncio.sleep(0.005)

    def release(self) -> None:
        """Let what is held go on."""
        self.memory.released.set()


class Handler(BaseHTTPRequestHandler):
    """What both forms have in common."""

    memory: Memory
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        """Silent."""

    def read_request(self) -> str:
        body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        self.memory.seen.append(Seen(self.command, self.path, dict(self.headers.items()), body))
        return body

    def give(self, status: int, body: str, kind: str = "application/json", **headers: str) -> None:
        data = body.encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def begin_chunks(self, kind: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()

    def chunk(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))
        self.wfile.flush()

    def end_chunks(self) -> None:
        self.wfile.write(b"0\r\n\r\n")

    def cut(self) -> None:
        """The connection ends in the middle."""
        self.wfile.flush()
        self.close_connection = True
        self.connection.shutdown(2)

    def hold(self) -> None:
        """Until the test goes on or the client is gone."""
        self.connection.settimeout(0.02)
        while not self.memory.released.is_set():
            try:
                if self.connection.recv(1) == b"":
                    self.memory.hung_up.set()
                    raise ConnectionResetError("the client went away")
            except TimeoutError:
                continue
        self.connection.settimeout(None)

    def common_fault(self, fault: Fault | None) -> bool:
        """Answers that have nothing to do with the form. False: it is none of them."""
        match fault:
            case Fault.HTML_502:
                self.give(502, "<html><body>Bad Gateway</body></html>", "text/html")
            case Fault.HTML_200:
                self.give(200, "<html><body>Sign in to this network</body></html>", "text/html")
            case Fault.REDIRECT:
                self.give(302, "", "text/html", location="http://127.0.0.1:9/elsewhere")
            case Fault.SILENT:
                self.hold()
            case _:
                return False
        return True
