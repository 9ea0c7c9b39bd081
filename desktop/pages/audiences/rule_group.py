"""A group of conditions that are taken together, with groups inside it."""

from collections.abc import Iterator

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from campaigns.audience.rules import DEEPEST_GROUP, Group, Match, Part
from desktop.pages.audiences.rule_line import RuleLine
from desktop.pages.audiences.rule_lines import FIRST_LINE, Line, LineWords, line_problem, to_condition, to_line
from desktop.theme import Role
from desktop.widgets.buttons import Button, IconButton, Kind
from desktop.widgets.labels import label

_MATCHES = (
    (Match.ALL, "All of this is true"),
    (Match.ANY, "Any of this is true"),
    (Match.NONE, "None of this is true"),
)


class RuleGroup(QFrame):
    """`fill` shows a group a piece at a time; `group` is what stands there, `problem` why it cannot be read."""

    changed = Signal()
    removeRequested = Signal()

    def __init__(self, words: LineWords, *, depth: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card" if depth == 1 else "note")
        self._words, self._depth = words, depth
        self.parts: list[RuleLine | RuleGroup] = []
        self.match = QComboBox()
        self.match.setAccessibleName("How these conditions are taken together")
        for match, text in _MATCHES:
            self.match.addItem(text, match.value)
        self.remove = IconButton("mdi6.close", "Take this set out" if depth == 1 else "Take this group out")
        self.add_line = Button("Condition", "mdi6.plus", kind=Kind.QUIET, small=True)
        self.add_group = Button("Group", "mdi6.plus", kind=Kind.QUIET, small=True)
        self.add_group.setVisible(depth < DEEPEST_GROUP - 1)
        self._column = QVBoxLayout(self)
        self._build_ui()
        self.match.currentIndexChanged.connect(self.changed)
        self.remove.clicked.connect(self.removeRequested)
        self.add_line.clicked.connect(self._add_first_line)
        self.add_group.clicked.connect(self._add_first_group)

    @property
    def group(self) -> Group:
        parts: list[Part] = [
            part.group if isinstance(part, RuleGroup) else to_condition(part.line) for part in self.parts
        ]
        return Group(match=Match(self.match.currentData()), parts=tuple(parts))

    @property
    def problem(self) -> str:
        for part in self.parts:
            found = part.problem if isinstance(part, RuleGroup) else line_problem(part.line)
            if found:
                return found
        return ""

    def fill(self, group: Group) -> Iterator[None]:
        """A line a step."""
        self.match.setCurrentIndex(self.match.findData(group.match.value))
        for part in group.parts:
            if isinstance(part, Group):
                inner = self._put_group()
                yield
                yield from inner.fill(part)
            else:
                self._put_line(to_line(part))
                yield

    def _build_ui(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.match)
        head.addStretch(1)
        head.addWidget(self.remove)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.add_line)
        foot.addWidget(self.add_group)
        foot.addStretch(1)
        self._column.setContentsMargins(12, 10, 8, 8)
        self._column.setSpacing(8)
        self._column.addLayout(head)
        self._column.addLayout(foot)

    def _put_line(self, line: Line) -> RuleLine:
        made = RuleLine(self._words, line)
        self._put(made)
        return made

    def _put_group(self) -> "RuleGroup":
        made = RuleGroup(self._words, depth=self._depth + 1)
        self._put(made)
        return made

    def _put(self, part: "RuleLine | RuleGroup") -> None:
        self.parts.append(part)
        self._column.insertWidget(self._column.count() - 1, part)
        part.changed.connect(self.changed)
        part.removeRequested.connect(self._remove_sender)

    def _remove_sender(self) -> None:
        part = self.sender()
        assert isinstance(part, RuleLine | RuleGroup)
        self.parts.remove(part)
        part.hide()
        part.deleteLater()
        self.changed.emit()

    def _add_first_line(self) -> None:
        self._put_line(FIRST_LINE).subject.setFocus()
        self.changed.emit()

    def _add_first_group(self) -> None:
        inner = self._put_group()
        inner._put_line(FIRST_LINE).subject.setFocus()
        self.changed.emit()


class RuleSets(QWidget):
    """The sets that are included, or those that are left out."""

    changed = Signal()

    def __init__(self, title: str, hint: str, add: str) -> None:
        super().__init__()
        self._words: LineWords | None = None
        self.groups: list[RuleGroup] = []
        self.add = Button(add, "mdi6.plus", kind=Kind.QUIET, small=True)
        self.add.clicked.connect(self._add_first)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addWidget(label(title, Role.H3))
        self._hint = label(hint, Role.HINT, wrap=True)
        self._column.addWidget(self._hint)
        row = QHBoxLayout()
        row.addWidget(self.add)
        row.addStretch(1)
        self._column.addLayout(row)

    def empty(self, words: LineWords) -> None:
        """No set, and what lines can say from now on."""
        self._words = words
        for group in self.groups:
            group.hide()
            group.deleteLater()
        self.groups.clear()
        self._hint.show()

    def put(self) -> RuleGroup:
        """Another set, without a condition."""
        assert self._words is not None, "emptied before"
        group = RuleGroup(self._words)
        self.groups.append(group)
        self._column.insertWidget(self._column.count() - 1, group)
        group.changed.connect(self.changed)
        group.removeRequested.connect(self._remove_sender)
        self._hint.hide()
        return group

    def _add_first(self) -> None:
        if self._words is not None:
            self.put().add_line.click()

    def _remove_sender(self) -> None:
        group = self.sender()
        assert isinstance(group, RuleGroup)
        self.groups.remove(group)
        group.hide()
        group.deleteLater()
        self._hint.setVisible(not self.groups)
        self.changed.emit()
