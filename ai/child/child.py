"""The child process that asks the model: commands come in on standard input, answers go out on standard output.

It ends when its input closes; what is under way is then cancelled at the provider.
"""

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import BinaryIO

import msgspec

from ai.child.lines import (
    Answered,
    Ask,
    Cancel,
    Command,
    Failed,
    HandKey,
    ListModels,
    Look,
    Models,
    Seen,
    Told,
    Written,
)
from ai.child.orders import InboxOrder
from ai.inbox.assistant import InboxAssistant
from ai.keys import KEY_NAMES
from ai.service import AiService
from core.child_lines import read_parent
from core.errors import AppError, SecretNotFound
from core.ports import Secrets

log = logging.getLogger(__name__)

_commands = msgspec.json.Decoder(Command)


async def run_child(service: AiService, assistant: InboxAssistant, output: BinaryIO) -> None:
    """Serve one parent until it closes our input. `assistant` asks the same service."""
    closed = asyncio.Event()
    desk = _Desk(service, assistant, output)
    read_parent(_commands, desk.take, closed.set)
    try:
        await closed.wait()
    finally:
        await desk.close()


class _HandedKey:
    """Implements `ai.keys.Secrets` with the one secret that the parent handed over."""

    def __init__(self, provider: str, key: str) -> None:
        self._name = KEY_NAMES[provider][0]
        self._key = key

    def get(self, name: str) -> bytes:
        if name != self._name or not self._key:
            raise SecretNotFound
        return self._key.encode()

    def set(self, name: str, secret: bytes) -> None:
        raise NotImplementedError("keys are stored by the parent")

    def delete(self, name: str) -> None:
        raise NotImplementedError("keys are stored by the parent")


class _Desk:
    """Answers each question in a task of its own."""

    def __init__(self, service: AiService, assistant: InboxAssistant, output: BinaryIO) -> None:
        self._service = service
        self._assistant = assistant
        self._output = output
        self._running: dict[int, asyncio.Task[None]] = {}
        self._secrets: Secrets | None = None
        service.use_secrets(self._open_secrets)

    def take(self, command: Command) -> None:
        match command:
            case HandKey():
                self._secrets = _HandedKey(command.provider, command.key)
            case Ask():
                self._begin(command.number, lambda: self._ask(command))
            case Look():
                self._begin(command.number, lambda: self._look(command))
            case ListModels():
                self._begin(command.number, lambda: self._list(command.number))
            case Cancel():
                if (task := self._running.get(command.number)) is not None:
                    task.cancel()

    async def close(self) -> None:
        """Cancel what is under way, and wait until it is."""
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    def _begin(self, number: int, work: Callable[[], Awaitable[Told]]) -> None:
        task = asyncio.get_running_loop().create_task(self._do(number, work), name=f"question {number}")
        self._running[number] = task
        task.add_done_callback(lambda _: self._running.pop(number))

    async def _do(self, number: int, work: Callable[[], Awaitable[Told]]) -> None:
        try:
            told = await work()
        except AppError as error:
            told = Failed.of(number, error)
        except Exception as error:  # noqa: BLE001 - one question must not end the others
            # Not the traceback with its message: a text could stand in it.
            where = traceback.extract_tb(error.__traceback__)[-1]
            name = type(error).__name__
            log.error("a question failed: %s at %s:%s", name, where.filename, where.lineno)  # noqa: TRY400
            told = Failed.of(number, AppError(detail=name))
        self._tell(told)

    async def _ask(self, ask: Ask) -> Told:
        def tell(text: str) -> None:
            self._tell(Written(number=ask.number, text=text))

        on_text = tell if ask.is_streamed else None
        if isinstance(ask.order, InboxOrder):
            return _answered(ask, await ask.order.run(self._assistant, actor=ask.actor, on_text=on_text))
        value: object = await ask.order.task().run(
            self._service, actor=ask.actor, on_text=on_text, is_fresh=ask.is_fresh
        )
        return _answered(ask, value)

    async def _look(self, look: Look) -> Told:
        assert not isinstance(look.order, InboxOrder)  # ShowRequest shows those
        sent = await self._service.preview(look.order.task().question, streamed=look.is_streamed)
        return Seen(number=look.number, sent=sent)

    async def _list(self, number: int) -> Told:
        return Models(number=number, models=tuple(await self._service.models()))

    async def _open_secrets(self) -> Secrets | None:
        return self._secrets

    def _tell(self, told: Told) -> None:
        """One line; a parent that is gone is noticed by the input."""
        with suppress(BrokenPipeError):
            self._output.write(msgspec.json.encode(told) + b"\n")
            self._output.flush()


def _answered(ask: Ask, value: object) -> Answered:
    return Answered(number=ask.number, value=msgspec.Raw(msgspec.json.encode(value)))
