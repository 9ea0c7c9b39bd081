"""Which text of the message is edited: its languages, its variants with their shares, and ways to add and remove them."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from campaigns.audience.sentences import LANGUAGES
from campaigns.message.variants import Choice, Message
from desktop.pages.composer.message_edits import share_words
from desktop.theme import Role
from desktop.widgets.buttons import IconButton
from desktop.widgets.choices import FilterChip
from desktop.widgets.labels import label
from desktop.widgets.layouts import clear_layout


class TextTabs(QWidget):
    """Shows and emits; made anew only when languages or variants differ."""

    chosen = Signal(object)  # Choice
    languageAdded = Signal(str)
    languageRemoved = Signal(str)
    variantAdded = Signal()
    variantRemoved = Signal(str)
    sharesRequested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.languages: dict[str, FilterChip] = {}
        self.variants: dict[str, FilterChip] = {}
        self._shown: object = None
        self._choice = Choice()
        self.add_language = IconButton("mdi6.translate", "Add a language")
        self.remove_language = IconButton("mdi6.close", "Take this language out")
        self.add_variant = IconButton("mdi6.plus", "Add a variant to compare")
        self.remove_variant = IconButton("mdi6.close", "Take this variant out")
        self.shares = IconButton("mdi6.percent-outline", "How many get which variant")
        self.shares.clicked.connect(self.sharesRequested)
        self._menu = QMenu(self)
        for code, name in LANGUAGES.items():
            self._menu.addAction(f"{name} ({code})", partial(self.languageAdded.emit, code))
        self.add_language.clicked.connect(self._ask_language)
        self.remove_language.clicked.connect(self._remove_language)
        self.add_variant.clicked.connect(self.variantAdded)
        self.remove_variant.clicked.connect(self._remove_variant)
        self._left, self._right = QWidget(), QWidget()
        self._language_row, self._variant_row = QHBoxLayout(self._left), QHBoxLayout(self._right)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for inner in (self._language_row, self._variant_row):
            inner.setContentsMargins(0, 0, 0, 0)
            inner.setSpacing(6)
        row.addWidget(self._left)
        row.addWidget(self.remove_language)
        row.addWidget(self.add_language)
        row.addStretch(1)
        row.addWidget(label("Variants", Role.LABEL))
        row.addWidget(self._right)
        row.addWidget(self.shares)
        row.addWidget(self.remove_variant)
        row.addWidget(self.add_variant)

    def show_message(self, message: Message, choice: Choice, *, is_frozen: bool) -> None:
        self._choice = choice
        kinds = (message.languages, tuple(share_words(message)))
        if kinds != self._shown:
            self._shown = kinds
            self._make(message)
        self.languages[choice.language].setChecked(True)
        self.variants[choice.variant].setChecked(True)
        self.add_language.setVisible(not is_frozen)
        self.add_variant.setVisible(not is_frozen)
        self.remove_language.setVisible(not is_frozen and choice.language != message.language)
        self._right.setVisible(len(message.variants) > 1)
        for tool in (self.remove_variant, self.shares):
            tool.setVisible(not is_frozen and len(message.variants) > 1)

    def _make(self, message: Message) -> None:
        for row in (self._language_row, self._variant_row):
            clear_layout(row)
        self.languages, self.variants = {}, {}
        for language in message.languages:
            name = LANGUAGES.get(language, language)
            is_base = language == message.language
            words = f"{name} · base" if name else "Everybody" if len(message.languages) == 1 else "Everybody else"
            chip = FilterChip(words if is_base else name)
            chip.clicked.connect(partial(self._choose_language, language))
            self.languages[language] = chip
            self._language_row.addWidget(chip)
        for name, words in share_words(message):
            chip = FilterChip(words)
            chip.setAccessibleName(f"Variant {words}")
            chip.clicked.connect(partial(self._choose_variant, name))
            self.variants[name] = chip
            self._variant_row.addWidget(chip)

    def _choose_language(self, language: str) -> None:
        self.chosen.emit(Choice(self._choice.variant, language))

    def _choose_variant(self, name: str) -> None:
        self.chosen.emit(Choice(name, self._choice.language))

    def _ask_language(self) -> None:
        self._menu.popup(self.add_language.mapToGlobal(self.add_language.rect().bottomLeft()))

    def _remove_language(self) -> None:
        self.languageRemoved.emit(self._choice.language)

    def _remove_variant(self) -> None:
        self.variantRemoved.emit(self._choice.variant)
