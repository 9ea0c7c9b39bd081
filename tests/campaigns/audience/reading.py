"""Reading a file as an import does, without a database."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from campaigns.audience.columns import count_known, read_header
from campaigns.audience.files.reading import open_table
from campaigns.audience.import_file import read_batches
from campaigns.audience.imports import ImportOptions
from campaigns.audience.people import ImportedPerson, PersonReader, RejectedRow


def read_people(
    path: Path, *, now: datetime, options: ImportOptions | None = None
) -> Iterator[ImportedPerson | RejectedRow]:
    """Every row in the order of the file."""
    options = options or ImportOptions()
    with open_table(path, count_known, encoding=options.encoding) as table:
        header = read_header(table.headings, options.mapping)
        reader = PersonReader(header, now=now, country=options.country, stated=options.stated)
        for batch in read_batches(table, reader, size=1):
            yield from batch.people
            yield from (refused.row for refused in batch.refused)
