"""`audience …`: import lists of people, look at imports, save what was refused, take an import back."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from campaigns.audience.import_file import FileImport
from campaigns.audience.imports import ImportOptions, ImportPurpose
from campaigns.audience.people import StatedBasis
from campaigns.audience.preview import preview_file
from campaigns.audience.refused_rows import write_refused
from cli.answers import confirm
from cli.audience_rules import add_audiences
from cli.house import House
from cli.importing import import_file, show_preview
from cli.options import ActorOption, JsonOption, WorkspaceOption, opened
from cli.output import Output, run_command
from core.clock import SystemClock
from core.domain.consent import ConsentBasis
from core.domain.ids import ImportId
from core.errors import UserInputError
from database import ImportStore

OF = {ImportPurpose.PEOPLE: "people", ImportPurpose.SUPPRESSION: "suppression list"}

IdArgument = Annotated[int, typer.Argument(help="Number of the import, as `audience imports` shows it.")]


def audience_app(house: House) -> typer.Typer:
    app = typer.Typer(
        help="Import people, with the proof that they may be written to, and say whom campaigns address.",
        no_args_is_help=True,
    )

    @app.command("import")
    def import_people(
        file: Annotated[
            Path,
            typer.Argument(help="CSV, Excel, vCard, Telegram's export or a plain list; see docs/people-file.md."),
        ],
        workspace: WorkspaceOption,
        actor: ActorOption,
        columns: Annotated[
            list[str] | None,
            typer.Option(
                "--map", help='"HEADING=COLUMN": what a column is, e.g. "Handy=phone"; "HEADING=-" leaves it out.'
            ),
        ] = None,
        basis: Annotated[
            ConsentBasis | None, typer.Option(help="Why all of them may be written to, where a row does not say.")
        ] = None,
        source: Annotated[str, typer.Option(help="Where they agreed.")] = "",
        evidence: Annotated[str, typer.Option(help="The words that they agreed to, or where the proof lies.")] = "",
        since: Annotated[datetime | None, typer.Option(help="Since when, in UTC; now when absent.")] = None,
        country: Annotated[
            str, typer.Option(help="Of phone numbers without a country code: two letters, such as DE.")
        ] = "",
        encoding: Annotated[str, typer.Option(help="Of a text file, where it is found out wrongly.")] = "",
        refused: Annotated[Path | None, typer.Option(help="Write the refused rows with their reasons here.")] = None,
        json: JsonOption = False,
    ) -> None:
        """Import people: all of a file or, when it is cancelled or cannot be read, nothing of it."""

        async def body(output: Output) -> int:
            options = ImportOptions(
                mapping=_read_map(columns or []),
                country=country,
                stated=_read_stated(basis, source, evidence, since),
                encoding=encoding,
            )
            return await import_file(house, workspace, file, options, output, actor=actor, refused=refused)

        raise typer.Exit(run_command("audience import", body, is_json=json))

    @app.command()
    def preview(
        file: Annotated[Path, typer.Argument(help="The list.")],
        columns: Annotated[list[str] | None, typer.Option("--map", help="As of `audience import`.")] = None,
        country: Annotated[str, typer.Option(help="As of `audience import`.")] = "",
        encoding: Annotated[str, typer.Option(help="As of `audience import`.")] = "",
        json: JsonOption = False,
    ) -> None:
        """Show how a file would be understood, by its first rows; stores nothing."""

        async def body(output: Output) -> int:
            options = ImportOptions(mapping=_read_map(columns or []), country=country, encoding=encoding)
            return show_preview(preview_file(file, options, now=SystemClock().now()), output)

        raise typer.Exit(run_command("audience preview", body, is_json=json))

    @app.command("imports")
    def list_imports(workspace: WorkspaceOption, json: JsonOption = False) -> None:
        """The newest imports, of people and of suppression lists, and what became of them."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                imports = await services.get(ImportStore).list_recent()
            columns = ["", "file", "of", "state", "new", "updated", "unchanged", "refused", "by"]
            rows = [
                [str(i.id), i.file_name, OF[i.purpose], i.state.value]
                + [f"{count:,}" for count in (i.added, i.updated, i.unchanged, i.refused)]
                + [i.created_by]
                for i in imports
            ]
            output.table("", columns, rows)
            return output.finish(
                {
                    "imports": [
                        {
                            "import": i.id,
                            "file": i.file_name,
                            "of": i.purpose.value,
                            "state": i.state.value,
                            "rows": i.rows,
                            "added": i.added,
                            "updated": i.updated,
                            "unchanged": i.unchanged,
                            "refused": i.refused,
                        }
                        for i in imports
                    ]
                }
            )

        raise typer.Exit(run_command("audience imports", body, is_json=json))

    _add_acts(app, house)
    add_audiences(app, house)
    return app


def _add_acts(app: typer.Typer, house: House) -> None:
    @app.command()
    def refused(
        number: IdArgument,
        to: Annotated[Path, typer.Option(help="CSV to write; mended it can be imported again.")],
        workspace: WorkspaceOption,
        json: JsonOption = False,
    ) -> None:
        """Save the refused rows of an import."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                count = await write_refused(services.get(ImportStore), ImportId(number), to)
            output.say(f"{count:,} rows are in {to}. Mend them there and import the file.")
            return output.finish({"rows": count})

        raise typer.Exit(run_command("audience refused", body, is_json=json))

    @app.command()
    def undo(
        number: IdArgument,
        workspace: WorkspaceOption,
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
        json: JsonOption = False,
    ) -> None:
        """Take a whole import back: whom it added goes, whom it changed is as before."""
        if not yes and not json:
            confirm("Take it back? Whom it added goes, whom it changed is as before.")

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                view = await services.get(FileImport).undo(ImportId(number))
            output.say(f"Import {number} is taken back: {view.added - view.kept:,} people are gone.")
            if view.kept:
                output.say(f"{view.kept:,} stay, without its consent: they got a message or are suppressed.")
            return output.finish({"import": number, "state": view.state.value, "kept": view.kept})

        raise typer.Exit(run_command("audience undo", body, is_json=json))

    @app.command()
    def cancel(number: IdArgument, workspace: WorkspaceOption, json: JsonOption = False) -> None:
        """Stop an import that runs; nothing of it stays."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                await services.get(ImportStore).get(ImportId(number))  # that it is not known is said
                await services.get(ImportStore).ask_to_cancel(ImportId(number))
                await services.get(FileImport).clean_up()
            output.say("It stops with its next rows.")
            return output.finish({"import": number})

        raise typer.Exit(run_command("audience cancel", body, is_json=json))


def _read_map(pairs: list[str]) -> dict[str, str]:
    mapping: dict[str, str] = {}
    for pair in pairs:
        heading, equals, target = pair.rpartition("=")
        if not equals or not heading.strip():
            raise UserInputError(f'"{pair}" maps nothing.', hint='Write --map "HEADING=COLUMN".')
        mapping[heading.strip()] = target.strip()
    return mapping


def _read_stated(
    basis: ConsentBasis | None, source: str, evidence: str, since: datetime | None
) -> StatedBasis | None:
    if basis is None:
        if source or evidence or since:
            raise UserInputError("Source, evidence and date are those of a basis.", hint="Add --basis agreed.")
        return None
    now = SystemClock().now()
    at = now if since is None else since.replace(tzinfo=UTC)
    if at > now:
        raise UserInputError("The date of the consent lies in the future.", hint="Give the day on which they agreed.")
    return StatedBasis(basis=basis, at=at, source=source, evidence=evidence)
