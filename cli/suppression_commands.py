"""`suppression …`: the list of people whom no campaign writes to, from a file and into one."""

from pathlib import Path
from typing import Annotated

import typer

from campaigns.audience.people_service import PeopleService, SuppressionImport
from cli.house import House
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
        json: JsonOption = False,
    ) -> None:
        """Put the people of a file on the list, also those who are not known here yet. Ctrl+C ends it where it is."""

        async def body(output: Output) -> int:
            with output.progress() as bar:
                task = None if bar is None else bar.add_task("Reading", total=100)

                def tell(part: float, so_far: SuppressionImport) -> None:
                    if bar is not None and task is not None:
                        bar.update(task, completed=round(part * 100), description=f"{so_far.rows:,} lines read")

                async with opened(house, workspace) as services:
                    service = services.get(PeopleService)
                    done = await service.import_suppressions(file, actor=actor, country=country, tell=tell)
            output.say(f"{done.added:,} put on the list, {done.known:,} stood there, {done.refused:,} refused.")
            output.table("", ["line", "reason"], [[str(line.line), line.reason] for line in done.refusals])
            return output.finish(
                {
                    "rows": done.rows,
                    "added": done.added,
                    "known": done.known,
                    "refused": done.refused,
                    "refused_rows": [{"line": line.line, "reason": line.reason} for line in done.refusals],
                }
            )

        raise typer.Exit(run_command("suppression import", body, is_json=json))

    @app.command("export")
    def export_list(
        to: Annotated[Path, typer.Option(help="CSV to write.")], workspace: WorkspaceOption, json: JsonOption = False
    ) -> None:
        """Write the list as CSV; who was erased is known by hashes only and left out."""

        async def body(output: Output) -> int:
            with output.progress() as bar:
                task = None if bar is None else bar.add_task("Writing", total=None)

                def tell(lines: int) -> None:
                    if bar is not None and task is not None:
                        bar.update(task, completed=lines)

                async with opened(house, workspace) as services:
                    written, left_out = await services.get(PeopleService).export_suppressions(to, tell)
            output.say(f"{written:,} people are in {to}; {left_out:,} have neither a name nor a number.")
            return output.finish({"rows": written, "left_out": left_out, "file": str(to)})

        raise typer.Exit(run_command("suppression export", body, is_json=json))

    return app
