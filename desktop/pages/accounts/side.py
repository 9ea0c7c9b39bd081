"""The room at the right of a list for one thing of it: beside the list, or over it when the window is narrow."""

from typing import Final

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.theme import Theme

WIDTH: Final = 340
NARROW: Final = 1_024
"""Of the page; with the side bar a window of 1,240. Below it the list would have no room left for its columns."""


class SidePane(QFrame):
    """As high as the page. Hidden until something is chosen."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._theme = Theme.of_application()
        self._theme.changed.connect(self._restyle)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(1, 0, 0, 0)
        self.body.setSpacing(0)
        self._row: QHBoxLayout | None = None
        self._restyle()
        self.hide()

    @property
    def is_over(self) -> bool:
        """It lies over the list."""
        return self._row is None

    def place(self, row: QHBoxLayout, page: QWidget) -> None:
        """Take the room at the right of `row`, or lie over the page; called when the page has another size."""
        if page.width() < NARROW:
            if self._row is not None:
                self._row.removeWidget(self)
                self._row = None
            self.setGeometry(page.width() - self.width(), 0, self.width(), page.height())
            self.raise_()
        elif self._row is None:
            self._row = row
            row.addWidget(self)

    def _restyle(self) -> None:
        self.setFixedWidth(self._theme.px(WIDTH))
