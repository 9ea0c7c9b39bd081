"""`suppression …`: the list of people whom no campaign writes to, from a file and into one."""

from pathlib import Path
from typing import Annotated

import typer

from campaigns.audience.imports import ImportOptions, ImportPurpose
from campaigns.audience.people_service import PeopleService
from cli.house import House
from cli.importing import run_import, tell_refused
from cli.options import ActorOption, JsonOption, WorkspaceOption, opened
from cli.output import Output, run_command


def suppression_app(house: House) -> typer.Typer:
    app = typer.Typer(help="Whom no campaign writes to.", no_args_is_help=True)

    @app.command("import")
    def import_list(
        file: Annotated[
            Path, typer.Argument(help="CSV, Excel or a plain list with username or phone; reason, since, note.")
        ],
        workspace: WorkspaceOption,
        actor: ActorOption,
        country: Annotated[str, typer.Option(help="Of numbers without a country code, such as DE.")] = "",
        refused: Annotated[Path | None, typer.Option(help="Write the refused rows with their reasons here.")] = None,
        json: JsonOption = False,
    ) -> None:
        """Put the people of a file on the list, also those who are not known here yet: all, or with Ctrl+C nobody."""

        async def body(output: Output) -> int:
            options = ImportOptions(purpose=ImportPurpose.SUPPRESSION, country=country)
            view, rows = await run_import(house, workspace, file, options, output, actor=actor, refused=refused)
            output.say(f"{view.added:,} put on the list, {view.unchanged:,} stood there, {view.refused:,} refused.")
            tell_refused(view, rows, refused, output)
            output.say(f"audience undo {view.id} takes all of it back.")
            return output.finish(
                {
                    "import": view.id,
                    "form": view.form,
                    "rows": view.rows,
                    "added": view.added,
                    "known": view.unchanged,
                    "refused": view.refused,
                    "refused_rows": [{"line": line, "reason": reason} for line, reason, _ in rows],
                }
            )

        raise typer.Exit(run_command("suppression import", body, is_json=json))

    @app.command("export")
    def export_list(
        to: Annotated[Path, typer.Option(help="CSV to write.")], workspace: WorkspaceOption, json: JsonOption = False
    ) -> None:
        """Write the list as CSV; who was erased is known by hashes only and left out."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                with output.counting("Writing") as tell:
                    written, left_out = await services.get(PeopleService).export_suppressions(to, tell)
            output.say(f"{written:,} people are in {to}; {left_out:,} have neither a name nor a number.")
            return output.finish({"rows": written, "left_out": left_out, "file": str(to)})

        raise typer.Exit(run_command("suppression export", body, is_json=json))

    return app
