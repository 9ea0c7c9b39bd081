"""The trial run on the Review step: its button, how far it is, and each message of the sample as it arrived."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from campaigns.message.media_files import Thumbnail
from core.errors import AppError
from desktop.pages.composer.media_card import to_item, to_pixmap
from desktop.pages.composer.preview import Chat
from desktop.pages.composer.trial_presenter import TrialWords
from desktop.theme import Role, Theme, Token
from desktop.widgets.bubble import Bubble
from desktop.widgets.bubble_buttons import BubbleButtons
from desktop.widgets.bubble_media import BubbleMedia
from desktop.widgets.buttons import Button, IconButton
from desktop.widgets.cards import Card, IconLabel, Note
from desktop.widgets.labels import ElidedLabel, label, set_token
from desktop.widgets.progress import Part, Progress
from desktop.widgets.status import Tone

_NONE = (
    "A trial run delivers to 20 of the campaign's people through a sandbox on this computer, with a real worker: each "
    "message is shown as it arrives, and each error with its person. No real person is written to."
)
_STALE = "The campaign was changed since."


class TrialCard(Card):
    """Shows and emits."""

    trialRequested = Signal()
    cancelRequested = Signal()

    def __init__(self) -> None:
        super().__init__("Trial run")
        self.start = Button("Try it", "mdi6.flask-outline", small=True)
        self.cancel = Button("Cancel", "mdi6.close", small=True)
        self.about = label(_NONE, Role.DIM, wrap=True)
        self.work = Progress("How far the trial run is", 6)
        self.problem = Note("", "mdi6.alert-circle-outline", Tone.WARN)
        self._found: _Found | None = None
        self.head.insertWidget(0, IconLabel("mdi6.flask-outline", Token.ODD))
        self.add_to_head(self.start, self.cancel)
        for part in (self.about, self.work, self.problem):
            self.body.addWidget(part)
        self.start.clicked.connect(self.trialRequested)
        self.cancel.clicked.connect(self.cancelRequested)
        self.show_result(None, is_stale=False)

    @property
    def found(self) -> "_Found":
        """Who got what; made with the first result."""
        if self._found is None:
            self._found = _Found()
            self.body.addWidget(self._found)
        return self._found

    def show_progress(self, words: str, part: float) -> None:
        self._show_state(is_running=True)
        self.about.setText(words)
        self.work.set_parts((Part(round(part * 1000), Tone.ACCENT, "done"),), 1000)

    def show_result(self, words: TrialWords | None, *, is_stale: bool) -> None:
        """None: there was none yet."""
        self._show_state(is_running=False)
        self.start.set_text("Try it" if words is None else "Try it again")
        about = _NONE if words is None else words.about
        self.about.setText(f"{_STALE} {about}" if is_stale else about)
        set_token(self.about, Token.TEXT3 if is_stale else None)
        if words is not None:
            self.found.show_words(words)
        if self._found is not None:
            self._found.setVisible(words is not None)

    def show_picture(self, sha256: str, picture: Thumbnail) -> None:
        """Of a photo that arrived."""
        self.found.keep_picture(sha256, to_pixmap(picture))

    def show_problem(self, error: AppError) -> None:
        self._show_state(is_running=False)
        self.about.setText(_NONE)
        self.problem.text.setText(" ".join(part for part in (f"{error.title}.", error.message, error.hint) if part))
        self.problem.show()

    def _show_state(self, *, is_running: bool) -> None:
        self.start.setVisible(not is_running)
        self.cancel.setVisible(is_running)
        self.work.setVisible(is_running)
        self.problem.hide()
        if self._found is not None and is_running:
            self._found.hide()


class _Found(QWidget):
    """One person at a time, those first who did not get it."""

    def __init__(self) -> None:
        super().__init__()
        self._words: TrialWords | None = None
        self._at = 0
        self._pictures: dict[str, QPixmap] = {}
        self._theme = Theme.of_application()
        self.name = ElidedLabel("", Role.STRONG)
        self.facts = ElidedLabel("", Role.HINT)
        self.place = label("", Role.HINT)
        self.previous = IconButton("mdi6.chevron-left", "Previous person of the sample")
        self.next = IconButton("mdi6.chevron-right", "Next person of the sample")
        self.chat = Chat("The message as it arrived")
        self.bubble = Bubble(most_lines=14)
        self.media = BubbleMedia()
        self.buttons = BubbleButtons()
        self.problem = Note("", "mdi6.alert-circle-outline", Tone.BAD)
        names = QVBoxLayout()
        names.setSpacing(1)
        names.addWidget(self.name)
        names.addWidget(self.facts)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addLayout(names, 1)
        for control in (self.place, self.previous, self.next):
            head.addWidget(control)
        for part in (self.media, self.bubble, self.buttons, self.problem):
            self.chat.column.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self.chat)
        self.previous.clicked.connect(self._back)
        self.next.clicked.connect(self._on)
        self._theme.changed.connect(self._restyle)
        self._restyle()

    def show_words(self, words: TrialWords) -> None:
        self._words, self._at = words, 0
        self._show()

    def keep_picture(self, sha256: str, picture: QPixmap) -> None:
        self._pictures[sha256] = picture
        self.media.show_pictures({sha256: picture})

    def _back(self) -> None:
        self._at -= 1
        self._show()

    def _on(self) -> None:
        self._at += 1
        self._show()

    def _show(self) -> None:
        words = self._words
        if words is None or not words.persons:
            return
        person = words.persons[self._at]
        self.name.set_text(person.name)
        self.facts.set_text(person.facts)
        self.place.setText(f"{self._at + 1} of {len(words.persons)}")
        self.previous.setEnabled(self._at > 0)
        self.next.setEnabled(self._at < len(words.persons) - 1)
        arrived = person.arrived
        self.bubble.setVisible(arrived is not None and bool(arrived.text.text))
        if arrived is not None:
            self.bubble.show_message(arrived.text, "")
        self.media.show_items(tuple(to_item(each) for each in arrived.media) if arrived is not None else ())
        self.media.show_pictures(self._pictures)
        self.buttons.show_buttons(arrived.buttons if arrived is not None else ())
        self.problem.setVisible(bool(person.problem))
        self.problem.text.setText(person.problem)

    def _restyle(self) -> None:
        self.chat.set_scheme(self._theme.scheme)
