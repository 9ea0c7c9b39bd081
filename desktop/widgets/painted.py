"""What the painted widgets share: the theme, repainting when it changes, the focus ring, figures for a screen reader."""

from PySide6.QtCore import QLocale, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from desktop.theme import Theme, Token


class Painted(QWidget):
    """A widget that draws itself from the theme. Subclasses say what they show with `describe`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = Theme.of_application()
        self.theme.changed.connect(self._restyle)

    def describe(self, description: str) -> None:
        """What a screen reader says about the figures shown."""
        self.setAccessibleDescription(description)

    def painter(self) -> QPainter:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        return painter

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()


def paint_focus_ring(painter: QPainter, rect: QRectF, radius: float, theme: Theme) -> None:
    """The ring of 2 px just inside `rect`."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color(Token.FOCUS), 2))
    painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), radius, radius)


def thousands(number: int) -> str:
    """A whole number with the thousands mark of the locale."""
    locale = QLocale()
    locale.setNumberOptions(locale.numberOptions() & ~QLocale.NumberOption.OmitGroupSeparator)
    return locale.toString(number)
