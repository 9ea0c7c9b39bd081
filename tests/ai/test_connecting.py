"""Where requests go: never where the environment, a redirect or an alias would lead them by chance."""

import asyncio

import pytest

from ai.connection import check_address, is_this_computer
from ai.gemini import GeminiModel
from ai.openai_form import OpenAiFormModel
from ai.providers import Target, open_model
from core.ai_errors import AiNotSetUp, AiOffline
from core.text_model import TextRequest
from tests.ai.script import KEY, Script, StandIn


async def test_the_environment_moves_gemini_nowhere(gemini_server: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "GOOGLE_GEMINI_BASE_URL": "http://127.0.0.1:9",
        "GOOGLE_GENAI_API_VERSION": "v1alpha",
        "GOOGLE_GENAI_USE_VERTEXAI": "true",
        "GOOGLE_API_KEY": "another-key",
        "GEMINI_API_KEY": "another-key",
        "HTTP_PROXY": "http://127.0.0.1:9",
    }.items():
        monkeypatch.setenv(name, value)
    model = GeminiModel(KEY, address=gemini_server.address)

    await model.generate(TextRequest(model="gemini-stand-in", text="Hello"))
    await model.close()

    [seen] = gemini_server.seen
    assert seen.path == "/v1/models/gemini-stand-in:generateContent"
    assert seen.headers["x-goog-api-key"] == KEY


async def test_an_alias_is_asked_over_the_beta_where_alone_it_exists(gemini_server: StandIn) -> None:
    model = GeminiModel(KEY, address=gemini_server.address)
    ask = TextRequest(model="gemini-flash-latest", text="Hello")

    await model.generate(ask)
    streamed = "".join([piece.text async for piece in model.stream(ask)])
    preview = await model.preview(ask)
    await model.close()

    assert streamed == "Hello, world"
    assert [seen.path.partition("?")[0] for seen in gemini_server.seen] == [
        "/v1beta/models/gemini-flash-latest:generateContent",
        "/v1beta/models/gemini-flash-latest:streamGenerateContent",
    ]
    assert preview.address.endswith("/v1beta/models/gemini-flash-latest:generateContent")


async def test_a_proxy_of_the_system_is_used_but_not_for_this_computer(
    openai_server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    ask = TextRequest(model="stand-in:8b", text="Hello")
    here = OpenAiFormModel(KEY, address=openai_server.address)
    there = OpenAiFormModel("", address="http://model.invalid/v1")

    assert (await here.generate(ask)).text == "Hello, world"
    with pytest.raises(AiOffline):  # nobody listens where the proxy should be
        await there.generate(ask)

    await asyncio.gather(here.close(), there.close())


def test_a_proxy_that_is_no_address_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "nonsense://x")

    with pytest.raises(AiNotSetUp, match="proxy"):
        open_model(Target("openai", "https://model.invalid/v1"), "")


async def test_a_local_server_needs_no_key_and_gets_none(openai_server: StandIn) -> None:
    model = OpenAiFormModel("", address=openai_server.address)
    openai_server.will(Script())

    assert (await model.preview(TextRequest(model="x", text="y"))).address.endswith("/chat/completions")
    await model.close()

    assert check_address("http://127.0.0.1:11434/v1/", has_key=True) == "http://127.0.0.1:11434/v1"
    assert check_address("http://192.168.1.5:11434/v1", has_key=False) == "http://192.168.1.5:11434/v1"


@pytest.mark.parametrize(
    ("address", "is_here"),
    [
        ("http://localhost:1", True),
        ("http://[::1]:1", True),
        ("http://127.0.0.1.example.com", False),
        ("http://localhost.example.com", False),
    ],
)
def test_this_computer_is_told_by_its_address_alone(address: str, is_here: bool) -> None:
    assert is_this_computer(address) is is_here
