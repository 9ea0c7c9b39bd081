"""`campaign repeat`: when a draft runs again and again, with its next runs."""

from datetime import datetime, time
from typing import Annotated, Final

import typer

from campaigns.schedule.plan_words import describe_repeat
from campaigns.schedule.repeat import Every, Missed, Overlap, Repeat
from campaigns.schedule.windows import find_zone
from campaigns.service import CampaignService
from cli.campaign_options import IdArgument
from cli.house import House
from cli.options import ActorOption, JsonOption, WorkspaceOption, opened
from cli.output import JsonValue, Output, run_command
from cli.plan_options import parse_days
from core.clock import SystemClock
from core.domain.ids import CampaignId
from core.errors import UserInputError

SHOWN_RUNS: Final = 5


def add_repeat(app: typer.Typer, house: House) -> None:
    """Add the command."""

    @app.command()
    def repeat(
        campaign: IdArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        every: Annotated[Every | None, typer.Option(help="How often it runs.")] = None,
        on: Annotated[str, typer.Option(help='Days of a weekly repeat: "mon,thu". That of the first day.')] = "",
        at: Annotated[str, typer.Option(help='Time of the day: "09:00".')] = "09:00",
        time_zone: Annotated[str, typer.Option("--time-zone", help='In which zone: "Europe/Berlin".')] = "UTC",
        first_day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Today when absent.")] = None,
        last_day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="No run after it.")] = None,
        interval: Annotated[int, typer.Option(help="2: every second day, week or month.")] = 1,
        runs: Annotated[int | None, typer.Option(help="So many runs at most.")] = None,
        missed: Annotated[Missed, typer.Option(help="A run whose time passed while no worker ran.")] = Missed.SKIP,
        overlap: Annotated[
            Overlap, typer.Option(help="A run whose time comes while the one before still sends.")
        ] = Overlap.WAIT,
        once: Annotated[bool, typer.Option("--once", help="It does not repeat.")] = False,
        json: JsonOption = False,
    ) -> None:
        """Let a draft run again and again. It is approved once; each run becomes a campaign of its own."""

        async def body(output: Output) -> int:
            now = SystemClock().now()
            if (every is None) != once:
                raise UserInputError(
                    "Say either how often it runs, or that it runs once.", hint="--every week, or --once."
                )
            chosen = None
            if every is not None:
                today = now.astimezone(find_zone(time_zone)).date()
                chosen = Repeat(
                    every=every,
                    first_day=first_day.date() if first_day is not None else today,
                    at=parse_time(at),
                    time_zone=time_zone,
                    interval=interval,
                    weekdays=parse_days(on) if on else frozenset(),
                    last_day=last_day.date() if last_day is not None else None,
                    runs=runs,
                    missed=missed,
                    overlap=overlap,
                )
            async with opened(house, workspace) as services:
                await services.get(CampaignService).set_repeat(CampaignId(campaign), chosen, actor=actor)
            if chosen is None:
                output.say("It runs once.")
            else:
                say_repeat(output, chosen, now)
            return output.finish(
                {"campaign": campaign, "next_runs": [] if chosen is None else next_runs(chosen, now)}
            )

        raise typer.Exit(run_command("campaign repeat", body, is_json=json))


def say_repeat(output: Output, repeat: Repeat, now: datetime) -> None:
    """Its sentences, and the next runs in this computer's time."""
    for sentence in describe_repeat(repeat):
        output.say(sentence)
    coming = repeat.next_runs(now, SHOWN_RUNS)
    shown = ", ".join(f"{run.astimezone():%a %d %b %Y %H:%M}" for run in coming)
    output.say(f"Next runs: {shown}." if coming else "All its runs lie in the past.")


def next_runs(repeat: Repeat, now: datetime) -> JsonValue:
    """The same for scripts, in UTC."""
    return [{"at": run.isoformat(timespec="seconds")} for run in repeat.next_runs(now, SHOWN_RUNS)]


def parse_time(text: str) -> time:
    """`09:00`. Raises UserInputError."""
    try:
        return datetime.strptime(text.strip(), "%H:%M").time()  # noqa: DTZ007 - a time of the day has no zone
    except ValueError as error:
        raise UserInputError(f'"{text}" is no time of the day.', hint='Write it as "09:00".') from error
