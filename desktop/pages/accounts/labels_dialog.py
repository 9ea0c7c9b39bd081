"""Labels for one or several accounts: put on, take off."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout, QWidget

from core.errors import UserInputError
from database.stores.account_lists import clean_label
from desktop.dialogs.dialog import Dialog
from desktop.widgets.buttons import Kind
from desktop.widgets.fields import Field
from desktop.widgets.layouts import scrolled

MOST_SHOWN = 6  # before the list scrolls


class LabelsDialog(Dialog):
    """Accepted: `added` and `removed` are what is to change.

    A label that only some of the accounts have is neither on nor off, and stays so unless it is pressed.
    """

    def __init__(
        self, parent: QWidget, who: str, known: Sequence[str], used: Mapping[str, int], *, count: int
    ) -> None:
        """`known`: all labels of the workspace; `used`: how many of the `count` chosen accounts have each."""
        super().__init__(parent, f"Labels of {who}")
        self._boxes: dict[str, QCheckBox] = {}
        self._before: dict[str, Qt.CheckState] = {}
        self.entry = QLineEdit()
        self.entry.setMaxLength(120)
        self._field = Field("New label", self.entry, "A word of yours: a team, a language, a purpose")
        self.body.addWidget(self._field)
        if known:
            self._add_boxes(known, used, count)
        self.add_action("Cancel").clicked.connect(self.reject)
        self.add_action("Save", kind=Kind.PRIMARY, is_default=True).clicked.connect(self._check)
        self.entry.setFocus()

    @property
    def boxes(self) -> dict[str, QCheckBox]:
        return self._boxes

    @property
    def added(self) -> list[str]:
        new = [clean_label(self.entry.text())] if self.entry.text().strip() else []
        return new + self._changed_to(Qt.CheckState.Checked)

    @property
    def removed(self) -> list[str]:
        return self._changed_to(Qt.CheckState.Unchecked)

    def _changed_to(self, state: Qt.CheckState) -> list[str]:
        return [
            text
            for text, box in self._boxes.items()
            if box.checkState() == state and self._before[text] != box.checkState()
        ]

    def _add_boxes(self, known: Sequence[str], used: Mapping[str, int], total: int) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for text in known:
            count = used.get(text, 0)
            state = (
                Qt.CheckState.Checked
                if count == total
                else Qt.CheckState.PartiallyChecked
                if count
                else Qt.CheckState.Unchecked
            )
            box = QCheckBox(text if state is not Qt.CheckState.PartiallyChecked else f"{text}  (some of them)")
            box.setAccessibleName(text)
            box.setTristate(state is Qt.CheckState.PartiallyChecked)
            box.setCheckState(state)
            self._boxes[text], self._before[text] = box, state
            column.addWidget(box)
        column.addStretch(1)
        area = scrolled(content)
        area.setFixedHeight(self._theme.px(30) * min(len(known), MOST_SHOWN) + 6)
        self.body.addWidget(area)

    def _check(self) -> None:
        try:
            self.added  # noqa: B018 - refused when it cannot be a label
        except UserInputError as error:
            self._field.set_error(f"{error.title}. {error.message}")
            self.fit()
            return
        self.accept()
