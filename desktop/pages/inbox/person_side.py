"""Beside a conversation: the person, how the conversation stands, and the team's notes."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from campaigns.inbox.conversations import Conversation, Note
from core.clock import Clock
from desktop.formatting import Formats
from desktop.pages.inbox.person_card import PersonCard
from desktop.pages.inbox.words import state_words, ticket_words
from desktop.theme import Role, Theme
from desktop.widgets.buttons import Button, IconButton, Kind
from desktop.widgets.facts import Facts
from desktop.widgets.labels import hairline, label
from desktop.widgets.layouts import clear_layout, scrolled

WIDTH: Final = 268


class PersonSide(QFrame):
    """Shows and emits."""

    noteRequested = Signal()
    noteRemoved = Signal(int)
    cardRequested = Signal()

    def __init__(self, formats: Formats, clock: Clock) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._formats = formats
        self._clock = clock
        self._theme = Theme.of_application()
        self._notes_shown: tuple[Note, ...] | None = None
        self.person = PersonCard(formats, clock)
        self.card = Button("Open the card", "mdi6.card-account-details-outline", kind=Kind.LINK)
        self.facts = Facts()
        self.add_note = Button("Add…", kind=Kind.LINK)
        self.notes = QVBoxLayout()
        self.summary_place = QVBoxLayout()
        self._build_ui()
        self.add_note.clicked.connect(self.noteRequested)
        self.card.clicked.connect(self.cardRequested)
        self._theme.changed.connect(self._restyle)
        self._restyle()

    def show_conversation(self, found: Conversation) -> None:
        row, now = found.row, self._clock.now()
        card = self.person.card
        is_same = card is not None and card.row.id == row.contact_id
        self.person.show_person(row, card if is_same else None)
        self.card.setVisible(row.contact_id is not None)
        self.facts.show_facts(
            [
                ("State", state_words(row, self._formats, now)),
                ("Assigned", row.assignee or "nobody"),
                ("Labels", ", ".join(row.labels) or "none"),
                ("Campaign", row.campaign or "none"),
                ("Ticket", ticket_words(found.tickets, self._formats, now)),
            ]
        )
        if found.notes != self._notes_shown:
            self._notes_shown = found.notes
            self._show_notes(found.notes)

    def _show_notes(self, notes: tuple[Note, ...]) -> None:
        clear_layout(self.notes)
        for note in notes:
            self.notes.addWidget(self._note(note))
        if not notes:
            self.notes.addWidget(label("None yet. A note is for your team and never leaves.", Role.HINT, wrap=True))

    def _note(self, note: Note) -> QWidget:
        box = QFrame()
        box.setObjectName("note")
        text = label(note.text, wrap=True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        remove = IconButton("mdi6.close", "Remove this note")
        number = note.id
        remove.clicked.connect(lambda: self.noteRemoved.emit(number))
        foot = QHBoxLayout()
        foot.addWidget(label(f"{note.author}, {self._formats.moment(note.at, self._clock.now())}", Role.HINT), 1)
        foot.addWidget(remove)
        column = QVBoxLayout(box)
        column.setContentsMargins(12, 8, 6, 6)
        column.setSpacing(2)
        column.addWidget(text)
        column.addLayout(foot)
        return box

    def _build_ui(self) -> None:
        head = QHBoxLayout()
        head.addWidget(label("Notes", Role.LABEL), 1)
        head.addWidget(self.add_note)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(17, 14, 16, 14)
        column.setSpacing(10)
        column.addLayout(self.summary_place)
        column.addWidget(label("Person", Role.H2))
        column.addWidget(self.person)
        column.addWidget(self.card, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(hairline())
        column.addWidget(label("This conversation", Role.LABEL))
        column.addWidget(self.facts)
        column.addWidget(hairline())
        column.addLayout(head)
        column.addLayout(self.notes)
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(1, 0, 0, 0)
        whole.addWidget(scrolled(inside))

    def _restyle(self) -> None:
        self.setFixedWidth(self._theme.px(WIDTH))
