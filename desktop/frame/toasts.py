"""Toasts in the lower right corner of the window: three at most, the newest below."""

from functools import partial

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from desktop.notifications import NotificationCenter, ToastContent
from desktop.widgets.toast import Toast

MOST = 3
EDGE, GAP = 20, 10
STATUS_BAR = 28


class ToastStack(QObject):
    """Lays toasts over the window; owns none of what they do."""

    def __init__(self, window: QWidget, center: NotificationCenter) -> None:
        super().__init__(window)
        self._window = window
        self._center = center
        self._toasts: list[Toast] = []
        center.toastRequested.connect(self.show)
        window.installEventFilter(self)

    @property
    def toasts(self) -> tuple[Toast, ...]:
        return tuple(self._toasts)

    def show(self, content: ToastContent) -> None:
        while len(self._toasts) >= MOST:
            self._toasts[0].dismiss()
        step = content.action.text if content.action else "Undo" if content.undo else ""
        toast = Toast(content.title, content.text, glyph=content.glyph, action=step)
        toast.setParent(self._window)
        # The toast owns these closures and deletes itself when it closes.
        if content.action is not None:
            toast.acted.connect(content.action.act)
        elif content.undo is not None:
            toast.acted.connect(self._center.undo_last)
        toast.closed.connect(partial(self._gone, toast, content))
        self._toasts.append(toast)
        toast.adjustSize()
        toast.show()
        self._arrange()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._arrange()
        return False

    def _gone(self, toast: Toast, content: ToastContent) -> None:
        self._toasts.remove(toast)
        if content.undo is not None:
            self._center.forget_undo(content.undo)
        self._arrange()

    def _arrange(self) -> None:
        bottom = self._window.height() - STATUS_BAR - EDGE
        for toast in reversed(self._toasts):
            toast.move(self._window.width() - toast.width() - EDGE, bottom - toast.height())
            toast.raise_()
            bottom -= toast.height() + GAP
