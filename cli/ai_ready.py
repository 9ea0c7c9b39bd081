"""The text model as a command asks it: with its key, from the secret store of the workspace."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from ai.keys import read_key
from ai.service import AiService
from cli.house import House
from cli.options import opened
from cli.passphrases import find_secrets
from core.ai_errors import AiNotSetUp
from core.config_file import read_config
from core.container import ServiceContainer
from core.ports import Secrets
from core.workspace import open_workspace


@asynccontextmanager
async def ready_to_ask(house: House, path: Path, *, from_stdin: bool) -> AsyncIterator[ServiceContainer]:
    """The services of a workspace, with the model’s key where it needs one. Raises AiNotSetUp before anything is sent."""
    folder = open_workspace(path)
    settings = read_config(folder.config_path).ai
    secrets = await find_secrets(folder, from_stdin=from_stdin) if settings.enabled else None
    async with opened(house, path) as services:
        service = services.get(AiService)
        status = await service.status()
        has_key = secrets is not None and bool(await read_key(secrets, settings.provider))
        if status.is_on and status.needs_key and not has_key:
            raise AiNotSetUp

        async def give() -> Secrets | None:
            return secrets

        service.use_secrets(give)
        yield services
