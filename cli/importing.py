"""Import of a list of people from a terminal: a job process does it, this watches its row and tells what became of it."""

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from campaigns.audience.import_jobs import ImportJob, ImportJobs
from campaigns.audience.imports import ImportOptions, ImportState, ImportView
from campaigns.audience.people import ImportedPerson, RejectedRow
from campaigns.audience.preview import Preview
from campaigns.audience.refused_rows import read_refused, write_refused
from campaigns.job_errors import error_of
from cli.house import House
from cli.options import opened
from cli.output import Output
from core.errors import UserInputError
from database import ImportStore

SHOWN = 10  # refused rows printed; all of them can be written into a file
LISTED = 10_000  # refused rows of a JSON answer


Rows = Sequence[tuple[int, str, Sequence[str]]]
"""Refused ones: line, reason, cells."""


async def run_import(
    house: House,
    folder: Path,
    file: Path,
    options: ImportOptions,
    output: Output,
    *,
    actor: str,
    refused: Path | None,
) -> tuple[ImportView, Rows]:
    """All of the file or nothing of it. Ctrl+C cancels, and waits until nothing is left."""
    if refused is not None and not refused.parent.is_dir():
        raise UserInputError(
            f"There is no folder {refused.parent}.",
            title="The refused rows could not be saved there",
            hint="Nothing was imported.",
        )
    async with opened(house, folder) as services:
        jobs, store = services.get(ImportJobs), services.get(ImportStore)
        job = await jobs.start(Path.cwd() / file, options, actor=actor)
        try:
            view = await _watch(jobs, job, output)
        except asyncio.CancelledError:
            await jobs.cancel(job.id)
            await _watch(jobs, job, None)
            raise
        if view.state is not ImportState.DONE:
            raise error_of(view.problem, is_cancelled=view.state is ImportState.CANCELLED)
        rows = [row async for row in read_refused(store, job.id, LISTED)]
        if refused is not None:
            await write_refused(store, job.id, refused)
    return view, rows


async def import_file(
    house: House,
    folder: Path,
    file: Path,
    options: ImportOptions,
    output: Output,
    *,
    actor: str,
    refused: Path | None,
) -> int:
    """See run_import."""
    view, rows = await run_import(house, folder, file, options, output, actor=actor, refused=refused)
    _tell(view, rows, refused, output)
    return output.finish(
        {
            "import": view.id,
            "form": view.form,
            "rows": view.rows,
            "added": view.added,
            "updated": view.updated,
            "unchanged": view.unchanged,
            "refused": view.refused,
            "said_no": view.said_no,
            "without_consent": view.without_basis,
            "refused_rows": [{"line": line, "reason": reason} for line, reason, _ in rows],
        }
    )


def show_preview(preview: Preview, output: Output) -> int:
    """What each column is, and what the first rows would become."""
    output.say(f"Read as {preview.form}.")
    columns = list(zip(preview.headings, preview.meanings, strict=True))
    output.table("", ["column", "is"], [[heading, meaning] for heading, meaning in columns])
    told = [(row.line, _describe(row.result)) for row in preview.rows]
    output.table("", ["line", "would become"], [[str(line), text] for line, text in told])
    return output.finish(
        {
            "form": preview.form,
            "columns": [{"heading": heading, "is": meaning} for heading, meaning in columns],
            "rows": [{"line": line, "would_become": text} for line, text in told],
        }
    )


def _describe(result: ImportedPerson | RejectedRow) -> str:
    if isinstance(result, RejectedRow):
        return f"refused: {result.reason}"
    basis = result.consent.basis.value if result.consent is not None else "no basis"
    parts = (result.name, f"@{result.username}" if result.username else "", result.phone, basis)
    return ", ".join(part for part in parts if part)


async def _watch(jobs: ImportJobs, job: ImportJob, output: Output | None) -> ImportView:
    """Until it has ended."""
    with output.progress() if output is not None else nullcontext(None) as bar:
        task = bar.add_task("Importing", total=100) if bar is not None else None
        last: ImportView | None = None
        async for view in jobs.follow(job):
            last = view
            if bar is not None and task is not None:
                bar.update(task, completed=round(view.part_read * 100), description=f"Importing, {view.rows:,} rows")
    assert last is not None, "it tells at least how it ended"
    return last


def _tell(view: ImportView, rows: Rows, refused: Path | None, output: Output) -> None:
    output.say(
        f"Import {view.id} finished, read as {view.form}: {view.added:,} new, {view.updated:,} updated, "
        f"{view.unchanged:,} unchanged, {view.refused:,} refused with reasons."
    )
    if view.without_basis:
        output.say(f"{view.without_basis:,} of them have no recorded basis: they are kept and not written to.")
    if view.said_no:
        output.say(
            f"{view.said_no:,} of those refused said no: their consents are withdrawn and they stand on the suppression "
            "list, unless they agreed later."
        )
    tell_refused(view, rows, refused, output)
    output.say(f"audience undo {view.id} takes all of it back.")


def tell_refused(view: ImportView, rows: Rows, refused: Path | None, output: Output) -> None:
    """The first of them, and how to get all."""
    output.table("", ["line", "why it was refused"], [[str(line), reason] for line, reason, _ in rows[:SHOWN]])
    if view.refused > SHOWN and refused is None:
        output.say(
            f"… and {view.refused - SHOWN:,} more. audience refused {view.id} --to FILE writes all of them, "
            "to be mended and imported again."
        )
