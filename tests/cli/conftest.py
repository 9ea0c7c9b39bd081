"""Fixtures of the command line."""

import asyncio
from pathlib import Path

import pytest

from tests.cli.campaign_workspace import fill
from tests.cli.program import Program


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


@pytest.fixture
def campaign(program: Program) -> str:
    """The number of the campaign of `fill`."""
    return str(asyncio.run(fill(program)))
