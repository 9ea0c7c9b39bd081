"""The service that asks text models, and its check. Loads nothing of a provider."""

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from ai.child.control import AiControl
from ai.health import ai_checks
from ai.inbox.assistant import InboxAssistant
from ai.inbox.sorter import Sorter
from ai.service import AiService
from campaigns.inbox.canned import CannedReplies
from core.clock import Clock
from core.config import Config
from core.config_file import read_config
from core.container import Needs, ServiceContainer
from core.health import HealthCheck
from core.ports import Secrets
from core.retry import RetryPolicy
from core.secrets.manager import SecretsManager
from core.workspace import Workspace
from database import AiLedgerStore, AssistStore, MessageSortingStore
from wiring.foundation import running


def register_ai(container: ServiceContainer, workspace: Workspace, clock: Clock, program: Sequence[str]) -> None:
    """The service, and the way to it through a child process; whoever owns the process tells them how to reach the secret
    store (`use_secrets`, `use_keys`)."""
    container.register(AiService, lambda needs: _make(workspace, needs, clock), needs=[AiLedgerStore, Config])
    container.register(AiControl, lambda needs: _make_control(workspace, needs, program), needs=[AiService])
    container.register(
        InboxAssistant,
        lambda needs: InboxAssistant(needs.get(AiService), needs.get(AssistStore), needs.get(CannedReplies), clock),
        needs=[AiService, AssistStore, CannedReplies],
    )


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


@asynccontextmanager
async def make_sorter(workspace: Workspace, needs: Needs, clock: Clock) -> AsyncIterator[object]:
    """In the worker: a provider's library is loaded with the first message that is to be sorted, and not before."""
    secrets, service = needs.get(SecretsManager), needs.get(AiService)

    async def give_secrets() -> Secrets:
        return secrets

    service.use_secrets(give_secrets)
    sorter = Sorter(
        service=service,
        desk=needs.get(AssistStore),
        queue=needs.get(MessageSortingStore),
        settings=lambda: read_config(workspace.config_path).ai,
        clock=clock,
    )
    async with running(sorter.run(), "sorter"):
        yield sorter


def checks_of_ai(workspace: Workspace) -> Sequence[HealthCheck]:
    return ai_checks(lambda: read_config(workspace.config_path).ai)
