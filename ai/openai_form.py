"""Any server that speaks the OpenAI form: Ollama, llama.cpp, LM Studio, vLLM, and OpenAI itself. POST
chat/completions, GET models; streams are server-sent events that end in [DONE].

Servers differ: some count tokens and some do not, some hold to a schema and some ignore it. So nothing optional is
relied on, and the finish reason decides whether an answer is whole.
"""

import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

import httpx2
import msgspec

from ai.connection import Recorded, open_http, recording
from ai.errors import http_error, parse_retry_after, safe_code, translated, translated_each
from ai.shape import json_schema
from core.ai_errors import (
    AiAnswerBlocked,
    AiAnswerCut,
    AiAnswerEmpty,
    AiAnswerUnreadable,
    AiError,
    AiKeyRejected,
    AiPromptBlocked,
    AiQuotaExceeded,
)
from core.text_model import ModelInfo, SentRequest, TextAnswer, TextPiece, TextRequest, TokenCount

END = "[DONE]"
# How models that think aloud say so, where the server does not take it out: Qwen, DeepSeek and others.
THOUGHT, THOUGHT_END = "<think>", "</think>"
_ERROR_BYTES = 65_536  # of an error's body; the rest tells nothing more
# OpenAI's codes that say more than the status beside them.
_BLOCKED = frozenset({"content_filter", "content_policy_violation"})
_USED_UP = "insufficient_quota"
_BAD_KEY = "invalid_api_key"


class _Delta(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None


class _Choice(msgspec.Struct):
    message: _Delta | None = None
    delta: _Delta | None = None
    finish_reason: str | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Completion(msgspec.Struct):
    choices: list[_Choice] = []
    usage: _Usage | None = None
    error: Any = None


class _Model(msgspec.Struct):
    id: str


class _Models(msgspec.Struct):
    data: list[_Model]


class OpenAiFormModel:
    """Implements `core.text_model.TextModel`. `key` may be empty: servers on this computer need none."""

    def __init__(self, key: str, *, address: str) -> None:
        """Blocks for a moment: it reads the certificates of the system."""
        self._address = address
        self._http = open_http(address)
        self._headers = {"authorization": f"Bearer {key}"} if key else {}

    async def models(self) -> Sequence[ModelInfo]:
        """All models that the server has; it does not say which of them can write."""
        with translated():
            response = await self._http.get(f"{self._address}/models", headers=self._headers)
            if response.status_code != httpx2.codes.OK:
                raise _refusal(response)
            found = msgspec.json.decode(response.content, type=_Models)
        return [ModelInfo(id=model.id, title=model.id) for model in found.data]

    async def generate(self, request: TextRequest) -> TextAnswer:
        """The whole answer."""
        reading = _Reading()
        with translated():
            response = await self._post(request, is_stream=False)
            if response.status_code != httpx2.codes.OK:
                raise _refusal(response)
            text = reading.take(response.content)
        reading.demand_whole()
        return TextAnswer(text=text, tokens=reading.tokens)

    async def stream(self, request: TextRequest) -> AsyncGenerator[TextPiece, None]:
        """The answer as it is written."""
        reading = _Reading()
        async with aclosing(self._events(request)) as events:
            async for event in translated_each(events):
                if text := reading.take(event):
                    yield TextPiece(text=text)
        reading.demand_whole()
        yield TextPiece(text="", tokens=reading.tokens)

    async def preview(self, request: TextRequest, *, streamed: bool = False) -> SentRequest:
        """What `generate` or `stream` hands to the network, taken there."""
        try:
            with recording():
                await self._post(request, is_stream=streamed)
        except Recorded as recorded:
            return recorded.sent
        raise AssertionError("recording lets nothing through")

    async def close(self) -> None:
        """End the connections."""
        await self._http.aclose()

    async def _post(self, request: TextRequest, *, is_stream: bool) -> httpx2.Response:
        return await self._http.post(
            f"{self._address}/chat/completions", headers=self._headers, json=_body(request, is_stream=is_stream)
        )

    async def _events(self, request: TextRequest) -> AsyncGenerator[bytes, None]:
        async with self._http.stream(
            "POST",
            f"{self._address}/chat/completions",
            headers=self._headers,
            json=_body(request, is_stream=True),
        ) as response:
            if response.status_code != httpx2.codes.OK:
                await response.aread()
                raise _refusal(response)
            was_any = False
            async for line in response.aiter_lines():
                name, _, value = line.partition(":")
                if name != "data":
                    continue  # a comment, an empty line, or a field that tells nothing
                if value.strip() == END:
                    return
                was_any = True
                yield value.strip().encode()
            if not was_any:
                raise AiAnswerUnreadable(detail="no events")


class _Reading:
    """One answer, whole or piece by piece: why it ended, and what it cost."""

    def __init__(self) -> None:
        self.tokens = TokenCount()
        self._finish = ""
        self._is_refused = False
        self._has_text = False
        self._thoughts = _ThoughtFilter()

    def take(self, data: bytes) -> str:
        """The text of this piece. Raises AiError for an error in the place of one, and for what is none."""
        try:
            completion = msgspec.json.decode(data, type=_Completion)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise AiAnswerUnreadable(detail=type(error).__name__) from error
        if completion.error:
            code = completion.error.get("code") if isinstance(completion.error, dict) else None
            raise http_error(code if isinstance(code, int) and code >= 400 else 500, reason=_reason(completion.error))
        if completion.usage is not None:
            self.tokens = TokenCount(
                tokens_in=completion.usage.prompt_tokens, tokens_out=completion.usage.completion_tokens
            )
        if not completion.choices:
            return ""
        choice = completion.choices[0]
        said = choice.delta or choice.message or _Delta()
        self._finish = choice.finish_reason or self._finish
        self._is_refused = self._is_refused or bool(said.refusal)
        text = self._thoughts.take(said.content or "", is_last=bool(self._finish))
        self._has_text = self._has_text or bool(text.strip())
        return text

    def demand_whole(self) -> None:
        """Raises AiError when what was taken is no whole answer."""
        if self._finish == "content_filter" or self._is_refused:
            raise AiAnswerBlocked(detail="content_filter" if not self._is_refused else "refusal")
        if self._finish != "stop":
            raise AiAnswerCut(detail=safe_code(self._finish) or "no reason given")
        if not self._has_text:
            raise AiAnswerEmpty


class _ThoughtFilter:
    """Takes the thoughts away with which an answer may begin; their mark may come in pieces."""

    def __init__(self) -> None:
        self._held = ""
        self._is_past = False

    def take(self, text: str, *, is_last: bool) -> str:
        """What of it can be given on now."""
        if self._is_past:
            return text
        self._held += text
        begin = self._held.lstrip()
        if begin.startswith(THOUGHT):
            _, end, answer = begin.partition(THOUGHT_END)
            if not end:
                return ""  # a thought without an end is no answer
            return self._pass(answer.lstrip("\n"))
        if THOUGHT.startswith(begin) and not is_last:
            return ""
        return self._pass(self._held)

    def _pass(self, text: str) -> str:
        self._held, self._is_past = "", True
        return text


def _body(request: TextRequest, *, is_stream: bool) -> dict[str, Any]:
    instructions = request.instructions
    if request.shape is not None:
        # Some servers hold the model to the schema, and some ignore it: so it is told, too.
        schema_text = json.dumps(json_schema(request.shape), ensure_ascii=False)
        instructions = f"{instructions}\nAnswer with JSON of this schema and nothing else: {schema_text}".strip()
    messages = [{"role": "system", "content": instructions}] if instructions else []
    body: dict[str, Any] = {
        "model": request.model,
        "messages": [*messages, {"role": "user", "content": request.text}],
    }
    if request.shape is not None:
        schema = {"name": request.shape.__name__.strip("_").lower(), "schema": json_schema(request.shape)}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    if is_stream:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return body


def _refusal(response: httpx2.Response) -> AiError:
    """Our error for an answer that is none. The body is `{"error": {...}}`, `{"error": "words"}`, or anything."""
    try:
        body = json.loads(response.content[:_ERROR_BYTES])
    except ValueError:
        body = {}
    reason = _reason(body.get("error") if isinstance(body, dict) else None)
    detail = f"{response.status_code} {reason}".strip()
    if reason in _BLOCKED:
        return AiPromptBlocked(detail=detail)
    if reason == _BAD_KEY:
        return AiKeyRejected(detail=detail)
    if reason == _USED_UP:
        return AiQuotaExceeded(detail=detail)
    wait_s = parse_retry_after(response.headers.get("retry-after", ""))
    return http_error(response.status_code, reason=reason, wait_s=wait_s)


def _reason(error: object) -> str:
    if not isinstance(error, dict):
        return ""
    return safe_code(error.get("code")) or safe_code(error.get("type"))
