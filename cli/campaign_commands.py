"""`campaign …`: write, submit, approve, start, pause, resume, stop, watch and account for."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.ports import LaneStatus
from campaigns.reasons import SENTENCES
from campaigns.report.export import export_report, form_of
from campaigns.report.views import CampaignProgress
from campaigns.service import CampaignService
from cli.answers import confirm
from cli.audience_rules import add_campaign_audience
from cli.backup_commands import add_after_restore
from cli.campaign_drafts import add_drafts
from cli.campaign_figures import figure_values, show_figures
from cli.campaign_keeping import add_keeping
from cli.campaign_options import IdArgument
from cli.campaign_repeat import add_repeat
from cli.campaign_steering import add_steering
from cli.house import House
from cli.message_commands import add_message, add_test_send
from cli.options import ActorOption, JsonOption, WorkspaceOption, opened
from cli.output import Output, Scalar, run_command
from cli.rehearsing import add_rehearse
from cli.trial.command import add_trial
from core.clock import SystemClock
from core.container import ServiceContainer
from core.domain.ids import CampaignId
from database import ReportStore

WATCH_EVERY_S = 0.2
END_STATES = (CampaignState.FINISHED, CampaignState.CANCELLED, CampaignState.FAILED)

Act = Callable[[CampaignService, CampaignId], Awaitable[None]]


def campaign_app(house: House) -> typer.Typer:
    app = typer.Typer(help="Write, approve, start, watch and account for campaigns.", no_args_is_help=True)

    add_drafts(app, house)
    add_repeat(app, house)
    add_message(app, house)
    add_test_send(app, house)
    add_campaign_audience(app, house)
    add_rehearse(app, house)
    add_trial(app, house)
    _add_acts(app, house)
    _add_looks(app, house)
    add_steering(app, house)
    add_keeping(app, house)
    add_after_restore(app, house)
    return app


def _add_acts(app: typer.Typer, house: House) -> None:
    def act(name: str, campaign: int, workspace: Path, json: bool, said: str, do: Act) -> None:
        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                await do(services.get(CampaignService), CampaignId(campaign))
                progress = await services.get(ReportStore).progress(CampaignId(campaign))
            output.say(said)
            return output.finish({"campaign": campaign, "state": progress.state.value})

        raise typer.Exit(run_command(f"campaign {name}", body, is_json=json))

    @app.command()
    def submit(
        campaign: IdArgument, workspace: WorkspaceOption, actor: ActorOption, json: JsonOption = False
    ) -> None:
        """Ask for review."""
        act("submit", campaign, workspace, json, "It waits for approval.", lambda s, i: s.submit(i, actor=actor))

    @app.command()
    def approve(
        campaign: IdArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        comment: Annotated[str, typer.Option(help="What you checked.")] = "",
        json: JsonOption = False,
    ) -> None:
        """Approve what the campaign holds now; from then on it is frozen."""
        act(
            "approve",
            campaign,
            workspace,
            json,
            f"Approved by {actor}.",
            lambda s, i: s.approve(i, actor=actor, comment=comment),
        )

    @app.command()
    def start(
        campaign: IdArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        at: Annotated[datetime | None, typer.Option(help="When, in UTC; as planned when absent, or now.")] = None,
        json: JsonOption = False,
    ) -> None:
        """Plan every delivery and start, at once or at a time."""
        start_at = at.replace(tzinfo=UTC) if at is not None else None
        act(
            "start",
            campaign,
            workspace,
            json,
            "Every delivery is planned. A running worker delivers it.",
            lambda s, i: s.start(i, actor=actor, start_at=start_at),
        )

    @app.command()
    def pause(campaign: IdArgument, workspace: WorkspaceOption, actor: ActorOption, json: JsonOption = False) -> None:
        """Send nothing more for now. What is on its way is still answered and recorded."""
        act("pause", campaign, workspace, json, "Paused. Nothing is lost.", lambda s, i: s.pause(i, actor=actor))

    @app.command()
    def resume(
        campaign: IdArgument, workspace: WorkspaceOption, actor: ActorOption, json: JsonOption = False
    ) -> None:
        """Go on where it was paused."""
        act("resume", campaign, workspace, json, "It goes on.", lambda s, i: s.resume(i, actor=actor))

    @app.command()
    def stop(
        campaign: IdArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
        json: JsonOption = False,
    ) -> None:
        """Stop for good: who has the message keeps it, everybody else will not get it."""
        if not yes and not json:
            confirm("Stop it? Who has the message keeps it; everybody else will not get it.")
        act("stop", campaign, workspace, json, "Stopped.", lambda s, i: s.stop(i, actor=actor))


def _add_looks(app: typer.Typer, house: House) -> None:
    @app.command("list")
    def list_campaigns(
        workspace: WorkspaceOption,
        archived: Annotated[bool, typer.Option("--archived", help="Those that were put away.")] = False,
        json: JsonOption = False,
    ) -> None:
        """All campaigns and how far they are."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                campaigns = await services.get(ReportStore).list_campaigns(is_archived=archived)
            output.table(
                "",
                ["", "campaign", "state", "delivered", "of"],
                [
                    [
                        str(c.id),
                        c.title,
                        c.state.replace("_", " "),
                        f"{c.counts.get(DeliveryState.SENT, 0):,}",
                        f"{c.recipients:,}",
                    ]
                    for c in campaigns
                ],
            )
            if not campaigns and archived:
                output.say("Nothing was put away.")
            elif not campaigns:
                output.say("No campaign yet. Write one: campaign new TITLE --message FILE")
            return output.finish({"campaigns": [_summary(c) for c in campaigns]})

        raise typer.Exit(run_command("campaign list", body, is_json=json))

    @app.command()
    def watch(campaign: IdArgument, workspace: WorkspaceOption, json: JsonOption = False) -> None:
        """Watch a campaign until it has ended."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                progress = await _watch(services, CampaignId(campaign), output)
            return output.finish({**_summary(progress)})

        raise typer.Exit(run_command("campaign watch", body, is_json=json))

    @app.command()
    def report(
        campaign: IdArgument,
        workspace: WorkspaceOption,
        export: Annotated[
            Path | None,
            typer.Option(metavar="FILE", help="Write everybody into this file: .csv, .json, or .html with charts."),
        ] = None,
        json: JsonOption = False,
    ) -> None:
        """How everyone ended, by state and reason, and what each account waits for."""

        async def body(output: Output) -> int:
            if export is not None:
                form_of(export)
            async with opened(house, workspace) as services:
                reports = services.get(ReportStore)
                progress = await reports.progress(CampaignId(campaign))
                lanes = await reports.lanes(CampaignId(campaign))
                figures = await reports.figures(CampaignId(campaign))
                exported = await _export(reports, progress, export, output) if export else None
            output.table(
                f"{progress.title}: {progress.state.replace('_', ' ')}",
                ["state", "people", "why"],
                [[s.value, f"{n:,}", ""] for s, n in progress.counts.items()]
                + [[f"  {s.value}", f"{n:,}", SENTENCES[r]] for (s, r), n in progress.reasons.items()],
            )
            if progress.first_people is not None:
                done = min(progress.tried, progress.first_people)
                output.say(f"The first {progress.first_people:,} people get it alone; {done:,} are done.")
            output.table(
                "Lanes",
                ["account", "state", "waits for", "until"],
                [
                    [
                        lane.title,
                        lane.status.replace("_", " "),
                        lane.reason if lane.status is not LaneStatus.SENDING else "",
                        f"{lane.until.astimezone():%H:%M:%S}" if lane.until else "",
                    ]
                    for lane in lanes
                ],
            )
            show_figures(output, figures)
            reasons: list[dict[str, Scalar]] = [
                {"state": s.value, "reason": r.value, "people": n} for (s, r), n in progress.reasons.items()
            ]
            written: dict[str, Scalar] = {} if exported is None else {"exported": exported, "file": str(export)}
            return output.finish({**_summary(progress), "reasons": reasons, **figure_values(figures), **written})

        raise typer.Exit(run_command("campaign report", body, is_json=json))


async def _watch(services: ServiceContainer, campaign_id: CampaignId, output: Output) -> CampaignProgress:
    from cli.demo.watch import Watch

    reports, clock = services.get(ReportStore), SystemClock()
    with Watch(output) as shown:
        while True:
            progress = await reports.progress(campaign_id)
            shown.show(progress)
            if progress.state in END_STATES and progress.final == progress.recipients:
                return progress
            await clock.sleep(WATCH_EVERY_S)


def _summary(progress: CampaignProgress) -> dict[str, Scalar]:
    return {
        "campaign": progress.id,
        "title": progress.title,
        "state": progress.state.value,
        "recipients": progress.recipients,
        "first_people": progress.first_people,
        **{state.value: progress.counts.get(state, 0) for state in DeliveryState},
    }


async def _export(reports: ReportStore, progress: CampaignProgress, path: Path, output: Output) -> int:
    with output.counting("Writing", progress.recipients) as tell:
        count = await export_report(reports, progress.id, path, now=SystemClock().now(), tell=tell)
    output.say(f"{count:,} people written to {path}.")
    return count
