"""Webhooks: the use cases for every process, and the runner that tells them in the worker."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from core.clock import Clock
from core.config import WebhookSettings
from core.config_file import read_config
from core.container import Needs, ServiceContainer
from core.errors import ConfigurationError
from core.secrets.manager import SecretsManager
from core.secrets.vault import erase_secret
from core.workspace import Workspace
from database import WebhookQueue, WebhookStore
from webhooks.service import WebhookService
from wiring.foundation import running
from wiring.keys import WEBHOOKS


def register_webhooks(container: ServiceContainer, workspace: Workspace, clock: Clock) -> None:
    """The use cases; the store must be registered too."""
    container.register(
        WebhookService,
        lambda needs: WebhookService(
            needs.get(WebhookStore),
            lambda: _settings(workspace),
            lambda name: asyncio.to_thread(erase_secret, workspace.vault, name),
            clock,
        ),
        needs=[WebhookStore],
    )


def register_runner(container: ServiceContainer, workspace: Workspace, clock: Clock) -> None:
    """The worker's part; needs the secret store."""
    container.register(WEBHOOKS, lambda needs: _run(workspace, needs, clock), needs=[WebhookQueue, SecretsManager])


@asynccontextmanager
async def _run(workspace: Workspace, needs: Needs, clock: Clock) -> AsyncIterator[object]:
    from webhooks.runner import WebhookRunner

    runner = WebhookRunner(
        needs.get(WebhookQueue), needs.get(SecretsManager), lambda: _settings(workspace), clock, random.random
    )
    async with running(runner.run(), "webhooks"):
        yield runner


def _settings(workspace: Workspace) -> WebhookSettings:
    try:
        return read_config(workspace.config_path).webhooks
    except ConfigurationError:  # told elsewhere; a file that somebody is writing must not end the worker
        return WebhookSettings()
