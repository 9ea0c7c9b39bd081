"""Small labels on a tint: tags, pills with a glyph, key caps."""

import re
from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeySequence, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.theme import Role, Token
from desktop.widgets.labels import label
from desktop.widgets.painted import Painted
from desktop.widgets.status import Glyph, State, Tone, paint_glyph

_CENTRE = int(Qt.AlignmentFlag.AlignCenter)


class Tag(Painted):
    """A word about a thing, 20 px high: a group, a label, "careful"."""

    _PADDING = 8

    def __init__(self, text: str, tone: Tone = Tone.MUTE, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.set(text, tone)

    def set(self, text: str, tone: Tone = Tone.MUTE) -> None:
        self._text, self._tone = text, tone
        self.setAccessibleName(text)
        self._restyle()

    def fit(self, width: int) -> None:
        """Elide what would make it wider; the whole word stays its name."""
        metrics = QFontMetrics(self.theme.font(Role.TINY))
        self._text = metrics.elidedText(self._text, Qt.TextElideMode.ElideRight, width - 2 * self._PADDING)
        self._restyle()

    def sizeHint(self) -> QSize:
        width = QFontMetrics(self.theme.font(Role.TINY)).horizontalAdvance(self._text)
        return QSize(width + 2 * self._PADDING, self.theme.px(20))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = self.painter()
        box = QRectF(0, (self.height() - self.theme.px(20)) / 2, self.width(), self.theme.px(20))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color(self._tone.background))
        painter.drawRoundedRect(box, 5, 5)
        painter.setFont(self.theme.font(Role.TINY))
        painter.setPen(self.theme.color(self._tone.text))
        painter.drawText(box, _CENTRE, self._text)


class Pill(Painted):
    """A state on its tint, 22 px high, beside a title; or a count with its glyph, as a badge in the side bar."""

    _PADDING, _GAP, _GLYPH = 8, 5, 11

    def __init__(self, state: State) -> None:
        super().__init__()
        self.set_state(state)

    def set_state(self, state: State) -> None:
        self._glyph: Glyph | None = state.glyph
        self._set(state.word, state.tone, state.detail)

    def set_count(self, text: str, tone: Tone = Tone.MUTE, glyph: Glyph | None = None, description: str = "") -> None:
        """A number instead of a word: `description` says what is counted ("2 accounts need you")."""
        self._glyph = glyph
        self._set(text, tone, description)

    def _set(self, text: str, tone: Tone, description: str) -> None:
        self._text, self._tone = text, tone
        self.setAccessibleName(text)
        self.describe(description)
        self.setToolTip(description)
        self._restyle()

    def sizeHint(self) -> QSize:
        width = QFontMetrics(self.theme.font(Role.LABEL)).horizontalAdvance(self._text)
        lead = self._GLYPH + self._GAP if self._glyph else 0
        return QSize(width + lead + 2 * self._PADDING, self.theme.px(22))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = self.painter()
        box = QRectF(0, (self.height() - self.theme.px(22)) / 2, self.width(), self.theme.px(22))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color(self._tone.background))
        painter.drawRoundedRect(box, 6, 6)
        left = float(self._PADDING)
        color = self.theme.color(Token.TEXT2 if self._tone is Tone.MUTE else self._tone.text)
        if self._glyph:
            paint_glyph(painter, self._glyph, left, box.center().y() - self._GLYPH / 2, color, self._GLYPH)
            left += self._GLYPH + self._GAP
        painter.setFont(self.theme.font(Role.LABEL))
        painter.setPen(color)
        painter.drawText(box.adjusted(left, 0, -self._PADDING, 0), _CENTRE, self._text)


class KeyCap(Painted):
    """One key, 20 px high, as it is printed on the keyboard."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self._key = key
        self.setAccessibleName(key)

    def sizeHint(self) -> QSize:
        width = QFontMetrics(self.theme.font(Role.TINY)).horizontalAdvance(self._key)
        return QSize(max(width + 14, self.theme.px(26)), self.theme.px(20))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = self.painter()
        height = self.theme.px(20)
        box = QRectF(0.5, (self.height() - height) // 2 + 0.5, self.width() - 1, height - 1)
        painter.setBrush(self.theme.color(Token.HOVER))
        painter.setPen(QPen(self.theme.color(Token.LINE2), 1))
        painter.drawRoundedRect(box, 4, 4)
        painter.setFont(self.theme.font(Role.TINY))
        painter.setPen(self.theme.color(Token.TEXT2))
        painter.drawText(box, _CENTRE, self._key)


def key_hints(hints: Sequence[tuple[Sequence[str], str]]) -> QHBoxLayout:
    """Keys and what each does, side by side: the foot of a list that is used by keys."""
    row = QHBoxLayout()
    row.setSpacing(6)
    for keys, words in hints:
        for key in keys:
            row.addWidget(KeyCap(key))
        row.addWidget(label(words, Role.HINT))
        row.addSpacing(8)
    row.addStretch(1)
    return row


def key_caps(shortcut: str) -> QWidget:
    """The keys of a shortcut, such as "Ctrl+K", side by side, named as this system names them."""
    native = QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
    row = QWidget()
    row.setAccessibleName(native)
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(4)
    for key in re.split(r"(?<=.)\+(?=.)", native):  # the last key may be a + itself
        line.addWidget(KeyCap(key))
    return row
