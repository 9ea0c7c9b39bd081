"""One webhook on its card: what it is, how it stands, and what can be done with it."""

from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from core.domain.webhook import Webhook
from desktop.formatting import Formats
from desktop.pages.settings.row import add_line, column_of_lines
from desktop.pages.settings.webhooks.words import describe, state_of, tell_progress
from desktop.theme import Role, Token
from desktop.widgets.buttons import Button, IconButton
from desktop.widgets.labels import ElidedLabel, label, set_token
from desktop.widgets.pills import Pill
from desktop.widgets.status import Tone


class WebhookLine(QWidget):
    """Shows and emits; what is done is decided elsewhere."""

    testRequested = Signal(int)
    editRequested = Signal(int)
    deliveriesRequested = Signal(int)
    rollRequested = Signal(int)
    pauseRequested = Signal(int)
    resumeRequested = Signal(int)
    removeRequested = Signal(int)

    def __init__(self, hook: Webhook, formats: Formats, now: datetime, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hook = hook
        self._formats = formats
        self.title = label("", Role.STRONG)
        self.what = ElidedLabel("", Role.HINT)
        self.progress = label("", Role.HINT, wrap=True)
        self.pill = Pill(state_of(hook))
        self.test = Button("Send a test", small=True)
        self.more = IconButton("mdi6.dots-horizontal", "More")
        self.menu = QMenu(self)
        self.actions_by_word: dict[str, QAction] = {}
        for word, signal in (
            ("Change…", self.editRequested),
            ("What it was told…", self.deliveriesRequested),
            ("New secret…", self.rollRequested),
            ("Pause", self.pauseRequested),
            ("Resume", self.resumeRequested),
            ("Remove…", self.removeRequested),
        ):
            action = self.menu.addAction(word)
            action.triggered.connect(lambda _=False, signal=signal: signal.emit(self.hook.id))
            self.actions_by_word[word] = action
        self.more.clicked.connect(self._open_menu)
        self.test.clicked.connect(lambda: self.testRequested.emit(self.hook.id))
        self._build_ui()
        self.show_hook(hook, now)

    def show_hook(self, hook: Webhook, now: datetime) -> None:
        """As it stands now."""
        self.hook = hook
        self.title.setText(hook.name)
        self.what.set_text(describe(hook))
        state, progress = state_of(hook), tell_progress(hook, self._formats, now)
        self.pill.set_state(state)
        self.progress.setText(progress)
        self.progress.setVisible(bool(progress))
        has_lost = hook.given_up > 0 or hook.lost > 0
        set_token(self.progress, Token.BAD if state.tone is Tone.BAD else Token.WARN if has_lost else None)
        is_paused = hook.paused_at is not None
        self.test.set_reason_disabled("Resume it first" if is_paused else "")
        self.actions_by_word["Pause"].setVisible(not is_paused)
        self.actions_by_word["Resume"].setVisible(is_paused)
        self.test.setAccessibleName(f"Send a test to {hook.name}")
        self.more.set_name(f"More about {hook.name}")

    def _build_ui(self) -> None:
        words, controls = (self.title, self.what, self.progress), (self.pill, self.test, self.more)
        add_line(column_of_lines(self), words, controls)

    def _open_menu(self) -> None:
        self.menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))
