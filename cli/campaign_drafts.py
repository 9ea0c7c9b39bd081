"""`campaign new`, `campaign plan` and `campaign show`: writing a draft with its plan, and reading it."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from campaigns.campaign import Campaign
from campaigns.message.media import MediaShelf
from campaigns.message.variants import Message
from campaigns.schedule.campaign_plan import CampaignPlan
from campaigns.schedule.plan_words import describe_plan
from campaigns.service import CampaignService
from cli.campaign_options import IdArgument
from cli.campaign_repeat import next_runs, say_repeat
from cli.house import House
from cli.media_options import FileOption, PhotoOption, attach_all, media_rows, name_media
from cli.message_files import read_message
from cli.options import ActorOption, JsonOption, WorkspaceOption, opened
from cli.output import JsonValue, Output, run_command
from cli.plan_options import (
    CanaryOption,
    CapOption,
    EndsOption,
    FailuresOption,
    GoesOnOption,
    OwnZoneOption,
    PerDayOption,
    PerHourOption,
    PlanOptions,
    StartsOption,
    WindowOption,
    ZoneOption,
)
from core.clock import SystemClock
from core.domain.ids import AccountId, CampaignId
from core.errors import UserInputError
from database import AccountStore, CampaignDesk, SeriesStore


def add_drafts(app: typer.Typer, house: House) -> None:
    """Add the three commands."""

    @app.command()
    def new(
        title: Annotated[str, typer.Argument(help="Name of the campaign.")],
        workspace: WorkspaceOption,
        actor: ActorOption,
        message: Annotated[
            Path | None, typer.Option(help="File with the text; see docs/templates.md. Photos and files need none.")
        ] = None,
        photo: PhotoOption = None,
        file: FileOption = None,
        account: Annotated[list[int] | None, typer.Option(help="Account to send from; all when absent.")] = None,
        window: WindowOption = None,
        time_zone: ZoneOption = None,
        own_time_zone: OwnZoneOption = None,
        starts_at: StartsOption = None,
        ends_at: EndsOption = None,
        per_hour: PerHourOption = None,
        per_day: PerDayOption = None,
        cap: CapOption = None,
        canary: CanaryOption = None,
        canary_goes_on: GoesOnOption = None,
        canary_failures: FailuresOption = None,
        json: JsonOption = False,
    ) -> None:
        """Write a draft for everybody in the workspace. Who may be written to is decided person by person."""
        options = PlanOptions(
            window=window,
            time_zone=time_zone,
            own_time_zone=own_time_zone,
            starts_at=starts_at,
            ends_at=ends_at,
            per_hour=per_hour,
            per_day=per_day,
            cap=cap,
            canary=canary,
            canary_goes_on=canary_goes_on,
            canary_failures=canary_failures,
        )

        async def body(output: Output) -> int:
            if message is None and not photo and not file:
                raise UserInputError("Give the text of the message: --message FILE.")
            text = "" if message is None else read_message(message)
            plan = options.apply(CampaignPlan())
            async with opened(house, workspace) as services:
                known = [a.id for a in await services.get(AccountStore).list_accounts()]
                chosen = [AccountId(number) for number in account] if account else known
                media = await attach_all(services.get(MediaShelf), photo, file)
                service = services.get(CampaignService)
                campaign_id = await service.create(title=title, template=text, account_ids=chosen, actor=actor)
                if media:
                    written = msgspec.structs.replace(Message.of_text(text), media=media)
                    await service.set_message(campaign_id, written, actor=actor)
                await service.set_plan(campaign_id, plan, actor=actor)
            output.say(f'Draft {campaign_id} "{title}" is written.')
            _say_plan(output, plan)
            output.say(f"Next: campaign rehearse {campaign_id}, then campaign submit {campaign_id}")
            return output.finish({"campaign": campaign_id})

        raise typer.Exit(run_command("campaign new", body, is_json=json))

    @app.command()
    def plan(
        campaign: IdArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        window: WindowOption = None,
        time_zone: ZoneOption = None,
        own_time_zone: OwnZoneOption = None,
        starts_at: StartsOption = None,
        ends_at: EndsOption = None,
        per_hour: PerHourOption = None,
        per_day: PerDayOption = None,
        cap: CapOption = None,
        canary: CanaryOption = None,
        canary_goes_on: GoesOnOption = None,
        canary_failures: FailuresOption = None,
        clear: Annotated[bool, typer.Option("--clear", help="Forget what its plan said before.")] = False,
        json: JsonOption = False,
    ) -> None:
        """Change when and how much a draft will send. What is not given stays as it is."""
        options = PlanOptions(
            window=window,
            time_zone=time_zone,
            own_time_zone=own_time_zone,
            starts_at=starts_at,
            ends_at=ends_at,
            per_hour=per_hour,
            per_day=per_day,
            cap=cap,
            canary=canary,
            canary_goes_on=canary_goes_on,
            canary_failures=canary_failures,
        )

        async def body(output: Output) -> int:
            campaign_id = CampaignId(campaign)
            async with opened(house, workspace) as services:
                before = (await services.get(CampaignDesk).get(campaign_id)).plan
                changed = options.apply(CampaignPlan() if clear else before)
                if changed != before:
                    await services.get(CampaignService).set_plan(campaign_id, changed, actor=actor)
            _say_plan(output, changed)
            return output.finish({"campaign": campaign, "changed": changed != before, "plan": _sentences(changed)})

        raise typer.Exit(run_command("campaign plan", body, is_json=json))

    @app.command()
    def show(campaign: IdArgument, workspace: WorkspaceOption, json: JsonOption = False) -> None:
        """A campaign with its text and its plan."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                found = await services.get(CampaignDesk).get(CampaignId(campaign))
                repeat = await services.get(CampaignDesk).find_repeat(CampaignId(campaign))
                runs = await services.get(SeriesStore).runs(CampaignId(campaign))
            now = SystemClock().now()
            _say_campaign(output, found)
            if repeat is not None:
                say_repeat(output, repeat, now)
                output.say(f"Runs so far: {', '.join(str(run) for run in runs) or 'none'}.")
            return output.finish(
                {
                    "campaign": campaign,
                    "title": found.title,
                    "state": found.state.value,
                    "message": found.message.template,
                    "media": media_rows(found.message),
                    "accounts": [{"account": account_id} for account_id in found.account_ids],
                    "plan": _sentences(found.plan),
                    "next_runs": [] if repeat is None else next_runs(repeat, now),
                    "runs": [{"campaign": run} for run in runs],
                }
            )

        raise typer.Exit(run_command("campaign show", body, is_json=json))


def _say_campaign(output: Output, campaign: Campaign) -> None:
    reason = f" {campaign.state_reason}" if campaign.state_reason else ""
    output.say(f"{campaign.title}: {campaign.state.replace('_', ' ')}.{reason}")
    for each in campaign.message.media:
        output.say(name_media(each.media))
    output.say(f"\n{campaign.message.template}\n")
    _say_plan(output, campaign.plan)


def _say_plan(output: Output, plan: CampaignPlan) -> None:
    for sentence in describe_plan(plan):
        output.say(sentence)


def _sentences(plan: CampaignPlan) -> JsonValue:
    return [{"says": sentence} for sentence in describe_plan(plan)]
