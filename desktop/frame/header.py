"""Above each page: its title, one line of facts, the way back, and its actions on the right."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.pages.page import Page
from desktop.theme import Role
from desktop.widgets.buttons import IconButton
from desktop.widgets.labels import ElidedLabel


class Header(QWidget):
    """Shows one page's heading; the page keeps owning its actions, they are only laid out here."""

    backRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions: list[QWidget] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 14, 24, 10)
        row.setSpacing(8)
        self._back = IconButton("mdi6.arrow-left", "Back to the list")
        self._back.clicked.connect(self.backRequested)
        row.addWidget(self._back)
        words = QVBoxLayout()
        words.setSpacing(2)
        self.title = ElidedLabel("", Role.TITLE)
        self.subtitle = ElidedLabel("", Role.HINT)
        for line in (self.title, self.subtitle):
            line.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            words.addWidget(line)
        row.addLayout(words, 1)
        self._row = row

    def show_page(self, page: Page) -> None:
        """Take over what this page says now."""
        self.title.set_text(page.title)
        self.subtitle.set_text(page.subtitle)
        self.subtitle.setVisible(bool(page.subtitle))
        self._back.setVisible(page.can_go_back)
        wanted = list(page.header_actions)
        if wanted != self._actions:
            for action in self._actions:
                self._row.removeWidget(action)
                action.hide()
            self._actions = wanted
            for action in wanted:
                self._row.addWidget(action)
                action.show()
