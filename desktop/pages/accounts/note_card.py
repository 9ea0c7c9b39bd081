"""The state of an account on its tint: shape, title, sentence, time left, and what to do about it."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from desktop.pages.accounts.panel_words import PanelNote, Step, left_words
from desktop.theme import Role
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.labels import label, set_token
from desktop.widgets.status import Glyph, State, StatusGlyph, Tone


class NoteCard(QFrame):
    """Hidden while there is nothing to say."""

    stepRequested = Signal(object)  # Step

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("note")
        self._note: PanelNote | None = None
        self.glyph = StatusGlyph(Glyph.RING)
        self.title = label("", Role.H3, wrap=True)
        self.text = label("", Role.BODY, wrap=True)
        self.left = label("", Role.STRONG)
        self.buttons: dict[Step, Button] = {}
        self._foot = QHBoxLayout()
        self._foot.setSpacing(8)
        self._build_ui()
        self.hide()

    def show_note(self, note: PanelNote | None, now: datetime) -> None:
        self.setVisible(note is not None)
        if note is not None and note != self._note:
            self._dress(note)
        self._note = note
        self.tick(now)

    def tick(self, now: datetime) -> None:
        """Once a second: what is left of the wait."""
        words = left_words(self._note.until, now) if self._note is not None else ""
        self.left.setText(words)
        self.left.setVisible(bool(words))

    def _dress(self, note: PanelNote) -> None:
        tone = "" if note.tone is Tone.MUTE else note.tone.value
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            self.style().unpolish(self)
            self.style().polish(self)
        self.glyph.set_state(State(note.glyph, note.title))
        self.title.setText(note.title)
        set_token(self.title, note.tone.text if note.tone is not Tone.MUTE else None)
        self.text.setText(note.text)
        self.text.setVisible(bool(note.text))
        self.setAccessibleName(note.title)
        self.setAccessibleDescription(note.text)
        if list(self.buttons) != list(note.steps):
            self._set_steps(note.steps)

    def _set_steps(self, steps: Sequence[Step]) -> None:
        for button in self.buttons.values():
            self._foot.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = {}
        for place, step in enumerate(steps):
            kind = Kind.STOP if step is Step.REMOVE else Kind.DEFAULT if place else Kind.PRIMARY
            button = Button(step.value, kind=kind, small=True)
            button.clicked.connect(partial(self.stepRequested.emit, step))
            self.buttons[step] = button
            self._foot.insertWidget(place, button)

    def _build_ui(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(3)
        for line in (self.title, self.text, self.left):
            words.addWidget(line)
        self._foot.addStretch(1)
        self._foot.setContentsMargins(0, 5, 0, 0)
        words.addLayout(self._foot)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 10, 12, 10)
        row.setSpacing(10)
        row.addWidget(self.glyph, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
