"""Gemini through google-genai, single questions by generateContent. The library is loaded when a model is made.

What this adapter must do that the library does not: it has no time-out (ours is above), takes its address from the
environment unless told, and says nothing when an answer was blocked, cut or empty.
"""

import warnings
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx2

from ai.connection import Recorded, noting_responses, open_http, recording
from ai.errors import google_error, safe_code, translated, translated_each
from ai.shape import json_schema
from core.ai_errors import (
    AiAnswerBlocked,
    AiAnswerCut,
    AiAnswerEmpty,
    AiError,
    AiPromptBlocked,
)
from core.text_model import ModelInfo, SentRequest, TextAnswer, TextPiece, TextRequest, TokenCount

if TYPE_CHECKING:
    from google.genai.types import GenerateContentConfig, GenerateContentResponse

# The names that end so exist in the beta of the interface only.
_ALIAS = "-latest"
WHOLE = "STOP"
HELD_BACK = frozenset({"SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY"})


class GeminiModel:
    """Implements `core.text_model.TextModel`. On one event loop, from the first call to `close`."""

    def __init__(self, key: str, *, address: str) -> None:
        """Blocks for up to a second or two: it loads the library. Call it on a thread."""
        _expect_warnings()
        from google import genai

        self._types = genai.types
        self._http = open_http(address)
        # Everything is named here: what is left out is looked up in the environment.
        options = genai.types.HttpOptions(base_url=address, api_version="v1", httpx_async_client=self._http)
        self._client = genai.Client(api_key=key, vertexai=False, http_options=options)

    async def models(self) -> Sequence[ModelInfo]:
        """All models that generateContent takes."""
        found = []
        with translated(), google_errors():
            async for model in await self._client.aio.models.list():
                if "generateContent" in (model.supported_actions or ()) and model.name:
                    found.append(
                        ModelInfo(
                            id=model.name.removeprefix("models/"),
                            title=model.display_name or model.name.removeprefix("models/"),
                            input_limit=model.input_token_limit,
                            output_limit=model.output_token_limit,
                        )
                    )
        return found

    async def generate(self, request: TextRequest) -> TextAnswer:
        """The whole answer."""
        reading = _Reading()
        with translated(), google_errors():
            response = await self._client.aio.models.generate_content(
                model=request.model, contents=request.text, config=self._config(request)
            )
            text = reading.take(response)
        reading.demand_whole()
        return TextAnswer(text=text, tokens=reading.tokens)

    async def stream(self, request: TextRequest) -> AsyncGenerator[TextPiece, None]:
        """The answer as it is written."""
        reading = _Reading()
        opened: list[httpx2.Response] = []

        @contextmanager
        def asking() -> Iterator[None]:
            with google_errors(), noting_responses(opened):
                yield

        with translated(), asking():
            responses = await self._client.aio.models.generate_content_stream(
                model=request.model, contents=request.text, config=self._config(request)
            )
        try:
            async for response in translated_each(responses, asking):
                if text := reading.take(response):
                    yield TextPiece(text=text)
        finally:
            # The library would leave it open, and the provider writing, until its generators are collected.
            for each in opened:
                await each.aclose()
        reading.demand_whole()
        yield TextPiece(text="", tokens=reading.tokens)

    async def preview(self, request: TextRequest, *, streamed: bool = False) -> SentRequest:
        """What `generate` or `stream` hands to the network, taken there."""
        models, config = self._client.aio.models, self._config(request)
        try:
            with recording():
                if streamed:
                    stream = await models.generate_content_stream(
                        model=request.model, contents=request.text, config=config
                    )
                    await anext(aiter(stream))
                else:
                    await models.generate_content(model=request.model, contents=request.text, config=config)
        except Recorded as recorded:
            return recorded.sent
        raise AssertionError("the library sends its request by the client that it is given")

    async def close(self) -> None:
        """End the connections."""
        await self._http.aclose()

    def _config(self, request: TextRequest) -> "GenerateContentConfig":
        _expect_warnings()
        config: dict[str, Any] = {}
        if request.instructions:
            config["system_instruction"] = request.instructions
        if request.shape is not None:
            config["response_mime_type"] = "application/json"
            config["response_json_schema"] = json_schema(request.shape)
        if request.model.endswith(_ALIAS):
            config["http_options"] = self._types.HttpOptions(api_version="v1beta")
        return self._types.GenerateContentConfig(**config)


def _expect_warnings() -> None:
    # A mistake in the library's own source, told once when Python compiles it.
    warnings.filterwarnings("ignore", message="invalid escape sequence")
    # It warns of values that are newer than itself; they are judged in _Reading.
    warnings.filterwarnings("ignore", message=".* is not a valid ", category=UserWarning)


@contextmanager
def google_errors() -> Iterator[None]:
    """The library's own errors as ours."""
    from google.genai.errors import APIError

    try:
        yield
    except APIError as error:
        headers = getattr(error.response, "headers", None) or {}
        raise google_error(error.code or 0, error.details, retry_after=headers.get("retry-after", "")) from error


class _Reading:
    """One answer, whole or piece by piece: why it ended, and what it cost."""

    def __init__(self) -> None:
        self.tokens = TokenCount()
        self._blocked = ""
        self._finish = ""
        self._has_text = False

    def take(self, response: "GenerateContentResponse") -> str:
        """The text of this piece, without the model's thoughts."""
        if response.prompt_feedback is not None and response.prompt_feedback.block_reason is not None:
            self._blocked = response.prompt_feedback.block_reason.value
        if (usage := response.usage_metadata) is not None:
            self.tokens = TokenCount(
                tokens_in=usage.prompt_token_count,
                tokens_out=(usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0),
            )
        if not response.candidates:
            return ""
        candidate = response.candidates[0]
        if candidate.finish_reason is not None:
            self._finish = candidate.finish_reason.value
        parts = (candidate.content.parts if candidate.content is not None else None) or []
        text = "".join(part.text for part in parts if part.text and not part.thought)
        self._has_text = self._has_text or bool(text.strip())
        return text

    def demand_whole(self) -> None:
        """Raises AiError when what was taken is no whole answer."""
        error = judge_answer(blocked=self._blocked, finish=self._finish, has_text=self._has_text)
        if error is not None:
            raise error


def judge_answer(*, blocked: str, finish: str, has_text: bool) -> AiError | None:
    """What an answer that came without an error really is, by Google's words; None: whole.

    A reason to finish that is not known here counts as cut: nobody can say that the answer is whole.
    """
    if blocked and blocked != "BLOCK_REASON_UNSPECIFIED":
        return AiPromptBlocked(detail=safe_code(blocked))
    if finish in HELD_BACK:
        return AiAnswerBlocked(detail=safe_code(finish))
    if finish != WHOLE:
        return AiAnswerCut(detail=safe_code(finish) or "no reason given")
    return None if has_text else AiAnswerEmpty()
