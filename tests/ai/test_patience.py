"""Trying again and giving up, in one place above the adapters. Time is moved by hand; the provider is a real server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from ai.openai_form import OpenAiFormModel
from ai.patience import MAX_TRIES, PatientModel
from core.ai_errors import AiKeyRejected, AiOffline, AiQuotaExceeded, AiServerTrouble, AiTimedOut
from core.config import RetrySettings, TimeoutSettings
from core.retry import RetryPolicy
from core.text_model import TextRequest
from core.timeouts import use_timeouts
from tests.ai.script import KEY, Fault, Script, StandIn
from tests.fake_clock import FakeClock

ASK = TextRequest(model="stand-in", text="Say hello.")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def model(openai_server: StandIn, clock: FakeClock) -> AsyncIterator[PatientModel]:
    policy = RetryPolicy(RetrySettings(base_s=1, jitter=0.0), lambda: 0.0)
    patient = PatientModel(OpenAiFormModel(KEY, address=openai_server.address), policy, clock)
    yield patient
    await patient.close()


async def waits(clock: FakeClock) -> None:
    """Until an answer was read that makes it wait."""
    async with asyncio.timeout(20):
        while not clock.sleepers:
            await asyncio.sleep(0.005)


async def test_a_wait_that_the_provider_demands_is_kept_before_it_is_asked_again(
    model: PatientModel, openai_server: StandIn, clock: FakeClock
) -> None:
    openai_server.will(Script(fault=Fault.QUOTA))

    async with asyncio.TaskGroup() as group:
        answer = group.create_task(model.generate(ASK))
        await waits(clock)
        clock.advance(2.0)  # it asked for 2.1 s
        await asyncio.sleep(0.05)
        assert len(openai_server.seen) == 1
        clock.advance(0.2)

    assert answer.result().text == "Hello, world"
    assert len(openai_server.seen) == 2


async def test_a_wait_that_does_not_fit_into_the_time_is_told_at_once(
    model: PatientModel, openai_server: StandIn
) -> None:
    use_timeouts(TimeoutSettings(ai_generate=2.0))
    openai_server.will(Script(fault=Fault.QUOTA))

    with pytest.raises(AiQuotaExceeded, match="3 s"):
        await model.generate(ASK)

    use_timeouts(TimeoutSettings())
    assert len(openai_server.seen) == 1


async def test_trouble_at_the_provider_is_tried_again_a_few_times(
    model: PatientModel, openai_server: StandIn, clock: FakeClock
) -> None:
    openai_server.will(*[Script(fault=Fault.ERROR_503)] * 5)

    async def pass_time() -> None:
        while True:
            clock.advance(1)
            await asyncio.sleep(0.01)

    async with asyncio.TaskGroup() as group:
        ticking = group.create_task(pass_time())
        with pytest.raises(AiServerTrouble):
            await model.generate(ASK)
        ticking.cancel()

    assert len(openai_server.seen) == MAX_TRIES


async def test_what_waiting_does_not_mend_is_asked_once(model: PatientModel, openai_server: StandIn) -> None:
    openai_server.will(*[Script(fault=Fault.BAD_KEY)] * 2)

    with pytest.raises(AiKeyRejected):
        await model.generate(ASK)

    assert len(openai_server.seen) == 1


async def test_a_stream_is_tried_again_before_anything_was_shown(
    model: PatientModel, openai_server: StandIn, clock: FakeClock
) -> None:
    openai_server.will(Script(fault=Fault.ERROR_503))

    async with asyncio.TaskGroup() as group:
        text = group.create_task(whole(model))
        await waits(clock)
        clock.advance(5)

    assert text.result() == "Hello, world"


async def test_a_stream_is_never_tried_again_after_text_was_shown(
    model: PatientModel, openai_server: StandIn
) -> None:
    openai_server.will(Script(fault=Fault.LINK_CUT))
    shown = []

    with pytest.raises(AiOffline):
        async with aclosing(model.stream(ASK)) as pieces:
            shown = [piece.text async for piece in pieces]

    assert shown == []  # the list was never finished
    assert len(openai_server.seen) == 1


@pytest.mark.parametrize("way", ["generate", "stream"])
async def test_a_provider_that_says_nothing_is_given_up_in_the_time_of_the_table(
    model: PatientModel, openai_server: StandIn, way: str
) -> None:
    use_timeouts(TimeoutSettings(ai_generate=0.2, ai_stream=0.2))
    openai_server.will(Script(fault=Fault.SILENT))

    with pytest.raises(AiTimedOut, match=r"longer than 0\.2 s"):
        await (model.generate(ASK) if way == "generate" else whole(model))

    use_timeouts(TimeoutSettings())
    assert len(openai_server.seen) == 1


async def test_a_stream_that_drips_without_end_is_given_up_too(model: PatientModel, openai_server: StandIn) -> None:
    use_timeouts(TimeoutSettings(ai_stream=0.3))
    openai_server.will(Script(holds_after=1))

    with pytest.raises(AiTimedOut):
        await whole(model)

    use_timeouts(TimeoutSettings())


async def whole(model: PatientModel) -> str:
    async with aclosing(model.stream(ASK)) as pieces:
        return "".join([piece.text async for piece in pieces])
