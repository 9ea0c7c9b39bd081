"""docs/sandbox.md names what there is."""

from pathlib import Path

import pytest

from telegram.sandbox import address, ledger, process, server
from telegram.sandbox.control import FaultKind, RepeatBehaviour
from telegram.sandbox.people import NAMES

GUIDE = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text()
FILES = (address.FILE_NAME, ledger.FILE_NAME, process.LOG_NAME, server.JOURNAL_NAME, server.LOCK_NAME)


@pytest.mark.parametrize("name", [*FaultKind, *RepeatBehaviour, *FILES])
def test_every_fault_and_file_is_described(name: str) -> None:
    assert f"`{name}`" in GUIDE


def test_the_number_of_languages_is_right() -> None:
    assert len(NAMES) == 17
    assert "seventeen languages" in GUIDE
