"""`campaign trial`: the trial run in a terminal, and for the window as lines on standard output."""

import sys
from collections.abc import Coroutine
from typing import Annotated, Final

import msgspec
import typer

from campaigns.reasons import SENTENCES
from campaigns.trial.views import (
    LEAST_PEOPLE,
    MOST_PEOPLE,
    USUAL_PEOPLE,
    TrialFailed,
    TrialLine,
    TrialPerson,
    TrialProgress,
    TrialResult,
    TrialStage,
)
from cli.campaign_options import IdArgument
from cli.house import House
from cli.options import JsonOption, WorkspaceOption
from cli.output import JsonValue, Output, first_of, run_command
from cli.window_input import until_input_closed
from core.clock import SystemClock
from core.domain.ids import CampaignId
from core.domain.media import describe_media
from core.errors import AppError
from core.workspace import open_workspace

STAGES: Final = {
    TrialStage.SANDBOX: "Starting the sandbox",
    TrialStage.ACCOUNTS: "Signing stand-ins in",
    TrialStage.SENDING: "Delivering",
}


def add_trial(app: typer.Typer, house: House) -> None:
    """Add the command."""

    @app.command()
    def trial(
        campaign: IdArgument,
        workspace: WorkspaceOption,
        people: Annotated[
            int, typer.Option(min=LEAST_PEOPLE, max=MOST_PEOPLE, help="How many of the campaign's people.")
        ] = USUAL_PEOPLE,
        lines: Annotated[bool, typer.Option("--lines", hidden=True, help="Used by the window.")] = False,
        json: JsonOption = False,
    ) -> None:
        """Deliver to a sample through a sandbox on this computer, with a real worker. No real person is touched."""
        from cli.trial.trial import run_trial  # Telethon takes half a second to import

        async def run(output: Output) -> TrialResult:
            with output.progress() as bar:
                task = bar.add_task("Starting the sandbox", total=people) if bar is not None else None

                def tell(progress: TrialProgress) -> None:
                    if bar is not None and task is not None:
                        done = progress.done if progress.stage is TrialStage.SENDING else 0
                        words = STAGES[progress.stage]
                        bar.update(task, completed=done, total=progress.people, description=words)
                    if lines:
                        _write(progress)

                return await run_trial(
                    house,
                    open_workspace(workspace),
                    CampaignId(campaign),
                    people=people,
                    clock=SystemClock(),
                    tell=tell,
                )

        async def body(output: Output) -> int:
            if lines:
                return await _in_lines(run(Output(output.command, is_json=True)))
            result = await run(output)
            _show(result, output)
            return output.finish(_values(campaign, result))

        raise typer.Exit(run_command("campaign trial", body, is_json=json))


async def _in_lines(work: Coroutine[object, object, TrialResult]) -> int:
    """Until it is done, or the window closes our input. The result goes through the pipe alone: it names people."""
    try:
        _write(await until_input_closed(work, "trial"))
    except* AppError as group_of:
        _write(first_of(group_of))
    return 0


def _write(line: TrialLine | AppError) -> None:
    if isinstance(line, AppError):
        line = TrialFailed(code=line.code, title=line.title, message=line.message, hint=line.hint)
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()


def _show(result: TrialResult, output: Output) -> None:
    output.say(
        f"{result.delivered:,} of {len(result.people):,} people of the sample got it in {result.seconds:.1f} s; the "
        f"campaign addresses {result.members:,}. No real person was written to."
    )
    output.table(
        "",
        ["person", "from", "", "after"],
        [[person.name, person.account, _ended(person), _after(person)] for person in result.people],
    )
    shown = next((person for person in result.people if person.arrived is not None), None)
    if shown is not None and shown.arrived is not None:
        output.say(f"\nTo {shown.name}:\n{shown.arrived.text.text}")
        if shown.arrived.media:
            output.say(describe_media(shown.arrived.media))
        for row in shown.arrived.buttons:
            output.say("  ".join(f"[{each.title}] {each.url}" for each in row))
    for note in result.notes:
        output.say(note)


def _ended(person: TrialPerson) -> str:
    if person.reason is None:
        return person.state.value
    return f"{person.state.value}: {SENTENCES[person.reason]}"


def _after(person: TrialPerson) -> str:
    return "" if person.after_ms is None else f"{person.after_ms / 1000:.2f} s"


def _values(campaign: int, result: TrialResult) -> dict[str, JsonValue]:
    return {
        "campaign": campaign,
        "members": result.members,
        "people": len(result.people),
        "delivered": result.delivered,
        "seconds": result.seconds,
        "ends": [
            {
                "contact": person.contact_id,
                "name": person.name,
                "account": person.account,
                "state": person.state.value,
                "reason": person.reason.value if person.reason is not None else None,
                "text": person.arrived.text.text if person.arrived is not None else None,
                "buttons": sum(len(row) for row in person.arrived.buttons) if person.arrived is not None else 0,
                "media": len(person.arrived.media) if person.arrived is not None else 0,
                "after_ms": person.after_ms,
            }
            for person in result.people
        ],
        "notes": [{"says": note} for note in result.notes],
    }
