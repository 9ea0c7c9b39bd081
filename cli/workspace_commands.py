"""`workspace …`: make a workspace, lock it, and choose what happens to a copied one."""

from typing import Annotated

import typer

from cli.answers import confirm
from cli.house import House
from cli.lock_commands import lock_app
from cli.options import ActorOption, JsonOption, WorkspaceOption, opened
from cli.output import Output, run_command
from core.clock import SystemClock
from core.domain.account import WorkspaceKind
from core.registry import KnownWorkspace, WorkspaceRegistry
from core.workspace import open_workspace
from database import ReportStore, RestoreStore, WorkspaceStore


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
        actor: ActorOption,
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
        json: JsonOption = False,
    ) -> None:
        """Go on with a copied, moved or restored workspace here. Its campaigns wait until you choose how they go on."""
        if not yes and not json:
            confirm(
                "Go on here? If the original still sends, or sent after this copy was made, people get messages twice."
            )

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                row = await services.get(WorkspaceStore).get()
                folder = open_workspace(workspace).folder
                registry, generation = WorkspaceRegistry(), row.generation
                last = await services.get(ReportStore).newest_worker()
                # Moved after the last worker had ended in order: it knows all that was sent.
                is_moved = last is not None and last.ended_at is not None
                is_moved = is_moved and registry.was_moved(row.workspace_id, generation)
                if not is_moved:
                    _, generation = await services.get(RestoreStore).mark(
                        since=None,
                        generation=registry.newest_generation(row.workspace_id),
                        reason="This workspace is a copy or was restored. Choose how it goes on.",
                        actor=actor,
                        now=SystemClock().now(),
                    )
                registry.adopt(KnownWorkspace(workspace_id=row.workspace_id, folder=folder, generation=generation))
            output.say("This is the known workspace now.")
            if is_moved:
                output.say("It was only moved. Resume the campaigns that should go on.")
            else:
                output.say('Choose how its campaigns go on with "campaign after-restore", then resume them.')
            return output.finish({"workspace": str(folder), "was_moved": is_moved})

        raise typer.Exit(run_command("workspace adopt", body, is_json=json))

    app.add_typer(lock_app(), name="lock")
    return app
