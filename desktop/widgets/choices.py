"""Painted choices: filter chips with counts, chosen filters, segments, tabs and the switch."""

from collections.abc import Sequence
from typing import Self

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QWidget

from desktop.theme import Role, Theme, Token
from desktop.widgets.painted import LEFT, Painted, paint_focus_ring, thousands
from desktop.widgets.status import GLYPH_PX, Glyph, State, paint_glyph

_CENTRE = int(Qt.AlignmentFlag.AlignCenter)


class PaintedButton(QAbstractButton):
    """A button that draws itself. The pointer does not take the focus; Tab and arrows do, and show the ring."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = Theme.of_application()
        self.setText(text)
        self.setAccessibleName(text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.theme.changed.connect(self._restyle)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def text_width(self, role: Role) -> int:
        return QFontMetrics(self.theme.font(role)).horizontalAdvance(self.text())

    def painter(self) -> QPainter:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        return painter

    def frame(self) -> QRectF:
        """Where a border of 1 px is sharp."""
        return QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()


class FilterChip(PaintedButton):
    """A view of a list with its count, 28 px high. Chips with the same parent exclude each other."""

    _PADDING, _GAP = 11, 6

    def __init__(
        self, text: str, count: int | None = None, *, glyph: Glyph | None = None, icon: str = "", on: bool = False
    ) -> None:
        super().__init__(text)
        self._word = text
        self._glyph = glyph
        self._icon = icon
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setChecked(on)
        self.set_count(count)

    @classmethod
    def of_state(cls, state: State | None) -> Self:
        """For the rows in this state; None: for all of them."""
        return cls("All") if state is None else cls(state.word, glyph=state.glyph)

    def set_count(self, count: int | None) -> None:
        """How many rows this view has; None while it is not known."""
        text = self._word if count is None else f"{self._word} {thousands(count)}"
        if text != self.text() or count is None:
            self.setText(text)
            self.setAccessibleName(text)
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        lead = GLYPH_PX + self._GAP if self._glyph or self._icon else 0
        return QSize(self.text_width(Role.LABEL) + lead + 2 * self._PADDING, self.theme.px(28))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, frame = self.painter(), self.frame()
        on = self.isChecked()
        background = Token.SELECT if on else Token.HOVER if self.underMouse() else Token.SURFACE
        painter.setBrush(self.theme.color(background))
        painter.setPen(QPen(self.theme.color(Token.ACCENT if on else Token.LINE2), 1))
        painter.drawRoundedRect(frame, frame.height() / 2, frame.height() / 2)
        left = self._PADDING
        middle = (self.height() - GLYPH_PX) / 2
        if self._glyph:
            paint_glyph(painter, self._glyph, left - 2, middle, self.theme.color(self._glyph.tone.text))
            left += GLYPH_PX + self._GAP - 1
        elif self._icon:
            token = Token.ACCENT_TEXT if on else Token.TEXT2
            painter.drawPixmap(left - 3, (self.height() - 14) // 2, self.theme.pixmap(self._icon, token, 14))
            left += GLYPH_PX + self._GAP - 1
        painter.setFont(self.theme.font(Role.LABEL))
        painter.setPen(self.theme.color(Token.ACCENT_TEXT if on else Token.TEXT2))
        painter.drawText(self.rect().adjusted(left, 0, 0, 0), LEFT, self.text())
        if self.hasFocus():
            paint_focus_ring(painter, QRectF(self.rect()), self.height() / 2 - 1, self.theme)


class ChosenFilter(PaintedButton):
    """A filter that is on; pressing it takes it off."""

    _PADDING = 10

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setAccessibleName(f"Remove the filter {text}")
        self.setToolTip(self.accessibleName())

    def sizeHint(self) -> QSize:
        return QSize(self.text_width(Role.LABEL) + 2 * self._PADDING + 18, self.theme.px(28))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = self.painter()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color(Token.PRESS if self.underMouse() else Token.ACCENT_BG))
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        painter.setFont(self.theme.font(Role.LABEL))
        painter.setPen(self.theme.color(Token.ACCENT_TEXT))
        room = self.width() - self._PADDING - 26
        text = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        painter.drawText(self.rect().adjusted(self._PADDING, 0, 0, 0), LEFT, text)
        cross = self.theme.pixmap("mdi6.close", Token.ACCENT_TEXT, 13)
        painter.drawPixmap(self.width() - 23, round((self.height() - self.theme.px(13)) / 2), cross)
        if self.hasFocus():
            paint_focus_ring(painter, QRectF(self.rect()), 6, self.theme)


class _Choice(PaintedButton):
    """One of several; arrow keys move between them."""

    def __init__(self, key: str, text: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.key = key
        self.setCheckable(True)
        self.setAutoExclusive(True)


class _Segment(_Choice):
    def sizeHint(self) -> QSize:
        return QSize(self.text_width(Role.LABEL) + 24, self.theme.px(26))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = self.painter()
        on = self.isChecked()
        if on:
            painter.setBrush(self.theme.color(Token.RAISED))
            painter.setPen(QPen(self.theme.color(Token.LINE2), 1))
            painter.drawRoundedRect(self.frame(), 6, 6)
        painter.setFont(self.theme.font(Role.LABEL))
        token = Token.TEXT3 if not self.isEnabled() else Token.TEXT if on or self.underMouse() else Token.TEXT2
        painter.setPen(self.theme.color(token))
        painter.drawText(self.rect(), _CENTRE, self.text())
        if self.hasFocus():
            paint_focus_ring(painter, QRectF(self.rect()), 6, self.theme)


class _Tab(_Choice):
    focusChanged = Signal()
    _COUNT_GAP = 6

    def __init__(self, key: str, text: str, parent: QWidget) -> None:
        super().__init__(key, text, parent)
        self._count = ""

    def set_count(self, count: int | None) -> None:
        self._count = "" if count is None else thousands(count)
        self.setAccessibleName(f"{self.text()} {self._count}".strip())
        self._restyle()

    def sizeHint(self) -> QSize:
        width = self.text_width(Role.STRONG)
        if self._count:
            width += self._COUNT_GAP + QFontMetrics(self.theme.font(Role.TINY)).horizontalAdvance(self._count) + 10
        return QSize(width, self.theme.px(36))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = self.painter()
        on = self.isChecked()
        painter.setFont(self.theme.font(Role.STRONG))
        painter.setPen(self.theme.color(Token.TEXT if on or self.underMouse() else Token.TEXT2))
        painter.drawText(self.rect(), LEFT, self.text())
        if self._count:
            left = self.text_width(Role.STRONG) + self._COUNT_GAP
            box = QRectF(left, (self.height() - 18) / 2, self.width() - left, 18)
            _fill(painter, box, 5, self.theme.color(Token.MUTE_BG))
            painter.setFont(self.theme.font(Role.TINY))
            painter.setPen(self.theme.color(Token.TEXT2))
            painter.drawText(box, _CENTRE, self._count)
        if on:
            _fill(painter, QRectF(0, self.height() - 2.5, self.width(), 2.5), 1, self.theme.color(Token.ACCENT_TEXT))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focusChanged.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focusChanged.emit()


class _TabRing(Painted):
    """The focus ring of a tab. It lies around it on what the tabs lie on: a tab is as wide as its words, which begin where
    the panel's other words begin, and a ring inside would cut into them."""

    _ASIDE = 6

    def __init__(self, on: QWidget) -> None:
        super().__init__(on)
        self._on = on
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def lie_around(self, tab: QWidget) -> None:
        """The ring ends above the line below the tabs."""
        place = QRect(tab.mapTo(self._on, QPoint(0, 0)), tab.size())
        self.setGeometry(place.adjusted(-self._ASIDE, 2, self._ASIDE, -5))
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_focus_ring(self.painter(), QRectF(self.rect()), 6, self.theme)


class _ChoiceRow(QWidget):
    """Several choices of which one is on."""

    valueChanged = Signal(str)

    def __init__(self, name: str, spacing: int, margin: int) -> None:
        super().__init__()
        self.theme = Theme.of_application()
        self.setAccessibleName(name)
        self._buttons: dict[str, _Choice] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(margin, margin, margin, margin)
        self._row.setSpacing(spacing)

    @property
    def value(self) -> str:
        """The key of the choice that is on."""
        return next(key for key, button in self._buttons.items() if button.isChecked())

    def set_value(self, key: str) -> None:
        """Choose by key; `valueChanged` follows when it was another. Raises KeyError for an unknown key."""
        self._buttons[key].setChecked(True)

    def _add(self, button: _Choice) -> None:
        button.setChecked(not self._buttons)
        button.toggled.connect(self._toggled)
        self._buttons[button.key] = button
        self._row.addWidget(button)

    def _toggled(self, on: bool) -> None:
        if on:
            self.valueChanged.emit(self.value)


class Segments(_ChoiceRow):
    """Two to four choices in one frame, 30 px high: `Segments("Time", [("day", "Day"), ("week", "7 d")])`."""

    def __init__(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__(name, spacing=0, margin=2)
        for key, text in choices:
            self._add(_Segment(key, text, self))
        self._row.setSizeConstraint(QHBoxLayout.SizeConstraint.SetFixedSize)
        self.theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(self.theme.color(Token.SUNKEN))
        painter.setPen(QPen(self.theme.color(Token.LINE), 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)


class Tabs(_ChoiceRow):
    """Parts of a panel, 36 px high, over one hairline; a tab may carry a count."""

    def __init__(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__(name, spacing=22, margin=0)
        for key, text in choices:
            tab = _Tab(key, text, self)
            tab.focusChanged.connect(self._show_ring)
            self._add(tab)
        self._row.addStretch(1)
        self._ring: _TabRing | None = None
        self.theme.changed.connect(self.update)

    def set_count(self, key: str, count: int | None) -> None:
        """A number beside the word; None: none. Raises KeyError for an unknown key."""
        tab = self._buttons[key]
        assert isinstance(tab, _Tab)
        tab.set_count(count)

    def _show_ring(self) -> None:
        focused = next((tab for tab in self._buttons.values() if tab.hasFocus()), None)
        below = self.parentWidget()
        if focused is not None and self._ring is None and below is not None:
            self._ring = _TabRing(below)
        if self._ring is not None:
            self._ring.setVisible(focused is not None)
            self._place_ring()

    def _place_ring(self) -> None:
        focused = next((tab for tab in self._buttons.values() if tab.hasFocus()), None)
        if focused is not None and self._ring is not None:
            self._ring.lie_around(focused)

    def event(self, event: QEvent) -> bool:
        is_handled = super().event(event)
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._place_ring()
        return is_handled

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(0, self.height() - 1, self.width(), 1, self.theme.color(Token.LINE))


class Switch(PaintedButton):
    """A setting that applies at once, 34×20 px. Locked: it shows its state and cannot be changed."""

    _WIDTH, _HEIGHT = 34, 20

    def __init__(self, name: str, on: bool = False, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setAccessibleName(name)
        self.setCheckable(True)
        self.setChecked(on)

    def set_locked(self, reason: str) -> None:
        """Keep the switch as it is; the reason is its tool tip. An empty reason unlocks."""
        self.setEnabled(not reason)
        self.setToolTip(reason)
        self.setAccessibleDescription(reason)

    def sizeHint(self) -> QSize:
        return QSize(self._WIDTH + 4, self._HEIGHT + 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = self.painter()
        box = QRectF(2, (self.height() - self._HEIGHT) / 2, self._WIDTH, self._HEIGHT)
        knob = QRectF(0, 0, 14, 14)
        if self.isChecked():
            token = Token.CTL if not self.isEnabled() else Token.ACCENT_HI if self.underMouse() else Token.ACCENT
            _fill(painter, box, 10, self.theme.color(token))
            knob.moveCenter(box.center())
            knob.moveRight(box.right() - 3)
            color = Token.ON_ACCENT
        else:
            painter.setBrush(self.theme.color(Token.HOVER if self.underMouse() else Token.SURFACE))
            painter.setPen(QPen(self.theme.color(Token.CTL), 1.5))
            painter.drawRoundedRect(box.adjusted(0.75, 0.75, -0.75, -0.75), 9.25, 9.25)
            knob = QRectF(0, 0, 12, 12)
            knob.moveCenter(box.center())
            knob.moveLeft(box.left() + 4)
            color = Token.CTL
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color(color))
        painter.drawEllipse(knob)
        if self.hasFocus():
            paint_focus_ring(painter, box.adjusted(-2, -2, 2, 2), 11, self.theme)


def _fill(painter: QPainter, box: QRectF, radius: float, color: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRoundedRect(box, radius, radius)
