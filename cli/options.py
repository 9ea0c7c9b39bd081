"""Options that many commands have, and how a command reaches its workspace."""

import getpass
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import typer

from cli.house import House
from core.container import ServiceContainer
from core.domain.account import WorkspaceKind
from core.workspace import open_workspace

WorkspaceOption = Annotated[
    Path, typer.Option("--workspace", help="Folder of the workspace; made when absent.", envvar="WIREROOM_WORKSPACE")
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object on the last line.")]
ParentOption = Annotated[int | None, typer.Option("--parent", hidden=True, help="It ends with this process.")]
ActorOption = Annotated[
    str,
    typer.Option(
        "--as", help="Your name, as it stands in Activity and in approvals.", default_factory=getpass.getuser
    ),
]


@asynccontextmanager
async def opened(house: House, folder: Path) -> AsyncIterator[ServiceContainer]:
    """The services of a workspace, started. A folder that is absent becomes a sandbox workspace: nothing there can
    reach Telegram by mistake; a live one is made with `workspace new --live`.
    """
    workspace = open_workspace(folder)
    async with house.services(workspace, kind=WorkspaceKind.SANDBOX) as container:
        yield container
