"""The three adapters, each with its provider's stand-in on the loopback address, over real HTTP."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from core.text_model import TextModel
from tests.ai.gemini_server import GeminiHandler
from tests.ai.openai_server import OpenAiHandler
from tests.ai.script import KEY, StandIn
from tests.conftest import MISSING_LEGACY


@dataclass(frozen=True, slots=True)
class Provider:
    """A stand-in, the adapter that asks it, and how to make another one."""

    name: str
    server: StandIn
    model: TextModel
    make: Callable[[str, str], TextModel]  # key, address


def make_gemini(key: str, address: str) -> TextModel:
    from ai.gemini import GeminiModel

    return GeminiModel(key, address=address)


def make_openai(key: str, address: str) -> TextModel:
    from ai.openai_form import OpenAiFormModel

    return OpenAiFormModel(key, address=address)


def make_legacy(key: str, address: str) -> TextModel:
    from ai.legacy_gemini import LegacyGeminiModel

    return LegacyGeminiModel(key, address=address)


ADAPTERS = {
    "gemini": (make_gemini, GeminiHandler),
    "openai": (make_openai, OpenAiHandler),
    "legacy": (make_legacy, GeminiHandler),
}
_SKIPPED = pytest.mark.skipif(bool(MISSING_LEGACY), reason=MISSING_LEGACY)


@pytest.fixture
def gemini_server() -> Iterator[StandIn]:
    with StandIn(GeminiHandler) as server:
        yield server


@pytest.fixture
def openai_server() -> Iterator[StandIn]:
    with StandIn(OpenAiHandler) as server:
        yield server


@pytest_asyncio.fixture(
    scope="module",
    loop_scope="module",
    params=[pytest.param(name, marks=_SKIPPED) if name == "legacy" else name for name in ADAPTERS],
)
async def shared_provider(request: pytest.FixtureRequest) -> AsyncIterator[Provider]:
    make, handler = ADAPTERS[request.param]
    with StandIn(handler) as server:
        model = make(KEY, server.address)
        yield Provider(request.param, server, model, make)
        await model.close()


@pytest.fixture
def provider(shared_provider: Provider) -> Iterator[Provider]:
    """One for a whole file, since making an adapter reads the certificates of the system; each test finds it as new."""
    shared_provider.server.forget()
    yield shared_provider
    shared_provider.server.release()
