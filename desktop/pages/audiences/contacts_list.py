"""The list of people: search, chips with counts, filters, table, and what can be done with those who are chosen."""

from array import array
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from campaigns.audience.contacts import (
    ContactCounts,
    ContactFacets,
    ContactOrder,
    ContactQuestion,
    ContactRow,
    Standing,
)
from campaigns.audience.filter_rules import find_reason_against
from campaigns.exporting.orders import ExportView
from core.domain.consent import ConsentBasis
from core.errors import AppError
from desktop.formatting import Formats
from desktop.models.paged_rows import PagedRows, Span
from desktop.models.table_model import TableModel
from desktop.pages.audiences.words import BASES, COLUMNS, EXTRA_COLUMNS, STANDINGS, ContactCells, match_words
from desktop.pages.late import LateSkeleton
from desktop.theme import Role
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.choices import ChosenFilter, FilterChip
from desktop.widgets.empty import EmptyState, FailedState
from desktop.widgets.fields import SearchField
from desktop.widgets.filters import Chips, filter_row, show_chosen
from desktop.widgets.labels import ElidedLabel, label
from desktop.widgets.table import Table, TableCard

CHIPS: Final = (None, Standing.MAY, Standing.NO_BASIS, Standing.SUPPRESSED)
SORTED: Final = {0: ContactOrder.NAME, len(COLUMNS) - 1: ContactOrder.ADDED}
"""By column."""
EXPORT: Final = "Export…"
MOST_CHOICES: Final = 12  # of tags, languages or imports in the menu
WIDE: Final = 1_000
"""Of the list: below it counts of a million would not fit beside the words of the chips."""
FIRST_STEP = (
    "People come in with the proof that they agreed: import a CSV, an Excel file, vCards, Telegram’s own export or a "
    "plain list. You see what each row becomes before anybody is added."
)


class ContactListWidget(QWidget):
    """Shows and emits; which rows there are is the presenter's business."""

    asked = Signal(object)  # ContactQuestion
    sorted = Signal(object)  # ContactOrder
    cleared = Signal()
    selectionChanged = Signal()
    tagRequested = Signal()
    importRequested = Signal()
    suppressRequested = Signal()
    exportRequested = Signal()
    listRequested = Signal()
    unlistRequested = Signal()
    saveRequested = Signal()

    def __init__(self, rows: PagedRows[ContactRow], cells: ContactCells, formats: Formats) -> None:
        super().__init__()
        self._rows = rows
        self._formats = formats
        self._question = ContactQuestion()
        self._is_exporting = False
        self._facets = ContactFacets()
        self._total: int | None = None
        self._count = 0
        self._by_standing: dict[Standing | None, int] = {}
        self._is_alone = True
        self._has_room = True
        self.search = SearchField("Name, @name, number", self)
        self.chips = Chips[Standing | None](
            self, {one: FilterChip.of_state(STANDINGS[one] if one else None) for one in CHIPS}
        )
        self.filter = Button("Filter", "mdi6.filter-variant", kind=Kind.QUIET)
        self.save = Button("Save as audience…", "mdi6.account-group-outline", kind=Kind.QUIET)
        self.chosen_filters: list[ChosenFilter] = []
        self.sentence = ElidedLabel("", Role.DIM)
        self.table = Table("People", COLUMNS, several=True)
        self.model = TableModel(rows, cells, len(COLUMNS), self)
        self.late = LateSkeleton(self.table)
        self.bulk = _BulkBar()
        self._build_ui()
        self._connect_signals()
        self.late.begin()

    @property
    def selected_count(self) -> int:
        """By ranges: a selection may be a million rows."""
        return sum(end - first for first, end in self._spans())

    @property
    def selected_ids(self) -> "array[int]":
        """In the order of the list, 8 bytes each."""
        found = array("q")
        for first, end in self._spans():
            found += self._rows.ids[first:end]
        return found

    @property
    def is_everybody_selected(self) -> bool:
        """All that match are chosen: what is done then acts on the question."""
        return bool(self._count) and self.selected_count == self._count

    def select(self, contact_id: int) -> bool:
        """Make this row the selected one; False: it is not in the list."""
        row = self._rows.find(contact_id)
        if row is None:
            return False
        self.table.choose_row(row)
        return True

    def visible_rows(self) -> Span:
        return Span(*self.table.visible_rows())

    def show_extra(self, *, shown: bool) -> None:
        """The columns, and the counts of the chips, that the panel takes the room of."""
        self.table.set_hidden_columns(() if shown else EXTRA_COLUMNS)
        self._is_alone = shown
        self._fit_chips()

    def show_counts(self, counts: ContactCounts, facets: ContactFacets) -> None:
        is_renamed, self._facets, self._total = facets.lists != self._facets.lists, facets, counts.total
        if is_renamed:
            self._show_question()
        self._by_standing = {
            None: counts.total,
            Standing.MAY: counts.may,
            Standing.NO_BASIS: counts.no_basis,
            Standing.SUPPRESSED: counts.suppressed,
        }
        self._show_chip_counts()
        self._show_sentence()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_chips()

    def _fit_chips(self) -> None:
        has_room = self._is_alone and self.width() >= WIDE
        if has_room != self._has_room:
            self._has_room = has_room
            self._show_chip_counts()

    def _show_chip_counts(self) -> None:
        self.chips.show_counts(self._by_standing, are_told=self._has_room)

    def show_list(self, question: ContactQuestion, count: int) -> None:
        self.late.end()
        self._question, self._count = question, count
        self._show_question()
        self._show_sentence()
        if count:
            self.table.set_placeholder(None)
        elif question.text or question.filters:
            clear = Button("Clear the filters")
            clear.clicked.connect(self._clear)
            asked = f"Nobody matches “{question.text}”" if question.text else "Nobody is like this"
            if question.text and question.filters:
                asked += f" and {question.filters} filter{'s' if question.filters > 1 else ''}"
            self.table.set_placeholder(EmptyState("mdi6.magnify", asked, actions=[clear]))
        else:
            begin = Button("Import people…", "mdi6.tray-arrow-down")
            begin.clicked.connect(self.importRequested)
            empty = EmptyState("mdi6.account-group-outline", "No people yet", FIRST_STEP, actions=[begin])
            self.table.set_placeholder(empty)
        self._selected()

    def show_failed(self, error: AppError) -> None:
        self.late.end()
        self.table.set_placeholder(FailedState(error))

    def filter_menu(self) -> QMenu:
        """By basis, tag, language and import; what is on is checked. Deletes itself when it closes."""
        menu, facets, asked = QMenu(self), self._facets, self._question
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        number = self._formats.number
        for basis in ConsentBasis:
            is_on = asked.basis is basis
            self._add_choice(menu, BASES[basis], is_on, replace(asked, basis=None if is_on else basis))
        tags = [
            (f"{tag}   {number(count)}", asked.tag == tag, replace(asked, tag="" if asked.tag == tag else tag))
            for tag, count in facets.tags.items()
        ]
        languages = [
            (code, asked.language == code, replace(asked, language="" if asked.language == code else code))
            for code in facets.languages
        ]
        imports = [
            (
                f"{name}   {number(count)}",
                asked.import_id == one,
                replace(asked, import_id=None if asked.import_id == one else one),
            )
            for one, (name, count) in facets.imports.items()
        ]
        lists = [
            (title, asked.list_id == one, replace(asked, list_id=None if asked.list_id == one else one))
            for one, title in facets.lists.items()
        ]
        for title, choices in (("List", lists), ("Tag", tags), ("Language", languages), ("Import", imports)):
            inner = menu.addMenu(title) if choices else menu
            for text, is_on, question in choices[:MOST_CHOICES]:
                self._add_choice(inner, text, is_on, question)
        return menu

    # --------------------------------------------------------------------------------------------------------

    def _spans(self) -> list[tuple[int, int]]:
        return [(first, min(end, len(self._rows))) for first, end in self.table.chosen_spans]

    def _add_choice(self, menu: QMenu, text: str, is_on: bool, question: ContactQuestion) -> None:
        action = menu.addAction(text)
        action.setCheckable(True)
        action.setChecked(is_on)
        action.triggered.connect(partial(self._ask, question))

    def _ask(self, question: ContactQuestion, *_: object) -> None:
        self._question = question  # what is chosen next adds to it, whether it has been answered or not
        self.asked.emit(question)

    def _show_question(self) -> None:
        asked = self._question
        self.save.setVisible(bool(asked.text.strip() or asked.filters))
        self.save.set_reason_disabled(find_reason_against(asked))
        is_down = (asked.order is ContactOrder.ADDED) != asked.is_reversed
        order = Qt.SortOrder.DescendingOrder if is_down else Qt.SortOrder.AscendingOrder
        column = next(column for column, order_of in SORTED.items() if order_of is asked.order)
        self.table.set_sorted(column, order)
        filters: list[tuple[str, ContactQuestion]] = []
        if asked.basis is not None:
            filters.append((f"Basis: {BASES[asked.basis].lower()}", replace(asked, basis=None)))
        if asked.list_id is not None:
            title = self._facets.lists.get(asked.list_id, str(asked.list_id))
            filters.append((f"List: {title}", replace(asked, list_id=None)))
        if asked.tag:
            filters.append((f"Tag: {asked.tag}", replace(asked, tag="")))
        if asked.language:
            filters.append((f"Language: {asked.language}", replace(asked, language="")))
        if asked.import_id is not None:
            filters.append((f"Import: {asked.import_id}", replace(asked, import_id=None)))
        acts = [(text, partial(self._ask, without)) for text, without in filters]
        self.chosen_filters = show_chosen(self._filters, self.filter, self.chosen_filters, acts)

    def _show_sentence(self) -> None:
        self.sentence.set_text(match_words(self._question, self._count, self._total, self._formats))

    def _build_ui(self) -> None:
        self.table.setModel(self.model)
        self.search.setMinimumWidth(190)
        self.search.setMaximumWidth(270)
        self._filters = filter_row(self.search, self.chips, self.filter, self.save)
        self.save.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 0, 24, 16)
        column.setSpacing(10)
        column.addLayout(self._filters)
        column.addWidget(self.sentence)
        column.addWidget(TableCard(self.table), 1)
        column.addWidget(self.bulk)
        self.bulk.hide()

    def _connect_signals(self) -> None:
        self.search.searched.connect(self._search)
        self.chips.chosen.connect(self._choose)
        self.filter.clicked.connect(self._open_filter_menu)
        self.table.horizontalHeader().sectionClicked.connect(self._sort)
        self.table.selectionModel().selectionChanged.connect(self._selected)
        self.bulk.tag.clicked.connect(self.tagRequested)
        self.bulk.suppress.clicked.connect(self.suppressRequested)
        self.bulk.export.clicked.connect(self.exportRequested)
        self.bulk.list.clicked.connect(self.listRequested)
        self.bulk.unlist.clicked.connect(self.unlistRequested)
        self.save.clicked.connect(self.saveRequested)
        self.bulk.everybody.clicked.connect(self.table.selectAll)

    def _search(self, text: str) -> None:
        self.late.begin()
        self._ask(replace(self._question, text=text.strip()))

    def _choose(self, standing: Standing | None) -> None:
        self.late.begin()
        self._ask(replace(self._question, standing=standing))

    def _sort(self, column: int) -> None:
        if column in SORTED:
            self.sorted.emit(SORTED[column])

    def _selected(self, *_: object) -> None:
        count = self.selected_count
        number = self._formats.number
        self.bulk.chosen.setText(f"{number(count)} chosen")
        self.bulk.everybody.set_text(f"All {number(self._count)} that match")
        self.bulk.everybody.setVisible(0 < count < self._count)
        self.bulk.suppress.setVisible(count == 1)
        self.bulk.unlist.setVisible(count > 0 and self._question.list_id is not None)
        self._show_bulk()
        self.selectionChanged.emit()

    def show_exporting(self, running: ExportView | None) -> None:
        """How far a file of people is; None: none is written."""
        words = EXPORT if running is None else f"Stop: {self._formats.number(running.written)} written"
        self.bulk.export.set_text(words)
        self.bulk.writing.setText("" if running is None else f"People are written into {running.path.name}")
        self._is_exporting = running is not None
        self._show_bulk()

    def _show_bulk(self) -> None:
        """What is written can be stopped also when nobody is chosen any more."""
        is_chosen = self.selected_count > 0
        for part in (self.bulk.chosen, self.bulk.tag, self.bulk.list):
            part.setVisible(is_chosen)
        self.bulk.writing.setVisible(self._is_exporting and not is_chosen)
        self.bulk.setVisible(is_chosen or self._is_exporting)

    def _clear(self) -> None:
        self.chips.show(None)
        self._question = ContactQuestion(order=self._question.order, is_reversed=self._question.is_reversed)
        self.search.clear()
        self.cleared.emit()

    def _open_filter_menu(self) -> None:
        self.filter_menu().popup(self.filter.mapToGlobal(self.filter.rect().bottomLeft()))


class _BulkBar(QFrame):
    """Who is chosen, and what can be done with them."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.chosen = label("", Role.STRONG)
        self.writing = label("", Role.DIM)
        self.everybody = Button("All that match", kind=Kind.LINK)
        self.tag = Button("Tag…", "mdi6.tag-outline", small=True)
        self.suppress = Button("Suppress…", "mdi6.account-cancel-outline", small=True)
        self.list = Button("Add to list…", "mdi6.playlist-plus", small=True)
        self.unlist = Button("Take off the list", "mdi6.playlist-minus", small=True)
        self.export = Button(EXPORT, "mdi6.file-export-outline", small=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 12, 8)
        row.setSpacing(8)
        row.addWidget(self.chosen)
        row.addWidget(self.writing)
        row.addWidget(self.everybody)
        row.addStretch(1)
        for button in (self.suppress, self.unlist, self.list, self.tag, self.export):
            row.addWidget(button)
