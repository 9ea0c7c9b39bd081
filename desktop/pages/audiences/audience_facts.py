"""Beside a list or a rule: what it says, how many it is, and some of its people."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from campaigns.audience.views import AudienceCount, SamplePerson
from desktop.formatting import Formats
from desktop.theme import Role, Token
from desktop.widgets.identity import Avatar
from desktop.widgets.labels import ElidedLabel, label, set_token
from desktop.widgets.layouts import clear_layout

COUNTING = "Counting …"


class AudienceFacts(QWidget):
    """Figures arrive after the sentence; a problem stands in its place."""

    def __init__(self, formats: Formats) -> None:
        super().__init__()
        self._formats = formats
        self.sentence = label("", Role.BODY, wrap=True)
        self.number = label("", Role.NUM)
        self.share = label("", Role.DIM, wrap=True)
        self._heading = label("Some of them", Role.LABEL)
        self._people = QVBoxLayout()
        self._people.setSpacing(6)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (self.sentence, self.number, self.share, self._heading):
            column.addWidget(widget)
        column.addLayout(self._people)
        self.show_sentence("")

    def show_sentence(self, sentence: str) -> None:
        """Another audience, or another rule: nothing is known of it yet."""
        self._say(sentence, None)
        self.number.setText(COUNTING)
        self.number.setVisible(bool(sentence))
        self.share.hide()
        self._show_people(())

    def show_problem(self, words: str) -> None:
        """Why it cannot be counted."""
        self._say(words, Token.BAD)
        self.number.hide()
        self.share.hide()
        self._show_people(())

    def show_count(self, count: AudienceCount) -> None:
        number = self._formats.number
        self.number.setText(number(count.people))
        self.number.show()
        percent = f", {self._formats.percent(count.may_write, count.people)}" if count.people else ""
        self.share.setText(
            f"{number(count.may_write)} may be written to{percent}" if count.people else "Nobody is in it now"
        )
        self.share.show()

    def show_people(self, people: Sequence[SamplePerson]) -> None:
        self._show_people(people)

    def _say(self, words: str, token: Token | None) -> None:
        self.sentence.setText(words)
        set_token(self.sentence, token)

    def _show_people(self, people: Sequence[SamplePerson]) -> None:
        clear_layout(self._people)
        self._heading.setVisible(bool(people))
        for person in people:
            row = QHBoxLayout()
            row.setSpacing(8)
            name = person.name or f"@{person.username}"
            row.addWidget(Avatar(person.id, name, size=22))
            row.addWidget(ElidedLabel(name), 1)
            if not person.may_write:
                row.addWidget(label("not written to", Role.HINT))
            self._people.addLayout(row)
