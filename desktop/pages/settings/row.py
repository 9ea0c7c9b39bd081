"""How a line of a settings card is laid out: a rule above it, its words at the left, its controls at the right."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.widgets.labels import hairline


def column_of_lines(parent: QWidget) -> QVBoxLayout:
    """The layout that takes lines, without room of its own."""
    column = QVBoxLayout(parent)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    return column


def add_line(column: QVBoxLayout, words: Sequence[QWidget], controls: Sequence[QWidget]) -> None:
    """`words` below each other, `controls` beside each other."""
    column.addWidget(hairline())
    row = QHBoxLayout()
    row.setContentsMargins(16, 9, 16, 9)
    row.setSpacing(12)
    lines = QVBoxLayout()
    lines.setSpacing(1)
    for each in words:
        lines.addWidget(each)
    row.addLayout(lines, 1)
    for control in controls:
        row.addWidget(control)
    column.addLayout(row)
