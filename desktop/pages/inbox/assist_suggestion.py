"""A suggested answer beside what somebody types: it is used by a press, changed, or put away. It never leaves by itself."""

from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QWidget

from core.errors import AppError
from desktop.pages.inbox.assist_problem import Problem
from desktop.theme import Role, Theme, Token
from desktop.widgets.buttons import Button, IconButton, Kind
from desktop.widgets.cards import Card, IconLabel
from desktop.widgets.labels import ElidedLabel, label
from desktop.widgets.layouts import scrolled

MOST_HEIGHT: Final = 132
WRITTEN_MS: Final = 100  # what comes in pieces is shown at most ten times a second


class SuggestionCard(Card):
    """Shows and emits. Esc stops asking, or puts it away."""

    useRequested = Signal(str)
    againRequested = Signal()
    lookRequested = Signal()
    stopRequested = Signal()
    settingsRequested = Signal()

    def __init__(self) -> None:
        super().__init__("Suggested answer", role=Role.LABEL)
        self._theme = Theme.of_application()
        self._pending = ""
        self._timer = QTimer(self, singleShot=True, interval=WRITTEN_MS)
        self._timer.timeout.connect(self._show_pending)
        self.source = ElidedLabel("", Role.HINT)
        self.dismiss = IconButton("mdi6.close", "Put it away (Esc)")
        self.text = label("", wrap=True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text.setAccessibleName("The suggestion")
        self.problem = Problem()
        self.use = Button("Use it", "mdi6.check", kind=Kind.PRIMARY, small=True)
        self.use.setToolTip("Ctrl+J")
        self.again = Button("Another", "mdi6.refresh", kind=Kind.QUIET, small=True)
        self.look = Button("What is sent?", kind=Kind.LINK, small=True)
        self.stop = Button("Stop", small=True)
        self.stop.setToolTip("Stop asking (Esc)")
        self.progress = label("", Role.HINT)
        self._build_ui()
        self._connect_signals()
        self.hide()

    @property
    def is_whole(self) -> bool:
        """A suggestion stands there and can be used."""
        return not self.isHidden() and not self.use.isHidden()

    @property
    def is_asking(self) -> bool:
        """A model is writing, or about to."""
        return not self.isHidden() and not self.stop.isHidden()

    def show_asking(self) -> None:
        """The question is on its way."""
        self._pending = ""
        self.text.clear()
        self.source.set_text("")
        self.problem.show_problem(None)
        self._show_buttons(is_asking=True)
        self.progress.setText("Asking…")
        self.show()
        self._fit()

    def show_written(self, text: str) -> None:
        """As it comes: the whole text so far."""
        self._pending = text
        if not self._timer.isActive():
            self._timer.start()

    def show_suggestion(self, text: str, source: str, *, is_beside: bool) -> None:
        """Whole. `is_beside`: something is typed already, and it is put below that."""
        self._timer.stop()
        self.text.setText(text)
        self.source.set_text(source)
        self.use.set_text("Add it below" if is_beside else "Use it")
        self._show_buttons(is_asking=False)
        self._fit()

    def show_problem(self, error: AppError) -> None:
        self._timer.stop()
        self.text.clear()
        self.problem.show_problem(error)
        self._show_buttons(is_asking=False)
        self.show()
        self._fit()

    def put_away(self) -> None:
        """Nothing of it stays."""
        self._timer.stop()
        self.text.clear()
        self.hide()

    def escape(self) -> bool:
        """Stop asking, and put it away; False: there was nothing."""
        if self.isHidden():
            return False
        if self.is_asking:
            self.stopRequested.emit()
        self.put_away()
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Not as a shortcut: the window has one for this key, and two of one key do nothing.
        if event.key() == Qt.Key.Key_Escape:
            self.escape()
        else:
            super().keyPressEvent(event)

    # --------------------------------------------------------------------------------------------------------

    def _show_pending(self) -> None:
        self.progress.setText("Writing…")
        self.text.setText(self._pending)
        self._fit()

    def _show_buttons(self, *, is_asking: bool) -> None:
        is_whole = not is_asking and bool(self.text.text())
        self.use.setVisible(is_whole)
        self.again.setVisible(is_whole)
        self.stop.setVisible(is_asking)
        self.progress.setVisible(is_asking)

    def _build_ui(self) -> None:
        self.body.setContentsMargins(14, 10, 10, 10)
        self.head.insertWidget(0, IconLabel("mdi6.creation", Token.ODD, 16))
        self.head.takeAt(self.head.count() - 1)
        self.head.addWidget(self.source, 1)
        self.head.addWidget(self.dismiss)
        inside = QWidget()
        line = QHBoxLayout(inside)
        line.setContentsMargins(0, 0, 4, 0)
        line.addWidget(self.text, 1, Qt.AlignmentFlag.AlignTop)
        self._scroll: QScrollArea = scrolled(inside)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        for widget in (self.use, self.again, self.stop, self.progress):
            foot.addWidget(widget)
        foot.addStretch(1)
        foot.addWidget(self.look)
        self.body.addWidget(self._scroll)
        self.body.addWidget(self.problem)
        self.body.addLayout(foot)

    def _connect_signals(self) -> None:
        self.use.clicked.connect(lambda: self.useRequested.emit(self.text.text()))
        self.again.clicked.connect(self.againRequested)
        self.problem.againRequested.connect(self.againRequested)
        self.problem.settingsRequested.connect(self.settingsRequested)
        self.look.clicked.connect(self.lookRequested)
        self.stop.clicked.connect(self.escape)
        self.dismiss.clicked.connect(self.escape)

    def _fit(self) -> None:
        """As high as its text, up to a height that leaves the conversation its room."""
        self._scroll.setVisible(bool(self.text.text()))
        width = max(200, self._scroll.viewport().width() - 4)
        needed = self.text.heightForWidth(width) if self.text.text() else 0
        self._scroll.setFixedHeight(min(self._theme.px(MOST_HEIGHT), needed + 2))
