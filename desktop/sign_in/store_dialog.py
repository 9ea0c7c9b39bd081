"""A secret is to be kept and the workspace has no place for it yet: the question of a sign-in, as a dialog of its own."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from core.errors import AppError
from desktop.dialogs.dialog import Dialog
from desktop.sign_in import steps as s
from desktop.sign_in.setup_views import StoreView
from desktop.sign_in.view import StoreChosen
from desktop.widgets.buttons import Kind
from telegram.sign_in import values as v


class StoreDialog(Dialog):
    """Emits `chosen` with a StoreChosen; who made it accepts, or shows why it could not be made."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget, problem: AppError | None = None) -> None:
        super().__init__(parent, "Where should keys be kept?")
        self.add_quiet("Cancel").clicked.connect(self.reject)
        self.keep = self.add_action("Keep them there", kind=Kind.PRIMARY, is_default=True)
        self.keep.clicked.connect(lambda: self.view.submit())
        self.view: StoreView = self._show(s.ChooseStore(problem=None if problem is None else v.problem_of(problem)))

    def show_busy(self) -> None:
        """While it is made nothing can be pressed twice."""
        self.keep.set_reason_disabled("It is being made")

    def show_refused(self, error: AppError, chosen: StoreChosen) -> None:
        """It was not made, and can be chosen anew."""
        self.body.removeWidget(self.view)
        self.view.deleteLater()
        self.view = self._show(s.ChooseStore(problem=v.problem_of(error), kind=chosen.kind))
        self.fit()

    def _show(self, step: s.ChooseStore) -> StoreView:
        view = StoreView(step)
        view.acted.connect(self.chosen)
        view.primaryChanged.connect(lambda: self.keep.set_reason_disabled(view.not_ready))
        view.resized.connect(lambda: QTimer.singleShot(0, self, self.fit))
        self.keep.set_reason_disabled(view.not_ready)
        self.body.addWidget(view)
        if view.first is not None:
            view.first.setFocus()
        return view
