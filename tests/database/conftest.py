"""The throw-away database that these tests write to."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from database.database import Database
from tests.database.support import open_in


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    """An open database with the tables of support.TABLES, in `tmp_path`."""
    async with await open_in(tmp_path) as database:
        yield database
