"""The list of conversations: search, boxes with their figures, rows, and what came while somebody worked in it."""

from typing import Final

from PySide6.QtCore import QItemSelection, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from campaigns.inbox.conversations import Box, BoxCounts, ConversationQuestion, ConversationRow
from core.clock import Clock
from core.errors import AppError
from desktop.formatting import Formats
from desktop.models.paged_rows import PagedRows, Span
from desktop.models.table_model import TableModel
from desktop.pages.inbox.assist_kinds import KindChoice
from desktop.pages.inbox.assist_words import KINDS
from desktop.pages.inbox.place_choice import PlaceChoice
from desktop.pages.inbox.row_painting import ROW_PX, ConversationDelegate
from desktop.pages.inbox.words import BOXES, NOTHING, row_words
from desktop.theme import Theme
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.choices import FilterChip
from desktop.widgets.empty import EmptyState, FailedState
from desktop.widgets.fields import SearchField
from desktop.widgets.filters import Chips
from desktop.widgets.table import Cell, Column, Table

WIDTH: Final = 360
CHIPS_IN_A_ROW: Final = 3
TEXT_WIDTH: Final = 280  # of what stands in the place of the rows


class ConversationList(QFrame):
    """Shows and emits; which rows there are is the presenter's business."""

    opened = Signal(int)  # the conversation that was chosen
    boxChosen = Signal(object)  # Box
    cleared = Signal()
    newestRequested = Signal()

    def __init__(self, rows: PagedRows[ConversationRow], formats: Formats, clock: Clock) -> None:
        super().__init__()
        self._rows = rows
        self._formats = formats
        self._clock = clock
        self.search = SearchField("People and messages")
        self.chips = Chips(self, {box: FilterChip(word) for box, word in BOXES.items()})
        self.places = PlaceChoice()
        self.kinds = KindChoice()
        self.newest = Button("New messages: show them", "mdi6.arrow-up", kind=Kind.LINK)
        # A table of one column: a QListView lays out every row, 50 ms for 20,000.
        self.view = Table("Conversations", (Column("Conversation", 100, stretch=1),), row_height=ROW_PX)
        self.model = TableModel(rows, self._cells, 1, self)
        self._build_ui()
        self.newest.hide()
        self.chips[Box.TICKETS].hide()
        self.chips[Box.ALL].hide()
        self.newest.clicked.connect(self.newestRequested)
        self.chips.chosen.connect(self.boxChosen)
        self.view.selectionModel().selectionChanged.connect(self._selected)
        self._restyle()
        Theme.of_application().changed.connect(self._restyle)

    @property
    def is_in_use(self) -> bool:
        """The pointer or the focus is in it: it must not move under the hand."""
        return self.view.underMouse() or self.view.hasFocus()

    def visible_rows(self) -> Span:
        return Span(*self.view.visible_rows())

    def select(self, conversation_id: int) -> bool:
        """Make this row the chosen one; False: it is not in the list."""
        place = self._rows.find(conversation_id)
        if place is None:
            return False
        self.view.setCurrentIndex(self.model.index(place, 0))
        return True

    def step(self, by: int) -> None:
        """The next or the previous conversation."""
        place = self.view.currentIndex().row() + by
        if 0 <= place < len(self._rows):
            self.view.setCurrentIndex(self.model.index(place, 0))

    def show_counts(self, counts: BoxCounts) -> None:
        figures = {
            Box.OPEN: counts.open,
            Box.UNREAD: counts.unread,
            Box.MINE: counts.mine,
            Box.WAITING: counts.waiting,
            Box.SNOOZED: counts.snoozed,
            Box.TICKETS: counts.tickets,
        }
        for box, count in figures.items():
            self.chips[box].set_count(count)
        tickets = self.chips[Box.TICKETS]
        tickets.setVisible(counts.tickets > 0 or tickets.isChecked())  # a row of chips less for who has none

    def show_list(self, question: ConversationQuestion, count: int) -> None:
        everything = self.chips[Box.ALL]
        everything.setVisible(bool(question.text) or everything.isChecked())
        if count:
            self.view.set_placeholder(None)
        elif question.text:
            clear = Button("Clear the search")
            clear.clicked.connect(self.cleared)
            actions, where = [clear], ""
            if question.box is not Box.ALL:
                everywhere = Button("Search all of them")
                everywhere.clicked.connect(self.chips[Box.ALL].click)
                actions, where = [everywhere, clear], f"Of conversations in “{BOXES[question.box]}”."
            title = f"Nothing matches “{question.text}”"
            self.view.set_placeholder(EmptyState("mdi6.magnify", title, where, actions=actions, width=TEXT_WIDTH))
        elif self.places.is_on:
            forget = Button("Clear the filters")
            forget.clicked.connect(self.places.clear)
            self.view.set_placeholder(
                EmptyState("mdi6.filter-variant", "None match these filters", actions=[forget], width=TEXT_WIDTH)
            )
        elif question.reply_kind is not None:
            self.view.set_placeholder(
                EmptyState(
                    "mdi6.filter-variant", f"None are sorted as “{KINDS[question.reply_kind]}”", width=TEXT_WIDTH
                )
            )
        else:
            title, words = NOTHING[question.box]
            self.view.set_placeholder(EmptyState("mdi6.inbox-outline", title, words, width=TEXT_WIDTH))

    def show_failed(self, error: AppError) -> None:
        self.view.set_placeholder(FailedState(error))

    # --------------------------------------------------------------------------------------------------------

    def _cells(self, row: ConversationRow) -> tuple[Cell, ...]:
        return (Cell(text=row_words(row, self._formats, self._clock.now())),)

    def _selected(self, chosen: QItemSelection, _: QItemSelection) -> None:
        for index in chosen.indexes():
            self.opened.emit(self._rows.id_at(index.row()))

    def _build_ui(self) -> None:
        view = self.view
        view.setModel(self.model)
        view.setItemDelegate(ConversationDelegate(self._rows.row, self._formats, self._clock, view))
        view.horizontalHeader().hide()
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        chips = QVBoxLayout()
        chips.setSpacing(6)
        for number, (_, chip) in enumerate(self.chips.items()):
            if number % CHIPS_IN_A_ROW == 0:
                line = QHBoxLayout()
                line.setSpacing(6)
                line.setAlignment(Qt.AlignmentFlag.AlignLeft)
                chips.addLayout(line)
            line.addWidget(chip)
        top = QVBoxLayout()
        top.setContentsMargins(16, 0, 14, 0)
        top.setSpacing(10)
        find = QHBoxLayout()
        find.setSpacing(4)
        find.addWidget(self.search, 1)
        find.addWidget(self.places.open)
        top.addLayout(find)
        top.addLayout(chips)
        top.addWidget(self.places)
        top.addWidget(self.kinds)
        top.addWidget(self.newest, 0, Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(top)
        column.addWidget(view, 1)

    def _restyle(self) -> None:
        self.setFixedWidth(Theme.of_application().px(WIDTH))
