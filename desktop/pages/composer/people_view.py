"""The People step: which audiences it is written to and which are left out, and how many people these are."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from campaigns.audience.views import SamplePerson
from campaigns.delivery import DeliveryState
from campaigns.report.views import CampaignProgress
from core.domain.ids import AudienceId
from desktop.formatting import Formats, count_of, join_words
from desktop.pages.composer.review_view import FactsCard
from desktop.pages.reasons import short
from desktop.theme import Role, Token
from desktop.widgets.cards import Card, Note
from desktop.widgets.choices import Segments
from desktop.widgets.fields import SearchField
from desktop.widgets.identity import Avatar
from desktop.widgets.labels import ElidedLabel, hairline, label
from desktop.widgets.layouts import clear_layout, scrolled
from desktop.widgets.pills import Tag
from desktop.widgets.status import Tone

OUT, INCLUDE, EXCLUDE = "out", "include", "exclude"
MOST_ROWS = 60
"""Rows that are made; the others are found by searching."""
SEARCHED_FROM = 9
"""So many audiences are looked for, and not looked through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceChoice:
    """One audience, and what the campaign does with it."""

    id: AudienceId
    title: str
    sentence: str
    role: str  # OUT, INCLUDE or EXCLUDE
    problem: str


class _AudienceRow(QWidget):
    chosen = Signal(int, str)

    def __init__(self, choice: AudienceChoice) -> None:
        super().__init__()
        self.choice = choice
        self.role = Segments(
            f"What to do with {choice.title}", ((OUT, "Not used"), (INCLUDE, "Write to"), (EXCLUDE, "Leave out"))
        )
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(ElidedLabel(choice.title, Role.STRONG))
        words.addWidget(ElidedLabel(choice.problem or choice.sentence, Role.HINT))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 6, 0, 6)
        row.setSpacing(12)
        row.addLayout(words, 1)
        row.addWidget(self.role)
        self.role.set_value(choice.role)
        self.role.valueChanged.connect(self._choose)

    def show_role(self, role: str) -> None:
        self.role.blockSignals(True)
        self.role.set_value(role)
        self.role.blockSignals(False)

    def _choose(self, role: str) -> None:
        self.chosen.emit(int(self.choice.id), role)


class PeopleView(QWidget):
    """Shows and emits: `chosen` with an audience and what to do with it."""

    chosen = Signal(int, str)

    def __init__(self, formats: Formats) -> None:
        super().__init__()
        self._formats = formats
        self.rows: dict[AudienceId, _AudienceRow] = {}
        self.audiences = Card("Audiences")
        self.search = SearchField("Find an audience")
        self._choices: Sequence[AudienceChoice] = ()
        self._frozen = ""
        self.count = Card("Who these are")
        self.people = label("–", Role.NUM)
        self.people_words = label("people chosen", Role.HINT)
        self.may_write = label("–", Role.NUM2, Token.GOOD)
        self.sentence = label("", Role.DIM, wrap=True)
        self.planned = FactsCard("Since it was started", ("Will get it", "Not written to"))
        self.frozen = Note("", "mdi6.lock-outline")
        self.sample = Card("Some of them")
        self._sample = QVBoxLayout()
        self._build_ui()

    def show_audiences(self, choices: Sequence[AudienceChoice], *, frozen: str) -> None:
        self._choices, self._frozen = choices, frozen
        self.search.setVisible(len(choices) >= SEARCHED_FROM)
        self._show_rows()
        self.frozen.setVisible(bool(frozen))
        self.frozen.text.setText(frozen)
        included = [choice.title for choice in choices if choice.role == INCLUDE]
        excluded = [choice.title for choice in choices if choice.role == EXCLUDE]
        words = f"Who is in {join_words(included)}" if included else "Nobody is chosen yet"
        self.sentence.setText(f"{words}{f', without {join_words(excluded)}' if excluded else ''}.")

    def _show_rows(self) -> None:
        text = self.search.text().strip().casefold()
        found = [one for one in self._choices if text in one.title.casefold() or text in one.sentence.casefold()]
        # What is chosen is never out of sight because there are many.
        used = [one for one in found if one.role != OUT]
        shown = used if len(used) >= MOST_ROWS else [*used, *[one for one in found if one.role == OUT]][:MOST_ROWS]
        choices = [one for one in found if one in shown]
        known = [
            (row.choice.id, row.choice.title, row.choice.sentence, row.choice.problem) for row in self.rows.values()
        ]
        if known != [(choice.id, choice.title, choice.sentence, choice.problem) for choice in choices]:
            self._make_rows(choices)
        for choice in choices:
            self.rows[choice.id].show_role(choice.role)
            self.rows[choice.id].role.setEnabled(not self._frozen)

    def show_count(self, people: int | None, may_write: int | None) -> None:
        """None: it is being counted."""
        self.people.setText("…" if people is None else self._formats.number(people))
        self.may_write.setText("…" if may_write is None else self._formats.number(may_write))

    def show_sample(self, people: Sequence[SamplePerson]) -> None:
        clear_layout(self._sample)
        for person in people:
            line = QWidget()
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 2, 0, 2)
            row.setSpacing(10)
            row.addWidget(Avatar(person.id, person.name))
            row.addWidget(ElidedLabel(person.name or f"Person {person.id}", Role.BODY), 1)
            row.addWidget(Tag("may be written to", Tone.GOOD) if person.may_write else Tag("no basis", Tone.MUTE))
            self._sample.addWidget(line)
        self.sample.setVisible(bool(people))

    def show_planned(self, progress: CampaignProgress) -> None:
        """What became of them once deliveries are planned."""
        self.planned.setVisible(progress.recipients > 0)
        skipped = [
            (reason, count) for (state, reason), count in progress.reasons.items() if state is DeliveryState.SKIPPED
        ]
        skipped.sort(key=lambda one: -one[1])
        words = join_words([f"{self._formats.number(count)} {short(reason).lower()}" for reason, count in skipped])
        number = progress.counts.get(DeliveryState.SKIPPED, 0)
        will_get = progress.recipients - number
        self.planned.show_facts(
            {
                "Will get it": count_of(self._formats.number(will_get), "person", "people"),
                "Not written to": f"{self._formats.number(number)}: {words}" if number else "nobody",
            }
        )

    def _search(self, _: str) -> None:
        self._show_rows()

    def _make_rows(self, choices: Sequence[AudienceChoice]) -> None:
        clear_layout(self._list)
        self.rows = {}
        for choice in choices:
            row = _AudienceRow(choice)
            row.chosen.connect(self.chosen)
            self.rows[choice.id] = row
            if len(self.rows) > 1:
                self._list.addWidget(hairline())
            self._list.addWidget(row)
        self._list.addStretch(1)

    def _build_ui(self) -> None:
        inside = QWidget()
        self._list = QVBoxLayout(inside)
        self._list.setContentsMargins(0, 0, 8, 0)
        self._list.setSpacing(0)
        self.search.setMaximumWidth(260)
        self.search.hide()
        self.search.searched.connect(self._search)
        self.audiences.add_to_head(self.search)
        self.audiences.body.addWidget(scrolled(inside), 1)
        numbers = QHBoxLayout()
        numbers.setSpacing(28)
        for number, words in (
            (self.people, self.people_words),
            (self.may_write, label("may be written to", Role.HINT)),
        ):
            column = QVBoxLayout()
            column.setSpacing(0)
            column.addWidget(number, 1, Qt.AlignmentFlag.AlignBottom)
            column.addWidget(words)
            numbers.addLayout(column)
        numbers.addStretch(1)
        self.count.body.addLayout(numbers)
        self.count.body.addWidget(self.sentence)
        self.count.body.addWidget(
            Note(
                "Who may be written to is decided person by person: a recorded basis, no STOP, no suppression. It is "
                "checked again right before each message leaves.",
                "mdi6.shield-check-outline",
            )
        )
        self.planned.hide()
        self.sample.body.addLayout(self._sample)
        self._sample.setSpacing(0)
        right = QVBoxLayout()
        right.setSpacing(12)
        for part in (self.count, self.planned, self.frozen, self.sample):
            right.addWidget(part)
        right.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 4, 24, 16)
        row.setSpacing(12)
        row.addWidget(self.audiences, 3)
        row.addLayout(right, 2)
