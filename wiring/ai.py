"""The service that asks text models, and its check. Loads nothing of a provider."""

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

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


def register_ai(container: ServiceContainer, workspace: Workspace, clock: Clock) -> None:
    """The service; whoever owns the process tells it how to reach the secret store (`use_secrets`)."""
    container.register(AiService, lambda needs: _make(workspace, needs, clock), needs=[AiLedgerStore, Config])


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


def checks_of_ai(workspace: Workspace) -> Sequence[HealthCheck]:
    return ai_checks(lambda: read_config(workspace.config_path).ai)
