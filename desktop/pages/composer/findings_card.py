"""The card "Before approval": what a draft lacks, each with its one next step."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.pages.composer.findings import Finding
from desktop.theme import Role
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.cards import Card
from desktop.widgets.labels import label
from desktop.widgets.status import StatusGlyph


class FindingsCard(Card):
    """What is missing, each with its one next step."""

    acted = Signal(object)  # Finding
    reviewRequested = Signal()  # by the text model

    def __init__(self) -> None:
        super().__init__("Before approval")
        self.count = label("", Role.HINT)
        self.head.insertWidget(1, self.count)
        self.review = Button("Review with AI", kind=Kind.LINK, small=True)
        self.review.setToolTip("What a reader could stumble over, as a text model sees it")
        self.review.clicked.connect(self.reviewRequested)
        self.review.hide()  # until it is known that it can be asked
        self.add_to_head(self.review)
        self._lines: list[QWidget] = []
        self._shown: tuple[Finding, ...] = ()
        self._is_frozen = False

    @property
    def shown(self) -> tuple[Finding, ...]:
        return self._shown

    def show_findings(self, findings: Sequence[Finding], *, is_frozen: bool) -> None:
        if (tuple(findings), is_frozen) == (self._shown, self._is_frozen) and self._lines:
            return
        self._shown, self._is_frozen = tuple(findings), is_frozen
        for line in self._lines:
            self.body.removeWidget(line)
            line.deleteLater()
        self._lines = [self._line(finding, is_frozen=is_frozen) for finding in findings]
        for line in self._lines:
            self.body.addWidget(line)
        open_ones = sum(finding.blocks for finding in findings)
        self.count.setText("1 to mend" if open_ones == 1 else f"{open_ones} to mend" if open_ones else "")

    def _line(self, finding: Finding, *, is_frozen: bool) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(StatusGlyph(finding.glyph))
        words = label(finding.text, Role.BODY, finding.glyph.tone.text, wrap=True)
        row.addWidget(words, 1)
        action = finding.action or ("Go there" if finding.place else "")
        if action and not is_frozen:
            button = Button(action, kind=Kind.LINK)
            button.setAccessibleName(f"{action}: {finding.text}")
            button.clicked.connect(partial(self.acted.emit, finding))
            row.addWidget(button)
        line.setMinimumHeight(26)
        return line
