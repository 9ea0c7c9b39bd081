"""Several accounts are chosen: what can be done to how many of them, and why not to the others."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from campaigns.accounts.views import AccountTally
from desktop.formatting import Formats, count_of
from desktop.pages.accounts.acts import Split, reasons_words, split_for_check, split_for_pause, split_for_resume
from desktop.pages.accounts.panel_words import Step
from desktop.theme import Role
from desktop.widgets.buttons import Button, IconButton, Kind
from desktop.widgets.labels import hairline, label
from desktop.widgets.layouts import scrolled
from desktop.widgets.painted import thousands

LINES: Final = (
    (Step.PAUSE, "mdi6.pause"),
    (Step.RESUME, "mdi6.play"),
    (Step.CHECK, "mdi6.radar"),
    (Step.LIMITS, "mdi6.speedometer"),
    (Step.PROXY, "mdi6.swap-horizontal"),
    (Step.LABELS, "mdi6.tag-outline"),
    (Step.REMOVE, "mdi6.trash-can-outline"),
)
_WORDS: Final = {
    Step.PROXY: "Give each of them a proxy, or take theirs away.",
    Step.LABELS: "Add or take off labels.",
    Step.LIMITS: "Set limits for all of them.",
    Step.REMOVE: "Log them out and take them out of this workspace; first it is said what goes and what stays.",
}
_BUTTONS: Final = {Step.PROXY: "Proxies…"}


class BulkPanel(QWidget):
    """Says what will happen before it happens."""

    stepRequested = Signal(object)  # Step
    closeRequested = Signal()

    def __init__(self, formats: Formats, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._formats = formats
        self.title = label("", Role.H2)
        self.facts = label("", Role.HINT, wrap=True)
        self.close_button = IconButton("mdi6.close", "Choose none")
        self.buttons: dict[Step, Button] = {}
        self.lines = {step: label("", Role.HINT, wrap=True) for step, _ in LINES}
        self._build_ui()
        self.close_button.clicked.connect(self.closeRequested)

    def show_count(self, count: int) -> None:
        """At once, before the accounts themselves are read."""
        self.title.setText(f"{thousands(count)} accounts chosen")

    def show_tally(self, tally: AccountTally) -> None:
        self.show_count(tally.total)
        queue = count_of(self._formats.number(tally.waiting), "delivery waits", "deliveries wait")
        self.facts.setText(f"{queue} in their queues." if tally.waiting else "Nothing waits in their queues.")
        self._show_split(Step.PAUSE, split_for_pause(tally.states), "will send nothing more until resumed")
        self._show_split(Step.RESUME, split_for_resume(tally.states), "may send again")
        self._show_check(split_for_check(tally.states).able)
        for step, words in _WORDS.items():
            self.lines[step].setText(words)

    @property
    def steps(self) -> Sequence[Step]:
        """What is offered for the chosen ones."""
        return [step for step, button in self.buttons.items() if not button.isHidden()]

    def _show_check(self, able: int) -> None:
        """Only where there is something to check: it is rare."""
        words = "is limited or frozen: Telegram is", "are limited or frozen: Telegram is"
        self.lines[Step.CHECK].setText(f"{count_of(thousands(able), *words)} asked again.")
        for widget in self._check_parts:
            widget.setVisible(able > 0)

    def _show_split(self, step: Step, split: Split, follows: str) -> None:
        parts = [f"{thousands(split.able)} {follows}" if split.able else "Nothing would change"]
        if split.already:
            parts.append(f"{thousands(split.already)} {'is' if split.already == 1 else 'are'} already so")
        if split.not_able:
            parts.append(reasons_words(split.not_able))
        self.lines[step].setText("; ".join(parts) + ".")
        self.buttons[step].set_reason_disabled("" if split.able else self.lines[step].text())

    def _build_ui(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.close_button)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(18, 14, 14, 14)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self.facts)
        for step, icon in LINES:
            line = hairline()
            column.addWidget(line)
            kind = Kind.STOP if step is Step.REMOVE else Kind.DEFAULT
            button = Button(_BUTTONS.get(step, step.value), icon, kind=kind, small=True)
            button.clicked.connect(partial(self.stepRequested.emit, step))
            self.buttons[step] = button
            row = QHBoxLayout()
            row.addWidget(button)
            row.addStretch(1)
            column.addLayout(row)
            column.addWidget(self.lines[step])
            if step is Step.CHECK:
                self._check_parts = (line, button, self.lines[step])
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolled(content))
