"""The child process that asks the model for a window: answers and errors come whole, and the key goes through a pipe."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import psutil
import pytest
import pytest_asyncio

from ai.child.control import AiChildEnded, AiControl
from ai.child.orders import (
    AnyOrder,
    MakeVariants,
    Review,
    Rewrite,
    Shorten,
    ShowRequest,
    SuggestAnswer,
    SummariseConversation,
    Translate,
    TryOut,
    Write,
)
from ai.service import AiService
from ai.writing.tasks import Brief, Tone
from campaigns.message.variants import Text
from core.ai_errors import AiBudgetSpent, AiFeatureOff, AiKeyRejected, AiModelUnknown, AiTurnedOff
from core.config import AiSettings
from core.config_file import read_config
from core.domain.account import WorkspaceKind
from core.domain.ai import AiFeature
from core.domain.ids import ConversationId
from core.errors import Cancelled, UserInputError
from core.workspace import Workspace, open_workspace
from main import MainHouse
from tests.ai.openai_server import OpenAiHandler
from tests.ai.script import KEY, Fault, Script, StandIn

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]
SOURCE = 'Hello {{ first_name | default("friend") }}, the **doors** open at 6.'


@dataclass
class ChildWorld:
    """One child for the whole file, since starting a program takes half a second."""

    workspace: Workspace
    server: StandIn
    control: AiControl
    key: str = KEY
    asked_for: list[str] = field(default_factory=list)  # the provider, each time the secret store was reached

    def set(self, **settings: object) -> None:
        held = {"provider": "openai", "model": "stand-in:8b", "address": self.server.address, "cache_hours": 0}
        lines = [f"{name} = {json.dumps(value)}" for name, value in {**held, **settings}.items()]
        self.workspace.config_path.write_text("\n".join(["[ai]", *lines, ""]))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ChildWorld]:
    workspace = open_workspace(tmp_path_factory.mktemp("ai") / "w")
    house = MainHouse()

    def read_settings() -> AiSettings:
        return read_config(workspace.config_path).ai

    async with house.services(workspace, kind=WorkspaceKind.SANDBOX) as services:
        with StandIn(OpenAiHandler) as server:
            control = AiControl(workspace, house.program, read_settings, services.get(AiService))
            world = ChildWorld(workspace, server, control)

            async def read_key(provider: str) -> str:
                world.asked_for.append(provider)
                return world.key

            control.use_keys(read_key)
            world.set()
            yield world
            await control.close()


@pytest.fixture
def world(shared_world: ChildWorld) -> ChildWorld:
    shared_world.server.forget()
    shared_world.set()
    shared_world.key = KEY
    return shared_world


async def ask(world: ChildWorld, source: str = SOURCE) -> str:
    return (await world.control.ask(Rewrite(source=source, tone=Tone.PLAIN), actor="ann")).source


async def test_the_text_comes_as_it_is_written_and_then_whole(world: ChildWorld) -> None:
    pieces = ("Hi {{ first_name | ", 'default("friend") }}, we ', "**open** at 6.")
    world.server.will(Script(pieces=pieces))
    seen: list[str] = []

    draft = await world.control.ask(Rewrite(source=SOURCE, tone=Tone.PLAIN), actor="ann", on_text=seen.append)

    assert draft.source == "".join(pieces)
    assert seen == ["".join(pieces[:count]) for count in (1, 2, 3)]


@pytest.mark.parametrize(
    ("order", "answer"),
    [
        (Write(brief=Brief(what="Doors", fields=("first_name",))), SOURCE),
        (Shorten(source=SOURCE), 'Hi {{ first_name | default("friend") }}, **doors** at 6.'),
        (MakeVariants(source=SOURCE, count=1), json.dumps({"texts": [f"{SOURCE} See you."]})),
        (
            Review(source=SOURCE),
            json.dumps(
                {"findings": [{"kind": "no_way_out", "quote": "", "suggestion": "STOP ends it.", "why": "None."}]}
            ),
        ),
        (
            Translate(text=Text(source=SOURCE, language="en"), language="de"),
            'Hallo {{ first_name | default("du") }}, die **Türen** öffnen um 6.',
        ),
        (TryOut(), "ready"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else "",
)
async def test_every_order_comes_back_as_the_value_that_its_task_gives(
    world: ChildWorld, order: AnyOrder, answer: str
) -> None:
    world.server.will(Script(pieces=(answer,)))

    value = await world.control.ask(order, actor="ann")  # type: ignore[misc]

    assert value == order.task().read(answer)


async def test_what_is_seen_before_is_what_is_sent(world: ChildWorld) -> None:
    order = Rewrite(source=SOURCE, tone=Tone.PLAIN)
    world.server.will(Script(pieces=(SOURCE,)))

    seen = await world.control.preview(order, streamed=True)
    assert world.server.seen == []
    await world.control.ask(order, actor="ann", on_text=lambda _: None)

    assert seen.address == f"{world.server.address}/chat/completions"
    assert [sent.body for sent in world.server.seen] == [seen.body]


async def test_models_are_those_of_the_provider(world: ChildWorld) -> None:
    assert [model.id for model in await world.control.models()] == ["stand-in:8b", "other"]


async def test_errors_keep_their_kind_and_words(world: ChildWorld) -> None:
    world.server.will(Script(fault=Fault.NO_MODEL))
    with pytest.raises(AiModelUnknown, match="may have been retired"):
        await ask(world)
    world.set(requests_a_day=1)
    with pytest.raises(AiBudgetSpent, match="All requests of this day"):
        await ask(world)
    with pytest.raises(UserInputError, match="line 1, column 7"):
        await ask(world, "Hello {{ first")


async def test_cancelling_ends_the_request_at_the_provider(world: ChildWorld) -> None:
    world.server.will(Script(fault=Fault.SILENT))

    asking = asyncio.get_running_loop().create_task(ask(world))
    await world.server.wait_asked()
    asking.cancel()

    with contextlib.suppress(asyncio.CancelledError):
        await asking
    assert await asyncio.to_thread(world.server.memory.hung_up.wait, 10)


async def test_a_refused_key_is_read_anew_for_the_next_question_and_a_good_one_is_not(world: ChildWorld) -> None:
    world.server.will(Script(fault=Fault.BAD_KEY), Script(pieces=(SOURCE,)), Script(pieces=(SOURCE,)))
    with pytest.raises(AiKeyRejected):
        await ask(world)
    world.asked_for.clear()

    await ask(world)
    await ask(world)

    assert world.asked_for == ["openai"]


async def test_nothing_secret_is_on_the_command_line_or_in_the_environment(world: ChildWorld) -> None:
    world.server.will(Script(pieces=(SOURCE,)))
    await ask(world)

    process = psutil.Process(world.control.pid)
    told = " ".join(process.cmdline()) + str(process.environ())

    assert "ai-child" in told
    assert KEY not in told
    assert "first_name" not in told
    assert KEY not in "".join(path.read_text() for path in world.workspace.logs.iterdir())


async def test_closing_ends_the_child_and_what_is_under_way_and_turned_off_none_is_started(world: ChildWorld) -> None:
    world.server.will(Script(fault=Fault.SILENT))
    asking = asyncio.get_running_loop().create_task(ask(world))
    await world.server.wait_asked()
    pid = world.control.pid

    await world.control.close()
    world.set(enabled=False)

    with pytest.raises(Cancelled):
        await asking
    assert not psutil.pid_exists(pid or 0)
    for act in (ask(world), world.control.preview(TryOut()), world.control.models()):
        with pytest.raises(AiTurnedOff):
            await act
    assert world.control.pid is None


async def test_a_key_that_was_being_read_when_it_was_closed_goes_to_no_child(shared_world: ChildWorld) -> None:
    world = shared_world
    began, goes_on = asyncio.Event(), asyncio.Event()

    async def read_key(_: str) -> str:
        began.set()
        await goes_on.wait()
        return KEY

    control = AiControl(world.workspace, ["/nonexistent/program"], AiSettings, world.control._service)
    control.use_keys(read_key)
    asking = asyncio.get_running_loop().create_task(control.ask(TryOut(), actor="ann"))
    await began.wait()
    await control.close()
    goes_on.set()

    with pytest.raises(Cancelled):
        await asking
    assert control.pid is None


async def test_a_child_that_dies_is_told_and_the_next_question_starts_another(world: ChildWorld) -> None:
    world.server.will(Script(fault=Fault.SILENT), Script(pieces=(SOURCE,)))
    asking = asyncio.get_running_loop().create_task(ask(world))
    await world.server.wait_asked()

    psutil.Process(world.control.pid).kill()

    with pytest.raises(AiChildEnded):
        await asking
    assert await ask(world) == SOURCE


async def test_the_inbox_is_read_by_the_child_and_only_where_somebody_said_yes(world: ChildWorld) -> None:
    sample = await world.control.ask(ShowRequest(feature=AiFeature.SUGGEST), actor="ann")

    assert sample.conversation_id is None
    assert "phone" in sample.hidden
    assert world.server.seen == []
    for order in (
        SuggestAnswer(conversation_id=ConversationId(1)),
        SummariseConversation(conversation_id=ConversationId(1)),
    ):
        with pytest.raises(AiFeatureOff):
            await world.control.ask(order, actor="ann")  # type: ignore[misc]
