"""A question before something happens that a person may not want: its answers are verbs, never yes and no."""

from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from desktop.dialogs.dialog import Dialog
from desktop.widgets.buttons import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`message` says what follows, also what is not lost. `confirm` and `cancel` are what happens, as verbs."""

    title: str
    message: str
    confirm: str
    cancel: str = "Cancel"
    is_dangerous: bool = False  # cannot be undone: Enter then presses the way back


class ConfirmDialog(Dialog):
    """Accepted: do it."""

    def __init__(self, parent: QWidget, question: Question) -> None:
        super().__init__(parent, question.title)
        self.add_text(question.message)
        back = self.add_action(question.cancel, is_default=question.is_dangerous)
        back.clicked.connect(self.reject)
        kind = Kind.DANGER if question.is_dangerous else Kind.PRIMARY
        self.add_action(question.confirm, kind=kind, is_default=not question.is_dangerous).clicked.connect(
            self.accept
        )
