"""The shadow below what floats: blurred once, kept, and drawn in slices beside the widget.

An effect on the widget itself would draw the widget and all below it through a pixmap and blur it again at each key.
"""

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QGraphicsBlurEffect, QGraphicsPathItem, QGraphicsScene, QWidget

from desktop.theme import Theme, Token

_RADIUS = 12  # of the corners, px
_SOFTNESS = 0.55  # of this effect, to look as one for drop shadows with the whole radius (compared by pixels)


def float_above(widget: QWidget, blur: int = 40, down: int = 12) -> None:
    """Give a child of a window or dialog its shadow, which comes and goes with it and follows it."""
    _Follower(widget, blur, down)


class _Follower(QObject):
    """Keeps the shadow under its widget. A child of the widget, so it goes with it."""

    def __init__(self, widget: QWidget, blur: int, down: int) -> None:
        super().__init__(widget)
        self._blur, self._down = blur, down
        self._shadow: _Shadow | None = None
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if not isinstance(watched, QWidget):
            return False
        if kind == QEvent.Type.Show:
            self._show(watched)
        elif self._shadow is not None:
            if kind == QEvent.Type.Hide:
                self._shadow.hide()
            elif kind in (QEvent.Type.Move, QEvent.Type.Resize):
                self._shadow.lie_under(watched)
            elif kind == QEvent.Type.ZOrderChange:
                self._shadow.stackUnder(watched)
        return False

    def _show(self, widget: QWidget) -> None:
        below = widget.parentWidget()
        if below is None:
            return
        if self._shadow is None:
            self._shadow = _Shadow(below, self._blur, self._down)
            widget.destroyed.connect(self._shadow.deleteLater)
        self._shadow.lie_under(widget)
        self._shadow.stackUnder(widget)
        self._shadow.show()


class _Shadow(QWidget):
    """Drawn around the place of the widget, not below it."""

    def __init__(self, parent: QWidget, blur: int, down: int) -> None:
        super().__init__(parent)
        self._blur, self._down = blur, down
        self._theme = Theme.of_application()
        self._theme.changed.connect(self.update)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def lie_under(self, widget: QWidget) -> None:
        blur, down = self._blur, self._down
        self.setGeometry(widget.geometry().adjusted(-blur, down - blur, blur, down + blur))

    def paintEvent(self, event: QPaintEvent) -> None:
        margin = 2 * self._blur + _RADIUS  # from the outer edge: further in, the shadow is the same along the edge
        wide, high = min(self.width(), 2 * margin + 1), min(self.height(), 2 * margin + 1)
        color = self._theme.color(Token.SHADOW)
        key = ("shadow", wide, high, self._blur)
        picture = self._theme.kept_picture(key, lambda: _blurred(wide, high, self._blur, color))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        columns = _slices(self.width(), wide)
        rows = _slices(self.height(), high)
        for left, width, from_left, from_width in columns:
            for top, height, from_top, from_height in rows:
                place = QRect(left, top, width, height)
                if event.region().intersects(place):
                    painter.drawPixmap(place, picture, QRect(from_left, from_top, from_width, from_height))


def _slices(length: int, patch: int) -> list[tuple[int, int, int, int]]:
    """Begin and length of each slice on the widget and in the picture of `patch` px: whole, or its ends with the middle
    pixel drawn out between them."""
    if length == patch:
        return [(0, length, 0, patch)]
    end = patch // 2
    return [(0, end, 0, end), (end, length - 2 * end, end, 1), (length - end, end, patch - end, end)]


def _blurred(width: int, height: int, blur: int, color: QColor) -> QPixmap:
    """The shadow of a card that leaves `blur` px on all sides."""
    card = QPainterPath()
    card.addRoundedRect(QRectF(blur, blur, width - 2 * blur, height - 2 * blur), _RADIUS, _RADIUS)
    item = QGraphicsPathItem(card)
    item.setPen(Qt.PenStyle.NoPen)
    item.setBrush(color)
    effect = QGraphicsBlurEffect()
    effect.setBlurRadius(blur * _SOFTNESS)
    item.setGraphicsEffect(effect)
    scene = QGraphicsScene()
    scene.addItem(item)
    picture = QPixmap(width, height)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    scene.render(painter, QRectF(picture.rect()), QRectF(picture.rect()))
    painter.end()
    return picture
