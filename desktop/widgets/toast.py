"""A short message in the corner: what was done, with its undo. It waits while the pointer is on it."""

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QEnterEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from desktop.theme import Role
from desktop.widgets.buttons import Button, IconButton, Kind
from desktop.widgets.labels import label
from desktop.widgets.shadow import float_above
from desktop.widgets.status import Glyph, StatusGlyph

TOAST_MS = 6000
TOAST_WIDTH = 372


class Toast(QFrame):
    """Shown for 6 s. `acted` when its action was pressed, `closed` when it went, for whatever reason."""

    acted = Signal()
    closed = Signal()

    def __init__(self, title: str, text: str = "", *, glyph: Glyph = Glyph.CHECK, action: str = "") -> None:
        super().__init__()
        self.setObjectName("toast")
        self.setFixedWidth(TOAST_WIDTH)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(16, 9, 8, 9)
        row.setSpacing(10)
        row.addWidget(StatusGlyph(glyph, ""), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(1)
        column.addWidget(label(title, Role.STRONG, wrap=True))
        if text:
            column.addWidget(label(text, Role.HINT, wrap=True))
        row.addLayout(column, 1)
        if action:
            self._action = Button(action, kind=Kind.LINK)
            self._action.clicked.connect(self._act)
            row.addWidget(self._action)
        self._close = IconButton("mdi6.close", "Close")
        self._close.clicked.connect(self.dismiss)
        row.addWidget(self._close)
        self._is_gone = False
        self._timer = QTimer(self, singleShot=True, interval=TOAST_MS)
        self._timer.timeout.connect(self.dismiss)
        self._timer.start()
        float_above(self, blur=28, down=8)

    def sizeHint(self) -> QSize:
        # The hint of a layout with wrapping labels is too high; its height for this width is right.
        return QSize(TOAST_WIDTH, self._row.totalHeightForWidth(TOAST_WIDTH))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        words = f"{self.accessibleName()}. {self.accessibleDescription()}".strip()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    def dismiss(self) -> None:
        """Go away now; harmless when it went already."""
        if not self._is_gone:
            self._is_gone = True
            self._timer.stop()
            self.hide()
            self.closed.emit()
            self.deleteLater()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._timer.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        if not self._is_gone:
            self._timer.start()
        super().leaveEvent(event)

    def _act(self) -> None:
        self.acted.emit()
        self.dismiss()
