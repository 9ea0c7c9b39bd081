"""docs/sandbox.md names what there is."""

from pathlib import Path

import pytest

from telegram.sandbox import address, ledger, process, server
from telegram.sandbox.control import CodeKind, FaultKind, RepeatBehaviour, SandboxControl
from telegram.sandbox.people import NAMES

GUIDE = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text()
FILES = (address.FILE_NAME, ledger.FILE_NAME, process.LOG_NAME, server.JOURNAL_NAME, server.LOCK_NAME)


@pytest.mark.parametrize("name", [*FaultKind, *RepeatBehaviour, *CodeKind, *FILES])
def test_every_fault_and_file_is_described(name: str) -> None:
    assert f"`{name}`" in GUIDE


@pytest.mark.parametrize(
    "verb",
    [
        "set_sign_in_rules",
        "list_qr_codes",
        "freeze_account",
        "limit_account",
        "let_young_sessions_end_others",
        "scan_qr_code",
        "last_code",
    ],
)
def test_what_steers_sign_ins_and_accounts_is_described(verb: str) -> None:
    assert hasattr(SandboxControl, verb)
    assert f"`{verb}`" in GUIDE


def test_the_number_of_languages_is_right() -> None:
    assert len(NAMES) == 17
    assert "seventeen languages" in GUIDE
