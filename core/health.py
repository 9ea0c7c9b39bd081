"""Checks of what must hold for Wireroom to work, run side by side, each with a sentence as its result.

The framework and core's own checks; every package brings its own. `doctor` prints them.
"""

import asyncio
import inspect
import logging
import shutil
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import cast

from core.clock import Clock
from core.errors import AppError, TimedOut
from core.secrets.manager import KeySource, read_status
from core.timeouts import OperationType, await_blocking
from core.workspace import MOUNTS, Workspace, check_writable, network_share_of

log = logging.getLogger(__name__)

CHECK_TIMEOUT_S = 15.0  # above the key store's own limit, so that its sentence is the one that is read
# As pyproject's requires-python; there is no qasync for a later Python.
PYTHON_FROM, PYTHON_BELOW = (3, 11), (3, 14)
# StorageFull asks for 200 MB; below it a backup before a migration may not fit.
LOW_SPACE_MB, TOO_LITTLE_SPACE_MB = 200, 20
# A clock before this program was made, or decades after, is not set.
RELEASED = datetime(2026, 11, 1, tzinfo=UTC)
PLAUSIBLE_UNTIL = RELEASED + timedelta(days=20 * 365)


class HealthState(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARN = "warn"  # works, but somebody should know
    FAIL = "fail"  # does not work until it is mended


@dataclass(frozen=True, slots=True)
class HealthResult:
    """What a check found, in one sentence, and what to do when it is not ok."""

    state: HealthState
    sentence: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """What to run, and its name for the list. A plain function runs on a daemon thread and may block."""

    name: str
    run: Callable[[], HealthResult] | Callable[[], Awaitable[HealthResult]]


@dataclass(frozen=True, slots=True)
class HealthReport:
    """The result of one check."""

    name: str
    result: HealthResult


def ok(sentence: str) -> HealthResult:
    """It holds."""
    return HealthResult(HealthState.OK, sentence)


def warn(sentence: str, hint: str) -> HealthResult:
    """It holds for now."""
    return HealthResult(HealthState.WARN, sentence, hint)


def fail(sentence: str, hint: str) -> HealthResult:
    """It does not hold."""
    return HealthResult(HealthState.FAIL, sentence, hint)


async def run_checks(checks: Sequence[HealthCheck], *, timeout_s: float = CHECK_TIMEOUT_S) -> list[HealthReport]:
    """Run all checks at once; one report each, in their order. Raises nothing but the caller's cancellation.

    A check that takes too long or raises has failed: an AppError with its own sentence, anything else as a mistake of
    ours, which is logged.
    """
    results = await asyncio.gather(*(_result_of(check, timeout_s) for check in checks))
    return [HealthReport(check.name, result) for check, result in zip(checks, results, strict=True)]


def core_checks(
    workspace: Workspace, clock: Clock, *, key_source: KeySource = None, needs_secrets: bool = True
) -> list[HealthCheck]:
    """Core's own checks. `needs_secrets` false: a workspace without a secret store yet is only a warning."""
    return [
        HealthCheck("Python", check_python),
        HealthCheck("Workspace", partial(check_workspace, workspace)),
        HealthCheck("Disk", partial(check_disk, workspace)),
        HealthCheck("File system", partial(check_file_system, workspace)),
        HealthCheck("Clock", partial(check_clock, clock)),
        HealthCheck("Secrets", partial(check_secrets, workspace, key_source, needs_store=needs_secrets)),
    ]


def check_python(version: tuple[int, int] = sys.version_info[:2]) -> HealthResult:
    """Whether this Python is one that Wireroom supports."""
    name = ".".join(map(str, version))
    if PYTHON_FROM <= version < PYTHON_BELOW:
        return ok(f"Python {name}.")
    return fail(f"Python {name} is not supported.", "Install Python 3.11, 3.12 or 3.13.")


def check_workspace(workspace: Workspace) -> HealthResult:
    """Whether the workspace can be written, and only by its owner; raises StorageError."""
    check_writable(workspace.folder)
    mode = workspace.folder.stat().st_mode & 0o777
    if mode & 0o077 and sys.platform != "win32":
        return warn(
            f"{workspace.folder} can be read by others of this computer (mode {mode:o}).",
            f"chmod 700 {workspace.folder}",
        )
    return ok(f"{workspace.folder} can be written, by you only.")


def check_disk(workspace: Workspace) -> HealthResult:
    """Whether there is room for the database to grow."""
    free_mb = shutil.disk_usage(workspace.folder).free // 1_000_000
    if free_mb < TOO_LITTLE_SPACE_MB:
        return fail(f"The disk is full: {free_mb} MB are free.", f"Free about {LOW_SPACE_MB} MB.")
    if free_mb < LOW_SPACE_MB:
        return warn(f"Only {free_mb} MB are free.", f"Free about {LOW_SPACE_MB} MB.")
    return ok(f"{free_mb:,} MB are free.")


def check_file_system(workspace: Workspace) -> HealthResult:
    """Whether the database can share memory between processes there."""
    if (share := network_share_of(workspace.folder)) is not None:
        return fail(
            f"The workspace lies on a network share ({share}), where the database is not safe.",
            "Move it to a disk of this computer.",
        )
    return ok("The workspace lies on a disk of this computer." if MOUNTS.exists() else "Not checked on this system.")


def check_clock(clock: Clock) -> HealthResult:
    """Whether the computer's clock is set at all; Telegram's time is compared when there is a connection."""
    now = clock.now()
    if RELEASED <= now <= PLAUSIBLE_UNTIL:
        return ok(f"It is {now:%Y-%m-%d %H:%M} UTC.")
    return fail(f"The clock says {now:%Y-%m-%d %H:%M} UTC, which cannot be right.", "Set the clock of this computer.")


def check_secrets(workspace: Workspace, key_source: KeySource = None, *, needs_store: bool = True) -> HealthResult:
    """Whether the secret store opens; a store that waits for a person is a warning, as nothing is lost."""
    status = read_status(workspace, key_source)
    if status.problem is not None:
        describe = warn if status.problem.is_retryable else fail
        return describe(f"{status.problem.title}. {status.problem.message}".strip(), status.problem.hint)
    if status.kind is None:
        describe = fail if needs_store else warn
        return describe("This workspace has no secret store yet.", "Choose where its secrets are to be kept.")
    return ok(f"{status.secret_count} secrets, the key in {status.place}.")


async def _result_of(check: HealthCheck, timeout_s: float) -> HealthResult:
    try:
        if inspect.iscoroutinefunction(check.run):
            async with asyncio.timeout(timeout_s):
                return cast("HealthResult", await check.run())
        run = cast("Callable[[], HealthResult]", check.run)
        return await await_blocking(OperationType.DATABASE, run, seconds=timeout_s)
    except (TimeoutError, TimedOut):
        return fail(f"No answer within {timeout_s:g} s.", "Try again; if it stays so, start the computer again.")
    except AppError as error:
        return fail(f"{error.title}. {error.message}".strip(), error.hint)
    except Exception as error:
        log.exception("health check failed", extra={"check": check.name})
        return fail(f"Unexpected error ({type(error).__name__}).", "Look into the log, and report it.")
