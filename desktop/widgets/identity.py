"""Faces: the avatar of a person or bot, the mark of Wireroom and the icon of its window."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from desktop.theme import AVATARS, Theme, Token
from desktop.widgets.painted import Painted


def initials(name: str) -> str:
    """Up to two letters of a name: of its first and its last word that begin with a letter."""
    words = [word for word in name.split() if word[0].isalpha()]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [word[0] for word in words]
    return "".join(letters).upper()


def paint_avatar(painter: QPainter, box: QRectF, theme: Theme, number: int, name: str, *, bot: bool) -> None:
    """People are round with their initials, bots a rounded square with a robot; the colour is picked by id."""
    color, letters, side = AVATARS[number % len(AVATARS)], "" if bot else initials(name), round(box.height())
    ratio = painter.device().devicePixelRatioF()

    def make() -> QPixmap:
        face = QPixmap(round(side * ratio), round(side * ratio))
        face.setDevicePixelRatio(ratio)
        face.fill(Qt.GlobalColor.transparent)
        brush = QPainter(face)
        _paint_face(brush, QRectF(0, 0, side, side), theme, QColor(color), letters, bot=bot)
        brush.end()
        return face

    painter.drawPixmap(box.topLeft().toPoint(), theme.kept_picture(("face", color, letters, bot, side, ratio), make))


def _paint_face(painter: QPainter, box: QRectF, theme: Theme, color: QColor, letters: str, *, bot: bool) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    radius = box.height() * 0.25 if bot else box.height() / 2
    painter.drawRoundedRect(box, radius, radius)
    if bot:
        side = round(box.height() * 0.6)
        robot = theme.pixmap("mdi6.robot-outline", Token.ON_ACCENT, round(side / theme.scale))
        painter.drawPixmap(box.center() - QPointF(side / 2, side / 2), robot)
    else:
        painter.setFont(theme.face_font(box.height()))
        painter.setPen(theme.color(Token.ON_ACCENT))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), letters)


class Avatar(Painted):
    """A person or bot of 28 px; its name is beside it, so a screen reader skips it."""

    def __init__(self, number: int, name: str, *, bot: bool = False, size: int = 28) -> None:
        super().__init__()
        self._number, self._name, self._bot = number, name, bot
        self.setFixedSize(size, size)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_avatar(self.painter(), QRectF(self.rect()), self.theme, self._number, self._name, bot=self._bot)


def paint_mark(painter: QPainter, box: QRectF, ground: QColor, ink: QColor) -> None:
    """Three wires that end in one point, on a rounded square."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(box.topLeft())
    painter.scale(box.width() / 28, box.height() / 28)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(QRectF(0, 0, 28, 28), 7.5, 7.5)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(ink, 2.1, c=Qt.PenCapStyle.RoundCap))
    for start in (8.0, 14.0, 20.0):
        wire = QPainterPath(QPointF(6.4, start))
        wire.cubicTo(QPointF(12, start), QPointF(12.5, 14), QPointF(18, 14))
        painter.drawPath(wire)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawEllipse(QPointF(20.4, 14), 3.2, 3.2)
    painter.restore()


class Mark(Painted):
    """The mark; violet in the sandbox, so that a person knows where they are."""

    def __init__(self, size: int = 28, *, sandbox: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sandbox = sandbox
        self.setFixedSize(size, size)

    def paintEvent(self, event: QPaintEvent) -> None:
        ground = Token.ODD_FILL if self._sandbox else Token.ACCENT
        paint_mark(self.painter(), QRectF(self.rect()), self.theme.color(ground), self.theme.color(Token.ON_ACCENT))


def app_icon(theme: Theme, *, sandbox: bool = False) -> QIcon:
    """The icon of the window and the tray, in the sizes that desktops ask for."""
    icon = QIcon()
    ground = theme.color(Token.ODD_FILL if sandbox else Token.ACCENT)
    for size in (16, 22, 32, 48, 64, 128, 256):
        pixmap = QPixmap(size, size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        paint_mark(painter, QRectF(0, 0, size, size), ground, theme.color(Token.ON_ACCENT))
        painter.end()
        icon.addPixmap(pixmap)
    return icon
