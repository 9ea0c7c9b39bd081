"""What every adapter of `TextModel` promises, over real HTTP to a server that speaks its provider's form.

The limits of Google's former package (facts in docs/ai.md) are marked as expected, strictly: mended, they must go.
"""

import asyncio
import json
from contextlib import aclosing

import msgspec
import pytest

from ai.shape import read_shaped
from core.ai_errors import (
    AiAnswerBlocked,
    AiAnswerCut,
    AiAnswerEmpty,
    AiAnswerUnreadable,
    AiError,
    AiKeyRejected,
    AiModelUnknown,
    AiNotAllowed,
    AiOffline,
    AiPromptBlocked,
    AiQuotaExceeded,
    AiRegionRefused,
    AiRequestRefused,
    AiServerTrouble,
)
from core.text_model import TextRequest
from tests.ai.conftest import Provider
from tests.ai.script import KEY, Fault, Script

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET = "SECRET-PROMPT"
ASK = TextRequest(model="gemini-stand-in", text=f"Say hello. {SECRET}", instructions="Be brief.")

EXPECTED: dict[Fault, type[AiError]] = {
    Fault.BAD_KEY: AiKeyRejected,
    Fault.BAD_KEY_401: AiKeyRejected,
    Fault.DENIED: AiNotAllowed,
    Fault.REGION: AiRegionRefused,
    Fault.QUOTA: AiQuotaExceeded,
    Fault.QUOTA_WITHOUT_TIME: AiQuotaExceeded,
    Fault.QUOTA_IN_A_LIST: AiQuotaExceeded,
    Fault.NO_MODEL: AiModelUnknown,
    Fault.BAD_REQUEST: AiRequestRefused,
    Fault.ERROR_500: AiServerTrouble,
    Fault.ERROR_503: AiServerTrouble,
    Fault.ERROR_504: AiServerTrouble,
    Fault.HTML_502: AiServerTrouble,
    Fault.HTML_200: AiAnswerUnreadable,
    Fault.STRANGE_JSON: AiAnswerUnreadable,
    Fault.REDIRECT: AiAnswerUnreadable,
    Fault.PROMPT_BLOCKED: AiPromptBlocked,
    Fault.ANSWER_BLOCKED: AiAnswerBlocked,
    Fault.EMPTY: AiAnswerEmpty,
    Fault.AT_LIMIT: AiAnswerCut,
    Fault.AT_LIMIT_EMPTY: AiAnswerCut,
    Fault.STRANGE_FINISH: AiAnswerCut,
    Fault.NO_FINISH: AiAnswerCut,
    Fault.LINK_CUT: AiOffline,
}
STREAMED = EXPECTED | {Fault.ERROR_IN_STREAM: AiServerTrouble}
NOT_OF_THIS_FORM = {"openai": {Fault.REGION, Fault.QUOTA_IN_A_LIST}, "gemini": set[Fault](), "legacy": set[Fault]()}
LIST_LOST = "the former package reads an error only as an object, so one in a list loses its code and its wait"
FOLLOWS = "the former package follows redirects, with the key"
LEGACY_LIMITS = {
    ("generate", Fault.QUOTA_IN_A_LIST): LIST_LOST,
    ("stream", Fault.QUOTA_IN_A_LIST): LIST_LOST,
    ("generate", Fault.REDIRECT): FOLLOWS,
    ("stream", Fault.REDIRECT): FOLLOWS,
    ("stream", Fault.ERROR_IN_STREAM): "the former package ends such a stream without a word: told as cut",
}
# Its connection answers a 401 by asking twice more with the same key.
ASKS_AGAIN = {("legacy", Fault.BAD_KEY_401)}


class Point(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    weight: int


class Points(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    points: list[Point]


def _expect_limits(request: pytest.FixtureRequest, provider: Provider, way: str, fault: Fault) -> None:
    if fault in NOT_OF_THIS_FORM[provider.name]:
        pytest.skip("this provider has no such answer")
    reason = LEGACY_LIMITS.get((way, fault)) if provider.name == "legacy" else None
    if reason:
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))


async def _read_stream(provider: Provider) -> str:
    async with aclosing(provider.model.stream(ASK)) as pieces:
        return "".join([piece.text async for piece in pieces])


def _demand_words(error: AiError) -> None:
    """What a person reads is whole, and holds nothing of what was asked."""
    assert error.title
    assert error.message
    assert error.hint
    assert SECRET not in f"{error} {error.detail} {error!r}"
    assert KEY not in f"{error} {error.detail} {error!r}"


async def test_an_answer_comes_whole_with_what_it_cost(provider: Provider) -> None:
    answer = await provider.model.generate(ASK)

    assert answer.text == "Hello, world"
    assert (answer.tokens.tokens_in, answer.tokens.tokens_out) == (7, 3)


async def test_a_stream_gives_the_pieces_as_they_come_and_the_cost_at_its_end(provider: Provider) -> None:
    # The former package looks at the next piece before it gives one.
    provider.server.will(Script(holds_after=3 if provider.name == "legacy" else 2))

    async with aclosing(provider.model.stream(ASK)) as pieces:
        first = [(await anext(pieces)).text for _ in range(2)]
        provider.server.release()
        rest = [piece async for piece in pieces]

    assert first == ["Hello", ", "]
    assert "".join(piece.text for piece in rest) == "world"
    assert rest[-1].tokens is not None
    assert (rest[-1].tokens.tokens_in, rest[-1].tokens.tokens_out) == (7, 3)


@pytest.mark.parametrize("fault", EXPECTED)
async def test_each_failure_of_a_whole_answer_is_an_error_of_ours(
    provider: Provider, fault: Fault, request: pytest.FixtureRequest
) -> None:
    _expect_limits(request, provider, "generate", fault)
    provider.server.will(*[Script(fault=fault)] * 3)

    with pytest.raises(AiError) as caught:
        await provider.model.generate(ASK)

    assert type(caught.value) is EXPECTED[fault]
    assert len(provider.server.seen) == (3 if (provider.name, fault) in ASKS_AGAIN else 1)
    _demand_words(caught.value)


@pytest.mark.parametrize("fault", STREAMED)
async def test_each_failure_of_a_stream_is_an_error_of_ours(
    provider: Provider, fault: Fault, request: pytest.FixtureRequest
) -> None:
    _expect_limits(request, provider, "stream", fault)
    provider.server.will(*[Script(fault=fault)] * 3)

    with pytest.raises(AiError) as caught:
        await _read_stream(provider)

    assert type(caught.value) is STREAMED[fault]
    assert len(provider.server.seen) == (3 if (provider.name, fault) in ASKS_AGAIN else 1)
    _demand_words(caught.value)


@pytest.mark.parametrize("way", ["generate", "stream"])
@pytest.mark.parametrize("fault", [Fault.QUOTA, Fault.QUOTA_IN_A_LIST])
async def test_the_wait_that_the_provider_names_is_kept(
    provider: Provider, way: str, fault: Fault, request: pytest.FixtureRequest
) -> None:
    _expect_limits(request, provider, way, fault)
    provider.server.will(Script(fault=fault))

    with pytest.raises(AiQuotaExceeded) as caught:
        await (provider.model.generate(ASK) if way == "generate" else _read_stream(provider))

    assert caught.value.wait_s == pytest.approx(2.1)
    assert "3 s" in caught.value.message


async def test_the_thoughts_of_a_model_are_no_part_of_its_answer(
    provider: Provider, request: pytest.FixtureRequest
) -> None:
    if provider.name == "legacy":
        reason = "the former package drops the mark of a thought, so it cannot be told from the answer"
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))
    provider.server.will(Script(thought="Let me think. "), Script(thought="Let me think. "))

    whole = await provider.model.generate(ASK)
    streamed = await _read_stream(provider)

    assert (whole.text.strip(), streamed.strip()) == ("Hello, world", "Hello, world")


async def test_a_form_is_asked_for_and_the_answer_read_as_it(provider: Provider) -> None:
    provider.server.will(Script(pieces=('{"points": [{"title": "one", ', '"weight": 3}]}')))

    answer = await provider.model.generate(TextRequest(model="gemini-stand-in", text="Weigh.", shape=Points))

    assert read_shaped(answer.text, Points) == Points(points=[Point(title="one", weight=3)])
    sent = provider.server.seen[-1].body
    assert all(word in sent for word in ("points", "title", "weight"))
    assert "$ref" not in sent


async def test_models_are_listed_from_the_provider_over_all_its_pages(provider: Provider) -> None:
    found = [(model.id, model.title) for model in await provider.model.models()]

    if provider.name == "openai":
        assert found == [("stand-in:8b", "stand-in:8b"), ("other", "other")]
    else:
        assert found == [("gemini-stand-in", "Gemini stand-in"), ("gemini-second-page", "Second page")]


async def test_the_key_travels_in_a_header_and_nowhere_else(provider: Provider) -> None:
    await provider.model.generate(ASK)

    seen = provider.server.seen[-1]
    assert KEY not in seen.path
    assert KEY not in seen.body
    assert any(KEY in value for value in seen.headers.values())


@pytest.mark.parametrize("way", ["generate", "stream"])
async def test_a_preview_is_what_is_sent_and_sends_nothing(provider: Provider, way: str) -> None:
    ask = TextRequest(model="gemini-stand-in", text="Weigh «это».", instructions="Be brief.", shape=Points)

    preview = await provider.model.preview(ask, streamed=way == "stream")
    assert provider.server.seen == []
    if way == "generate":
        await provider.model.generate(ask)
    else:
        async with aclosing(provider.model.stream(ask)) as pieces:
            assert [piece async for piece in pieces]

    seen = provider.server.seen[-1]
    assert preview.address.partition("?")[0] == provider.server.address + seen.path.partition("?")[0]
    assert json.loads(preview.body) == json.loads(seen.body)
    assert KEY not in preview.address + preview.body


async def test_a_cancelled_stream_ends_at_the_provider(provider: Provider, request: pytest.FixtureRequest) -> None:
    if provider.name == "legacy":
        reason = (
            "the former package has no way to end a request: its thread goes on to the next piece or the time-out"
        )
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))
    # The former package gives a piece only once the next has begun to arrive.
    provider.server.will(Script(holds_after=2 if provider.name == "legacy" else 1))

    async with asyncio.timeout(20), aclosing(provider.model.stream(ASK)) as pieces:
        first = await anext(pieces)

    assert first.text == "Hello"
    assert await asyncio.to_thread(provider.server.memory.hung_up.wait, 1 if provider.name == "legacy" else 5)


async def test_a_cancelled_answer_ends_at_the_provider(provider: Provider, request: pytest.FixtureRequest) -> None:
    if provider.name == "legacy":
        reason = "the former package has no way to end a request: its thread goes on until the time-out"
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))
    provider.server.will(Script(holds_after=0))

    async with asyncio.TaskGroup() as group:
        task = group.create_task(provider.model.generate(ASK))
        await provider.server.wait_asked()
        task.cancel()

    assert task.cancelled()
    assert await asyncio.to_thread(provider.server.memory.hung_up.wait, 1 if provider.name == "legacy" else 5)


async def test_many_questions_at_once_get_each_their_answer(provider: Provider) -> None:
    answers = await asyncio.gather(*(provider.model.generate(ASK) for _ in range(20)))

    assert {answer.text for answer in answers} == {"Hello, world"}
    assert len(provider.server.seen) == 20


async def test_nobody_at_the_address_is_said_in_words(provider: Provider) -> None:
    if provider.name == "legacy":
        pytest.skip("its address is one for the whole process, and the file's other tests use it")
    elsewhere = provider.make(KEY, "http://127.0.0.1:9")

    with pytest.raises(AiOffline) as caught:
        await elsewhere.generate(ASK)
    await elsewhere.close()

    _demand_words(caught.value)
