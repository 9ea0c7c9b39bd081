"""The worker's own wiring sorts beside its delivery, with the provider's key from the secret store."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ai.inbox.assistant import InboxAssistant
from ai.keys import store_key
from campaigns.ports import Incoming, IncomingBatch, IncomingKind, WorkerStart
from core.clock import SystemClock
from core.domain.account import WorkspaceKind
from core.domain.ai import AiFeature
from core.domain.ids import WorkerId
from core.secrets.choice import StoreKind
from core.secrets.key_pipe import decode_key_line
from core.secrets.manager import DataKey, SecretsManager
from core.workspace import open_workspace
from database import Database
from main import MainHouse
from tests.ai.inbox.world import sorted_as
from tests.ai.openai_server import OpenAiHandler
from tests.ai.script import KEY, StandIn
from tests.database.stores.world import World, peer, user_id
from tests.database.support import rows_on_disk

pytestmark = pytest.mark.slow


@pytest.fixture
def server() -> Iterator[StandIn]:
    with StandIn(OpenAiHandler) as made:
        yield made


async def test_a_message_that_waits_is_sorted_as_soon_as_the_worker_runs(
    tmp_path: Path, server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIREROOM_STATE_DIR", str(tmp_path / "state"))
    server.will(sorted_as("question", confidence=0.8))
    workspace, house = open_workspace(tmp_path / "w"), MainHouse()
    lines = ['provider = "openai"', 'model = "stand-in:8b"', f'address = "{server.address}"']
    workspace.config_path.write_text("\n".join(["[ai]", *lines, ""]))
    container = house.services(workspace, kind=WorkspaceKind.SANDBOX, process="worker")
    secrets = SecretsManager.create(workspace, StoreKind.MEMORY)
    await store_key(secrets, "openai", KEY)
    house.add_secrets(container, workspace, DataKey(decode_key_line(secrets.key_line())))
    async with house.services(workspace, kind=WorkspaceKind.SANDBOX) as before:
        world = World(before.get(Database), tmp_path)
        account_id = await world.add_account()
        await before.get(InboxAssistant).turn_on(
            AiFeature.SORT, provider="openai", address=server.address, actor="ann"
        )
        item = Incoming(
            kind=IncomingKind.MESSAGE,
            user_id=user_id(1),
            at=SystemClock().now() + timedelta(seconds=5),
            message_id=7,
            text="How much is it?",
        )
        batch = IncomingBatch(items=(item,), peers=(peer(1),), state=None)
        await world.incoming.commit(await world.take(account_id), batch, [])
    start = WorkerStart(worker_id=WorkerId("one"), pid=1, started_at=datetime(2026, 11, 20, tzinfo=UTC))
    house.add_worker(container, workspace, start)

    found: list[tuple[object, ...]] = []
    async with container, asyncio.timeout(20):
        while not found:
            await asyncio.sleep(0.02)
            found = rows_on_disk(workspace.database_path, "SELECT kind, confidence, model FROM message_sorting")

    assert found == [("question", 0.8, "stand-in:8b")]
