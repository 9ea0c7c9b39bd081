"""The text model for tests of the window: the service over a stand-in of a provider, without the child in between.

What the child adds, and that nothing is lost on its way, is shown by tests/ai/test_child.py.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, TypeVar

from ai.child.control import AiControl
from ai.child.orders import InboxOrder, Order
from ai.inbox.assistant import InboxAssistant
from ai.keys import KEY_NAMES
from ai.service import AiService
from core.config_file import read_config
from core.errors import SecretNotFound
from core.text_model import ModelInfo, SentRequest
from tests.ai.script import KEY, StandIn
from tests.desktop.workspace_fixture import Filled

R = TypeVar("R")


class LocalAi(AiControl):
    """Keeps its promises in this process. `key` is the one that the provider gets."""

    def __init__(self, filled: Filled, service: AiService, key: str) -> None:
        super().__init__(filled.workspace, (), lambda: read_config(filled.workspace.config_path).ai, service)
        self.service = service
        self.assistant = filled.services.get(InboxAssistant)
        self.key = key
        self.reads_apart = False  # what the child does with an answer is not done on the loop of the window

    async def ask(
        self, order: Order[R], *, actor: str, on_text: Callable[[str], None] | None = None, is_fresh: bool = False
    ) -> R:
        if isinstance(order, InboxOrder):
            return await order.run(self.assistant, actor=actor, on_text=on_text)
        if self.reads_apart:
            task = order.task()
            answer = await self.service.ask(task.question, str, actor=actor, on_text=on_text)
            return await asyncio.to_thread(task.read, answer)
        return await order.task().run(self.service, actor=actor, on_text=on_text, is_fresh=is_fresh)

    async def preview(self, order: Order[R], *, streamed: bool = False) -> SentRequest:
        return await self.service.preview(order.task().question, streamed=streamed)

    async def models(self) -> Sequence[ModelInfo]:
        return await self.service.models()

    async def close(self) -> None:
        await self.service.close()

    def get(self, name: str) -> bytes:
        if not self.key or not any(name == names[0] for names in KEY_NAMES.values()):
            raise SecretNotFound
        return self.key.encode()


class _Services:
    """The container, but for the one service."""

    def __init__(self, services: Any, ai: LocalAi) -> None:
        self._services = services
        self._ai = ai

    def get(self, key: Any) -> Any:
        return self._ai if key is AiControl else self._services.get(key)


@asynccontextmanager
async def with_ai(
    filled: Filled, server: StandIn, *, provider: str = "openai", key: str = KEY
) -> AsyncIterator[tuple[Filled, LocalAi]]:
    """The workspace set up to ask this stand-in."""
    model = "stand-in:8b" if provider == "openai" else "gemini-stand-in"
    lines = [f'provider = "{provider}"', f'model = "{model}"', f'address = "{server.address}"', "cache_hours = 0"]
    filled.workspace.config_path.write_text("\n".join(["[ai]", *lines, ""]))
    ai = LocalAi(filled, filled.services.get(AiService), key)

    async def open_secrets() -> Any:
        return ai

    ai.service.use_secrets(open_secrets)
    loop, hooks = asyncio.get_running_loop(), sys.get_asyncgen_hooks()
    # As asyncio's own loop has it, in which the child runs; Qt's has none, and HTTP responses are generators.
    sys.set_asyncgen_hooks(finalizer=lambda left: closing.add(loop.create_task(left.aclose())))
    closing: set[asyncio.Task[None]] = set()
    try:
        yield replace(filled, services=_Services(filled.services, ai)), ai  # type: ignore[arg-type]
        await ai.close()
        await asyncio.gather(*closing)
    finally:
        sys.set_asyncgen_hooks(*hooks)
