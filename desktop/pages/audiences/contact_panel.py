"""One person beside the list: may we write and why, everything known, what was sent, agreed and changed."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from campaigns.audience.contacts import ContactCard, ContactRow, DeliveryLine, PersonEvent
from core.clock import Clock
from desktop.formatting import Formats
from desktop.models.keyed_rows import KeyedRows
from desktop.models.table_model import TableModel
from desktop.pages.audiences.words import (
    card_facts,
    consent_words,
    delivery_cell,
    event_cell,
    handle_of,
    name_of,
    standing_words,
)
from desktop.theme import Role
from desktop.widgets.buttons import Button, IconButton, Kind
from desktop.widgets.cards import Note
from desktop.widgets.choices import Tabs
from desktop.widgets.empty import EmptyState
from desktop.widgets.facts import Facts
from desktop.widgets.identity import Avatar
from desktop.widgets.labels import ElidedLabel, hairline, label
from desktop.widgets.layouts import clear_layout, scrolled
from desktop.widgets.status import Tone
from desktop.widgets.table import Cell, Column, Table

TABS: Final = (("card", "Card"), ("sent", "Sent"), ("consent", "Consent"), ("changes", "Changes"))
AVATAR: Final = 40
ICONS: Final = {
    Tone.GOOD: "mdi6.shield-check-outline",
    Tone.BAD: "mdi6.alert-outline",
    Tone.MUTE: "mdi6.account-cancel-outline",
}
NOTHING: Final = {
    "sent": ("mdi6.send-outline", "Nothing was sent yet"),
    "changes": ("mdi6.text-box-outline", "Nothing has happened yet"),
}


class ContactPanel(QWidget):
    """Shows what the presenter gives it, and emits what is pressed."""

    closeRequested = Signal()
    consentRequested = Signal()
    withdrawRequested = Signal()
    suppressRequested = Signal()
    liftRequested = Signal()
    editRequested = Signal()
    exportRequested = Signal()
    eraseRequested = Signal()

    def __init__(self, formats: Formats, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._formats = formats
        self._clock = clock
        self.card: ContactCard | None = None
        self.name = ElidedLabel("", Role.H2)
        self.handle = ElidedLabel("", Role.HINT)
        self.close_button = IconButton("mdi6.close", "Close the panel")
        self.consent = Button("Add consent…", kind=Kind.LINK)
        self.withdraw = Button("Take back…", kind=Kind.LINK)
        self.suppress = Button("Suppress…", kind=Kind.LINK)
        self.lift = Button("Take off the list…", kind=Kind.LINK)
        self.edit = IconButton("mdi6.pencil-outline", "Edit this person")
        self.export = Button("Everything about this person", "mdi6.file-account-outline", kind=Kind.QUIET, small=True)
        self.erase = Button("Erase…", kind=Kind.STOP, small=True)
        self.tabs = Tabs("Parts of the card", TABS)
        self.facts = Facts()
        self.consents = label("", Role.BODY, wrap=True)
        self.consents.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.lists: dict[str, _List] = {}
        self.notes: dict[Tone, Note] = {}
        self._face = QHBoxLayout()
        self._notes = QVBoxLayout()
        self._stack = QStackedWidget()
        self._content: dict[str, QWidget] = {
            "card": scrolled(_page(self.facts)),
            "consent": scrolled(_page(self.consents)),
        }
        self._build_ui()
        self._connect_signals()

    def prepare(self) -> Iterator[None]:
        """Make what only some cards show, a piece a step."""
        for tone in ICONS:
            self._note(tone)
            yield
        for key in NOTHING:
            self._list(key)
            yield

    def show_row(self, row: ContactRow) -> None:
        """Who it is, before the rest of the card has been read."""
        if self.card is None or self.card.row.id != row.id:
            self.card = None
            clear_layout(self._face)
            self._face.addWidget(Avatar(row.id, name_of(row), size=AVATAR))
        self.name.set_text(name_of(row))
        self.handle.set_text(" · ".join(part for part in (handle_of(row), row.language) if part))

    def show_card(self, card: ContactCard) -> None:
        """Everything."""
        self.show_row(card.row)
        self.card = card
        formats, now = self._formats, self._clock.now()
        shown, words = standing_words(card, formats, now)
        for tone in ICONS:
            if tone is shown or tone in self.notes:
                note = self._note(tone)
                note.setVisible(tone is shown)
                if tone is shown:
                    note.text.setText(words)
        has_consent = any(consent.withdrawn_at is None for consent in card.consents)
        self.withdraw.setVisible(has_consent)
        self.suppress.setVisible(card.suppression is None)
        self.lift.setVisible(card.suppression is not None)
        self.facts.show_facts(card_facts(card, formats, now))
        self.consents.setText(consent_words(card, formats, now) or "No consent was ever recorded.")
        self.tabs.set_count("sent", card.delivery_count)
        self._show_tab(self.tabs.value)

    # --------------------------------------------------------------------------------------------------------

    def _show_tab(self, key: str) -> None:
        if key in NOTHING:
            shown = self._list(key)
            if self.card is not None:
                shown.show_rows(self.card.deliveries if key == "sent" else self.card.events)
        self._stack.setCurrentWidget(self._content[key])

    def _note(self, tone: Tone) -> Note:
        if tone not in self.notes:
            self.notes[tone] = Note("", ICONS[tone], tone)
            self.notes[tone].hide()
            self._notes.addWidget(self.notes[tone])
        return self.notes[tone]

    def _list(self, key: str) -> "_List":
        if key not in self.lists:
            self.lists[key] = _List(key, self._cell)
            self._content[key] = self.lists[key]
            self._stack.addWidget(self.lists[key])
        return self.lists[key]

    def _cell(self, row: object) -> Cell:
        formats, now = self._formats, self._clock.now()
        if isinstance(row, DeliveryLine):
            return delivery_cell(row, formats, now)
        assert isinstance(row, PersonEvent)
        return event_cell(row, formats, now)

    def _build_ui(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.name)
        words.addWidget(self.handle)
        head.addLayout(self._face)
        head.addLayout(words, 1)
        head.addWidget(self.edit, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        links = QHBoxLayout()
        links.setSpacing(6)
        for link in (self.consent, self.withdraw, self.suppress, self.lift):
            links.addWidget(link)
        links.addStretch(1)
        foot = QHBoxLayout()
        foot.setSpacing(6)
        foot.addWidget(self.export)
        foot.addStretch(1)
        foot.addWidget(self.erase)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 12)
        column.setSpacing(10)
        column.addLayout(head)
        column.addLayout(self._notes)
        column.addLayout(links)
        column.addWidget(self.tabs)
        for content in self._content.values():
            self._stack.addWidget(content)
        column.addWidget(self._stack, 1)
        column.addWidget(hairline())
        column.addLayout(foot)
        self.lift.hide()
        self.withdraw.hide()

    def _connect_signals(self) -> None:
        for button, signal in (
            (self.close_button, self.closeRequested),
            (self.consent, self.consentRequested),
            (self.withdraw, self.withdrawRequested),
            (self.suppress, self.suppressRequested),
            (self.lift, self.liftRequested),
            (self.edit, self.editRequested),
            (self.export, self.exportRequested),
            (self.erase, self.eraseRequested),
        ):
            button.clicked.connect(signal)
        self.tabs.valueChanged.connect(self._show_tab)


def _page(content: QWidget) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 4, 8, 0)
    column.addWidget(content)
    column.addStretch(1)
    return page


class _List(QWidget):
    """At most a hundred lines of one kind."""

    def __init__(self, key: str, cell: Callable[[object], Cell]) -> None:
        super().__init__()
        self._key = key
        self._rows = KeyedRows[object](id)
        self.table = Table(dict(TABS)[key], (Column("", 200, stretch=1),))
        self.table.horizontalHeader().hide()
        self.table.setModel(TableModel(self._rows, lambda row: (cell(row),), 1, self))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.addWidget(self.table)

    def show_rows(self, rows: Sequence[object]) -> None:
        self._rows.show(rows)
        icon, words = NOTHING[self._key]
        self.table.set_placeholder(None if rows else EmptyState(icon, words))
