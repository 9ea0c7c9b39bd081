"""The icon of the window with the number of what is unread painted on it, in the sizes that trays ask for."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QIcon, QPainter, QPixmap

from desktop.theme import Role, Theme, Token
from desktop.widgets.identity import paint_mark

SIZES: Final = (16, 22, 24, 32, 48, 64)
MOST: Final = 99
_SMALL: Final = 32  # up to here the number needs more than half of the icon to be read


def badge_words(count: int) -> str:
    """ "": there is no badge."""
    return f"{MOST}+" if count > MOST else str(count) if count else ""


def tray_icon(theme: Theme, *, is_sandbox: bool, count: int) -> QIcon:
    """In all SIZES; without a number where nothing is unread."""
    icon = QIcon()
    for size in SIZES:
        icon.addPixmap(paint_tray(theme, size, is_sandbox=is_sandbox, count=count))
    return icon


def paint_tray(theme: Theme, size: int, *, is_sandbox: bool, count: int) -> QPixmap:
    """One size of it."""
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ground = theme.color(Token.ODD_FILL if is_sandbox else Token.ACCENT)
    paint_mark(painter, QRectF(0, 0, size, size), ground, theme.color(Token.ON_ACCENT))
    words = badge_words(count)
    if words:
        _paint_badge(painter, theme, size, words)
    painter.end()
    return pixmap


def _paint_badge(painter: QPainter, theme: Theme, size: int, words: str) -> None:
    """In the lower right corner, as wide as its signs need, with a gap around it."""
    height = round(size * (0.62 if size <= _SMALL else 0.5))
    font = QFont(theme.font(Role.STRONG))
    font.setPixelSize(max(8, round(height * 0.82)))
    font.setBold(True)
    painter.setFont(font)
    needed = painter.fontMetrics().horizontalAdvance(words) + height * 0.36
    width = min(float(size), max(float(height), needed))
    box = QRectF(size - width, size - height, width, height)
    radius = min(height / 2, width / 2)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(Qt.GlobalColor.black)
    gap = max(1.0, size / 24)
    painter.drawRoundedRect(box.adjusted(-gap, -gap, 0, 0), radius + gap, radius + gap)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
    painter.setBrush(theme.color(Token.DANGER))
    painter.drawRoundedRect(box, radius, radius)
    painter.setPen(theme.color(Token.ON_ACCENT))
    squeeze = min(1.0, (width - 2) / max(1, painter.fontMetrics().horizontalAdvance(words)))
    painter.translate(QPointF(box.center()))
    painter.scale(squeeze, 1.0)
    painter.drawText(QRectF(-size, -height / 2, 2 * size, height), int(Qt.AlignmentFlag.AlignCenter), words)
