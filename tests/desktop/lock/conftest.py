"""The clock of a window with a lock."""

import pytest

from tests.desktop.workspace_fixture import Filled
from tests.fake_clock import FakeClock


@pytest.fixture
def clock(filled: Filled) -> FakeClock:
    assert isinstance(filled.clock, FakeClock)
    return filled.clock
