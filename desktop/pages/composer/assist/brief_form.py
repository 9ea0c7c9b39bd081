"""Where a person says what to write, or how to rewrite."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QPlainTextEdit, QVBoxLayout, QWidget

from ai.writing.tasks import Tone
from desktop.theme import Theme
from desktop.widgets.fields import Field

TONE_WORDS = {
    Tone.FRIENDLY: "Friendly",
    Tone.FORMAL: "Formal",
    Tone.PLAIN: "Plain",
    Tone.LIVELY: "Lively",
}
HEIGHT = 76


class BriefForm(QWidget):
    """`changed`: there is something to ask now, or not any more."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.what = QPlainTextEdit()
        self.what.setTabChangesFocus(True)
        self.what.setFixedHeight(Theme.of_application().px(HEIGHT))
        self.what.textChanged.connect(self.changed)
        self._what = Field("What to say", self.what)
        self.tones = QComboBox()
        for tone, word in TONE_WORDS.items():
            self.tones.addItem(word, tone)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._what)
        column.addWidget(Field("How it sounds", self.tones))
        self.show_kind(is_wish=False)

    def show_kind(self, *, is_wish: bool) -> None:
        """A brief for a new text, or a wish about the one that is there."""
        self.what.setPlaceholderText(
            "Such as: begin with the date, and say it in three sentences"
            if is_wish
            else "Such as: invite to the open evening on Friday at 6, bring a friend, answer to come"
        )

    @property
    def text(self) -> str:
        return self.what.toPlainText().strip()

    @property
    def tone(self) -> Tone:
        return Tone(self.tones.currentData())
