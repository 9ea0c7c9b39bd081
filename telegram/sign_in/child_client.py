"""The parent's end of a sign-in child: starts it, gives commands, hears states. No Telethon here, and no Qt."""

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import msgspec

from core.child_lines import ChildLines
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
        command = [*program, "sign-in-child", "--workspace", str(workspace.folder), "--method", method.value]
        command += ["--as", actor]
        if again is not None:
            command += ["--account", str(again)]
        if data_centre is not None:
            command += ["--data-centre", data_centre.value]
        if proxy:
            command += ["--proxy", proxy]
        self._log = workspace.logs / LOG_NAME
        self._key_line = key_line
        self._states: asyncio.Queue[State | None] = asyncio.Queue()
        self._last: State | None = None
        self._lines = ChildLines(
            command, _states, self._states.put_nowait, log=self._log, end_s=END_S, name="sign-in child"
        )

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def start(self) -> None:
        """Start the process; its first state comes after about a second."""
        self._lines.start()
        self._lines.give(self._key_line)

    def give(self, command: Command) -> None:
        """Do this. A child that has ended is noticed by `next_state`."""
        self._lines.give(msgspec.json.encode(command) + b"\n")

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

    async def close(self) -> int | None:
        """Close its input and wait for its end; ended by force if it does not. A half-done sign-in stays.

        Its exit code; None when it was closed before.
        """
        return await self._lines.close()

    @property
    def pid(self) -> int | None:
        """Of the process, while it was not closed."""
        return self._lines.pid
