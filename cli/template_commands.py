"""`template …`: the library of messages, with everything they said before."""

from pathlib import Path
from typing import Annotated

import typer

from campaigns.message.library import SavedTemplate, TemplateLibrary
from campaigns.message.variants import Message
from cli.house import House
from cli.message_files import read_message
from cli.options import ActorOption, JsonOption, WorkspaceOption, opened
from cli.output import Output, Scalar, run_command
from core.domain.ids import CampaignId, TemplateId
from core.errors import UserInputError
from database import CampaignDesk

IdArgument = Annotated[int, typer.Argument(help="Number of the template, as `template list` shows it.")]


def template_app(house: House) -> typer.Typer:
    app = typer.Typer(help="Keep messages for the next campaign.", no_args_is_help=True)
    _add_looks(app, house)
    _add_acts(app, house)
    return app


def _add_looks(app: typer.Typer, house: House) -> None:
    @app.command("list")
    def list_templates(
        workspace: WorkspaceOption,
        words: Annotated[str, typer.Argument(help="Only those whose title or texts hold these words.")] = "",
        deleted: Annotated[bool, typer.Option("--deleted", help="Those that were deleted.")] = False,
        json: JsonOption = False,
    ) -> None:
        """The templates of the library."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                found = await services.get(TemplateLibrary).find(words, is_deleted=deleted)
            rows = [[str(t.id), t.title, str(t.version), f"{t.saved_at:%Y-%m-%d %H:%M}", t.saved_by] for t in found]
            output.table("", ["", "template", "version", "saved", "by"], rows)
            if not found:
                output.say("No template. Keep one: template save TITLE --message FILE")
            return output.finish({"templates": [_summary(each) for each in found]})

        raise typer.Exit(run_command("template list", body, is_json=json))

    @app.command()
    def show(
        template: IdArgument,
        workspace: WorkspaceOption,
        version: Annotated[int | None, typer.Option(help="An older version; the newest when absent.")] = None,
        json: JsonOption = False,
    ) -> None:
        """What a template says."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                found = await services.get(TemplateLibrary).get(TemplateId(template), version)
            output.say(f"{found.title}, version {found.version} by {found.saved_by}")
            texts: list[dict[str, Scalar]] = []
            for variant, text in found.message.texts():
                output.say(f"\n[{variant.name}{' ' + text.language if text.language else ''}]\n{text.source}")
                texts.append({"variant": variant.name, "language": text.language, "text": text.source})
            return output.finish({**_summary(found), "texts": texts})

        raise typer.Exit(run_command("template show", body, is_json=json))

    @app.command()
    def history(template: IdArgument, workspace: WorkspaceOption, json: JsonOption = False) -> None:
        """Every version of a template, newest first."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                versions = await services.get(TemplateLibrary).history(TemplateId(template))
            rows = [[str(each.version), f"{each.saved_at:%Y-%m-%d %H:%M}", each.saved_by] for each in versions]
            output.table(versions[0].title, ["version", "saved", "by"], rows)
            return output.finish({"template": template, "versions": [_summary(each) for each in versions]})

        raise typer.Exit(run_command("template history", body, is_json=json))


def _add_acts(app: typer.Typer, house: House) -> None:
    @app.command()
    def save(
        title: Annotated[str, typer.Argument(help="Its title; a template of this title gets a new version.")],
        workspace: WorkspaceOption,
        actor: ActorOption,
        message: Annotated[Path | None, typer.Option(help="File with the text; see docs/templates.md.")] = None,
        campaign: Annotated[int | None, typer.Option(help="Campaign whose message is kept.")] = None,
        json: JsonOption = False,
    ) -> None:
        """Keep a text, or the message of a campaign with all its variants and languages."""

        async def body(output: Output) -> int:
            if (message is None) == (campaign is None):
                raise UserInputError("Give either --message or --campaign.")
            async with opened(house, workspace) as services:
                library = services.get(TemplateLibrary)
                if message is not None:
                    kept = Message.of_text(read_message(message))
                else:
                    kept = (await services.get(CampaignDesk).get(CampaignId(campaign or 0))).message
                same = [each for each in await library.find() if each.title.casefold() == title.strip().casefold()]
                number = same[0].id if same else await library.create(title, kept, actor=actor)
                version = await library.save(number, kept, actor=actor)
            output.say(f'Template {number} "{title}" is kept, version {version}.')
            return output.finish({"template": number, "version": version})

        raise typer.Exit(run_command("template save", body, is_json=json))

    @app.command()
    def restore(
        template: IdArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        version: Annotated[int | None, typer.Option(help="Make this older version the newest one.")] = None,
        json: JsonOption = False,
    ) -> None:
        """Bring back a template that was deleted, or what an older version said."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                library = services.get(TemplateLibrary)
                if version is not None:
                    await library.restore_version(TemplateId(template), version, actor=actor)
                if (await library.get(TemplateId(template))).deleted_at is not None:
                    await library.restore(TemplateId(template))
                found = await library.get(TemplateId(template))
            output.say(f'"{found.title}" is in the library, version {found.version}.')
            return output.finish(_summary(found))

        raise typer.Exit(run_command("template restore", body, is_json=json))

    @app.command()
    def rename(
        template: IdArgument,
        title: Annotated[str, typer.Argument(help="The new title.")],
        workspace: WorkspaceOption,
        json: JsonOption = False,
    ) -> None:
        """Give a template another title."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                await services.get(TemplateLibrary).rename(TemplateId(template), title)
                found = await services.get(TemplateLibrary).get(TemplateId(template))
            output.say(f'It is called "{found.title}".')
            return output.finish(_summary(found))

        raise typer.Exit(run_command("template rename", body, is_json=json))

    @app.command()
    def delete(
        template: IdArgument, workspace: WorkspaceOption, actor: ActorOption, json: JsonOption = False
    ) -> None:
        """Take a template out of the library. `template restore` brings it back."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                await services.get(TemplateLibrary).delete(TemplateId(template), actor=actor)
            output.say(f"Deleted. It comes back with: template restore {template}")
            return output.finish({"template": template})

        raise typer.Exit(run_command("template delete", body, is_json=json))


def _summary(template: SavedTemplate) -> dict[str, Scalar]:
    return {
        "template": template.id,
        "title": template.title,
        "version": template.version,
        "saved_at": template.saved_at.isoformat(timespec="seconds"),
        "saved_by": template.saved_by,
        "deleted_by": template.deleted_by or "",
    }
