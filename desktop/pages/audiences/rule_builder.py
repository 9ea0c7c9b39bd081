"""A rule put together by clicking: its title, the sets, and beside them what it means now."""

from collections.abc import Iterator

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from campaigns.audience.rules import Rule
from campaigns.audience.views import MAX_TITLE_CHARS, AudienceChoices
from desktop.formatting import Formats
from desktop.pages.audiences.audience_facts import AudienceFacts
from desktop.pages.audiences.rule_group import RuleSets
from desktop.pages.audiences.rule_lines import LineWords
from desktop.theme import Role, Theme
from desktop.widgets.fields import Field
from desktop.widgets.labels import label
from desktop.widgets.layouts import scrolled

PAUSE_MS = 250  # after the last change, before it is counted
SIDE_PX = 340


class RuleBuilder(QWidget):
    """Shows and emits; counting and saving are the presenter's business."""

    ruleChanged = Signal()

    def __init__(self, formats: Formats) -> None:
        super().__init__()
        self.title = QLineEdit()
        self.title.setMaxLength(MAX_TITLE_CHARS)
        self.title_field = Field("Title", self.title, "By which campaigns choose it")
        self.include = RuleSets("Who is in it", "Everyone, as long as there is no set.", "Set of people")
        self.exclude = RuleSets("Who is left out", "Nobody.", "Leave out a set")
        self.facts = AudienceFacts(formats)
        self._is_filling = False
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self.ruleChanged)
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._step)
        self._steps: Iterator[None] = iter(())
        self._theme = Theme.of_application()
        self._side = QFrame()
        self._build_ui()
        for sets in (self.include, self.exclude):
            sets.changed.connect(self._changed)
        self.include.add.clicked.connect(self._changed)
        self._theme.changed.connect(self._restyle)
        self._restyle()

    def show_rule(self, title: str, rule: Rule, choices: AudienceChoices, *, without: int = 0) -> None:
        """Show this rule, a line a turn; `without` is the audience itself."""
        self._steps = self._fill(title, rule, choices, without)
        self._is_filling = True
        self._step()
        self._turn.start()

    def _step(self) -> None:
        if next(self._steps, self) is self:
            self._turn.stop()
            self._is_filling = False
            self.ruleChanged.emit()

    def _fill(self, title: str, rule: Rule, choices: AudienceChoices, without: int) -> Iterator[None]:
        words = LineWords(choices, without)
        self.title.setText(title)
        self.title_field.set_error("")
        for sets, groups in ((self.include, rule.include), (self.exclude, rule.exclude)):
            sets.empty(words)
            for group in groups:
                yield
                made = sets.put()
                yield from made.fill(group)
                yield

    @property
    def problem(self) -> str:
        """Why what stands there cannot be read as a rule; empty: it can."""
        return next((group.problem for group in (*self.include.groups, *self.exclude.groups) if group.problem), "")

    @property
    def rule(self) -> Rule:
        return Rule(
            include=tuple(group.group for group in self.include.groups),
            exclude=tuple(group.group for group in self.exclude.groups),
        )

    def _changed(self) -> None:
        if not self._is_filling:
            self._pause.start()

    def _build_ui(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(24, 8, 24, 16)
        column.setSpacing(16)
        for part in (self.title_field, self.include, self.exclude):
            column.addWidget(part)
        column.addStretch(1)
        self._side.setObjectName("panel")
        side = QVBoxLayout(self._side)
        side.setContentsMargins(16, 14, 16, 14)
        side.setSpacing(8)
        side.addWidget(label("What it means now", Role.LABEL))
        side.addWidget(self.facts)
        side.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(scrolled(content), 1)
        row.addWidget(self._side)

    def _restyle(self) -> None:
        self._side.setFixedWidth(self._theme.px(SIDE_PX))
