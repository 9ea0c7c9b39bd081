"""What the text model can be asked for, as a menu; made when it is first opened."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from ai.writing.tasks import Tone
from campaigns.audience.sentences import LANGUAGES, language_name
from desktop.pages.composer.assist.jobs import TONES

MOST_WORDINGS = 3


class AssistMenu(QMenu):
    """`opened` before it shows: whoever made it says then what there is (`set_message`)."""

    opened = Signal()
    briefRequested = Signal()
    wishRequested = Signal()
    toneChosen = Signal(object)  # Tone
    shortenRequested = Signal()
    correctRequested = Signal()
    languagesChosen = Signal(tuple)
    wordingsRequested = Signal(int)
    reviewRequested = Signal()
    showEachChosen = Signal(bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.aboutToShow.connect(self.opened)

    def set_message(self, *, has_text: bool, languages: Sequence[str], has_room: bool, shows_each: bool) -> None:
        """`languages`: those of the campaign that its text can be translated into. `has_room`: for another variant."""
        self.clear()
        self.addAction("Write from a brief…", self.briefRequested.emit)
        self.addSeparator()
        tones = QMenu("Rewrite", self)
        for tone, words in TONES.items():
            tones.addAction(words, partial(self._choose_tone, tone))
        tones.addSeparator()
        tones.addAction("As you say…", self.wishRequested.emit)
        wordings = QMenu("Other wordings to compare", self)
        for count in range(1, MOST_WORDINGS + 1):
            words = "One" if count == 1 else str(count)
            wordings.addAction(words, partial(self.wordingsRequested.emit, count)).setEnabled(has_room)
        self.addMenu(tones).setEnabled(has_text)
        self.addAction("Shorten", self.shortenRequested.emit).setEnabled(has_text)
        self.addAction("Correct spelling and grammar", self.correctRequested.emit).setEnabled(has_text)
        self.addMenu(self._make_languages(languages)).setEnabled(has_text)
        self.addMenu(wordings).setEnabled(has_text)
        self.addSeparator()
        self.addAction("Review before approval", self.reviewRequested.emit).setEnabled(has_text)
        self.addSeparator()
        each = self.addAction("Show each request before it is sent")
        each.setCheckable(True)
        each.setChecked(shows_each)
        each.toggled.connect(self.showEachChosen)

    def _make_languages(self, languages: Sequence[str]) -> QMenu:
        menu = QMenu("Translate into", self)
        if len(languages) > 1:
            menu.addAction(
                f"All {len(languages)} languages of the campaign",
                partial(self.languagesChosen.emit, tuple(languages)),
            )
        for language in languages:
            menu.addAction(language_name(language), partial(self.languagesChosen.emit, (language,)))
        others = QMenu("Another language", menu)
        for code, name in LANGUAGES.items():
            if code not in languages:
                others.addAction(f"{name} ({code})", partial(self.languagesChosen.emit, (code,)))
        menu.addSeparator()
        menu.addMenu(others)
        return menu

    def _choose_tone(self, tone: Tone) -> None:
        self.toneChosen.emit(tone)
