"""One message of a conversation: its bubble, what stands above it, and what became of it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from campaigns.inbox.conversations import MessageKind, OurMessage, TheirMessage
from core.clock import Clock
from desktop.formatting import Formats
from desktop.pages.accounts.layouts import clear_layout
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
from desktop.theme.tokens import Scheme
from desktop.widgets.bubble import Bubble
from desktop.widgets.pills import Tag
from desktop.widgets.status import Tone

Item = TheirMessage | OurMessage


def key_of(item: Item) -> tuple[bool, int]:
    """Tells messages of a conversation apart, whatever becomes of them."""
    if isinstance(item, TheirMessage):
        return False, item.message_id
    return True, -(item.message_id or 0) if item.is_elsewhere else item.id


class MessageLine(QWidget):
    """Shows. The same line shows what the message is later; its side never changes."""

    def __init__(self, item: Item, formats: Formats, clock: Clock, scheme: Scheme) -> None:
        super().__init__()
        self._formats = formats
        self._clock = clock
        self.item = item
        self.heading = Tag("")
        self.bubble = Bubble(is_ours=isinstance(item, OurMessage))
        self.bubble.set_scheme(scheme)
        self._below = QHBoxLayout()
        self._below.setSpacing(6)
        side = Qt.AlignmentFlag.AlignRight if isinstance(item, OurMessage) else Qt.AlignmentFlag.AlignLeft
        self._below.setAlignment(side)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.heading, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.bubble)
        column.addLayout(self._below)
        self.show_item(item)

    @property
    def key(self) -> tuple[bool, int]:
        return key_of(self.item)

    def show_item(self, item: Item) -> None:
        """What the message is now."""
        self.item = item
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
        self.heading.set(heading)
        self.heading.setVisible(bool(heading))
        self.bubble.setAccessibleDescription(". ".join(filter(None, [description, reaction_words(item.marks)])))
        clear_layout(self._below)
        for words, tone in tags:
            if words:
                self._below.addWidget(Tag(words, tone))
