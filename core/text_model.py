"""The port to a text model, and the values that cross it. Adapters live in ai; whoever asks never meets a library."""

import json
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRequest:
    """One question to a model, whole: nothing else is sent for it, and nothing is kept at the provider.

    `instructions` say what to do, `text` is what to do it with. With a `shape` the answer is asked for as JSON of that
    type; whether it is, is checked by `ai.shape.read_shaped`, never believed.
    """

    model: str
    text: str
    instructions: str = ""
    shape: type[msgspec.Struct] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenCount:
    """What the provider counted for one request; None where it did not say. Thoughts count as output."""

    tokens_in: int | None = None
    tokens_out: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextAnswer:
    """A whole answer: not empty, not cut, not blocked."""

    text: str
    tokens: TokenCount = TokenCount()


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPiece:
    """The next piece of a streamed answer. The last one may have no text; it has the count of the whole."""

    text: str
    tokens: TokenCount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """A model that the provider offers for text. `id` is what a request names; limits are in tokens, None: not told."""

    id: str
    title: str
    input_limit: int | None = None
    output_limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentRequest:
    """What would leave the machine for a request: where to, and the body byte for byte. The key is a header.

    `instructions` and `text` are those of the request, for people to read; empty where nobody filled them in.
    """

    address: str
    body: str
    instructions: str = ""
    text: str = ""

    @property
    def readable(self) -> str:
        """The body with line breaks and every letter as it is; otherwise the same."""
        return json.dumps(json.loads(self.body), indent=2, ensure_ascii=False)


class TextModel(Protocol):
    """Asks one provider. Serves any number of calls at once, on one event loop.

    Every method raises AiError and nothing else but a cancellation, which ends the request at the provider too. One
    call is one request: an adapter neither tries again nor waits.
    """

    async def models(self) -> Sequence[ModelInfo]:
        """All that can write text, in the provider's order."""
        ...

    async def generate(self, request: TextRequest) -> TextAnswer:
        """The whole answer."""
        ...

    def stream(self, request: TextRequest) -> AsyncGenerator[TextPiece, None]:
        """The answer as it is written. It was whole only if the generator ends without an error; `aclose` cancels."""
        ...

    async def preview(self, request: TextRequest, *, streamed: bool = False) -> SentRequest:
        """What `generate`, or `stream`, would send; nothing is sent."""
        ...

    async def close(self) -> None:
        """End the connections. Harmless when closed."""
        ...
