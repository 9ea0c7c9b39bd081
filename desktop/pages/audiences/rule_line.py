"""One condition of a rule, chosen by clicking: what, how, with which value; and the way to take it out."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from campaigns.audience.rules import LONGEST_DAYS
from desktop.pages.audiences.rule_lines import Line, LineWords, ValueKind
from desktop.widgets.buttons import IconButton

DEFAULT_DAYS: Final = "30"


class RuleLine(QWidget):
    """Shows a line and says when another was chosen. Its value control is made when it is first needed."""

    changed = Signal()
    removeRequested = Signal()

    def __init__(self, words: LineWords, line: Line, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self.subject = _combo("What")
        self.relation = _combo("How")
        self.value: QWidget | None = None
        self._kind = ValueKind.NONE
        self.remove = IconButton("mdi6.close", "Take this condition out")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)
        self._row.addWidget(self.subject, 3)
        self._row.addWidget(self.relation, 3)
        self._row.addStretch(4)
        self._row.addWidget(self.remove)
        for key, title in words.subjects:
            self.subject.addItem(title, key)
        if self.subject.findData(line.subject) < 0:  # a field that nobody has any more
            self.subject.addItem(f"Field {line.subject.partition(':')[2]}", line.subject)
        self.subject.setCurrentIndex(self.subject.findData(line.subject))
        self._show_relations(line.relation)
        self._show_value(line.value)
        self.subject.currentIndexChanged.connect(self._subject_changed)
        self.relation.currentIndexChanged.connect(self._relation_changed)
        self.remove.clicked.connect(self.removeRequested)

    @property
    def line(self) -> Line:
        return Line(subject=self.subject.currentData(), relation=self.relation.currentData(), value=self._value())

    def _value(self) -> str:
        match self.value:
            case QComboBox():
                found = self.value.currentIndex()
                is_own = found < 0 or self.value.itemText(found) != self.value.currentText()
                return self.value.currentText().strip() if is_own else str(self.value.itemData(found))
            case QLineEdit():
                return self.value.text().strip()
        return ""

    def _subject_changed(self) -> None:
        self._show_relations("")
        self._show_value("")
        self.changed.emit()

    def _relation_changed(self) -> None:
        kind = self._relation_kind()
        if kind is not self._kind:
            self._show_value("")
        self.changed.emit()

    def _show_relations(self, chosen: str) -> None:
        self.relation.blockSignals(True)
        self.relation.clear()
        for relation in self._words.relations(self.subject.currentData()):
            self.relation.addItem(relation.words, str(relation.key))
        self.relation.setCurrentIndex(max(0, self.relation.findData(chosen)))
        self.relation.blockSignals(False)

    def _relation_kind(self) -> ValueKind:
        return self._words.relations(self.subject.currentData())[self.relation.currentIndex()].kind

    def _show_value(self, value: str) -> None:
        if self.value is not None:
            self._row.removeWidget(self.value)
            self.value.deleteLater()
        self._kind = self._relation_kind()
        self.value = self._make_value(value)
        self._row.setStretch(2, 4 if self.value is None else 0)
        if self.value is not None:
            self.value.setAccessibleName("Value")
            self._row.insertWidget(3, self.value, 4)

    def _make_value(self, value: str) -> QWidget | None:
        match self._kind:
            case ValueKind.TEXT:
                entry = QLineEdit(value)
                is_day = "(day)" in self.relation.currentText()
                entry.setPlaceholderText("2026-03-31" if is_day else "")
                entry.textChanged.connect(self.changed)
                return entry
            case ValueKind.DAYS:
                days = QLineEdit(value or DEFAULT_DAYS)
                days.setValidator(QIntValidator(1, LONGEST_DAYS, days))
                days.textChanged.connect(self.changed)
                return days
            case ValueKind.CHOICE:
                return self._make_choice(value)
        return None

    def _make_choice(self, value: str) -> QComboBox:
        subject = self.subject.currentData()
        choice = _combo("Value")
        for key, text in self._words.offers(subject):
            choice.addItem(text, key)
        if subject in ("tag", "language", "time_zone"):  # also one that nobody has yet
            choice.setEditable(True)
            choice.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        found = choice.findData(value)
        if found >= 0:
            choice.setCurrentIndex(found)
        elif value and choice.isEditable():
            choice.setCurrentText(value)
        elif value:
            choice.addItem(f"Number {value}, which is gone", value)
            choice.setCurrentIndex(choice.count() - 1)
        choice.currentTextChanged.connect(self.changed)
        return choice


def _combo(name: str) -> QComboBox:
    combo = QComboBox()
    combo.setAccessibleName(name)
    combo.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(8)
    return combo
