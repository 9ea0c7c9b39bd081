"""What `doctor` says about being online."""

from pathlib import Path

import msgspec
import pytest
from telethon.crypto import aes

from core.config import DataCentreSettings
from core.domain.account import WorkspaceKind
from core.health import HealthState, run_checks
from telegram import health
from telegram.data_centres import CustomDataCentre, DataCentres, _Process
from telegram.health import telegram_checks
from tests.telegram.online import data_centres
from tests.telegram.sandbox_fixture import RunningSandbox


async def test_everything_is_well_while_the_sandbox_answers(shared_sandbox: RunningSandbox) -> None:
    reports = await run_checks(telegram_checks(data_centres(shared_sandbox)))

    assert [(report.name, report.result.state) for report in reports] == [
        ("Telethon", HealthState.OK),
        ("Encryption", HealthState.OK),
        ("Sandbox", HealthState.OK),
    ]


async def test_a_live_workspace_expects_no_sandbox() -> None:
    assert "Sandbox" not in {check.name for check in telegram_checks(DataCentres(WorkspaceKind.LIVE))}


@pytest.mark.slow
async def test_a_sandbox_that_is_not_there_fails_with_what_to_do(tmp_path: Path, sandbox: RunningSandbox) -> None:
    nowhere = DataCentres(WorkspaceKind.SANDBOX, sandbox_folder=tmp_path)
    await sandbox.kill()

    for centres in (nowhere, data_centres(sandbox)):
        *_, report = await run_checks(telegram_checks(centres))
        assert report.result.state is HealthState.FAIL
        assert "The sandbox is not running" in report.result.sentence
        assert "main.py sandbox" in report.result.hint


async def test_a_data_centre_of_ones_own_is_asked_whether_it_answers_with_the_key_of_the_settings(
    shared_sandbox: RunningSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telegram.data_centres._process", _Process())
    address = shared_sandbox.address
    (tmp_path / "key.pem").write_text(address.public_key_pem, "ascii")
    right = DataCentreSettings(host=address.host, port=address.port, public_key_file="key.pem")
    reports = {}
    for name, settings in (
        ("right", right),
        ("port", msgspec.structs.replace(right, port=1)),
        ("key", msgspec.structs.replace(right, public_key_file="none.pem")),
    ):
        centres = DataCentres(WorkspaceKind.LIVE, custom=CustomDataCentre.of(settings, tmp_path))
        *_, report = await run_checks(telegram_checks(centres))
        assert report.name == "Own data centre"
        reports[name] = report.result

    assert (reports["right"].state, reports["port"].state) == (HealthState.OK, HealthState.FAIL)
    assert "Nothing answers" in reports["port"].sentence
    assert reports["key"].state is HealthState.FAIL
    assert "public key" in reports["key"].sentence


def test_another_telethon_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "TELETHON_VERSION", "1.44.0")

    assert health.check_telethon().state is HealthState.FAIL


def test_without_cryptg_the_check_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aes, "cryptg", None)

    assert health.check_encryption().state is HealthState.FAIL
