"""The card of a report that compares groups of people: what is compared is chosen in its head."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout

from campaigns.report.figures import Measure
from desktop.pages.campaign.report_groups import WORDS, Grouping, Groups
from desktop.widgets.cards import Card, Note
from desktop.widgets.choices import Segments
from desktop.widgets.intervals import Intervals

_MEASURES = ((Measure.REPLIED.value, "Replied"), (Measure.READ.value, "Read"), (Measure.OPTED_OUT.value, "Opted out"))


class GroupsCard(Card):
    """`chosen`: another grouping or another measure is wanted."""

    chosen = Signal(object, object)  # Grouping, Measure

    def __init__(self) -> None:
        super().__init__()
        self.groupings = Segments("Group people by", [(one.value, words) for one, words in WORDS.items()])
        self.measures = Segments("What is compared", _MEASURES)
        choices = QHBoxLayout()
        choices.addWidget(self.groupings)
        choices.addStretch(1)
        choices.addWidget(self.measures)
        self.body.addLayout(choices)
        self.intervals = Intervals("Shares with 95 % intervals")
        self.note = Note("")
        self.intervals.setToolTip("The lines are 95 % intervals: where the true share lies, in 19 of 20 cases.")
        self.body.addWidget(self.intervals)
        self.body.addStretch(1)
        self.body.addWidget(self.note)
        self.groupings.valueChanged.connect(self._choose)
        self.measures.valueChanged.connect(self._choose)

    def show_groups(self, groups: Groups) -> None:
        self.setAccessibleName(groups.title)
        self.intervals.set_rows(groups.rows, groups.marks)
        self.note.text.setText(groups.sentence)
        self.note.setVisible(bool(groups.sentence))

    def _choose(self) -> None:
        self.chosen.emit(Grouping(self.groupings.value), Measure(self.measures.value))
