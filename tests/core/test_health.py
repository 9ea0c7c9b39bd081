"""Health checks: each ends with a sentence, whatever happens in it, and none holds up the others."""

import asyncio
import threading
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.errors import StorageFull
from core.health import (
    RELEASED,
    HealthCheck,
    HealthResult,
    HealthState,
    check_clock,
    check_disk,
    check_file_system,
    check_python,
    check_secrets,
    check_workspace,
    core_checks,
    ok,
    run_checks,
)
from core.secrets.manager import Passphrase, SecretsManager, StoreKind
from core.workspace import Workspace, open_workspace


class FixedClock(SystemClock):
    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self) -> datetime:
        return self._moment


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return open_workspace(tmp_path / "ws")


async def test_healthy_workspace_passes_every_check(workspace: Workspace) -> None:
    SecretsManager.create(workspace, StoreKind.PASSPHRASE, passphrase="correct horse")

    reports = await run_checks(core_checks(workspace, FixedClock(RELEASED), key_source=Passphrase("correct horse")))

    assert [report.name for report in reports] == ["Python", "Workspace", "Disk", "File system", "Clock", "Secrets"]
    assert {report.result.state for report in reports} == {HealthState.OK}
    assert all(report.result.sentence.endswith(".") for report in reports)


async def test_check_that_hangs_or_raises_has_failed_and_the_others_are_reported(
    caplog: pytest.LogCaptureFixture,
) -> None:
    released = threading.Event()

    def blocks() -> HealthResult:
        released.wait(30)
        return ok("late")

    async def waits() -> HealthResult:
        await asyncio.Event().wait()
        return ok("late")

    def raises(error: Exception) -> HealthResult:
        raise error

    async def fine() -> HealthResult:
        return ok("Fine.")

    checks = [
        HealthCheck("blocks", blocks),
        HealthCheck("waits", waits),
        HealthCheck("full", partial(raises, StorageFull("7 MB are free."))),
        HealthCheck("bug", partial(raises, KeyError("x"))),
        HealthCheck("fine", fine),
    ]
    reports = await run_checks(checks, timeout_s=1.5)
    released.set()

    states = {report.name: report.result.state.value for report in reports}
    assert states == {"blocks": "fail", "waits": "fail", "full": "fail", "bug": "fail", "fine": "ok"}
    sentences = {report.name: report.result.sentence for report in reports}
    assert sentences["blocks"] == sentences["waits"] == "No answer within 1.5 s."
    assert "7 MB are free." in sentences["full"]
    assert sentences["bug"] == "Unexpected error (KeyError)."
    assert all(report.result.hint for report in reports if report.name != "fine")
    assert "health check failed" in caplog.text


@pytest.mark.parametrize(
    ("version", "state"), [((3, 10), "fail"), ((3, 11), "ok"), ((3, 13), "ok"), ((3, 14), "fail")]
)
def test_python_is_checked_against_the_supported_range(version: tuple[int, int], state: str) -> None:
    assert check_python(version).state == state


def test_supported_range_is_the_one_of_the_project() -> None:
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")

    assert 'requires-python = ">=3.11,<3.14"' in text


def test_workspace_that_others_can_read_is_a_warning_with_the_command(workspace: Workspace) -> None:
    workspace.folder.chmod(0o755)

    result = check_workspace(workspace)

    assert result.state is HealthState.WARN
    assert result.hint == f"chmod 700 {workspace.folder}"


@pytest.mark.parametrize(("free_mb", "state"), [(10, "fail"), (100, "warn"), (5000, "ok")])
def test_free_space_decides(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, free_mb: int, state: str) -> None:
    usage = type("Usage", (), {"free": free_mb * 1_000_000})
    monkeypatch.setattr("core.health.shutil.disk_usage", lambda _: usage)

    assert check_disk(workspace).state == state


def test_network_share_fails(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.health.network_share_of", lambda _: "nfs4")

    assert "nfs4" in check_file_system(workspace).sentence


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), "fail"),
        (datetime(2026, 12, 24, tzinfo=UTC), "ok"),
        (datetime(2090, 1, 1, tzinfo=UTC), "fail"),
    ],
)
def test_clock_that_is_not_set_fails(moment: datetime, state: str) -> None:
    assert check_clock(FixedClock(moment)).state == state


def test_secret_store_that_waits_for_a_person_is_a_warning(workspace: Workspace) -> None:
    assert check_secrets(workspace).state is HealthState.FAIL
    assert check_secrets(workspace, needs_store=False).state is HealthState.WARN
    SecretsManager.create(workspace, StoreKind.PASSPHRASE, passphrase="correct horse")

    assert check_secrets(workspace).state is HealthState.WARN
    assert check_secrets(workspace, Passphrase("wrong horse")).state is HealthState.FAIL
    assert check_secrets(workspace, Passphrase("correct horse")).state is HealthState.OK
