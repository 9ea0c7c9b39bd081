"""The rows that an import refused, and the file of them that is mended and imported again."""

import csv
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from campaigns.audience.columns import REFUSED_LINE, REFUSED_REASON
from campaigns.audience.imports import ImportStore
from campaigns.audience.people import escape
from campaigns.jobs import Tell, quiet
from core.domain.ids import ImportId
from core.files import written_whole

PAGE = 1_000


async def read_refused(
    store: ImportStore, import_id: ImportId, limit: int | None = None
) -> AsyncIterator[tuple[int, str, Sequence[str]]]:
    """Line, reason and cells of each, in pages; `limit` None: all."""
    after, told = 0, 0
    while page := await store.refusals(import_id, after=after, limit=PAGE):
        for _, line, reason, cells in page:
            if told == limit:
                return
            told += 1
            yield line, reason, cells
        after = page[-1][0]


async def write_refused(store: ImportStore, import_id: ImportId, path: Path, tell: Tell = quiet) -> int:
    """Write the refused rows as CSV: as they were, with line and reason behind. Once mended it can be imported again.

    `tell` is told how many are written. The file is whole or not there. Raises StorageError.
    """
    headings = await store.headings(import_id)
    count = 0
    with written_whole(path, encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow([*headings, REFUSED_LINE, REFUSED_REASON])
        async for line, reason, cells in read_refused(store, import_id):
            padded = [*cells, *[""] * (len(headings) - len(cells))]
            # A row with more cells than headings keeps them; they are what has to be mended.
            writer.writerow([*map(escape, padded), line, reason])
            count += 1
            if count % PAGE == 0:
                await tell(count)
    return count
