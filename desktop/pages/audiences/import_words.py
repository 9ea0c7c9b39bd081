"""An import in words: what a column is, what a row would become, how a file was read, what became of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from campaigns.audience.columns import IGNORED, KNOWN, Column
from campaigns.audience.files.table import FileForm
from campaigns.audience.imports import ImportPurpose, ImportState, ImportView
from campaigns.audience.people import ImportedPerson, RejectedRow
from campaigns.audience.preview import Preview, PreviewRow, Sample
from core.domain.consent import ConsentBasis
from core.domain.field_names import to_field_name
from desktop.formatting import Formats, count_of
from desktop.pages.audiences.words import BASES
from desktop.theme import Role
from desktop.widgets.status import Glyph, State, Tone
from desktop.widgets.table import Cell
from desktop.widgets.table import Column as TableColumn

PEOPLE_COLUMNS: Final = (
    TableColumn("Line", 64, numeric=True),
    TableColumn("Person, or why not", 370, stretch=3),
    TableColumn("May we write?", 210, stretch=1),
    TableColumn("Fields", 120, stretch=2),
)
COLUMN_COLUMNS: Final = (
    TableColumn("Column of the file", 190, stretch=2),
    TableColumn("First cells", 240, stretch=3),
    TableColumn("Is", 190, stretch=1),
)
REFUSED_COLUMNS: Final = (TableColumn("Line", 72, numeric=True), TableColumn("Why it was refused", 300, stretch=1))

MEANINGS: Final[Mapping[Column, str]] = MappingProxyType(
    {
        Column.NAME: "Name",
        Column.FIRST_NAME: "First name",
        Column.LAST_NAME: "Last name",
        Column.USERNAME: "@name",
        Column.PHONE: "Phone number",
        Column.LANGUAGE: "Language",
        Column.TIME_ZONE: "Time zone",
        Column.CONSENT_BASIS: "Basis: may we write?",
        Column.CONSENT_AT: "Basis: since when",
        Column.CONSENT_SOURCE: "Basis: where they agreed",
        Column.CONSENT_WORDING: "Basis: words or proof",
    }
)
ENCODINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "utf-8": "UTF-8",
        "utf-16": "UTF-16",
        "cp1250": "Central European (1250)",
        "cp1251": "Cyrillic (1251)",
        "cp1252": "Western (1252)",
        "cp1253": "Greek (1253)",
        "cp1254": "Turkish (1254)",
        "cp1255": "Hebrew (1255)",
        "cp1256": "Arabic (1256)",
        "cp1257": "Baltic (1257)",
        "koi8_r": "Cyrillic (KOI8-R)",
        "cp932": "Japanese (932)",
        "gb18030": "Chinese (GB18030)",
        "big5": "Chinese (Big5)",
        "cp949": "Korean (949)",
    }
)
DELIMITERS: Final[Mapping[str, str]] = MappingProxyType(
    {",": "Comma ,", ";": "Semicolon ;", "\t": "Tab", "|": "Bar |", "^": "Caret ^", "~": "Tilde ~", ":": "Colon :"}
)
STATED: Final[Mapping[ConsentBasis, str]] = MappingProxyType(
    {
        ConsentBasis.AGREED: "They agreed",
        ConsentBasis.STARTED_BOT: "They started the bot",
        ConsentBasis.WROTE_FIRST: "They wrote first",
    }
)
KINDS: Final = (
    "CSV and other text with columns, in any encoding · Excel (xlsx) · vCard · Telegram’s own export · plain lists of "
    "@names and phone numbers"
)
UNDO_WORDS: Final = (
    "Whom it added goes; whom it changed is as before, unless changed again since. Who got a message meanwhile or is "
    "suppressed stays, without the consent that the import brought."
)
UNDO_LIST_WORDS: Final = (
    "Whom it put on the suppression list goes from it, and campaigns may write to them again if they have a basis. Who "
    "said STOP or was erased since stays."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What the rows that were looked at would become. `taken` holds `without_basis`."""

    taken: int
    refused: int
    without_basis: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRow:
    """One column of the file: its place from 0, its heading, some cells, and what it is (see `Preview`)."""

    place: int
    heading: str
    cells: str
    meaning: str


def tally(preview: Preview) -> Tally:
    people = [row.result for row in preview.rows if isinstance(row.result, ImportedPerson)]
    return Tally(
        taken=len(people),
        refused=len(preview.rows) - len(people),
        without_basis=sum(person.consent is None for person in people),
    )


def default_meaning(heading: str) -> str:
    """What the heading itself says."""
    name = to_field_name(heading)
    return KNOWN[name].value if name in KNOWN else name or IGNORED


def column_rows(sample: Sample, mapping: Mapping[str, str], preview: Preview | None) -> list[ColumnRow]:
    """Without a preview (the columns contradict each other) as they were chosen."""
    rows = []
    for place, heading in enumerate(sample.headings):
        cells = [row.cells[place].strip() for row in sample.rows[:40] if place < len(row.cells)]
        chosen = mapping.get(to_field_name(heading), default_meaning(heading))
        some = list(dict.fromkeys(cell[:40] for cell in cells if cell))[:3]
        meaning = chosen if preview is None else preview.meanings[place]
        rows.append(
            ColumnRow(
                place=place, heading=heading.strip() or f"Column {place + 1}", cells=" · ".join(some), meaning=meaning
            )
        )
    return rows


def meaning_words(meaning: str) -> str:
    if meaning == IGNORED:
        return "Left out"
    return MEANINGS[Column(meaning)] if meaning in MEANINGS else f"Field “{meaning}”"


def column_cells(row: ColumnRow) -> Sequence[Cell]:
    is_ours = row.meaning in MEANINGS
    glyph = Glyph.CHECK if is_ours else Glyph.DASH if row.meaning == IGNORED else Glyph.RING
    return (
        Cell(row.heading, role=Role.STRONG),
        Cell(row.cells, role=Role.DIM),
        Cell.of_state(State(glyph, meaning_words(row.meaning))),
    )


def person_cells(row: PreviewRow) -> Sequence[Cell]:
    """Of one row of the preview."""
    result = row.result
    line = Cell(str(row.line), role=Role.DIM)
    if isinstance(result, RejectedRow):
        about = ", ".join(MEANINGS[Column(c)] if c in MEANINGS else c for c in result.columns)
        return line, Cell(result.reason, about, tone=Tone.BAD, glyph=Glyph.CROSS), _REFUSED, Cell(role=Role.DIM)
    handles = " · ".join(part for part in (f"@{result.username}" if result.username else "", result.phone) if part)
    fields = ", ".join(f"{name}: {value}" for name, value in result.fields.items())
    name = Cell(result.name or handles, handles if result.name else "", Role.STRONG)
    consent = result.consent
    if consent is None:
        return line, name, _NO_BASIS, Cell(fields, role=Role.DIM)
    why = " · ".join(part for part in (consent.source or consent.wording, f"{consent.at:%Y-%m-%d}") if part)
    return line, name, Cell.of_state(State(Glyph.CHECK, BASES[consent.basis], why)), Cell(fields, role=Role.DIM)


def file_words(sample: Sample, path: Path, formats: Formats) -> tuple[str, str]:
    """The name of the file, and how it was read."""
    count = formats.number(len(sample.rows))
    rows = count_of(count, "row") if sample.is_whole else f"the first {count} rows are shown"
    is_text = sample.form is FileForm.DELIMITED
    return path.name, f"{sample.form} · {rows}" if is_text else f"{sample.form} ({sample.detail}) · {rows}"


def go_words(sample: Sample, counts: Tally, formats: Formats) -> str:
    if not sample.is_whole:
        return "Import all rows"
    return f"Import {count_of(formats.number(counts.taken), 'row')}"


def note_words(sample: Sample, counts: Tally, formats: Formats) -> tuple[Tone, str] | None:
    """What to know before the import; None: nothing."""
    number = formats.number
    total = len(sample.rows)
    rows = f"the {'' if sample.is_whole else 'first '}{count_of(number(total), 'row')}"
    parts = []
    if counts.without_basis:
        who = f"{number(counts.without_basis)} of {rows} {_have(counts.without_basis)} no basis"
        lead = (
            f"Nobody {'in it' if sample.is_whole else f'of {rows}'} has a basis"
            if counts.without_basis == counts.taken == total
            else who
        )
        parts.append(
            f"{lead}. People without one are kept and cannot be written to; if there is one, state it once under “Basis”."
        )
    if counts.refused:
        of = "" if parts else f" of {rows}"
        parts.append(f"{number(counts.refused)}{of} would be refused, with the reason beside the line.")
    return (Tone.WARN, " ".join(parts)) if parts else None


def result_words(view: ImportView, formats: Formats) -> tuple[str, str]:
    """The heading of the result, and what to know of it."""
    number = formats.number
    title = f"{count_of(number(view.rows - view.refused), 'person is', 'people are')} in"
    parts = []
    if view.without_basis:
        count = count_of(number(view.without_basis), "of them has", "of them have")
        parts.append(f"{count} no basis: kept, and not written to.")
    if view.said_no:
        count = count_of(number(view.said_no), "person said", "people said")
        parts.append(f"{count} no: nobody writes to them any more, unless they agreed later.")
    if view.refused > view.said_no:
        parts.append("Save the refused rows, mend them and import that file.")
    return title, " ".join(parts) or "Every row was taken."


def undone_words(view: ImportView, formats: Formats) -> str:
    if view.purpose is ImportPurpose.SUPPRESSION:
        return "Who said STOP or was erased since stays on the list."
    if not view.kept:
        return "Nothing of it is left."
    stay = count_of(formats.number(view.kept), "person stays", "people stay")
    return f"{stay}: they got a message meanwhile, or are suppressed. The consent that the import brought is gone."


def form_words(view: ImportView) -> str:
    """What the file was."""
    return f"Suppression list · {view.form}" if view.purpose is ImportPurpose.SUPPRESSION else view.form


def import_state(view: ImportView, formats: Formats) -> State:
    """How an import stands."""
    if view.state is ImportState.RUNNING:
        return State(Glyph.RUN, "Importing", f"{formats.percent(round(view.part_read * 1000), 1000)} done")
    why = view.problem.title if view.problem is not None and view.state is ImportState.FAILED else ""
    stay = f"{formats.number(view.kept)} stay" if view.kept else ""
    return State(*_STATES[view.state], why or stay)


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


_STATES: Final[Mapping[ImportState, tuple[Glyph, str]]] = MappingProxyType(
    {
        ImportState.DONE: (Glyph.CHECK, "Done"),
        ImportState.UNDOING: (Glyph.RUN, "Being taken back"),
        ImportState.CANCELLED: (Glyph.DASH, "Cancelled"),
        ImportState.FAILED: (Glyph.CROSS, "Failed"),
        ImportState.UNDONE: (Glyph.DASH, "Taken back"),
    }
)
_REFUSED: Final = Cell.of_state(State(Glyph.DASH, "Refused"))
_NO_BASIS: Final = Cell.of_state(State(Glyph.WARNING, "No basis", "cannot be written to"))
