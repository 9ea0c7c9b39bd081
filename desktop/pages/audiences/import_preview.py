"""What a file would become: how it is read, its first rows as people, what each column is, and the basis."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from campaigns.audience.cells import check_country
from campaigns.audience.columns import IGNORED, KNOWN, Column
from campaigns.audience.imports import ImportOptions
from campaigns.audience.preview import Preview, PreviewRow, Sample
from core.domain.field_names import to_field_name
from core.errors import AppError, UserInputError
from desktop.formatting import Formats
from desktop.models.keyed_rows import KeyedRows
from desktop.models.table_model import TableModel
from desktop.pages.audiences.import_basis import BasisFields
from desktop.pages.audiences.import_words import (
    COLUMN_COLUMNS,
    DELIMITERS,
    ENCODINGS,
    MEANINGS,
    PEOPLE_COLUMNS,
    ColumnRow,
    Tally,
    column_cells,
    column_rows,
    default_meaning,
    file_words,
    meaning_words,
    note_words,
    person_cells,
)
from desktop.theme import Role
from desktop.widgets.cards import Note
from desktop.widgets.choices import Tabs
from desktop.widgets.fields import Field
from desktop.widgets.labels import ElidedLabel, label
from desktop.widgets.status import Tone
from desktop.widgets.table import Table, TableCard

PEOPLE: Final = "people"
COLUMNS: Final = "columns"
BASIS: Final = "basis"
TABS: Final = ((PEOPLE, "People"), (COLUMNS, "Columns"), (BASIS, "Basis"))


class ImportPreviewView(QWidget):
    """`readAgain`: the file is to be read with another encoding or delimiter; `changed`: its rows mean something else."""

    readAgain = Signal()
    changed = Signal()

    def __init__(self, formats: Formats, now: datetime) -> None:
        super().__init__()
        self._formats = formats
        self._now = now
        self._sample: Sample | None = None
        self._mapping: dict[str, str] = {}
        self._is_filling = False
        self.file_name = ElidedLabel("", Role.STRONG)
        self.file_facts = label("", Role.DIM)
        self.encoding, self.delimiter, self.country = QComboBox(), QComboBox(), QLineEdit()
        self._encoding_field = Field("Encoding", self.encoding)
        self._delimiter_field = Field("Columns are set apart by", self.delimiter)
        self._country_field = Field("Country of numbers without a code", self.country)
        self.tabs = Tabs("Parts of the preview", TABS)
        self.note = Note("", "mdi6.alert-outline", Tone.WARN)
        self.problem = Note("", "mdi6.alert-circle-outline", Tone.BAD)
        self._parts = QStackedWidget()
        self._part_of: dict[str, QWidget] = {}
        self._column = QVBoxLayout(self)

    def prepare(self) -> Iterator[None]:
        """Make it, a piece a step."""
        self._lay_out_head()
        yield
        self._add_part(PEOPLE, TableCard(self.people))
        yield
        self._add_part(COLUMNS, self._columns_part())
        yield
        self._add_part(BASIS, self.basis)
        yield
        self._column.addWidget(self.note)
        self._column.addWidget(self.problem)
        self.note.hide()
        self.problem.hide()
        self.tabs.valueChanged.connect(self._show_part)
        self.encoding.currentIndexChanged.connect(self._read_again)
        self.delimiter.currentIndexChanged.connect(self._read_again)
        self.country.editingFinished.connect(self._country_changed)
        self.basis.changed.connect(self.changed)

    @cached_property
    def people_rows(self) -> KeyedRows[PreviewRow]:
        return KeyedRows[PreviewRow](lambda row: row.line)

    @cached_property
    def people(self) -> Table:
        table = Table("The first rows as people", PEOPLE_COLUMNS)
        table.setModel(TableModel(self.people_rows, person_cells, len(PEOPLE_COLUMNS), table))
        return table

    @cached_property
    def column_rows(self) -> KeyedRows[ColumnRow]:
        return KeyedRows[ColumnRow](lambda row: row.place)

    @cached_property
    def columns(self) -> Table:
        table = Table("Columns of the file", COLUMN_COLUMNS, row_height=36)
        table.setModel(TableModel(self.column_rows, column_cells, len(COLUMN_COLUMNS), table))
        table.selectionModel().selectionChanged.connect(self._column_chosen)
        table.opened.connect(self._focus_meaning)
        return table

    @cached_property
    def meaning(self) -> QComboBox:
        combo = QComboBox()
        combo.setAccessibleName("What the chosen column is")
        combo.setMinimumWidth(240)
        combo.activated.connect(self._meaning_chosen)
        return combo

    @cached_property
    def basis(self) -> BasisFields:
        return BasisFields(self._now)

    @property
    def column_rows_shown(self) -> list[ColumnRow]:
        return [self.column_rows.row(place) for place in range(len(self.column_rows))]

    @property
    def mapping(self) -> Mapping[str, str]:
        """Heading to what a person said it is, now or the last time."""
        return self._mapping

    @property
    def options(self) -> ImportOptions:
        """As far as it can be used."""
        return ImportOptions(
            mapping=dict(self._mapping),
            country=self.country.text().strip().upper() if not self._country_error() else "",
            stated=self.basis.stated,
            encoding=str(self.encoding.currentData() or ""),
            delimiter=str(self.delimiter.currentData() or ""),
        )

    def check(self) -> bool:
        """Whether it can be imported so; what is wrong is said at its place, which is shown."""
        if self._country_error():
            self.country.setFocus()
            return False
        if not self.basis.check():
            self.tabs.set_value(BASIS)
            return False
        return True

    def show_sample(self, sample: Sample, path: Path, mapping: Mapping[str, str], *, is_new: bool) -> None:
        """A file was read; `is_new`: another one, else the same one anew. `mapping` as it is remembered."""
        if is_new or self._sample is None or sample.headings != self._sample.headings:
            self._mapping = {to_field_name(heading): target for heading, target in mapping.items()}
        self._sample = sample
        name, facts = file_words(sample, path, self._formats)
        self.file_name.set_text(name)
        self.file_facts.setText(facts)
        if is_new:
            self._is_filling = True
            _fill(self.encoding, ENCODINGS, sample.encoding)
            _fill(self.delimiter, DELIMITERS, sample.delimiter)
            self._is_filling = False
            self._encoding_field.setVisible(bool(sample.encoding))
            self._delimiter_field.setVisible(bool(sample.delimiter))
            self.tabs.set_value(PEOPLE)
        self.tabs.set_count(COLUMNS, len(sample.headings))

    def show_preview(self, preview: Preview, counts: Tally) -> None:
        """What the rows would become as things are."""
        assert self._sample is not None
        self.problem.hide()
        self.people_rows.show(preview.rows)
        self.tabs.set_count(PEOPLE, len(preview.rows))
        self._show_columns(preview)
        words = note_words(self._sample, counts, self._formats)
        self.note.setVisible(words is not None)
        if words is not None:
            self.note.text.setText(words[1])

    def show_problem(self, error: AppError) -> None:
        """The columns cannot be used so: they are shown, to be mapped otherwise."""
        self.note.hide()
        self.people_rows.show(())
        self.tabs.set_count(PEOPLE, None)
        self._show_columns(None)
        self.tell(error)
        if not {Column.USERNAME, Column.PHONE} & {row.meaning for row in self.column_rows_shown}:
            self.problem.text.setText(
                "This file does not say how to reach people. Choose the column with @names or phone numbers, and say "
                "below what it is."
            )
        self.tabs.set_value(COLUMNS)

    def tell(self, error: AppError) -> None:
        """Something went wrong; it stands below the preview until that changes."""
        self.problem.text.setText(f"{error.title}. {error.message} {error.hint}".strip())
        self.problem.show()

    # ----------------------------------------------------------------------------------------------------------

    def _lay_out_head(self) -> None:
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(10)
        facts = QHBoxLayout()
        facts.setSpacing(8)
        facts.addWidget(self.file_name, 1)
        facts.addWidget(self.file_facts)
        self._column.addLayout(facts)
        self.country.setMaxLength(2)
        self.country.setPlaceholderText("Two letters, such as DE")
        row = QHBoxLayout()
        row.setSpacing(12)
        for field in (self._encoding_field, self._delimiter_field, self._country_field):
            row.addWidget(field, 1)
        self._column.addLayout(row)
        self._column.addWidget(self.tabs)
        self._column.addWidget(self._parts, 1)

    def _columns_part(self) -> QWidget:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(TableCard(self.columns), 1)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.chosen_column = ElidedLabel("Choose a column to say what it is", Role.DIM)
        row.addWidget(self.chosen_column, 1)
        row.addWidget(self.meaning)
        column.addLayout(row)
        self.meaning.setEnabled(False)
        return part

    def _add_part(self, key: str, part: QWidget) -> None:
        self._part_of[key] = part
        self._parts.addWidget(part)

    def _show_part(self, key: str) -> None:
        self._parts.setCurrentWidget(self._part_of[key])

    def _show_columns(self, preview: Preview | None) -> None:
        assert self._sample is not None
        rows = column_rows(self._sample, self._mapping, preview)
        if len(rows) == len(self.column_rows) and preview is not None:
            self.column_rows.update(rows)  # the chosen one stays chosen
        else:
            chosen = self.columns.chosen_row
            self.column_rows.show(rows)
            if chosen is not None and chosen < len(rows):
                self.columns.selectRow(chosen)
        self._column_chosen()

    def _column_chosen(self, *_: object) -> None:
        place = self.columns.chosen_row
        self.meaning.clear()
        self.meaning.setEnabled(place is not None)
        if place is None:
            self.chosen_column.set_text("Choose a column to say what it is")
            return
        row = self.column_rows.row(place)
        self.chosen_column.set_text(f"“{row.heading}” is")
        name = to_field_name(row.heading)
        for column, words in MEANINGS.items():
            self.meaning.addItem(words, column.value)
        if name and name not in KNOWN:
            self.meaning.addItem(meaning_words(name), name)
        if row.meaning not in (*MEANINGS, name, IGNORED):
            self.meaning.addItem(meaning_words(row.meaning), row.meaning)
        self.meaning.addItem("Leave it out", IGNORED)
        self.meaning.setCurrentIndex(self.meaning.findData(row.meaning))

    def _meaning_chosen(self, index: int) -> None:
        place = self.columns.chosen_row
        if place is None or self._sample is None:
            return
        heading = self._sample.headings[place]
        target = str(self.meaning.itemData(index))
        if target != self._mapping.get(to_field_name(heading), default_meaning(heading)):
            self._mapping[to_field_name(heading)] = target
            self.changed.emit()

    def _focus_meaning(self, _: int) -> None:
        self.meaning.setFocus()
        self.meaning.showPopup()

    def _read_again(self) -> None:
        if not self._is_filling:
            self.readAgain.emit()

    def _country_error(self) -> str:
        try:
            check_country(self.country.text())
        except UserInputError as error:
            return error.hint
        return ""

    def _country_changed(self) -> None:
        self._country_field.set_error(self._country_error())
        self.changed.emit()


def _fill(combo: QComboBox, words: Mapping[str, str], found: str) -> None:
    """What was found comes first, as what it is."""
    combo.clear()
    key = "utf-8" if found == "utf-8-sig" else found
    combo.addItem(f"Found out: {words.get(key, found)}", "")
    for value, text in words.items():
        combo.addItem(text, value)
