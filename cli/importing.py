"""Import of a list of people from a terminal: a job process does it, this watches its row and tells what became of it."""

import asyncio
import csv
from collections.abc import AsyncIterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Protocol

from campaigns.audience.columns import REFUSED_LINE, REFUSED_REASON
from campaigns.audience.import_file import FileImport
from campaigns.audience.imports import ImportOptions, ImportState, ImportView
from campaigns.audience.people import ImportedPerson, RejectedRow, escape
from campaigns.audience.preview import Preview
from cli.house import House
from cli.options import opened
from cli.output import Output
from core.container import ServiceContainer
from core.domain.ids import ImportId
from core.errors import AppError, Cancelled
from core.processes import ProcessRecord, is_alive, start_detached
from core.workspace import open_workspace
from database import ImportStore

OUTPUT_NAME = "import-output.log"
POLL_S = 0.1
SHOWN = 10  # refused rows printed; all of them can be written into a file
LISTED = 10_000  # refused rows of a JSON answer
PAGE = 1_000

UNFINISHED = (ImportState.RUNNING, ImportState.UNDOING)


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
    """All of the file or nothing of it. Ctrl+C cancels, and waits until nothing is left."""
    async with opened(house, folder) as services:
        import_id = await services.get(FileImport).create(file, options, actor=actor)
        workspace = open_workspace(folder)
        command = [*house.program, "import-job", "--workspace", str(workspace.folder), "--import", str(import_id)]
        record = start_detached(
            [*command, "--", str(Path.cwd() / file)], folder=workspace.folder, output=workspace.logs / OUTPUT_NAME
        )
        try:
            view = await _watch(services, import_id, record, output)
        except asyncio.CancelledError:
            await services.get(ImportStore).ask_to_cancel(import_id)
            await _watch(services, import_id, record, None)
            raise
        if view.state is not ImportState.DONE:
            raise error_of(view.problem, is_cancelled=view.state is ImportState.CANCELLED)
        store = services.get(ImportStore)
        rows = [row async for row in _refusals(store, import_id, LISTED)]
        if refused is not None:
            await write_refused(store, import_id, refused)
    _tell(view, rows, refused, output)
    return output.finish(
        {
            "import": import_id,
            "form": view.form,
            "rows": view.rows,
            "added": view.added,
            "updated": view.updated,
            "unchanged": view.unchanged,
            "refused": view.refused,
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


async def write_refused(store: ImportStore, import_id: ImportId, path: Path) -> int:
    """Write the refused rows as CSV: as they were, with line and reason behind. Once mended it can be imported again."""
    headings = await store.headings(import_id)
    rows = [row async for row in _refusals(store, import_id, None)]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*headings, REFUSED_LINE, REFUSED_REASON])
        for line, reason, cells in rows:
            padded = [*cells, *[""] * (len(headings) - len(cells))]
            # A row with more cells than headings keeps them; they are what has to be mended.
            writer.writerow([*map(escape, padded), line, reason])
    return len(rows)


async def _refusals(
    store: ImportStore, import_id: ImportId, limit: int | None
) -> AsyncIterator[tuple[int, str, Sequence[str]]]:
    after, told = 0, 0
    while page := await store.refusals(import_id, after=after, limit=PAGE):
        for _, line, reason, cells in page:
            if told == limit:
                return
            told += 1
            yield line, reason, cells
        after = page[-1][0]


async def _watch(
    services: ServiceContainer, import_id: ImportId, record: ProcessRecord, output: Output | None
) -> ImportView:
    """Until it has ended. What a job that died has left is taken back."""
    store = services.get(ImportStore)
    with output.progress() if output is not None else nullcontext(None) as bar:
        task = bar.add_task("Importing", total=100) if bar is not None else None
        while True:
            is_running = is_alive(record)  # before the row is read: what it wrote last is in there
            view = await store.get(import_id)
            if bar is not None and task is not None:
                bar.update(task, completed=round(view.part_read * 100), description=f"Importing, {view.rows:,} rows")
            if view.state not in UNFINISHED:
                return view
            if not is_running:
                # The system frees its lock a moment after it has died.
                await services.get(FileImport).clean_up()
            await asyncio.sleep(POLL_S)


class Problem(Protocol):
    """Why a job ended, as its row keeps it."""

    @property
    def code(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def hint(self) -> str: ...


def error_of(problem: Problem | None, *, is_cancelled: bool) -> AppError:
    """As it was raised in the job."""
    if is_cancelled or problem is None:
        return Cancelled()
    kind = _kinds(AppError).get(problem.code, AppError)
    return kind(problem.message, title=problem.title, hint=problem.hint)


def _kinds(kind: type[AppError]) -> dict[str, type[AppError]]:
    found = {kind.code: kind}
    for below in kind.__subclasses__():
        found = _kinds(below) | found
    return found


def _tell(
    view: ImportView, rows: Sequence[tuple[int, str, Sequence[str]]], refused: Path | None, output: Output
) -> None:
    output.say(
        f"Import {view.id} finished, read as {view.form}: {view.added:,} new, {view.updated:,} updated, "
        f"{view.unchanged:,} unchanged, {view.refused:,} refused with reasons."
    )
    if view.without_basis:
        output.say(f"{view.without_basis:,} of them have no recorded basis: they are kept and not written to.")
    output.table("", ["line", "why it was refused"], [[str(line), reason] for line, reason, _ in rows[:SHOWN]])
    if view.refused > SHOWN and refused is None:
        output.say(
            f"… and {view.refused - SHOWN:,} more. audience refused {view.id} --to FILE writes all of them, "
            "to be mended and imported again."
        )
    output.say(f"audience undo {view.id} takes all of it back.")
