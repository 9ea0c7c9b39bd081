"""What the painted widgets and lists share: the theme, repainting when it changes, words in one line, the focus ring, the
ground of what is chosen, figures for a screen reader."""

from PySide6.QtCore import QLocale, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from desktop.theme import Role, Theme, Token

LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)


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


def paint_words(
    painter: QPainter,
    box: QRect | QRectF,
    words: str,
    theme: Theme,
    role: Role,
    token: Token,
    *,
    at_right: bool = False,
) -> int:
    """One line in the middle of `box`, cut with "…" where it is too long; returns the width that it took."""
    painter.setFont(theme.font(role))
    painter.setPen(theme.color(token))
    metrics = painter.fontMetrics()
    shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, int(box.width()))
    painter.drawText(box, RIGHT if at_right else LEFT, shown)
    return metrics.horizontalAdvance(shown)


def paint_chosen(painter: QPainter, box: QRect, theme: Theme) -> None:
    """The ground of the chosen line of a list that floats."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(Token.SELECT))
    painter.drawRoundedRect(QRectF(box).adjusted(0, 1, 0, -1), 7, 7)


def thousands(number: int) -> str:
    """A whole number with the thousands mark of the locale."""
    locale = QLocale()
    locale.setNumberOptions(locale.numberOptions() & ~QLocale.NumberOption.OmitGroupSeparator)
    return locale.toString(number)
