"""`campaign clone`, `archive`, `unarchive` and `compare`."""

from typing import Annotated

import typer

from campaigns.keeping import CampaignKeeping
from campaigns.report.compare import Compared, check_count, compare
from cli.campaign_figures import group_values
from cli.campaign_options import IdArgument
from cli.house import House
from cli.options import ActorOption, JsonOption, WorkspaceOption, opened
from cli.output import Output, run_command
from core.domain.ids import CampaignId
from database import ReportStore


def add_keeping(app: typer.Typer, house: House) -> None:
    """Add the four commands."""

    @app.command()
    def clone(
        campaign: IdArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        title: Annotated[str, typer.Option(help="Name of the new one; the old name and (copy) when absent.")] = "",
        json: JsonOption = False,
    ) -> None:
        """A new draft with the same message, audiences, plan and accounts. Nothing of it is approved."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                keeping = services.get(CampaignKeeping)
                made = await keeping.clone(CampaignId(campaign), actor=actor, title=title)
            output.say(f'Draft {made.campaign_id} "{made.title}" is written.')
            for is_lost, sentence in (
                (not made.has_people, "An audience of the old one was deleted: choose its people."),
                (not made.has_accounts, "All accounts of the old one were removed: choose others."),
                (made.lost_end, "The end of the old plan is over, so this one has none."),
            ):
                if is_lost:
                    output.say(sentence)
            return output.finish(
                {
                    "campaign": made.campaign_id,
                    "title": made.title,
                    "has_people": made.has_people,
                    "has_accounts": made.has_accounts,
                    "lost_end": made.lost_end,
                }
            )

        raise typer.Exit(run_command("campaign clone", body, is_json=json))

    @app.command()
    def archive(
        campaign: IdArgument, workspace: WorkspaceOption, actor: ActorOption, json: JsonOption = False
    ) -> None:
        """Put a campaign away that is over; it keeps all it holds."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                await services.get(CampaignKeeping).archive(CampaignId(campaign), actor=actor)
            output.say(f"Out of the list. Back with: campaign unarchive {campaign}")
            return output.finish({"campaign": campaign, "is_archived": True})

        raise typer.Exit(run_command("campaign archive", body, is_json=json))

    @app.command()
    def unarchive(
        campaign: IdArgument, workspace: WorkspaceOption, actor: ActorOption, json: JsonOption = False
    ) -> None:
        """Bring a campaign back into the list."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                await services.get(CampaignKeeping).unarchive(CampaignId(campaign), actor=actor)
            output.say("It is in the list again.")
            return output.finish({"campaign": campaign, "is_archived": False})

        raise typer.Exit(run_command("campaign unarchive", body, is_json=json))

    @app.command("compare")
    def compare_campaigns(
        campaigns: Annotated[
            list[int], typer.Argument(help="Numbers of two to four campaigns, as `campaign list` shows them.")
        ],
        workspace: WorkspaceOption,
        json: JsonOption = False,
    ) -> None:
        """Two to four campaigns side by side, and whether more replies mean anything."""

        async def body(output: Output) -> int:
            ids = [CampaignId(number) for number in dict.fromkeys(campaigns)]
            check_count(len(ids))
            async with opened(house, workspace) as services:
                reports = services.get(ReportStore)
                found = [
                    Compared(progress=await reports.progress(one), figures=await reports.figures(one)) for one in ids
                ]
            side = compare(found)
            output.table("", ["", *side.titles], [[line.name, *line.values] for line in side.lines])
            output.say(side.verdict.sentence)
            return output.finish(
                {
                    "campaigns": [group_values(group) for group in side.groups],
                    "sentence": side.verdict.sentence,
                    "is_certain": side.verdict.is_certain,
                }
            )

        raise typer.Exit(run_command("campaign compare", body, is_json=json))
