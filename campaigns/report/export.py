"""A campaign's report as CSV: every recipient with state, reason and time, written as it is read."""

import csv
from collections.abc import AsyncIterator, Callable, Sequence
from io import StringIO
from pathlib import Path
from typing import Final, Protocol

from campaigns.reasons import SENTENCES
from campaigns.report.views import RecipientRow
from core.domain.ids import CampaignId, ContactId
from core.files import storage_errors

COLUMNS: Final = ("person", "username", "account", "state", "reason", "why", "ended_at", "message_id")
PAGE: Final = 500
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class ReadsRecipients(Protocol):
    """ReportStore, as far as an export needs it."""

    async def recipients(
        self, campaign_id: CampaignId, *, after: ContactId | None, limit: int
    ) -> Sequence[RecipientRow]: ...


async def export_report(
    reads: ReadsRecipients, campaign_id: CampaignId, path: Path, *, tell: Callable[[int], object]
) -> int:
    """Write all recipients to `path` and return how many; `tell` hears the count after each page of 500.

    The file is complete or not there: it is written beside its place and moved. UTF-8 with a mark, so that
    spreadsheets read names right; times are UTC in ISO 8601. Raises StorageError.
    """
    part = path.with_name(f".{path.name}.part")
    count = 0
    try:
        with storage_errors(path):
            part.write_text(_lines([COLUMNS]), encoding="utf-8-sig", newline="")
        async for page in _pages(reads, campaign_id):
            with storage_errors(path), part.open("a", encoding="utf-8", newline="") as file:
                file.write(_lines([_cells(row) for row in page]))
            count += len(page)
            tell(count)
        with storage_errors(path):
            part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return count


def escape_cell(text: str) -> str:
    """A text that a spreadsheet takes for a text: what looks like a formula begins with an apostrophe."""
    return f"'{text}" if text.startswith(_FORMULA) else text


async def _pages(reads: ReadsRecipients, campaign_id: CampaignId) -> AsyncIterator[Sequence[RecipientRow]]:
    after: ContactId | None = None
    while page := await reads.recipients(campaign_id, after=after, limit=PAGE):
        yield page
        after = page[-1].contact_id


def _cells(row: RecipientRow) -> Sequence[str]:
    cells = (
        row.name,
        row.username or "",
        row.account_title,
        row.state.value,
        row.reason.value if row.reason else "",
        SENTENCES[row.reason] if row.reason else "",
        row.finished_at.isoformat() if row.finished_at else "",
        str(row.message_id) if row.message_id is not None else "",
    )
    return [escape_cell(cell) for cell in cells]


def _lines(rows: Sequence[Sequence[str]]) -> str:
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
