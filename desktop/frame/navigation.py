"""The pages in the side bar: icon, name, badge; painted, one current."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QEnterEvent, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from desktop.frame.facts import Badge
from desktop.theme import Role, Theme, Token
from desktop.widgets.painted import LEFT, paint_focus_ring
from desktop.widgets.status import Tone, paint_glyph

HEIGHT = 34
ICON = 18
BADGE_HEIGHT = 22


class NavigationItem(QAbstractButton):
    """One page. Its accessible description says what the badge counts."""

    def __init__(self, key: str, title: str, icon: str, number: int, parent: QWidget | None = None) -> None:
        """`number`: Ctrl and this digit open it."""
        super().__init__(parent)
        self.key = key
        self._icon_name = icon
        self._badge: Badge | None = None
        self._theme = Theme.of_application()
        self._theme.changed.connect(self._restyle)
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setText(title)
        self.setAccessibleName(title)
        self.setToolTip(f"{title}  Ctrl+{number}")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedHeight(self._theme.px(HEIGHT))

    @property
    def badge(self) -> Badge | None:
        return self._badge

    def set_badge(self, badge: Badge | None) -> None:
        if badge != self._badge:
            self._badge = badge
            self.setAccessibleDescription(badge.words if badge else "")
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(196, self._theme.px(HEIGHT))

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        if self.isChecked() or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color(Token.SELECT if self.isChecked() else Token.HOVER))
            painter.drawRoundedRect(box, 7, 7)
        token = Token.ACCENT_TEXT if self.isChecked() else Token.TEXT2
        icon = self._theme.pixmap(self._icon_name, token, ICON)
        side = self._theme.px(ICON)
        painter.drawPixmap(11, (self.height() - side) // 2, icon)
        painter.setFont(self._theme.font(Role.H3 if self.isChecked() else Role.STRONG))
        painter.setPen(self._theme.color(Token.TEXT if self.isChecked() else Token.TEXT2))
        words = self.rect().adjusted(11 + side + 10, 0, -60, 0)
        painter.drawText(words, LEFT, self.text())
        if self._badge is not None:
            self._paint_badge(painter, self._badge)
        if self.hasFocus():
            paint_focus_ring(painter, box, 7, self._theme)

    def _paint_badge(self, painter: QPainter, badge: Badge) -> None:
        font = self._theme.font(Role.TINY)
        text = str(badge.count)
        height = self._theme.px(BADGE_HEIGHT)
        lead = 0 if badge.glyph is None else 10 + 5
        width = 8 + lead + QFontMetrics(font).horizontalAdvance(text) + 8
        left, top = self.width() - width - 8, (self.height() - height) / 2
        tone = Tone.MUTE if badge.glyph is None else badge.glyph.tone
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(tone.background))
        painter.drawRoundedRect(QRectF(left, top, width, height), 6, 6)
        color = self._theme.color(tone.text)
        if badge.glyph is not None:
            paint_glyph(painter, badge.glyph, left + 8, (self.height() - 10) / 2, color, 10)
        painter.setFont(font)
        painter.setPen(color)
        box = QRectF(left + 8 + lead, top, width - 8 - lead, height)
        painter.drawText(box, LEFT, text)

    def _restyle(self) -> None:
        self.setFixedHeight(self._theme.px(HEIGHT))
        self.update()
