"""F1: every key that works here, those of the page first."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop.dialogs.dialog import Dialog
from desktop.theme import Role
from desktop.widgets.labels import label
from desktop.widgets.pills import key_caps


class KeysDialog(Dialog):
    """`groups`: a heading and its (keys, what they do)."""

    def __init__(self, parent: QWidget, groups: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> None:
        super().__init__(parent, "Keys", width=560)
        for heading, keys in groups:
            if not keys:
                continue
            self.body.addWidget(label(heading, Role.LABEL))
            grid = QGridLayout()
            grid.setContentsMargins(0, 0, 0, 6)
            grid.setHorizontalSpacing(14)
            grid.setVerticalSpacing(5)
            for row, (shortcut, text) in enumerate(keys):
                grid.addWidget(key_caps(shortcut), row, 0, Qt.AlignmentFlag.AlignLeft)
                grid.addWidget(label(text, Role.BODY), row, 1)
            grid.setColumnStretch(1, 1)
            grid.setColumnMinimumWidth(0, 150)
            self.body.addLayout(grid)
        self.add_action("Close", is_default=True).clicked.connect(self.accept)
