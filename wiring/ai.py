"""The service that asks text models, and its check. Loads nothing of a provider."""

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from ai.child.control import AiControl
from ai.health import ai_checks
from ai.service import AiService
from core.clock import Clock
from core.config import Config
from core.config_file import read_config
from core.container import Needs, ServiceContainer
from core.health import HealthCheck
from core.retry import RetryPolicy
from core.workspace import Workspace
from database import AiLedgerStore


def register_ai(container: ServiceContainer, workspace: Workspace, clock: Clock, program: Sequence[str]) -> None:
    """The service, and the way to it through a child process; whoever owns the process tells them how to reach the secret
    store (`use_secrets`, `use_keys`)."""
    container.register(AiService, lambda needs: _make(workspace, needs, clock), needs=[AiLedgerStore, Config])
    container.register(AiControl, lambda needs: _make_control(workspace, needs, program), needs=[AiService])


@asynccontextmanager
async def _make(workspace: Workspace, needs: Needs, clock: Clock) -> AsyncIterator[AiService]:
    service = AiService(
        settings=lambda: read_config(workspace.config_path).ai,
        ledger=needs.get(AiLedgerStore),
        policy=RetryPolicy(needs.get(Config).retry, random.random),
        clock=clock,
    )
    try:
        yield service
    finally:
        await service.close()


@asynccontextmanager
async def _make_control(workspace: Workspace, needs: Needs, program: Sequence[str]) -> AsyncIterator[AiControl]:
    control = AiControl(workspace, program, lambda: read_config(workspace.config_path).ai, needs.get(AiService))
    try:
        yield control
    finally:
        await control.close()


def checks_of_ai(workspace: Workspace) -> Sequence[HealthCheck]:
    return ai_checks(lambda: read_config(workspace.config_path).ai)
