"""Names at the left, values at the right: what is known about one thing."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop.theme import Role
from desktop.widgets.labels import ElidedLabel


class Facts(QWidget):
    """Names at the left, values at the right; lines are made once and change their words."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnStretch(1, 1)
        self._lines: list[tuple[ElidedLabel, ElidedLabel]] = []

    def show_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        while len(self._lines) < len(facts):
            name, value = ElidedLabel("", Role.DIM, self), ElidedLabel("", Role.BODY, self)
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(name, len(self._lines), 0)
            self._grid.addWidget(value, len(self._lines), 1)
            self._lines.append((name, value))
        for index, (name, value) in enumerate(self._lines):
            is_used = index < len(facts)
            name.setVisible(is_used)
            value.setVisible(is_used)
            if is_used and (name.whole_text, value.whole_text) != facts[index]:
                name.set_text(facts[index][0])
                value.set_text(facts[index][1])

    @property
    def shown(self) -> list[tuple[str, str]]:
        """What stands there."""
        return [(name.whole_text, value.whole_text) for name, value in self._lines if not value.isHidden()]
