"""Import of a CSV of people from a terminal, with a bar and the refused rows in a file."""

import csv
from collections import Counter
from pathlib import Path

from campaigns.audience.csv_import import ImportedPerson, RejectedRow, read_people
from cli.output import Output
from core.clock import SystemClock
from database import ContactStore

CHUNK = 2000  # people a unit of work
SHOWN = 10  # refused rows printed; all of them go into the file


async def import_file(path: Path, contacts: ContactStore, output: Output, *, actor: str, refused: Path | None) -> int:
    """Read, import in chunks, tell. A file that turns out unreadable in the middle keeps what was imported before."""
    now = SystemClock().now()
    totals: Counter[str] = Counter()
    rejected: list[RejectedRow] = []
    batch: list[ImportedPerson] = []

    async def flush() -> None:
        if batch:
            counts = await contacts.import_people(batch, actor=actor, now=now)
            totals.update(added=counts.added, updated=counts.updated, unchanged=counts.unchanged)
            rejected.extend(counts.conflicts)
            batch.clear()

    for row in read_people(path, now=now):
        if isinstance(row, RejectedRow):
            rejected.append(row)
            continue
        totals["without_consent"] += row.consent is None
        batch.append(row)
        if len(batch) == CHUNK:
            await flush()
    await flush()
    if refused is not None:
        _write_refused(refused, rejected)
    _tell(totals, rejected, refused, output)
    return output.finish(
        {
            "added": totals["added"],
            "updated": totals["updated"],
            "unchanged": totals["unchanged"],
            "without_consent": totals["without_consent"],
            "refused": len(rejected),
            "refused_rows": [{"line": row.line, "reason": row.reason} for row in rejected],
        }
    )


def _tell(totals: Counter[str], rejected: list[RejectedRow], refused: Path | None, output: Output) -> None:
    output.say(
        f"Import finished: {totals['added']:,} new, {totals['updated']:,} updated, "
        f"{totals['unchanged']:,} unchanged, {len(rejected):,} refused with reasons."
    )
    if totals["without_consent"]:
        output.say(f"{totals['without_consent']:,} of them have no recorded basis: they are kept and not written to.")
    output.table("", ["line", "why it was refused"], [[str(row.line), row.reason] for row in rejected[:SHOWN]])
    if len(rejected) > SHOWN and refused is None:
        output.say(f"… and {len(rejected) - SHOWN:,} more. --refused FILE writes all of them.")


def _write_refused(path: Path, rejected: list[RejectedRow]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "reason", "columns"])
        for row in rejected:
            writer.writerow([row.line, row.reason, " ".join(row.columns)])
