"""A window's end of the child that asks the model. Loads no provider's library, and starts nothing while AI is off."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

import msgspec

from ai.child import lines
from ai.child.orders import AnyOrder, Order
from ai.keys import KEY_NAMES
from ai.service import AiService, AiStatus
from campaigns.job_errors import error_of
from core.ai_errors import AiError, AiKeyRejected, AiNotAllowed, AiNotSetUp, AiTurnedOff
from core.child_lines import ChildLines
from core.config import AiSettings
from core.errors import Cancelled
from core.text_model import ModelInfo, SentRequest
from core.workspace import Workspace

R = TypeVar("R")

LOG_NAME: Final = "ai-output.log"
END_S: Final = 10.0
"""How long the child may take to end: requests are cancelled at the provider, and the database is closed."""

ReadKey = Callable[[str], Awaitable[str]]
"""The key of a provider out of the secret store, "" where there is none; it may ask a person and raise Cancelled."""

_told = msgspec.json.Decoder(lines.Told)


class AiChildEnded(AiError):
    code = "ai_child_ended"
    default_title = "The process that asks the model ended by itself"
    default_message = "Nothing of its answer was taken."
    default_hint = "Ask again; it starts anew."


async def _no_key(_: str) -> str:
    return ""


class AiControl:
    """Asks the text model from a child process, which starts with the first question and stays until `close`.

    For one event loop, Qt's too. The key goes through a pipe when the first question needs it, and again after the
    provider refused it: somebody may have stored another one.
    """

    def __init__(
        self, workspace: Workspace, program: Sequence[str], settings: Callable[[], AiSettings], service: AiService
    ) -> None:
        """`program` starts Wireroom again. `service` is asked only for what lies in the workspace."""
        self._command = [*program, "ai-child", "--workspace", str(workspace.folder)]
        self._log = workspace.logs / LOG_NAME
        self._settings = settings
        self._service = service
        self._read_key: ReadKey = _no_key
        self._child: ChildLines[lines.Told] | None = None
        self._handed: str | None = None  # the provider whose key the child has
        self._handing = asyncio.Lock()
        self._closes = 0
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[lines.Told]] = {}
        self._shows: dict[int, Callable[[str], None]] = {}

    def use_keys(self, read_key: ReadKey = _no_key) -> None:
        """How the secret store is reached when a key is needed first; without an argument: not at all."""
        self._read_key = read_key

    @property
    def is_on(self) -> bool:
        """The setting, as it is now."""
        return self._settings().enabled

    @property
    def pid(self) -> int | None:
        """Of the child, while there is one."""
        return None if self._child is None else self._child.pid

    async def status(self) -> AiStatus:
        """How it stands, today's use and budget too; no child is started for it."""
        return await self._service.status()

    async def ask(
        self,
        order: Order[R],
        *,
        actor: str,
        on_text: Callable[[str], None] | None = None,
        is_fresh: bool = False,
    ) -> R:
        """The answer; `is_fresh`: not one that is kept, since that one was not liked.

        `on_text` gets the whole text so far as it is written: for orders whose answer is plain text.

        Cancelling ends the request at the provider. Raises as `AiService.ask`, UserInputError for what cannot be
        asked, and Cancelled when `close` came first or a person did not open the secret store.
        """
        self._demand_on()
        if order.needs_key:
            await self._hand_key()
        number = next(self._numbers)
        if on_text is not None:
            self._shows[number] = on_text
        # An order is one of AnyOrder: msgspec refuses every other when it is encoded for the child.
        ask = lines.Ask(
            number=number,
            order=_known(order),
            actor=actor,
            is_streamed=on_text is not None,
            is_fresh=is_fresh,
        )
        try:
            told = await self._tell_and_wait(ask)
        except (AiKeyRejected, AiNotAllowed, AiNotSetUp):
            self._handed = None
            raise
        finally:
            self._shows.pop(number, None)
        assert isinstance(told, lines.Answered)
        return order.decode(bytes(told.value))

    async def preview(self, order: Order[R], *, streamed: bool = False) -> SentRequest:
        """Exactly what `ask` would send (`streamed`: with `on_text`). Needs no key, and nothing is sent."""
        self._demand_on()
        look = lines.Look(number=next(self._numbers), order=_known(order), is_streamed=streamed)
        told = await self._tell_and_wait(look)
        assert isinstance(told, lines.Seen)
        return told.sent

    async def models(self) -> Sequence[ModelInfo]:
        """What the provider offers."""
        self._demand_on()
        await self._hand_key()
        try:
            told = await self._tell_and_wait(lines.ListModels(number=next(self._numbers)))
        except (AiKeyRejected, AiNotAllowed, AiNotSetUp):
            self._handed = None
            raise
        assert isinstance(told, lines.Models)
        return told.models

    async def close(self) -> None:
        """End the child, and what is under way with it; it holds no key any more. The next question starts another."""
        child, self._child = self._child, None
        self._handed = None
        self._closes += 1
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(Cancelled())
        if child is not None:
            await child.close()

    def _demand_on(self) -> None:
        if not self.is_on:
            raise AiTurnedOff

    async def _hand_key(self) -> None:
        async with self._handing:  # two questions at once ask a person once
            provider = self._settings().provider
            if self._handed == provider and self._child is not None:
                return
            closes = self._closes
            key = await self._read_key(provider) if provider in KEY_NAMES else ""
            if self._closes != closes:  # locked meanwhile: no child with a key starts behind the lock
                raise Cancelled
            self._give(lines.HandKey(provider=provider, key=key))
            self._handed = provider

    async def _tell_and_wait(self, command: lines.Ask | lines.Look | lines.ListModels) -> lines.Told:
        number = command.number
        future: asyncio.Future[lines.Told] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        self._give(command)
        try:
            told = await future
        except asyncio.CancelledError:
            self._give(lines.Cancel(number=number))
            raise
        finally:
            del self._waiting[number]
        if isinstance(told, lines.Failed):
            error = error_of(told, is_cancelled=False)
            error.detail = told.detail
            raise error
        return told

    def _give(self, command: lines.Command) -> None:
        if self._child is None:
            if isinstance(command, lines.Cancel):
                return
            self._child = self._start()
        self._child.give(msgspec.json.encode(command) + b"\n")

    def _start(self) -> ChildLines[lines.Told]:
        def take(told: lines.Told | None) -> None:
            if told is not None:
                self._take(told)
            elif self._child is child:  # it ended, and nobody asked it to
                self._child = self._handed = None
                for future in self._waiting.values():
                    if not future.done():
                        future.set_exception(AiChildEnded(detail=f"the end of {self._log} may say why"))

        child = ChildLines(self._command, _told, take, log=self._log, end_s=END_S, name="ai child")
        child.start()
        return child

    def _take(self, told: lines.Told) -> None:
        if isinstance(told, lines.Written):
            if (show := self._shows.get(told.number)) is not None:
                show(told.text)
            return
        future = self._waiting.get(told.number)
        if future is not None and not future.done():
            future.set_result(told)


def _known(order: Order[R]) -> AnyOrder:
    assert isinstance(order, AnyOrder)
    return order
