"""The one place where a request to a model is tried again, and where it ends when its time is over."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import TypeVar

from core.ai_errors import AiError, AiTimedOut
from core.clock import Clock
from core.retry import RetryPolicy
from core.text_model import ModelInfo, SentRequest, TextAnswer, TextModel, TextPiece, TextRequest
from core.timeouts import OperationType, timeout_of

T = TypeVar("T")

MAX_TRIES = 3  # a person waits for it; what fails three times fails for longer than they would
PREVIEW_LIMIT_S = 10.0  # nothing is sent for it


class PatientModel:
    """Implements `core.text_model.TextModel` over an adapter.

    The time-out of the operation holds for all tries together, so nobody waits longer than the settings say. A wait
    that the provider demands is kept; one that does not fit into the time ends the call at once, with the moment when
    it goes on. After a piece of a stream was given, nothing is tried again: it would be shown twice.
    """

    def __init__(self, model: TextModel, policy: RetryPolicy, clock: Clock) -> None:
        self._model = model
        self._policy = policy
        self._clock = clock

    async def models(self) -> Sequence[ModelInfo]:
        """All models that can write text."""
        return await self._try(self._model.models)

    async def generate(self, request: TextRequest) -> TextAnswer:
        """The whole answer."""
        return await self._try(lambda: self._model.generate(request))

    async def stream(self, request: TextRequest) -> AsyncGenerator[TextPiece, None]:
        """The answer as it is written."""
        tries = _Tries(self._policy, self._clock, OperationType.AI_STREAM)
        while True:
            was_shown = False
            try:
                async with aclosing(self._model.stream(request)) as pieces:
                    while True:
                        try:
                            async with tries.limit():
                                piece = await anext(pieces)
                        except StopAsyncIteration:
                            return
                        except TimeoutError as error:
                            raise tries.timed_out() from error
                        was_shown = was_shown or bool(piece.text)
                        yield piece
            except AiError as error:
                if was_shown:
                    raise
                wait_s = tries.wait_after(error)
            await self._clock.sleep(wait_s)

    async def preview(self, request: TextRequest, *, streamed: bool = False) -> SentRequest:
        """What would be sent."""
        async with asyncio.timeout(PREVIEW_LIMIT_S):
            return await self._model.preview(request, streamed=streamed)

    async def close(self) -> None:
        """End the connections."""
        await self._model.close()

    async def _try(self, ask: Callable[[], Awaitable[T]]) -> T:
        tries = _Tries(self._policy, self._clock, OperationType.AI_GENERATE)
        while True:
            try:
                async with tries.limit():
                    return await ask()
            except TimeoutError as error:
                raise tries.timed_out() from error
            except AiError as error:
                wait_s = tries.wait_after(error)
            await self._clock.sleep(wait_s)


class _Tries:
    """The tries of one call, and the time they have together."""

    def __init__(self, policy: RetryPolicy, clock: Clock, operation: OperationType) -> None:
        self._policy = policy
        self._clock = clock
        self._limit_s = timeout_of(operation)
        self._ends_at = clock.monotonic() + self._limit_s
        self._made = 0

    def limit(self) -> asyncio.Timeout:
        return asyncio.timeout(max(0.0, self._ends_at - self._clock.monotonic()))

    def timed_out(self) -> AiTimedOut:
        return AiTimedOut(f"It took longer than {self._limit_s:g} s.")

    def wait_after(self, error: AiError) -> float:
        """The seconds to wait before the next try. Raises the error when there is none."""
        self._made += 1
        decision = self._policy.decide(error, self._made)
        is_in_time = self._clock.monotonic() + decision.delay_s < self._ends_at
        if not decision.is_retry or self._made >= MAX_TRIES or not is_in_time:
            raise error
        return decision.delay_s
