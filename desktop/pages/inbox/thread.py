"""One conversation: who it is with, what both sides wrote, and what the team can do about it."""

from collections.abc import Iterator, Sequence
from typing import Final

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from campaigns.inbox.conversations import (
    Conversation,
    ConversationState,
    SearchHit,
)
from campaigns.inbox.tickets import TicketNumber, TicketState
from core.clock import Clock
from desktop.formatting import Formats
from desktop.pages.composer.preview import Chat
from desktop.pages.inbox.answer_box import AnswerBox
from desktop.pages.inbox.canned_typing import CannedTyping
from desktop.pages.inbox.message_line import RING_PX, Item, MessageLine, key_of
from desktop.pages.inbox.words import name_of, via_words
from desktop.theme import Role, Theme
from desktop.widgets.bubble import Bubble
from desktop.widgets.buttons import Button, IconButton, Kind
from desktop.widgets.identity import Avatar
from desktop.widgets.labels import ElidedLabel
from desktop.widgets.layouts import clear_layout
from desktop.widgets.pills import Tag

AT_ONCE: Final = 6
"""Bubbles made in one turn of the loop: each lays out a text."""

TYPING_S: Final = 6.0
"""Longer than that nobody is shown as typing."""


class Thread(QWidget):
    """Shows and emits. Newest at the bottom; bubbles that stand already are kept when messages are added."""

    resolveRequested = Signal()
    snoozeRequested = Signal()
    assignRequested = Signal()
    labelRequested = Signal()
    olderRequested = Signal()
    replyRequested = Signal(str)
    menuRequested = Signal(object, QPoint)  # a line, and where on the screen
    deleteRequested = Signal(object)

    def __init__(self, formats: Formats, clock: Clock) -> None:
        super().__init__()
        self._formats = formats
        self._clock = clock
        self._theme = Theme.of_application()
        self.conversation: Conversation | None = None
        self.lines: list[MessageLine] = []
        self._face = QHBoxLayout()
        self.name = ElidedLabel("", Role.H2)
        self.via = ElidedLabel("", Role.HINT)
        self.snooze = IconButton("mdi6.bell-sleep-outline", "Snooze… (Z)")
        self.assign = IconButton("mdi6.account-arrow-right-outline", "Assign… (A)")
        self.label = IconButton("mdi6.tag-outline", "Label… (L)")
        self.summarise = IconButton("mdi6.text-box-search-outline", "Summarise (S)")
        self.summary_place = QVBoxLayout()  # where the person at the right has no room
        self.ticket = IconButton("mdi6.ticket-outline", "Open a ticket (T)")
        self.resolve = Button("Resolve", "mdi6.check")
        self.older = Button("Older messages", "mdi6.arrow-up", kind=Kind.LINK)
        self.chat = Chat("Messages")
        self.answer = AnswerBox()
        self.canned = CannedTyping(self.answer.entry, self)
        self.area = QScrollArea()
        self._typing = QTimer(self, singleShot=True)
        self._making: Iterator[None] = iter(())
        self._turn = QTimer(self, singleShot=True, interval=0)
        self._seek = QTimer(self, singleShot=True, interval=0)  # once the lines have their places
        self._hit: SearchHit | None = None
        self._seeks = False
        self._build_ui()
        self._connect_signals()
        self._follow_theme()

    @property
    def bubbles(self) -> list[Bubble]:
        """Top to bottom."""
        return [line.bubble for line in self.lines]

    @property
    def is_whole(self) -> bool:
        """Every bubble has been made."""
        return not self._turn.isActive()

    def show_conversation(self, found: Conversation) -> None:
        """Another conversation, or the same as it is now."""
        before = self.conversation
        is_same = before is not None and before.row.id == found.row.id
        self.conversation = found
        row = found.row
        if before is None or not is_same or name_of(before.row) != name_of(row):
            clear_layout(self._face)
            self._face.addWidget(Avatar(row.contact_id or row.user_id, name_of(row), size=40))
        self.name.set_text(name_of(row))
        self._show_via()
        self._show_typing()
        is_open = row.state is ConversationState.OPEN
        self.resolve.set_text("Resolve" if is_open else "Open again")
        self.resolve.set_icon("mdi6.check" if is_open else "mdi6.undo-variant")
        self.older.setVisible(found.has_older)
        self.answer.show_target(row, is_other=not is_same)
        if not is_same:
            self._sticks, self._seeks, self._hit = True, False, None
        places = [key_of(item) for item in found.messages]
        if not is_same or [line.key for line in self.lines] != places[: len(self.lines)]:
            self._clear()
        for line, item in zip(self.lines, found.messages, strict=False):
            ticket = self._ticket_about(item)
            if (line.item, line.ticket) != (item, ticket):
                line.show_item(item, ticket)
        self._begin(found.messages[len(self.lines) :])

    def show_hit(self, hit: SearchHit | None) -> None:
        """Mark the message that a search means, and go there; None: none."""
        self._hit = hit
        for line in self.lines:
            line.set_found(is_found=hit is not None and line.is_what_was_found(hit))
        self._seeks = hit is not None
        if hit is not None:
            self._sticks = False
            self._seek.start()

    # --------------------------------------------------------------------------------------------------------

    def _clear(self) -> None:
        self._making = iter(())
        self.lines = []
        clear_layout(self.chat.column)
        self.chat.column.addStretch(1)

    def _begin(self, items: Sequence[Item]) -> None:
        if items:
            self._making = self._make(items)
            self._turn.start()

    def _make_some(self) -> None:
        try:
            next(self._making)
        except StopIteration:
            self._seek.start()
            return
        self._turn.start()

    def _make(self, items: Sequence[Item]) -> Iterator[None]:
        column = self.chat.column
        day = self._day_above()
        for number, item in enumerate(items):
            if number and number % AT_ONCE == 0:
                yield
            when = self._formats.long_day(item.at)
            if when != day:
                day = when
                self._day = when
                column.addWidget(Tag(when), 0, Qt.AlignmentFlag.AlignHCenter)
            self._add(item)

    def _add(self, item: Item) -> None:
        line = MessageLine(item, self._formats, self._clock, self.chat.scheme, self._ticket_about(item))
        self.lines.append(line)
        line.set_found(is_found=self._hit is not None and line.is_what_was_found(self._hit))
        line.menuRequested.connect(self.menuRequested)
        line.deleteRequested.connect(self.deleteRequested)
        line.stepRequested.connect(self._step)
        self.chat.column.addWidget(line)

    def _ticket_about(self, item: Item) -> TicketNumber | None:
        """The open one that is about this message."""
        shown = self.conversation
        numbers = (item.message_id, *item.items)
        about = () if shown is None else (one for one in shown.tickets if one.message_id in numbers)
        return next((one.number for one in about if one.message_id and one.state is TicketState.OPEN), None)

    def _step(self, line: MessageLine, by: int) -> None:
        place = self.lines.index(line) + by
        if 0 <= place < len(self.lines):
            self.lines[place].setFocus(Qt.FocusReason.OtherFocusReason)
            self.area.ensureWidgetVisible(self.lines[place])
        elif by > 0:
            self.answer.begin()

    def _show_via(self) -> None:
        if self.conversation is not None:
            self.via.set_text(f"via {via_words(self.conversation.row)}")

    def _show_typing(self) -> None:
        """In place of where they write, for some seconds; Telegram's clock and ours may differ."""
        until = None if self.conversation is None else self.conversation.row.typing_until
        left_s = 0.0 if until is None else (until - self._clock.now()).total_seconds()
        if left_s > 0:
            self.via.set_text("typing…")
            self._typing.start(int(min(left_s, TYPING_S) * 1000))

    def _day_above(self) -> str:
        return self._day if self.lines else ""

    def _build_ui(self) -> None:
        self._day = ""
        self._sticks = True
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.name)
        words.addWidget(self.via)
        head = QHBoxLayout()
        head.setContentsMargins(18, 10, 16, 10)
        head.setSpacing(10)
        head.addLayout(self._face)
        head.addLayout(words, 1)
        tools = QHBoxLayout()
        tools.setSpacing(2)
        for tool in (self.summarise, self.snooze, self.assign, self.label, self.ticket):
            tools.addWidget(tool)
        head.addLayout(tools)
        head.addWidget(self.resolve)
        self.chat.column.setSpacing(self.chat.column.spacing() - 2 * RING_PX)
        self.chat.column.addStretch(1)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(self.chat)
        self.area.setAccessibleName("Messages of this conversation")
        body = QVBoxLayout()
        body.setContentsMargins(12, 0, 12, 12)
        body.setSpacing(6)
        body.addWidget(self.older, 0, Qt.AlignmentFlag.AlignHCenter)
        body.addWidget(self.area, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.summary_place.setContentsMargins(12, 0, 12, 6)
        column.addLayout(head)
        column.addLayout(self.summary_place)
        column.addLayout(body, 1)
        column.addWidget(self.answer)

    def _connect_signals(self) -> None:
        self._turn.timeout.connect(self._make_some)
        self._seek.timeout.connect(self._go_to_hit)
        bar = self.area.verticalScrollBar()
        bar.rangeChanged.connect(self._follow_newest)
        bar.actionTriggered.connect(self._note_place)
        self._typing.timeout.connect(self._show_via)
        self.resolve.clicked.connect(self.resolveRequested)
        self.snooze.clicked.connect(self.snoozeRequested)
        self.assign.clicked.connect(self.assignRequested)
        self.label.clicked.connect(self.labelRequested)
        self.older.clicked.connect(self.olderRequested)
        self.answer.sent.connect(self.replyRequested)
        self.answer.canned.clicked.connect(self.canned.begin)
        self._theme.changed.connect(self._follow_theme)

    def _follow_newest(self, _: int, newest: int) -> None:
        # Whoever reads above is not moved by what comes below.
        if self._seeks:
            self._seek.start()
        elif self._sticks:
            self.area.verticalScrollBar().setValue(newest)

    def _go_to_hit(self) -> None:
        """Into the middle, until somebody scrolls elsewhere."""
        hit = self._hit
        found = next((line for line in self.lines if hit is not None and line.is_what_was_found(hit)), None)
        if found is not None and self._seeks:
            middle = found.mapTo(self.chat, found.rect().center()).y()
            self.area.verticalScrollBar().setValue(middle - self.area.viewport().height() // 2)

    def _note_place(self) -> None:
        """Somebody scrolls, by whichever means."""
        bar = self.area.verticalScrollBar()
        self._seeks = False
        self._sticks = bar.sliderPosition() == bar.maximum()

    def _follow_theme(self) -> None:
        self.chat.set_scheme(self._theme.scheme)
