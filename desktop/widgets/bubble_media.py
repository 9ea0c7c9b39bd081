"""Photos and files above a caption, as Telegram shows them: one picture, an album as a grid, files with name and size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPaintEvent, QPixmap

from desktop.theme import Role, Token
from desktop.theme.tokens import Scheme, colours
from desktop.widgets.bubble import WIDEST
from desktop.widgets.painted import Painted

_LEFT, _RADIUS, _GAP, _FILE_HEIGHT, _TALLEST = 7, 12, 3, 52, 420


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaItem:
    """One photo or file. `width` and `height` of a photo; 0: it is a file."""

    key: str
    name: str
    size: str
    width: int = 0
    height: int = 0


class BubbleMedia(Painted):
    """Hidden without items. A photo is a grey ground until its picture comes."""

    def __init__(self) -> None:
        super().__init__()
        self._scheme = Scheme.LIGHT
        self._items: tuple[MediaItem, ...] = ()
        self._pictures: dict[str, QPixmap] = {}
        self.show_items(())

    @property
    def items(self) -> tuple[MediaItem, ...]:
        return self._items

    @property
    def pictured(self) -> frozenset[str]:
        """Keys of the items whose picture is there."""
        return frozenset(item.key for item in self._items if item.key in self._pictures)

    def set_scheme(self, scheme: Scheme) -> None:
        self._scheme = scheme
        self.update()

    def show_items(self, items: Sequence[MediaItem]) -> None:
        if tuple(items) == self._items and self._items:
            return
        self._items = tuple(items)
        keys = {item.key for item in items}
        self._pictures = {key: picture for key, picture in self._pictures.items() if key in keys}
        self.setAccessibleName("Photos and files")
        self.setAccessibleDescription(", ".join(item.name for item in items))
        self.setVisible(bool(items))
        self.updateGeometry()
        self.update()

    def show_pictures(self, pictures: Mapping[str, QPixmap]) -> None:
        self._pictures |= pictures
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        boxes = self._boxes(min(width, WIDEST) - _LEFT)
        return round(max((box.bottom() for box in boxes), default=0))

    def sizeHint(self) -> QSize:
        width = min(WIDEST, self.width() or WIDEST)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 40 if self._items else 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = self.painter()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        whole = min(self.width(), WIDEST) - _LEFT
        boxes = self._boxes(whole)
        clip = QPainterPath()
        clip.addRoundedRect(
            QRectF(_LEFT, 0, whole, max((box.bottom() for box in boxes), default=0)), _RADIUS, _RADIUS
        )
        painter.setClipPath(clip)
        for item, box in zip(self._items, boxes, strict=True):
            placed = box.translated(_LEFT, 0)
            if item.width:
                self._paint_photo(painter, item, placed)
            else:
                self._paint_file(painter, item, placed)

    def _boxes(self, width: float) -> list[QRectF]:
        """Where each stands: files below each other, one photo in its shape, several two in a row."""
        items = self._items
        if not items:
            return []
        if not items[0].width:
            height = self.theme.px(_FILE_HEIGHT)
            return [QRectF(0, number * height, width, height) for number in range(len(items))]
        if len(items) == 1:
            return [QRectF(0, 0, width, min(width * items[0].height / items[0].width, _TALLEST))]
        half = (width - _GAP) / 2
        boxes, top = [], 0.0
        if len(items) % 2:
            boxes.append(QRectF(0, 0, width, width * 0.6))
            top = width * 0.6 + _GAP
        for number in range(len(items) - len(boxes)):
            row, column = divmod(number, 2)
            boxes.append(QRectF(column * (half + _GAP), top + row * (half * 0.75 + _GAP), half, half * 0.75))
        return boxes

    def _paint_photo(self, painter: QPainter, item: MediaItem, box: QRectF) -> None:
        picture = self._pictures.get(item.key)
        if picture is None or picture.isNull():
            painter.fillRect(box, self._color(Token.MUTE_BG))
            return
        # The middle of the picture fills its box.
        scale = max(box.width() / picture.width(), box.height() / picture.height())
        width, height = box.width() / scale, box.height() / scale
        part = QRectF((picture.width() - width) / 2, (picture.height() - height) / 2, width, height)
        painter.drawPixmap(box, picture, part)

    def _paint_file(self, painter: QPainter, item: MediaItem, box: QRectF) -> None:
        painter.fillRect(box, self._color(Token.BUB_IN))
        disc = QRectF(box.left() + 10, box.center().y() - 17, 34, 34)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._color(Token.ACCENT))
        painter.drawEllipse(disc)
        painter.setPen(self._color(Token.ON_ACCENT))
        painter.setFont(self.theme.font(Role.STRONG))
        painter.drawText(disc, int(Qt.AlignmentFlag.AlignCenter), "↓")
        words = box.adjusted(54, 8, -10, -8)
        painter.setPen(self._color(Token.TEXT))
        metrics = QFontMetrics(painter.font())
        name = metrics.elidedText(item.name, Qt.TextElideMode.ElideMiddle, round(words.width()))
        painter.drawText(words, int(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft), name)
        painter.setPen(self._color(Token.BUB_TIME))
        painter.setFont(self.theme.font(Role.HINT))
        painter.drawText(words, int(Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft), item.size)

    def _color(self, token: Token) -> QColor:
        return QColor(colours(self._scheme)[token])
