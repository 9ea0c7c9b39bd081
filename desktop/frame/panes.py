"""F6: from one part of the window to the next, in reading order."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget


def focus_next_pane(panes: Sequence[QWidget], step: int) -> QWidget | None:
    """Give the focus to the first widget that takes it in the next pane (`step` 1) or the one before (-1)."""
    focused = QApplication.focusWidget()
    usable = [pane for pane in panes if pane.isVisible() and _first_focusable(pane) is not None]
    if not usable:
        return None
    here = next((place for place, pane in enumerate(usable) if focused and _contains(pane, focused)), None)
    there = usable[(here + step) % len(usable)] if here is not None else usable[0 if step > 0 else -1]
    target = _first_focusable(there)
    assert target is not None
    target.setFocus(Qt.FocusReason.ShortcutFocusReason)
    return target


def _contains(pane: QWidget, widget: QWidget) -> bool:
    return pane is widget or pane.isAncestorOf(widget)


def _first_focusable(pane: QWidget) -> QWidget | None:
    candidates = [pane, *pane.findChildren(QWidget)]
    for widget in candidates:
        takes = widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.isEnabled() and widget.isVisible()
        if takes and widget.focusProxy() is None:
            return widget
    return None
