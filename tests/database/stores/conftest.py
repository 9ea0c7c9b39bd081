"""A fresh workspace for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.database.stores.world import NOW, Lane, World, peer


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A sandbox workspace without accounts and people."""
    made = await World.make(tmp_path)
    yield made
    await made.database.close()


@pytest.fixture
async def lane(world: World) -> Lane:
    """A running campaign for five people whom its account knows."""
    account_id = await world.add_account()
    await world.import_people(5)
    await world.know(account_id, *[peer(number, wrote_at=NOW) for number in range(1, 6)])
    return Lane(world, account_id, await world.take(account_id), await world.run([account_id]))
