"""The road of a campaign: done steps stay open to read, the present one is marked, the rest is to come."""

from collections.abc import Sequence
from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.theme import Role, Token
from desktop.widgets.choices import PaintedButton
from desktop.widgets.painted import LEFT, Painted, paint_focus_ring
from desktop.widgets.status import Glyph, Tone, paint_glyph

_MARK = 14


class StepState(StrEnum):
    DONE = "done"
    OPEN = "open"  # may be gone to, and something is missing there
    CURRENT = "current"
    TO_DO = "to do"


class _Step(PaintedButton):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._is_shown = False
        self.set_state(StepState.TO_DO)

    def set_text(self, text: str) -> None:
        self.setText(text)
        self.setAccessibleName(text)
        self._restyle()

    def set_shown(self, is_shown: bool) -> None:
        self._is_shown = is_shown
        self._restyle()

    def set_state(self, state: StepState) -> None:
        self._state = state
        self.setEnabled(state is not StepState.TO_DO)
        self.setAccessibleDescription(state.value)
        self._restyle()

    def sizeHint(self) -> QSize:
        return QSize(_MARK + 6 + self.text_width(Role.H3) + 4, self.theme.px(30))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = self.painter()
        middle = QPointF(_MARK / 2 + 1, self.height() / 2)
        if self._state is StepState.DONE:
            paint_glyph(painter, Glyph.CHECK, 1, middle.y() - 7, self.theme.color(Tone.GOOD.text), _MARK)
        elif self._state is StepState.CURRENT:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.theme.color(Token.ACCENT))
            painter.drawEllipse(middle, 7, 7)
            painter.setBrush(self.theme.color(Token.ON_ACCENT))
            painter.drawEllipse(middle, 2.5, 2.5)
        else:
            painter.setPen(QPen(self.theme.color(Token.CTL), 1.3))
            painter.drawEllipse(middle, 6.2, 6.2)
        painter.setFont(self.theme.font(Role.H3 if self._is_shown else Role.STRONG))
        painter.setPen(self.theme.color(Token.TEXT if self._is_shown or self.underMouse() else Token.TEXT2))
        box = self.rect().adjusted(_MARK + 7, 0, 0, 0)
        painter.drawText(box, LEFT, self.text())
        if self.hasFocus():
            paint_focus_ring(painter, QRectF(self.rect()), 6, self.theme)


class _Dash(Painted):
    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(14, 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        self.painter().fillRect(QRectF(0, 0.5, 14, 1), self.theme.color(Token.LINE2))


class Steps(QWidget):
    """`Steps("Road", [("message", "Message"), …])`; `stepChosen` carries the key of the step that was pressed."""

    stepChosen = Signal(str)

    def __init__(self, name: str, steps: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._steps: dict[str, _Step] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for key, text in steps:
            if self._steps:
                row.addWidget(_Dash(), 0, Qt.AlignmentFlag.AlignVCenter)
            step = _Step(text)
            step.setObjectName(key)
            step.clicked.connect(self._chosen)
            self._steps[key] = step
            row.addWidget(step)
        row.addStretch(1)

    def set_states(self, states: dict[str, StepState]) -> None:
        """Where each step stands; steps that are not named are to come. Raises KeyError for an unknown key."""
        if unknown := states.keys() - self._steps.keys():
            raise KeyError(*unknown)
        for key, step in self._steps.items():
            step.set_state(states.get(key, StepState.TO_DO))

    def set_text(self, key: str, text: str) -> None:
        """Another word for a step. Raises KeyError for an unknown key."""
        self._steps[key].set_text(text)

    def set_shown(self, key: str) -> None:
        """Which step is open to read: its word is bold. Raises KeyError for an unknown key."""
        self._steps[key]
        for other, step in self._steps.items():
            step.set_shown(other == key)

    def _chosen(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.stepChosen.emit(sender.objectName())
