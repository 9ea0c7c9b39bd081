"""An Excel workbook (xlsx): the sheet that was open when it was saved, row by row. Formulas are text."""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final

from campaigns.audience.files.opening import SAVE_AS, empty_file
from campaigns.audience.files.table import MAX_COLUMNS, FileForm, Row, Table, broken, clean, not_known
from core.errors import UserInputError

MAX_PARTS: Final = 10_000
MAX_TEXTS_BYTES: Final = 96 << 20
"""Of the table of texts, the one part that has to be in memory (some 100 MB then)."""
MAX_SHEET_BYTES: Final = 4 << 30
"""Of a sheet, unpacked: a full one of 1,048,576 rows with 20 columns has 2 GB. More is made to harm."""
_TEXTS: Final = "xl/sharedStrings.xml"


def read_workbook(path: Path) -> Table:
    """Raises UserInputError for an archive that is no workbook, for one that is damaged, and for one made to harm."""
    _check_archive(path)
    try:
        import openpyxl  # 0.2 s, for those who have such a file

        workbook = openpyxl.load_workbook(path, read_only=True, data_only=False, keep_links=False)
        sheet: Any = workbook.active or workbook.worksheets[0]
        if not hasattr(sheet, "iter_rows"):  # a sheet that is a chart
            sheet = workbook.worksheets[0]
        sheet.reset_dimensions()  # what stands in the file may be wrong, and rows would be missing
        title = str(sheet.title)
    except Exception as error:
        raise broken(FileForm.WORKBOOK, error) from error
    rows = _read_rows(sheet)
    header = next(rows, None)
    if header is None:
        raise empty_file()
    return Table(
        form=FileForm.WORKBOOK, detail=f"sheet {title}", headings=header.cells, rows=rows, part_read=not_known
    )


def _check_archive(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise broken(FileForm.WORKBOOK, error) from error
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise UserInputError(
            "It is the file of another program, or an archive.",
            title="This is not a list that Wireroom can read",
            hint=SAVE_AS,
        )
    sizes = {part.filename: part.file_size for part in parts}
    if len(parts) > MAX_PARTS or sizes.get(_TEXTS, 0) > MAX_TEXTS_BYTES or max(sizes.values()) > MAX_SHEET_BYTES:
        raise UserInputError("Unpacked it is too large to be read.", title="This workbook is too large", hint=SAVE_AS)


def _read_rows(sheet: Any) -> Iterator[Row]:
    """Rows that are not empty, with the number that the spreadsheet shows."""
    values = iter(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS))
    number = 0
    while True:
        try:
            row = next(values, None)
        except Exception as error:
            raise broken(FileForm.WORKBOOK, error) from error
        if row is None:
            return
        number += 1
        cells = tuple(_text(value) for value in row)
        if any(cells):
            yield Row(number, cells)


def _text(value: object) -> str:
    """As a person would have typed it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # a phone number in a column of numbers
    if isinstance(value, datetime):
        is_date = value.time() == time() and value.tzinfo is None
        return value.date().isoformat() if is_date else value.isoformat(timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return clean(str(value))
