"""Gemini through google-generativeai, for set-ups that still name that package. Google ended all support for it on
2025-11-30; docs/ai.md lists what it cannot do. The optional extra `legacy-gemini` brings it.

It has no asynchronous way that works over HTTP, so each call runs on a thread, and a cancelled one goes on there until
its time-out: only its answer is dropped. Its key is one for the whole process.
"""

import asyncio
import json
import threading
import warnings
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from ai.errors import google_error, translated
from ai.gemini import judge_answer
from ai.shape import json_schema
from core.ai_errors import AiAnswerUnreadable, AiLibraryMissing, AiOffline, AiPromptBlocked, AiTimedOut
from core.errors import TimedOut
from core.text_model import ModelInfo, SentRequest, TextAnswer, TextPiece, TextRequest, TokenCount
from core.timeouts import OperationType, await_blocking, timeout_of

R = TypeVar("R")

# The part of JSON schema that its own Schema message knows.
_SCHEMA_KEYS = frozenset({"type", "properties", "required", "items", "enum", "description"})


class LegacyGeminiModel:
    """Implements `core.text_model.TextModel`, with the limits that the module names. One at a time in a process."""

    def __init__(self, key: str, *, address: str) -> None:
        """Blocks for a second or two: it loads the library. Raises AiLibraryMissing."""
        with warnings.catch_warnings():
            # What it warns of at import is what the window and the documents say of this provider.
            warnings.simplefilter("ignore")
            try:
                import google.generativeai as library
                from google.generativeai.client import get_default_generative_client, get_default_model_client
            except ImportError as error:
                raise AiLibraryMissing(
                    "Google's former package is an extra of its own, since Google no longer supports it.",
                    hint='Install it: "uv sync --extra legacy-gemini". Or choose the provider gemini.',
                ) from error
        self._address = address
        self._library: Any = library
        # REST: its own default, gRPC, hangs without a network and takes no address of this computer.
        library.configure(api_key=key, transport="rest", client_options={"api_endpoint": address})
        # It drops an answer that it did not read to its end (a broken one, a stream left early) with its socket open, and
        # has no door to either: its sessions tell us of each answer, so that we close them.
        clients: tuple[Any, ...] = (get_default_generative_client(), get_default_model_client())
        self._transports = [client.transport for client in clients]
        self._answers = threading.local()
        for transport in self._transports:
            transport._session.hooks["response"].append(self._take_answer)

    async def models(self) -> Sequence[ModelInfo]:
        """All models that generateContent takes."""

        def ask() -> list[ModelInfo]:
            with translated(), _legacy_errors(), self._answers_closed():
                return [
                    ModelInfo(
                        id=model.name.removeprefix("models/"),
                        title=model.display_name,
                        input_limit=model.input_token_limit,
                        output_limit=model.output_token_limit,
                    )
                    for model in self._library.list_models(request_options=_options(OperationType.AI_GENERATE))
                    if "generateContent" in model.supported_generation_methods
                ]

        return await _on_thread(ask)

    async def generate(self, request: TextRequest) -> TextAnswer:
        """The whole answer."""

        def ask() -> TextAnswer:
            reading = _Reading()
            with translated(), _legacy_errors(), self._answers_closed():
                response = self._model(request).generate_content(
                    request.text, request_options=_options(OperationType.AI_GENERATE)
                )
                text = reading.take(response)
            reading.demand_whole()
            return TextAnswer(text=text, tokens=reading.tokens)

        return await _on_thread(ask)

    async def stream(self, request: TextRequest) -> AsyncGenerator[TextPiece, None]:
        """The answer as it is written. When closed early, the thread stops at the next piece."""
        reading = _Reading()

        def read(give: Callable[[str], None], is_over: threading.Event) -> None:
            with translated(), _legacy_errors(), self._answers_closed():
                pieces = self._model(request).generate_content(
                    request.text, stream=True, request_options=_options(OperationType.AI_STREAM)
                )
                for response in pieces:
                    if is_over.is_set():
                        return
                    give(reading.take(response))

        async for text in _from_thread(read):
            if text:
                yield TextPiece(text=text)
        reading.demand_whole()
        yield TextPiece(text="", tokens=reading.tokens)

    async def preview(self, request: TextRequest, *, streamed: bool = False) -> SentRequest:
        """What would be sent. The library has no door to look at; its message is written as it does that."""
        from google.protobuf.json_format import MessageToJson

        message = self._model(request)._prepare_request(contents=request.text, tools=None, tool_config=None)
        message.model = ""  # it stands in the address
        message.contents[-1].role = "user"
        body = MessageToJson(type(message).pb(message), use_integers_for_enums=True)
        call = "streamGenerateContent" if streamed else "generateContent"
        return SentRequest(
            address=f"{self._address}/v1beta/models/{request.model}:{call}",
            body=json.dumps(json.loads(body), ensure_ascii=False),
        )

    async def close(self) -> None:
        """Ends its connections; what is still read then fails on its thread, where nobody waits for it."""
        for transport in self._transports:
            transport.close()

    def _take_answer(self, answer: Any, *_: object, **__: object) -> None:
        self._answers.open.append(answer)

    @contextmanager
    def _answers_closed(self) -> Iterator[None]:
        """Around one call on its thread: whatever became of it, its answers are closed."""
        self._answers.open = []
        try:
            yield
        finally:
            for answer in self._answers.open:
                answer.close()

    def _model(self, request: TextRequest) -> Any:
        config: dict[str, Any] = {}
        if request.shape is not None:
            config = {
                "response_mime_type": "application/json",
                "response_schema": _reduced(json_schema(request.shape)),
            }
        return self._library.GenerativeModel(
            request.model, generation_config=config, system_instruction=request.instructions or None
        )


class _Reading:
    """One answer, whole or piece by piece. Thoughts cannot be told from the answer: the library drops that mark."""

    def __init__(self) -> None:
        self.tokens = TokenCount()
        self._blocked = ""
        self._finish = ""
        self._has_text = False

    def take(self, response: Any) -> str:
        feedback = response.prompt_feedback.block_reason
        if feedback:
            self._blocked = getattr(feedback, "name", str(feedback))
        usage = response.usage_metadata
        if usage.total_token_count:
            self.tokens = TokenCount(
                tokens_in=usage.prompt_token_count,
                tokens_out=usage.total_token_count - usage.prompt_token_count,  # with thoughts
            )
        if not response.candidates:
            return ""
        candidate = response.candidates[0]
        if candidate.finish_reason:
            self._finish = getattr(candidate.finish_reason, "name", str(candidate.finish_reason))
        text = "".join(part.text for part in candidate.content.parts)
        self._has_text = self._has_text or bool(text.strip())
        return text

    def demand_whole(self) -> None:
        error = judge_answer(blocked=self._blocked, finish=self._finish, has_text=self._has_text)
        if error is not None:
            raise error


async def _on_thread(call: Callable[[], R]) -> R:
    try:
        return await await_blocking(OperationType.AI_GENERATE, call)
    except TimedOut as error:
        raise AiTimedOut(error.message) from error


async def _from_thread(read: Callable[[Callable[[str], None], threading.Event], None]) -> AsyncGenerator[str, None]:
    """What a blocking reader gives, as it comes; its error at its place."""
    loop = asyncio.get_running_loop()
    arrived: asyncio.Queue[str | BaseException | None] = asyncio.Queue()
    is_over = threading.Event()

    def give(item: str | BaseException | None) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(arrived.put_nowait, item)

    def run() -> None:
        try:
            read(give, is_over)
        except BaseException as error:  # noqa: BLE001 - raised again where the pieces are taken
            give(error)
        else:
            give(None)

    threading.Thread(target=run, name="legacy-gemini-stream", daemon=True).start()
    try:
        while (item := await arrived.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        is_over.set()


@contextmanager
def _legacy_errors() -> Iterator[None]:
    """The errors of the library, and of the two below it, as ours."""
    import requests
    from google.api_core.exceptions import GoogleAPICallError, RetryError
    from google.generativeai.types import BlockedPromptException

    try:
        yield
    except BlockedPromptException as error:
        raise AiPromptBlocked from error
    except GoogleAPICallError as error:
        response = error.response
        if response is None:  # how it tells of a stream that it could not read, whatever the provider said
            raise AiAnswerUnreadable(detail=type(error).__name__) from error
        try:
            body: object = response.json()
        except (ValueError, RuntimeError):  # no JSON, or a stream that was read already
            body = {"error": {"details": list(error.details)}}
        raise google_error(int(error.code or 0), body, retry_after=response.headers.get("retry-after", "")) from error
    except (RetryError, requests.exceptions.Timeout) as error:
        raise AiTimedOut(detail=type(error).__name__) from error
    except (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
        raise AiOffline(detail=type(error).__name__) from error


def _options(operation: OperationType) -> dict[str, Any]:
    """The library's own time-out is 600 s, and its own retries go on as long; both are decided by us."""
    return {"timeout": timeout_of(operation), "retry": None}


def _reduced(schema: Any) -> dict[str, Any]:
    kept = {key: value for key, value in schema.items() if key in _SCHEMA_KEYS}
    if "properties" in kept:
        kept["properties"] = {name: _reduced(value) for name, value in kept["properties"].items()}
    if "items" in kept:
        kept["items"] = _reduced(kept["items"])
    return kept
