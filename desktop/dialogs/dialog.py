"""The frame of every dialog: a floating card over a dimmed window, a foot with the quiet way left and actions right."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from desktop.lock.guard import LockGuard
from desktop.theme import Role, Theme
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.labels import hairline, label
from desktop.widgets.shadow import float_above
from desktop.widgets.toast import Toast

MARGIN = 44  # room for the shadow around the card


class Scrim(QWidget):
    """Dims the window below a dialog or the palette and follows its size; toasts stay above it."""

    pressed = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("scrim")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setGeometry(window.rect())
        window.installEventFilter(self)
        self.show()
        self.raise_()
        for toast in window.findChildren(Toast, options=Qt.FindChildOption.FindDirectChildrenOnly):
            toast.raise_()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pressed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return False


class Dialog(QDialog):
    """One question or one message. `body` takes the content; the foot is filled with `add_*`.

    Opens with open() only; it deletes itself when it closes, and the window below keeps its focus.
    """

    def __init__(self, parent: QWidget, title: str, *, width: int = 488) -> None:
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self._theme = Theme.of_application()
        self._width = width
        self._below = parent.window()
        self._scrim: Scrim | None = None

        outer = QVBoxLayout(self)
        outer.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        self.card = QFrame()
        self.card.setObjectName("dialog")
        float_above(self.card)
        outer.addWidget(self.card)

        column = QVBoxLayout(self.card)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(24, 22, 24, 20)
        self.body.setSpacing(8)
        self.heading: QLabel = label(title, Role.H2, wrap=True)
        self.body.addWidget(self.heading)
        column.addLayout(self.body)
        self._line = hairline()
        column.addWidget(self._line)
        self.foot = QHBoxLayout()
        self.foot.setContentsMargins(24, 12, 24, 12)
        self.foot.setSpacing(8)
        self.foot.addStretch(1)
        column.addLayout(self.foot)
        self.finished.connect(self._tidy)

    def add_text(self, text: str, role: Role = Role.DIM) -> QLabel:
        """A paragraph in the body."""
        paragraph = label(text, role, wrap=True)
        self.body.addWidget(paragraph)
        return paragraph

    def add_action(self, text: str, icon: str = "", *, kind: Kind = Kind.DEFAULT, is_default: bool = False) -> Button:
        """A button on the right; `is_default`: Enter presses it. The caller connects it."""
        button = Button(text, icon, kind=kind)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setDefault(is_default)
        self.foot.addWidget(button)
        if is_default:
            button.setFocus()
        return button

    def add_quiet(self, text: str, icon: str = "") -> Button:
        """The quiet way out, on the left."""
        button = Button(text, icon, kind=Kind.QUIET)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.foot.insertWidget(0, button)
        return button

    def open_next(self) -> None:
        """Open in the next turn of the loop: making and showing a big one is more than one handler may take."""
        QTimer.singleShot(0, self, self.open)

    def fit(self) -> None:
        """As high as the wrapped text needs: sizeHint alone is wrong when labels wrap."""
        width = self._theme.px(self._width)
        layout = self.card.layout()
        assert layout is not None
        layout.activate()
        height = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.sizeHint().height()
        self.setFixedSize(width + 2 * MARGIN, height + 2 * MARGIN)

    def setVisible(self, visible: bool) -> None:
        """A locked window keeps it back; it opens after the unlocking."""
        guard = LockGuard.of(self) if visible else None
        if guard is not None and guard.is_locked:
            guard.hold(self)
        else:
            super().setVisible(visible)

    def showEvent(self, event: QShowEvent) -> None:
        self.fit()
        window = self._below
        if self._scrim is None:
            self._scrim = Scrim(window)
        center = window.frameGeometry().center()
        self.move(center.x() - self.width() // 2, center.y() - self.height() // 2)
        super().showEvent(event)

    def _tidy(self) -> None:
        if self._scrim is not None:
            self._scrim.hide()
            self._scrim.deleteLater()
            self._scrim = None
