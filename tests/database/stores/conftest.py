"""A fresh workspace for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.database.stores.world import World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A sandbox workspace without accounts and people."""
    made = await World.make(tmp_path)
    yield made
    await made.database.close()
