"""`worker …`: run it here, or start, stop and look at the one in the background."""

import getpass
from pathlib import Path
from typing import Annotated

import typer

from campaigns.worker_control import WorkerControl
from cli.house import House
from cli.interrupts import ended_with
from cli.options import JsonOption, ParentOption, WorkspaceOption, opened
from cli.output import Output, run_command
from cli.passphrases import PassphraseOption, ask_key, unlock
from cli.worker_command import loop_factory, run_worker
from core.errors import UserInputError
from core.secrets.manager import SecretsManager
from core.workspace import open_workspace


def worker_app(house: House) -> typer.Typer:
    app = typer.Typer(
        help="Deliver: own the accounts of a workspace and send what is due; here and until Ctrl+C, or with `start` in "
        "the background.",
        invoke_without_command=True,
    )

    @app.callback()
    def run(
        context: typer.Context,
        workspace: Annotated[
            Path | None, typer.Option("--workspace", help="Folder of the workspace.", envvar="WIREROOM_WORKSPACE")
        ] = None,
        key_fd: Annotated[
            int | None, typer.Option(help="Read the data key from this open file; 0: standard input.")
        ] = None,
        from_stdin: PassphraseOption = False,
        parent: ParentOption = None,
        json: JsonOption = False,
    ) -> None:
        """Without a further word: run the worker here until it is told to stop."""
        if context.invoked_subcommand is not None:
            return

        async def body(output: Output) -> int:
            if workspace is None:
                raise UserInputError("No workspace is named.", hint="Give --workspace FOLDER.")
            folder = open_workspace(workspace)
            if key_fd is None:
                unlock(folder, from_stdin=from_stdin)
            source = ask_key(folder, from_stdin=from_stdin, key_fd=key_fd)
            async with ended_with(parent):
                await run_worker(house, folder, source, output)
            return output.finish({})

        raise typer.Exit(run_command("worker", body, is_json=json, loop_factory=loop_factory()))

    @app.command()
    def start(workspace: WorkspaceOption, from_stdin: PassphraseOption = False, json: JsonOption = False) -> None:
        """Start a worker in the background; it lives on when the terminal closes."""

        async def body(output: Output) -> int:
            folder = open_workspace(workspace)
            source = ask_key(folder, from_stdin=from_stdin)
            secrets = await SecretsManager.open_async(folder, source)
            async with opened(house, workspace) as services:
                record = await services.get(WorkerControl).start(secrets.key_line())
            output.say(f"The worker runs (process {record.pid}).")
            return output.finish({"pid": record.pid})

        raise typer.Exit(run_command("worker start", body, is_json=json))

    @app.command()
    def stop(workspace: WorkspaceOption, json: JsonOption = False) -> None:
        """Ask the worker to stop in order, and wait until it has."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                in_order = await services.get(WorkerControl).stop(requester=getpass.getuser())
            output.say("The worker has stopped." if in_order else "It did not answer and was ended; nothing is lost.")
            return output.finish({"in_order": in_order})

        raise typer.Exit(run_command("worker stop", body, is_json=json))

    @app.command()
    def status(workspace: WorkspaceOption, json: JsonOption = False) -> None:
        """Whether a worker runs, since when, and when it last said so."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                found = await services.get(WorkerControl).status()
            worker = found.worker
            output.say(found.condition.replace("_", " ") + (f", process {worker.pid}" if worker else ""))
            return output.finish(
                {
                    "condition": found.condition.value,
                    "pid": worker.pid if worker else None,
                    "started_at": worker.started_at.isoformat() if worker else None,
                    "heartbeat_at": worker.heartbeat_at.isoformat() if worker else None,
                }
            )

        raise typer.Exit(run_command("worker status", body, is_json=json))

    return app
