"""The Message step: tools, text, how long it is, what is missing before approval, and the preview beside it."""

from collections.abc import Sequence
from functools import partial

from msgspec import structs
from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from campaigns.message.variants import Choice, Message
from core.domain.message import MAX_MESSAGE_UNITS, EntityKind, LinkPreview
from desktop.formatting import Formats
from desktop.pages.composer.dialogs import FieldDialog, LinkDialog
from desktop.pages.composer.editor import MessageEditor
from desktop.pages.composer.findings import OPT_OUT, Finding
from desktop.pages.composer.message_edits import (
    with_language,
    with_variant,
    without_language,
    without_variant,
)
from desktop.pages.composer.places import Place
from desktop.pages.composer.preview import PreviewPane
from desktop.pages.composer.tags import Field
from desktop.pages.composer.text_tabs import TextTabs
from desktop.pages.composer.toolbar import Toolbar
from desktop.theme import Role, Token
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.cards import Card, Note
from desktop.widgets.labels import label, set_token
from desktop.widgets.status import StatusGlyph


class FindingsCard(Card):
    """What is missing, each with its one next step."""

    acted = Signal(object)  # Finding

    def __init__(self) -> None:
        super().__init__("Before approval")
        self.count = label("", Role.HINT)
        self.head.insertWidget(1, self.count)
        self._lines: list[QWidget] = []
        self._shown: tuple[Finding, ...] = ()
        self._is_frozen = False

    @property
    def shown(self) -> tuple[Finding, ...]:
        return self._shown

    def show_findings(self, findings: Sequence[Finding], *, is_frozen: bool) -> None:
        if (tuple(findings), is_frozen) == (self._shown, self._is_frozen) and self._lines:
            return
        self._shown, self._is_frozen = tuple(findings), is_frozen
        for line in self._lines:
            self.body.removeWidget(line)
            line.deleteLater()
        self._lines = [self._line(finding, is_frozen=is_frozen) for finding in findings]
        for line in self._lines:
            self.body.addWidget(line)
        open_ones = sum(finding.blocks for finding in findings)
        self.count.setText("1 to mend" if open_ones == 1 else f"{open_ones} to mend" if open_ones else "")

    def _line(self, finding: Finding, *, is_frozen: bool) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(StatusGlyph(finding.glyph))
        words = label(finding.text, Role.BODY, finding.glyph.tone.text, wrap=True)
        row.addWidget(words, 1)
        action = finding.action or ("Go there" if finding.place else "")
        if action and not is_frozen:
            button = Button(action, kind=Kind.LINK)
            button.setAccessibleName(f"{action}: {finding.text}")
            button.clicked.connect(partial(self.acted.emit, finding))
            row.addWidget(button)
        line.setMinimumHeight(26)
        return line


class MessageView(QWidget):
    """Shows and emits. `written` carries the source after each change."""

    written = Signal(str)
    changed = Signal(object)  # a function from Message to Message

    def __init__(self, formats: Formats) -> None:
        super().__init__()
        self._formats = formats
        self.tabs = TextTabs()
        self.toolbar = Toolbar(self)
        self.editor = MessageEditor()
        self.length = label("", Role.STRONG)
        self.length_note = label("", Role.HINT)
        self.frozen = Note("", "mdi6.lock-outline")
        self.findings = FindingsCard()
        self.preview = PreviewPane(formats)
        self._build_ui()
        self._connect_signals()

    def show_text(self, message: Message, choice: Choice, *, frozen: str) -> None:
        """`frozen`: why it cannot be changed; "" for a draft."""
        self.editor.set_source(message.find(choice).source)
        self.tabs.show_message(message, choice, is_frozen=bool(frozen))
        self.preview.show_options(message, is_frozen=bool(frozen))
        self.editor.setReadOnly(bool(frozen))
        self.toolbar.setVisible(not frozen)
        self.frozen.setVisible(bool(frozen))
        self.frozen.text.setText(frozen)

    def show_length(self, units: int, note: str) -> None:
        self.length.setText(f"{self._formats.number(units)} of {self._formats.number(MAX_MESSAGE_UNITS)}")
        set_token(self.length, Token.BAD if units > MAX_MESSAGE_UNITS else None)
        self.length_note.setText(note)

    def show_findings(self, findings: Sequence[Finding], place: Place | None) -> None:
        self.findings.show_findings(findings, is_frozen=self.editor.isReadOnly())
        self.editor.mark_mistake(place)

    def _build_ui(self) -> None:
        count = QHBoxLayout()
        count.setSpacing(8)
        count.addWidget(self.length)
        count.addWidget(self.length_note, 1)
        left = QVBoxLayout()
        left.setContentsMargins(24, 4, 24, 16)
        left.setSpacing(8)
        left.addWidget(self.tabs)
        left.addWidget(self.toolbar)
        left.addWidget(self.editor, 1)
        left.addLayout(count)
        left.addWidget(self.frozen)
        left.addWidget(self.findings)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(self.preview)

    def _connect_signals(self) -> None:
        self.editor.edited.connect(self._edited)
        self.editor.cursorPositionChanged.connect(self._show_active)
        self.editor.fieldPressed.connect(self._ask_field)
        self.toolbar.formatPressed.connect(self._format)
        self.toolbar.linkPressed.connect(self._ask_link)
        self.toolbar.fieldChosen.connect(self._insert_field)
        self.toolbar.conditionChosen.connect(self._insert_condition)
        self.findings.acted.connect(self._act)
        self.tabs.languageAdded.connect(self._add_language)
        self.tabs.languageRemoved.connect(self._remove_language)
        self.tabs.variantAdded.connect(self._add_variant)
        self.tabs.variantRemoved.connect(self._remove_variant)
        self.preview.link_preview.clicked.connect(self._set_preview)
        self.preview.silent.clicked.connect(self._set_silent)

    def _add_language(self, language: str) -> None:
        self.changed.emit(lambda message: with_language(message, language))
        self.tabs.languages[language].click()

    def _remove_language(self, language: str) -> None:
        self.changed.emit(lambda message: without_language(message, language))

    def _add_variant(self) -> None:
        self.changed.emit(with_variant)

    def _remove_variant(self, name: str) -> None:
        self.changed.emit(lambda message: without_variant(message, name))

    def _set_preview(self, on: bool) -> None:
        wanted = LinkPreview.BELOW if on else LinkPreview.OFF
        self.changed.emit(lambda message: structs.replace(message, preview=wanted))

    def _set_silent(self, on: bool) -> None:
        self.changed.emit(lambda message: structs.replace(message, is_silent=on))

    def _edited(self) -> None:
        self.written.emit(self.editor.source())

    def _format(self, kind: EntityKind) -> None:
        self.editor.toggle_format(kind)
        self._show_active()

    def _show_active(self) -> None:
        self.toolbar.show_active(self.editor.active_kinds())

    def _insert_field(self, name: str) -> None:
        self.editor.insert_field(Field(name, None))

    def _insert_condition(self, name: str) -> None:
        inside = self.editor.selected_source() or f"{Field(name, None).source()}"
        self.editor.insert_source(f"{{% if {name} %}}{inside}{{% endif %}}")

    def _ask_field(self, field: Field, _: QPoint) -> None:
        if not self.editor.isReadOnly():
            dialog = FieldDialog(self, field)
            dialog.chosen.connect(self.editor.replace_pressed)
            dialog.open()

    def _ask_link(self) -> None:
        found = self.editor.link_at_caret()
        text, address = found if found else (self.editor.selected_source(), "")
        dialog = LinkDialog(self, text, address)
        dialog.chosen.connect(self.editor.insert_source)
        dialog.open()

    def _act(self, finding: Finding) -> None:
        if finding.place is not None:
            self.editor.go_to(finding.place)
        elif finding.action and finding.choice is None:
            self.editor.append_line(OPT_OUT)
