"""The message as one person will see it, beside the text: whose phone it is, the bubble, the next person."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from campaigns.message.preview import Recipient
from campaigns.message.variants import Message
from core.domain.message import LinkPreview, OutgoingMessage
from desktop.formatting import Formats
from desktop.pages.composer.media_card import to_item
from desktop.theme import Role, Theme, Token
from desktop.theme.tokens import Scheme, colours
from desktop.widgets.bubble import Bubble
from desktop.widgets.bubble_buttons import BubbleButtons
from desktop.widgets.bubble_media import BubbleMedia
from desktop.widgets.buttons import Button, IconButton, Kind
from desktop.widgets.cards import Note
from desktop.widgets.choices import Switch
from desktop.widgets.identity import Avatar
from desktop.widgets.labels import ElidedLabel, hairline, label
from desktop.widgets.painted import Painted
from desktop.widgets.status import Tone

WIDTH = 388


class Chat(Painted):
    """The ground behind bubbles, in the look of the person's phone."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.scheme = Scheme.LIGHT
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(16, 16, 16, 16)
        self.column.setSpacing(8)

    def set_scheme(self, scheme: Scheme) -> None:
        self.scheme = scheme
        for bubble in self.findChildren(Bubble):
            bubble.set_scheme(scheme)
        for buttons in self.findChildren(BubbleButtons):
            buttons.set_scheme(scheme)
        for media in self.findChildren(BubbleMedia):
            media.set_scheme(scheme)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = self.painter()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours(self.scheme)[Token.CHAT]))
        painter.drawRoundedRect(self.rect(), 10, 10)


class PreviewPane(QFrame):
    """Shows and emits; who is shown is the presenter's business."""

    previousRequested = Signal()
    nextRequested = Signal()
    emptyRequested = Signal()

    def __init__(self, formats: Formats) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setFixedWidth(WIDTH)
        self._formats = formats
        self._avatar: QWidget | None = None
        self.scheme = IconButton("mdi6.weather-night", "Show it on a dark phone", checkable=True)
        self.name = ElidedLabel("Nobody yet", Role.STRONG)
        self.facts = ElidedLabel("", Role.HINT)
        self.previous = IconButton("mdi6.chevron-left", "Previous person (Alt+Left)")
        self.next = IconButton("mdi6.chevron-right", "Next person (Alt+Right)")
        self.chat = Chat("The message as this person sees it")
        self.bubble = Bubble()
        self.media = BubbleMedia()
        self.buttons = BubbleButtons()
        self.problem = Note("", "mdi6.alert-circle-outline", Tone.BAD)
        self.place = label("", Role.HINT)
        self.empty = Button("One with empty fields", kind=Kind.LINK)
        self.link_preview = Switch("Link preview", on=True)
        self.silent = Switch("Silent: it arrives without a sound")
        self._build_ui()
        self.scheme.setChecked(Theme.of_application().scheme is Scheme.DARK)
        self._turn(self.scheme.isChecked())
        self.scheme.toggled.connect(self._turn)
        self.previous.clicked.connect(self.previousRequested)
        self.next.clicked.connect(self.nextRequested)
        self.empty.clicked.connect(self.emptyRequested)

    def show_person(self, person: Recipient | None, facts: str, place: int, members: int) -> None:
        """None: nobody is chosen yet."""
        if self._avatar is not None:
            self._avatar.deleteLater()
        self._avatar = None
        for button in (self.previous, self.next, self.empty):
            button.setEnabled(person is not None)
        if person is None:
            self.name.set_text("Nobody yet")
            self.facts.set_text("Import people, and you see it as each of them will")
            self.place.setText("")
            return
        self._avatar = Avatar(person.contact_id, person.name, size=36)
        self._who.insertWidget(0, self._avatar)
        self.name.set_text(person.name or f"Person {person.contact_id}")
        self.facts.set_text(facts)
        self.place.setText(f"Person {self._formats.number(place)} of {self._formats.number(members)}")
        self.previous.setEnabled(place > 1)
        self.next.setEnabled(place < members)

    def show_options(self, message: Message, *, is_frozen: bool) -> None:
        """How it arrives."""
        self.link_preview.setChecked(message.preview is not LinkPreview.OFF and not message.media)
        self.silent.setChecked(message.is_silent)
        frozen = "What was approved is frozen" if is_frozen else ""
        self.silent.set_locked(frozen)
        self.link_preview.set_locked(
            frozen or ("Telegram shows none below photos and files" if message.media else "")
        )

    def show_message(self, message: OutgoingMessage | None, problem: str, time: str) -> None:
        """None: this person does not get it, for the reason in `problem`."""
        self.bubble.setVisible(message is not None and bool(message.text.text))
        self.media.show_items([to_item(each) for each in message.media] if message is not None else ())
        if message is not None:
            self.bubble.show_message(message.text, time)
        self.buttons.show_buttons(message.buttons if message is not None else ())
        self.problem.setVisible(bool(problem))
        self.problem.text.setText(problem)

    def _build_ui(self) -> None:
        head = QHBoxLayout()
        head.addWidget(label("As this person sees it", Role.H2), 1)
        head.addWidget(self.scheme)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.name)
        words.addWidget(self.facts)
        self._who = QHBoxLayout()
        self._who.setSpacing(10)
        self._who.addLayout(words, 1)
        self._who.addWidget(self.previous)
        self._who.addWidget(self.next)
        whole = QVBoxLayout()
        whole.setSpacing(3)
        for part in (self.media, self.bubble, self.buttons):
            whole.addWidget(part)
        self.chat.column.addLayout(whole)
        self.chat.column.addWidget(self.problem)
        self.chat.column.addStretch(1)
        foot = QHBoxLayout()
        foot.addWidget(self.place, 1)
        foot.addWidget(self.empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(19, 4, 19, 14)
        column.setSpacing(10)
        column.addLayout(head)
        column.addLayout(self._who)
        column.addWidget(self.chat, 1)
        column.addLayout(foot)
        options = QHBoxLayout()
        options.setSpacing(8)
        for switch, word in ((self.link_preview, "Link preview"), (self.silent, "Silent")):
            options.addWidget(switch)
            options.addWidget(label(word, Role.DIM))
            options.addSpacing(14)
        options.addStretch(1)
        column.addWidget(hairline())
        column.addLayout(options)

    def _turn(self, is_dark: bool) -> None:
        self.scheme.set_icon("mdi6.white-balance-sunny" if is_dark else "mdi6.weather-night")
        self.scheme.set_name("Show it on a light phone" if is_dark else "Show it on a dark phone")
        self.chat.set_scheme(Scheme.DARK if is_dark else Scheme.LIGHT)
