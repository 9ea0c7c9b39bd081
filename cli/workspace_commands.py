"""`workspace …`: make a workspace, lock it, and choose what happens to a copied one."""

from typing import Annotated

import typer

from cli.house import House
from cli.lock_commands import lock_app
from cli.options import JsonOption, WorkspaceOption, opened
from cli.output import Output, run_command
from core.domain.account import WorkspaceKind
from core.registry import KnownWorkspace, WorkspaceRegistry
from core.workspace import open_workspace
from database import WorkspaceStore


def workspace_app(house: House) -> typer.Typer:
    app = typer.Typer(help="Make a workspace, lock it, or go on with a copied one.", no_args_is_help=True)

    @app.command()
    def new(
        workspace: WorkspaceOption,
        live: Annotated[bool, typer.Option("--live", help="For accounts at Telegram; else for the sandbox.")] = False,
        json: JsonOption = False,
    ) -> None:
        """Make a workspace; its kind is fixed from then on."""
        kind = WorkspaceKind.LIVE if live else WorkspaceKind.SANDBOX

        async def body(output: Output) -> int:
            folder = open_workspace(workspace)
            async with house.services(folder, kind=kind) as services:
                row = await services.get(WorkspaceStore).get()
            output.say(f"{folder.folder} is a {row.kind} workspace.")
            return output.finish({"workspace": str(folder.folder), "kind": row.kind.value})

        raise typer.Exit(run_command("workspace new", body, is_json=json))

    @app.command()
    def adopt(
        workspace: WorkspaceOption,
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
        json: JsonOption = False,
    ) -> None:
        """Go on with a copied, moved or restored workspace here. Its campaigns stay paused until you resume them."""
        if not yes and not json:
            typer.confirm(
                "Go on here? If the original still sends, or sent after this copy was made, people get messages twice.",
                abort=True,
            )

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                row = await services.get(WorkspaceStore).get()
                folder = open_workspace(workspace).folder
                WorkspaceRegistry().adopt(
                    KnownWorkspace(workspace_id=row.workspace_id, folder=folder, generation=row.generation)
                )
            output.say("This is the known workspace now. Resume the campaigns that should go on.")
            return output.finish({"workspace": str(folder)})

        raise typer.Exit(run_command("workspace adopt", body, is_json=json))

    app.add_typer(lock_app(), name="lock")
    return app
