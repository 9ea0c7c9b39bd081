"""The parent's end of a sign-in child: starts it, gives commands, hears states. No Telethon here, and no Qt."""

import asyncio
import contextlib
import subprocess
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import msgspec

from core.domain.account import DataCentre
from core.domain.ids import AccountId
from core.errors import AppError
from core.workspace import Workspace
from telegram.sign_in.values import Cancelled, Command, Done, Method, Refused, State

LOG_NAME = "sign-in-output.log"
END_S = 10.0
"""How long a child may take to end after its input was closed, before it is ended by force."""

_states = msgspec.json.Decoder(State)


class SignInEnded(AppError):
    """The child process ended before the sign-in did."""

    code = "sign_in_ended"
    default_title = "The sign-in ended by itself"
    default_hint = "Start it again; it goes on where it was."


class SignInChild:
    """One sign-in in a process of its own. For one event loop; works with any, Qt's too.

    async with SignInChild(program, workspace, key_line) as child:
        while not isinstance(state := await child.next_state(), Done | Cancelled):
            child.give(...)
    """

    def __init__(
        self,
        program: Sequence[str],
        workspace: Workspace,
        key_line: bytes,
        *,
        method: Method = Method.QR,
        again: AccountId | None = None,
        data_centre: DataCentre | None = None,
        proxy: str = "",
        actor: str,
    ) -> None:
        """`key_line` is SecretsManager.key_line(). `again`: the account that gets a new session; None adds one.

        `data_centre` None: the sandbox of a sandbox workspace, Telegram of a live one. `proxy`: what a new account
        leaves through, from its first connection on: a proxy's number, values.ANY_PROXY, or "" for none.
        """
        self._command = [*program, "sign-in-child", "--workspace", str(workspace.folder), "--method", method.value]
        self._command += ["--as", actor]
        if again is not None:
            self._command += ["--account", str(again)]
        if data_centre is not None:
            self._command += ["--data-centre", data_centre.value]
        if proxy:
            self._command += ["--proxy", proxy]
        self._log = workspace.logs / LOG_NAME
        self._key_line = key_line
        self._states: asyncio.Queue[State | None] = asyncio.Queue()
        self._process: subprocess.Popen[bytes] | None = None
        self._last: State | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def start(self) -> None:
        """Start the process; its first state comes after about a second."""
        loop = asyncio.get_running_loop()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: ASYNC220 - starting takes a few ms
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,  # Ctrl+C in a terminal ends the parent, which closes our input
            )
        self._write(self._key_line)
        threading.Thread(target=self._read, args=(loop,), name="sign-in child", daemon=True).start()

    def give(self, command: Command) -> None:
        """Do this. A child that has ended is noticed by `next_state`."""
        self._write(msgspec.json.encode(command) + b"\n")

    async def next_state(self) -> State:
        """The next state, in order. Raises SignInEnded when the child ended without Done or Cancelled."""
        state = await self._states.get()
        if state is None:
            self._states.put_nowait(None)
            problem = self._last.problem if isinstance(self._last, Refused) else None
            if problem is not None:
                raise SignInEnded(problem.message, title=problem.title, hint=problem.hint, detail=problem.detail)
            raise SignInEnded(detail=f"the end of {self._log} may say why")
        self._last = state
        return state

    @property
    def is_finished(self) -> bool:
        """Whether the last state was Done or Cancelled."""
        return isinstance(self._last, Done | Cancelled)

    async def close(self) -> None:
        """Close its input and wait for its end; ended by force if it does not. A half-done sign-in stays."""
        process, self._process = self._process, None
        if process is None or process.stdin is None:
            return
        with contextlib.suppress(OSError):
            process.stdin.close()
        await asyncio.to_thread(_wait, process)

    def _write(self, line: bytes) -> None:
        process = self._process
        if process is None or process.stdin is None:
            return
        with contextlib.suppress(OSError, ValueError):  # it has ended: next_state says so
            process.stdin.write(line)  # a few hundred bytes: they fit into the pipe without waiting
            process.stdin.flush()

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        with process.stdout, contextlib.suppress(RuntimeError):  # the loop has ended
            for line in process.stdout:
                with contextlib.suppress(msgspec.DecodeError):
                    loop.call_soon_threadsafe(self._states.put_nowait, _states.decode(line))
            loop.call_soon_threadsafe(self._states.put_nowait, None)


def _wait(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
