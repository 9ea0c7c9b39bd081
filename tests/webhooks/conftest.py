"""A workspace with an account and people, and webhooks over it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.database.stores.world import World
from tests.webhooks.hook_world import HookWorld
from tests.webhooks.receiver import Receiver, receiving


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


@pytest.fixture
async def hooks(tmp_path: Path) -> AsyncIterator[HookWorld]:
    world = await World.make(tmp_path)
    yield await HookWorld.make(world)
    await world.database.close()
