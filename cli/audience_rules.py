"""`audience list|show|create|count|members|delete` and `campaign audience`: whom campaigns address."""

from pathlib import Path
from typing import Annotated

import typer

from campaigns.audience.files.opening import unreadable
from campaigns.audience.rules import decode_rule, encode_rule
from campaigns.audience.views import AudienceView
from campaigns.service import CampaignService
from cli.answers import confirm
from cli.campaign_options import IdArgument
from cli.house import House
from cli.options import ActorOption, JsonOption, WorkspaceOption, opened
from cli.output import Output, Scalar, run_command
from core.clock import SystemClock
from core.domain.ids import AudienceId, CampaignId
from core.errors import UserInputError
from database import AudienceStore, CampaignDesk

MOST_RULE_BYTES = 1_000_000
NumberArgument = Annotated[int, typer.Argument(help="Number of the audience, as `audience list` shows it.")]


def add_audiences(app: typer.Typer, house: House) -> None:
    """The commands about saved audiences."""
    _add_looks(app, house)
    _add_changes(app, house)


def _add_looks(app: typer.Typer, house: House) -> None:
    @app.command("list")
    def list_audiences(workspace: WorkspaceOption, json: JsonOption = False) -> None:
        """The audiences, each with its rule as a sentence."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                views = await services.get(AudienceStore).list_all()
            rows = [[str(view.id), view.title, view.kind.value, view.sentence] for view in views]
            output.table("", ["", "audience", "kind", "who is in it"], rows)
            return output.finish({"audiences": [_values(view) for view in views]})

        raise typer.Exit(run_command("audience list", body, is_json=json))

    @app.command()
    def show(number: NumberArgument, workspace: WorkspaceOption, json: JsonOption = False) -> None:
        """One audience: its sentence, its rule as `audience create --rule` reads it, and what uses it."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                view = await services.get(AudienceStore).get(AudienceId(number))
            output.say(f"{view.title}: {view.sentence}")
            if view.problem:
                output.say(view.problem)
            if view.rule is not None:
                output.say(encode_rule(view.rule))
            for title in (*view.drafts, *view.named_by):
                output.say(f"It is used by “{title}”.")
            rule = "" if view.rule is None else encode_rule(view.rule)
            return output.finish({**_values(view), "rule": rule})

        raise typer.Exit(run_command("audience show", body, is_json=json))

    @app.command()
    def count(number: NumberArgument, workspace: WorkspaceOption, json: JsonOption = False) -> None:
        """How many people are in it now, and how many of them may be written to."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                found = await services.get(AudienceStore).count(AudienceId(number), now=SystemClock().now())
            output.say(f"{found.people:,} people, {found.may_write:,} of them may be written to.")
            return output.finish({"audience": number, "people": found.people, "may_write": found.may_write})

        raise typer.Exit(run_command("audience count", body, is_json=json))

    @app.command()
    def members(
        number: NumberArgument,
        workspace: WorkspaceOption,
        after: Annotated[int, typer.Option(min=0, help="Go on after the person with this number.")] = 0,
        limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 100,
        json: JsonOption = False,
    ) -> None:
        """Who is in it now, by number."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                people = await services.get(AudienceStore).people(
                    AudienceId(number), now=SystemClock().now(), after=after, limit=limit
                )
            words = ["no", "yes"]
            rows = [
                [str(who.id), who.name, f"@{who.username}" * bool(who.username), words[who.may_write]]
                for who in people
            ]
            output.table("", ["", "name", "username", "may be written to"], rows)
            found: list[dict[str, Scalar]] = [
                {"person": who.id, "name": who.name, "username": who.username, "may_write": who.may_write}
                for who in people
            ]
            return output.finish({"audience": number, "members": found})

        raise typer.Exit(run_command("audience members", body, is_json=json))


def _add_changes(app: typer.Typer, house: House) -> None:
    @app.command()
    def create(
        title: Annotated[str, typer.Argument(help="What it is called.")],
        rule: Annotated[Path, typer.Option("--rule", help="File with the rule as JSON; see docs/audiences.md.")],
        workspace: WorkspaceOption,
        actor: ActorOption,
        json: JsonOption = False,
    ) -> None:
        """Save a rule as an audience."""

        async def body(output: Output) -> int:
            value = decode_rule(_read(rule))
            async with opened(house, workspace) as services:
                audiences, now = services.get(AudienceStore), SystemClock().now()
                number = await audiences.create_rule(title, value, actor=actor, now=now)
                view = await audiences.get(number)
                found = await audiences.count(number, now=now)
            output.say(f"Audience {number}: {view.sentence}")
            output.say(f"{found.people:,} people, {found.may_write:,} of them may be written to.")
            return output.finish({**_values(view), "people": found.people, "may_write": found.may_write})

        raise typer.Exit(run_command("audience create", body, is_json=json))

    @app.command()
    def delete(
        number: NumberArgument,
        workspace: WorkspaceOption,
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
        json: JsonOption = False,
    ) -> None:
        """Delete an audience that no draft and no other audience uses; its people stay."""
        if not yes and not json:
            confirm("Delete it? Its people stay.")

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                await services.get(AudienceStore).delete(AudienceId(number))
            output.say("It is deleted. Its people stay.")
            return output.finish({"audience": number})

        raise typer.Exit(run_command("audience delete", body, is_json=json))


def add_campaign_audience(app: typer.Typer, house: House) -> None:
    """`campaign audience`."""

    @app.command()
    def audience(
        campaign: IdArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        include: Annotated[list[int] | None, typer.Option(help="Number of an audience; may be given again.")] = None,
        exclude: Annotated[
            list[int] | None, typer.Option(help="Nobody of this audience; may be given again.")
        ] = None,
        json: JsonOption = False,
    ) -> None:
        """Whom a draft addresses: everybody of the included audiences, nobody of the excluded ones."""

        async def body(output: Output) -> int:
            if not include:
                raise UserInputError("Nobody is included.", hint="Give --include and the number of an audience.")
            async with opened(house, workspace) as services:
                people = await services.get(CampaignService).set_audience(
                    CampaignId(campaign),
                    [AudienceId(number) for number in include],
                    [AudienceId(number) for number in exclude or ()],
                    actor=actor,
                )
                chosen = await services.get(CampaignDesk).audiences(CampaignId(campaign))
            for one in chosen:
                output.say(f"{'Without' if one.is_excluded else 'For'} “{one.title}”: {one.sentence}")
            output.say(f"{people:,} people now. They are fixed when it is submitted.")
            return output.finish({"campaign": campaign, "people": people})

        raise typer.Exit(run_command("campaign audience", body, is_json=json))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            text = file.read(MOST_RULE_BYTES + 1)
    except OSError as error:
        raise unreadable(error) from error
    if len(text) > MOST_RULE_BYTES:
        raise UserInputError(f"{path} is too big for a rule.")
    return text


def _values(view: AudienceView) -> dict[str, Scalar]:
    return {"audience": view.id, "title": view.title, "kind": view.kind.value, "sentence": view.sentence}
