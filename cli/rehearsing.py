"""`campaign rehearse`: a job process rehearses, this watches its row and tells what it found."""

import asyncio
import csv
import gc
from collections.abc import AsyncIterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from campaigns.audience.people import escape
from campaigns.job_errors import error_of
from campaigns.jobs import JobState
from campaigns.plan.rehearsal_control import RehearsalControl
from campaigns.plan.rehearsal_job import RehearsalJob
from campaigns.plan.rehearsal_views import Figures, RehearsalView, SkippedPerson, Stage
from campaigns.reasons import SENTENCES
from cli.campaign_options import IdArgument
from cli.house import House
from cli.options import ActorOption, JsonOption, WorkspaceOption, opened
from cli.output import JsonValue, Output, iso, run_command
from core.domain.ids import CampaignId, RehearsalId
from core.files import written_whole
from core.locks import job_runs
from core.workspace import open_workspace
from database import RehearsalStore

PROCESS: Final = "rehearsal"
POLL_S: Final = 0.1
PAGE: Final = 1_000
YOUNG_OBJECTS: Final = 100_000
"""How often the job looks for cycles: it reads people by the million in pages of values that hold no cycle, and looking
through each page as often as Python does by itself took a tenth of its time.
"""
STAGES: Final = {
    Stage.READING: "Reading people",
    Stage.LANES: "Running the accounts",
    Stage.TEXTS: "Making every text",
}


def add_rehearse(app: typer.Typer, house: House) -> None:
    """Add the command."""

    @app.command()
    def rehearse(
        campaign: IdArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        at: Annotated[
            datetime | None, typer.Option(help="When it would start, in UTC; as planned when absent.")
        ] = None,
        skipped: Annotated[
            Path | None, typer.Option(metavar="FILE", help="Write everybody who would not get it into this CSV file.")
        ] = None,
        json: JsonOption = False,
    ) -> None:
        """Who would get it and who not, when each account would be done, and every text. Nothing is sent."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                store, control = services.get(RehearsalStore), services.get(RehearsalControl)
                start_at = at.replace(tzinfo=UTC) if at is not None else None
                rehearsal_id = await control.start(CampaignId(campaign), actor=actor, start_at=start_at)
                view = await _run(control, rehearsal_id, output)
                if view.state is not JobState.DONE:
                    raise error_of(view.problem, is_cancelled=view.state is JobState.CANCELLED)
                if skipped is not None:
                    await _write_skipped(store, rehearsal_id, skipped)
            _show(output, view.figures, skipped)
            return output.finish(_to_json(campaign, view.figures))

        raise typer.Exit(run_command("campaign rehearse", body, is_json=json))


async def run_rehearsal_job(house: House, folder: Path, rehearsal_id: RehearsalId) -> int:
    """In the job process. Raises what `RehearsalJob.run` raises; the row tells it too."""
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)
    workspace = open_workspace(folder)
    with job_runs(workspace, PROCESS, rehearsal_id):
        async with house.services(workspace, process=PROCESS) as services:
            await services.get(RehearsalJob).run(rehearsal_id)
    return 0


async def _run(control: RehearsalControl, rehearsal_id: RehearsalId, output: Output) -> RehearsalView:
    """Ctrl+C cancels it, and waits until it has ended."""
    try:
        return await _watch(control, rehearsal_id, output)
    except asyncio.CancelledError:
        await control.cancel(rehearsal_id)
        await _watch(control, rehearsal_id, None)
        raise


async def _watch(control: RehearsalControl, rehearsal_id: RehearsalId, output: Output | None) -> RehearsalView:
    with output.progress() if output is not None else nullcontext(None) as bar:
        task = bar.add_task("Rehearsing", total=100) if bar is not None else None
        while True:
            view = await control.get(rehearsal_id)
            if bar is not None and task is not None:
                figures = view.figures
                words = f"{STAGES[figures.stage]}, {figures.recipients:,} people"
                bar.update(task, completed=round(figures.part_done * 100), description=words)
            if view.state is not JobState.RUNNING:
                return view
            await asyncio.sleep(POLL_S)


def _show(output: Output, figures: Figures, skipped: Path | None) -> None:
    output.say(f"{figures.to_send:,} of {figures.recipients:,} people would get it.")
    output.table(
        "Not sent to",
        ["people", "why"],
        [[f"{count:,}", SENTENCES[reason]] for reason, count in figures.skipped.items()],
    )
    output.table(
        "Accounts",
        ["account", "people", "done", "waits mostly because"],
        [
            [
                each.title,
                f"{each.people:,}",
                _moment(each.finishes_at) or "not known",
                each.stands_still or (SENTENCES[each.waits_for] if each.waits_for is not None else ""),
            ]
            for each in figures.accounts
        ],
    )
    if figures.canary_at is not None:
        output.say(f"The first people have it at {_moment(figures.canary_at)}.")
    if figures.finishes_at is not None:
        output.say(f"It would start at {_moment(figures.starts_at)} and be done at {_moment(figures.finishes_at)}.")
    for sample in figures.samples:
        output.say(f"\nTo {sample.name or f'contact {sample.contact_id}'}:\n{sample.text}")
    output.table(
        "Texts that cannot be made",
        ["person", "why", ""],
        [
            [fault.name or f"contact {fault.contact_id}", SENTENCES[fault.reason], fault.detail]
            for fault in figures.faults
        ],
    )
    for note in figures.notes:
        output.say(note)
    if skipped is not None:
        output.say(f"Everybody who would not get it is in {skipped}.")


def _moment(moment: datetime | None) -> str:
    """In this computer's time."""
    return "" if moment is None else f"{moment.astimezone():%d %b %Y %H:%M:%S}"


def _to_json(campaign: int, figures: Figures) -> dict[str, JsonValue]:
    return {
        "campaign": campaign,
        "recipients": figures.recipients,
        "to_send": figures.to_send,
        "skipped": [{"reason": reason.value, "people": count} for reason, count in figures.skipped.items()],
        "starts_at": iso(figures.starts_at),
        "finishes_at": iso(figures.finishes_at),
        "first_people_at": iso(figures.canary_at),
        "accounts": [
            {
                "account": each.account_id,
                "title": each.title,
                "people": each.people,
                "finishes_at": iso(each.finishes_at),
                "waits_for": None if each.waits_for is None else each.waits_for.value,
                "stands_still": each.stands_still or None,
            }
            for each in figures.accounts
        ],
        "texts": figures.texts,
        "text_errors": [
            {"contact": fault.contact_id, "name": fault.name, "reason": fault.reason.value, "detail": fault.detail}
            for fault in figures.faults
        ],
        "samples": [{"contact": s.contact_id, "name": s.name, "text": s.text} for s in figures.samples],
        "notes": [{"says": note} for note in figures.notes],
    }


async def _skipped(store: RehearsalStore, rehearsal_id: RehearsalId) -> AsyncIterator[SkippedPerson]:
    after = 0
    while page := await store.skipped(rehearsal_id, after=after, limit=PAGE):
        for person in page:
            yield person
        after = page[-1].contact_id


async def _write_skipped(store: RehearsalStore, rehearsal_id: RehearsalId, path: Path) -> None:
    with written_whole(path, encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(["contact", "name", "address", "reason", "why"])
        async for person in _skipped(store, rehearsal_id):
            name, address = escape(person.name), escape(person.address)
            writer.writerow([person.contact_id, name, address, person.reason.value, SENTENCES[person.reason]])
