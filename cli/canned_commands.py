"""`inbox canned …`: the answers that a team gives often, without a window."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from campaigns.inbox.canned import CannedReplies, CannedReply, CannedText
from campaigns.inbox.canned_files import read_texts, write_texts
from cli.house import House
from cli.message_files import read_message
from cli.options import ActorOption, JsonOption, WorkspaceOption, opened
from cli.output import Output, Scalar, iso, run_command
from core.files import written_whole

ShortcutArgument = Annotated[str, typer.Argument(help="What is typed after the / to call it, such as hours.")]
NewFieldsOption = Annotated[bool, typer.Option("--new-fields", help="Take also fields that no contact has yet.")]
_INPUT = Path("-")


def canned_app(house: House) -> typer.Typer:
    app = typer.Typer(help="Keep answers that you give often; / and their shortcut calls them.", no_args_is_help=True)
    _add_looks(app, house)
    _add_changes(app, house)
    _add_files(app, house)
    return app


def _add_looks(app: typer.Typer, house: House) -> None:
    @app.command("list")
    def list_replies(
        workspace: WorkspaceOption,
        words: Annotated[str, typer.Argument(help="Only those that hold these words.")] = "",
        json: JsonOption = False,
    ) -> None:
        """The canned replies, by shortcut."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                found = await services.get(CannedReplies).list(words)
            rows = [[f"/{r.said.shortcut}", r.said.title, r.said.language, str(r.used_count or "")] for r in found]
            output.table("", ["shortcut", "title", "language", "used"], rows)
            if not found:
                output.say("No canned reply. Keep one: inbox canned add SHORTCUT --title TITLE --text FILE")
            return output.finish({"replies": [_summary(each) for each in found]})

        raise typer.Exit(run_command("inbox canned list", body, is_json=json))


def _add_changes(app: typer.Typer, house: House) -> None:
    @app.command()
    def add(
        shortcut: ShortcutArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        title: Annotated[str, typer.Option(help="What it is about; its shortcut when absent.")] = "",
        text: Annotated[Path, typer.Option(help="File with the text; standard input when absent.")] = _INPUT,
        language: Annotated[str, typer.Option(help="Of the text, such as fi; absent: for everybody.")] = "",
        new_fields: NewFieldsOption = False,
        json: JsonOption = False,
    ) -> None:
        """Keep an answer. It may hold formatting and fields, as docs/templates.md shows them."""
        source = _read(text)
        said = CannedText(
            shortcut=shortcut, title=title or shortcut.removeprefix("/"), text=source, language=language
        )

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                number = await services.get(CannedReplies).add(said, actor=actor, may_be_new=new_fields)
            output.say(f"Kept. In the inbox it is called by /{shortcut.removeprefix('/')}.")
            return output.finish({"reply": number})

        raise typer.Exit(run_command("inbox canned add", body, is_json=json))

    @app.command()
    def edit(
        shortcut: ShortcutArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        to: Annotated[str | None, typer.Option(help="Another shortcut.")] = None,
        title: Annotated[str | None, typer.Option(help="Another title.")] = None,
        text: Annotated[Path | None, typer.Option(help="File with the new text; - for standard input.")] = None,
        language: Annotated[str | None, typer.Option(help="Of the text; empty: for everybody.")] = None,
        new_fields: NewFieldsOption = False,
        json: JsonOption = False,
    ) -> None:
        """Change what is named; the rest stays."""
        source = None if text is None else _read(text)

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                canned = services.get(CannedReplies)
                found = await canned.find(shortcut)
                given = {"shortcut": to, "title": title, "text": source, "language": language}
                said = replace(found.said, **{name: value for name, value in given.items() if value is not None})
                await canned.edit(found.id, said, actor=actor, may_be_new=new_fields)
            output.say("Changed.")
            return output.finish({"reply": found.id})

        raise typer.Exit(run_command("inbox canned edit", body, is_json=json))

    @app.command()
    def remove(shortcut: ShortcutArgument, workspace: WorkspaceOption, json: JsonOption = False) -> None:
        """Take a canned reply away. What was answered with it stays."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                canned = services.get(CannedReplies)
                removed = await canned.remove((await canned.find(shortcut)).id)
            output.say(f"Removed: {removed.said.title}\n{removed.said.text}")
            return output.finish(_summary(removed))

        raise typer.Exit(run_command("inbox canned remove", body, is_json=json))


def _add_files(app: typer.Typer, house: House) -> None:
    @app.command("import")
    def import_replies(
        file: Annotated[
            Path, typer.Argument(help="JSON, or CSV with headings when it ends in .csv; - for JSON on input.")
        ],
        workspace: WorkspaceOption,
        actor: ActorOption,
        new_fields: NewFieldsOption = False,
        json: JsonOption = False,
    ) -> None:
        """Take in all that a file holds, or nothing: a known shortcut gets the new text."""
        source = _read(file)

        async def body(output: Output) -> int:
            texts = read_texts(source, is_csv=_is_csv(file))
            async with opened(house, workspace) as services:
                went = await services.get(CannedReplies).import_all(texts, actor=actor, may_be_new=new_fields)
            output.say(f"{len(went.added)} new, {len(went.changed)} changed, {len(went.same)} as they were.")
            return output.finish({"added": len(went.added), "changed": len(went.changed), "same": len(went.same)})

        raise typer.Exit(run_command("inbox canned import", body, is_json=json))

    @app.command()
    def export(
        file: Annotated[Path, typer.Argument(help="Where to: CSV when it ends in .csv, else JSON.")],
        workspace: WorkspaceOption,
        json: JsonOption = False,
    ) -> None:
        """Write all of them into a file that `import` reads."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                found = await services.get(CannedReplies).list()
            _write(file, write_texts([each.said for each in found], is_csv=_is_csv(file)))
            output.say(f"{len(found)} canned replies are in {file}.")
            return output.finish({"replies": len(found)})

        raise typer.Exit(run_command("inbox canned export", body, is_json=json))


def _is_csv(file: Path) -> bool:
    return file.suffix.casefold() == ".csv"


def _read(file: Path) -> str:
    return sys.stdin.read() if file == _INPUT else read_message(file)


def _write(file: Path, text: str) -> None:
    with written_whole(file, encoding="utf-8") as whole:
        whole.write(text)


def _summary(reply: CannedReply) -> dict[str, Scalar]:
    return {
        "reply": reply.id,
        "shortcut": reply.said.shortcut,
        "title": reply.said.title,
        "text": reply.said.text,
        "language": reply.said.language,
        "updated_at": iso(reply.updated_at),
        "updated_by": reply.updated_by,
        "used": reply.used_count,
        "last_used_at": iso(reply.last_used_at),
    }
