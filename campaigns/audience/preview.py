"""What an import would make of a file, from its first rows. Reads; stores nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from campaigns.audience.cells import BadCell, check_country
from campaigns.audience.columns import IGNORED, count_known, read_header
from campaigns.audience.files.reading import open_table
from campaigns.audience.files.table import FileForm, Row
from campaigns.audience.imports import ImportOptions
from campaigns.audience.people import ImportedPerson, PersonReader, RejectedRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The first rows of a file as they stand in it. `is_whole`: there are no others.

    `encoding` is empty for what is no text, `delimiter` for what is no text with columns.
    """

    form: FileForm
    detail: str
    encoding: str
    delimiter: str
    headings: Sequence[str]
    rows: Sequence[Row] = field(repr=False)
    is_whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRow:
    """A row as it stands in the file, and what it would become."""

    line: int
    cells: tuple[str, ...] = field(repr=False)
    result: ImportedPerson | RejectedRow = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """`meanings[i]` is what column i is: a column of ours, the name of a field, or "-" for left out."""

    form: str
    headings: Sequence[str]
    meanings: Sequence[str]
    rows: Sequence[PreviewRow]


def read_sample(path: Path, *, encoding: str = "", delimiter: str = "", limit: int = 20) -> Sample:
    """The first rows that are not empty. Blocks: a large text is read to its end to tell its encoding.

    Raises UserInputError as an import would at its first rows.
    """
    with open_table(path, count_known, encoding=encoding, delimiter=delimiter) as table:
        rows = list(islice(table.rows, limit + 1))
        return Sample(
            form=table.form,
            detail=table.detail,
            encoding=table.encoding,
            delimiter=table.delimiter,
            headings=table.headings,
            rows=rows[:limit],
            is_whole=len(rows) <= limit,
        )


def explain(sample: Sample, options: ImportOptions, *, now: datetime) -> Preview:
    """What the rows would become. Raises UserInputError for columns or a country that cannot be used."""
    header = read_header(sample.headings, options.mapping)
    country = check_country(options.country)
    reader = PersonReader(header, now=now, country=country, stated=options.stated)
    meanings = [IGNORED] * header.width
    for name, at in [*header.fields.items(), *((column.value, at) for column, at in header.known.items())]:
        meanings[at] = name
    rows: list[PreviewRow] = []
    for row in sample.rows:
        result: ImportedPerson | RejectedRow
        try:
            result = reader.read(row)
        except BadCell as bad:
            result = RejectedRow(row.line, bad.reason, bad.columns)
        rows.append(PreviewRow(line=row.line, cells=row.cells, result=result))
    form = f"{sample.form} ({sample.detail})"
    return Preview(form=form, headings=sample.headings, meanings=meanings, rows=rows)


def preview_file(path: Path, options: ImportOptions, *, now: datetime) -> Preview:
    """`read_sample` and `explain` at once."""
    return explain(read_sample(path, encoding=options.encoding, delimiter=options.delimiter), options, now=now)
