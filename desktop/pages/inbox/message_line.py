"""One message of a conversation: its bubble, what stands above it, and what became of it."""

from typing import Final

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from campaigns.inbox.conversations import MessageKind, OurMessage, SearchHit, TheirMessage
from campaigns.inbox.tickets import TicketNumber
from core.clock import Clock
from desktop.formatting import Formats
from desktop.pages.inbox.assist_words import about_words
from desktop.pages.inbox.words import (
    heading_of,
    our_foot,
    our_text,
    problem_of,
    reaction_words,
    their_foot,
    their_text,
)
from desktop.theme import Theme, Token
from desktop.theme.tokens import Scheme
from desktop.widgets.bubble import Bubble
from desktop.widgets.layouts import clear_layout
from desktop.widgets.painted import paint_focus_ring
from desktop.widgets.pills import Tag
from desktop.widgets.status import Tone

Item = TheirMessage | OurMessage
FOUND_EDGE_PX: Final = 3
RING_PX: Final = 3
"""Around a line, so that nothing in it covers the ring of the focus."""


def key_of(item: Item) -> tuple[bool, int]:
    """Tells messages of a conversation apart, whatever becomes of them."""
    if isinstance(item, TheirMessage):
        return False, item.message_id
    return True, -(item.message_id or 0) if item.is_elsewhere else item.id


class MessageLine(QWidget):
    """Shows and emits. The same line shows what the message is later; its side never changes.

    It takes the focus by a click or by the arrows, and then keys.
    """

    menuRequested = Signal(object, QPoint)  # the line, and where on the screen
    deleteRequested = Signal(object)
    stepRequested = Signal(object, int)  # the line, and which way

    def __init__(
        self, item: Item, formats: Formats, clock: Clock, scheme: Scheme, ticket: TicketNumber | None = None
    ) -> None:
        super().__init__()
        self._formats = formats
        self._clock = clock
        self.item = item
        self.ticket = ticket
        self._is_found = False
        self.heading = Tag("")
        self.bubble = Bubble(is_ours=isinstance(item, OurMessage))
        self.bubble.set_scheme(scheme)
        self._below = QHBoxLayout()
        self._below.setSpacing(6)
        side = Qt.AlignmentFlag.AlignRight if isinstance(item, OurMessage) else Qt.AlignmentFlag.AlignLeft
        self._below.setAlignment(side)
        column = QVBoxLayout(self)
        column.setContentsMargins(RING_PX, RING_PX, RING_PX, RING_PX)
        column.setSpacing(4)
        column.addWidget(self.heading, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.bubble)
        column.addLayout(self._below)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.show_item(item, ticket)

    @property
    def is_changeable(self) -> bool:
        """Whether a row of ours sent it, so that it can be edited or deleted from here."""
        return isinstance(self.item, OurMessage) and not self.item.is_elsewhere

    @property
    def key(self) -> tuple[bool, int]:
        return key_of(self.item)

    def is_what_was_found(self, hit: SearchHit) -> bool:
        """Whether it is the message that a search means."""
        item = self.item
        if isinstance(item, OurMessage) and not item.is_elsewhere:
            return hit.delivery_id == item.id
        is_ours = isinstance(item, OurMessage)
        return hit.delivery_id is None and hit.is_ours is is_ours and hit.message_id in (item.message_id, *item.items)

    def set_found(self, *, is_found: bool) -> None:
        """Stand out as what a search means."""
        self._is_found = is_found
        self.setAccessibleDescription("Found by the search" if is_found else "")
        self.update()

    def show_item(self, item: Item, ticket: TicketNumber | None = None) -> None:
        """What the message is now, and which open ticket is about it."""
        self.item = item
        self.ticket = ticket
        tags = [(reaction_words(item.marks), Tone.ACCENT)]
        heading, description = "", ""
        if isinstance(item, TheirMessage):
            self.bubble.show_message(their_text(item), their_foot(item, self._formats))
            if item.kind is MessageKind.STOP:
                description = "Said STOP: suppressed at once"
                tags.append(("STOP · suppressed", Tone.MUTE))
            if item.sorting is not None:
                tags.append(about_words(item.sorting))
        else:
            heading, description = heading_of(item), problem_of(item)
            self.bubble.show_message(our_text(item), our_foot(item, self._formats, self._clock.now()))
            tags.append((description, Tone.BAD))
        if ticket is not None:
            tags.append((f"ticket {ticket}", Tone.ACCENT))
        self.heading.set(heading)
        self.heading.setVisible(bool(heading))
        whose = "Their message" if isinstance(item, TheirMessage) else "Your message"
        self.setAccessibleName(f"{whose}: {self.bubble.message.text}, {self.bubble.foot}")
        self.bubble.setAccessibleDescription(". ".join(filter(None, [description, reaction_words(item.marks)])))
        clear_layout(self._below)
        for words, tone in tags:
            if words:
                self._below.addWidget(Tag(words, tone))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menuRequested.emit(self, event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Delete if self.is_changeable:
                self.deleteRequested.emit(self)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space:
                self.menuRequested.emit(self, self.bubble.mapToGlobal(self.bubble.rect().center()))
            case Qt.Key.Key_Up | Qt.Key.Key_Down:
                self.stepRequested.emit(self, -1 if event.key() == Qt.Key.Key_Up else 1)
            case _:
                super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not (self._is_found or self.hasFocus()):
            return
        theme, painter = Theme.of_application(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._is_found:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(Token.SELECT))
            painter.drawRoundedRect(QRectF(self.rect()), 8, 8)
            painter.setBrush(theme.color(Token.ACCENT))
            painter.drawRoundedRect(QRectF(0, 0, FOUND_EDGE_PX, self.height()), 1.5, 1.5)
        if self.hasFocus():
            paint_focus_ring(painter, QRectF(self.rect()), 8, theme)
