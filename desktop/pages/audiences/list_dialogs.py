"""People put on a fixed list, a list that begins, and a filter that is saved as an audience."""

from collections.abc import Mapping

from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from campaigns.audience.views import MAX_TITLE_CHARS
from core.domain.ids import AudienceId
from desktop.dialogs.dialog import Dialog
from desktop.dialogs.one_line import OneLineDialog
from desktop.theme import Role
from desktop.widgets.buttons import Kind
from desktop.widgets.fields import Field

_NEW = "A new list"


class AddToListDialog(Dialog):
    """Accepted: `list_id`, or None and the `title` of a new list."""

    def __init__(self, parent: QWidget, who: str, lists: Mapping[AudienceId, str]) -> None:
        super().__init__(parent, f"Put {who} on a list", width=440)
        self._ids = [*lists]
        self.which = QComboBox()
        self.which.addItems([*lists.values(), _NEW])
        self.entry = QLineEdit()
        self.entry.setMaxLength(MAX_TITLE_CHARS)
        self.title_field = Field("Title", self.entry, "Campaigns choose it by this title")
        self.body.addWidget(Field("List", self.which))
        self.body.addWidget(self.title_field)
        self.add_text(
            "A fixed list keeps who is on it until somebody takes them off. Being on it allows nothing.", Role.HINT
        )
        self.add_action("Cancel").clicked.connect(self.reject)
        self.keep = self.add_action("Put them on", kind=Kind.PRIMARY, is_default=True)
        self.keep.clicked.connect(self._check)
        self.which.currentIndexChanged.connect(self._choose)
        self._choose()
        (self.which if lists else self.entry).setFocus()

    @property
    def list_id(self) -> AudienceId | None:
        at = self.which.currentIndex()
        return self._ids[at] if at < len(self._ids) else None

    @property
    def title(self) -> str:
        return self.entry.text().strip()

    def _choose(self) -> None:
        self.title_field.setVisible(self.list_id is None)
        if self.isVisible():
            self.fit()
            if self.list_id is None:
                self.entry.setFocus()

    def _check(self) -> None:
        if self.list_id is None and not self.title:
            self.title_field.set_error("Give it a title by which you find it again")
            self.fit()
            return
        self.accept()


class AudienceTitleDialog(OneLineDialog):
    """Accepted: `text`, the title of what is made. `explanation`: what it will be."""

    def __init__(self, parent: QWidget, heading: str, confirm: str, explanation: str = "", title: str = "") -> None:
        super().__init__(
            parent,
            heading,
            "Title",
            confirm,
            longest=MAX_TITLE_CHARS,
            text=title,
            hint="Campaigns choose it by this title",
            message=explanation,
            missing="Give it a title by which you find it again",
        )
