"""Who a conversation is with: whether they may be written to, what is known of them, and what was sent to them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from campaigns.audience.contacts import ContactCard, DeliveryLine, Standing
from campaigns.inbox.conversations import ConversationRow
from core.clock import Clock
from desktop.formatting import Formats
from desktop.pages.inbox.words import name_of, standing_of
from desktop.pages.reasons import short
from desktop.pages.states import DELIVERY
from desktop.theme import Role
from desktop.widgets.facts import Facts
from desktop.widgets.labels import ElidedLabel, hairline, label
from desktop.widgets.pills import Tag
from desktop.widgets.status import StatusGlyph, Tone

MOST_FIELDS: Final = 8
MOST_DELIVERIES: Final = 5
"""The card itself has all of them."""


class PersonCard(QWidget):
    """Shows the conversation's row at once, and the card when it has been read. Lines are made once and kept."""

    def __init__(self, formats: Formats, clock: Clock) -> None:
        super().__init__()
        self._formats = formats
        self._clock = clock
        self.card: ContactCard | None = None
        self.standing = Tag("")
        self.facts = Facts()
        self.deliveries = QWidget()
        self._lines: list[_Line] = []
        self._build()

    def show_person(self, row: ConversationRow, card: ContactCard | None) -> None:
        """`card` None: it is not read yet, or they are no contact."""
        self.card = card
        now = self._clock.now()
        self.standing.set(*standing_of(row) if card is None or row.suppression is not None else _standing(card))
        self.facts.show_facts(person_facts(row, card, self._formats, now))
        sent = () if card is None else card.deliveries[:MOST_DELIVERIES]
        while len(self._lines) < len(sent):
            self._lines.append(_Line())
            self._column.addWidget(self._lines[-1])
        for place, line in enumerate(self._lines):
            line.setVisible(place < len(sent))
            if place < len(sent):
                line.show_delivery(sent[place], self._formats, now)
        self.deliveries.setVisible(bool(sent))

    def _build(self) -> None:
        self._column = QVBoxLayout(self.deliveries)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(5)
        self._column.addWidget(hairline())
        self._column.addWidget(label("Deliveries", Role.LABEL))
        self.deliveries.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self.standing, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.facts)
        column.addWidget(self.deliveries)


class _Line(QWidget):
    """One campaign's message to them."""

    def __init__(self) -> None:
        super().__init__()
        self._glyph = StatusGlyph(DELIVERY[next(iter(DELIVERY))].glyph)
        self._title, self._when = ElidedLabel(), label("", Role.HINT)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(7)
        row.addWidget(self._glyph)
        row.addWidget(self._title, 1)
        row.addWidget(self._when)

    def show_delivery(self, line: DeliveryLine, formats: Formats, now: datetime) -> None:
        state = DELIVERY[line.state]
        self._glyph.set_state(state)
        self._title.set_text(line.campaign_title)
        words = short(line.reason) if line.reason is not None else ""
        self._when.setText(words or ("" if line.at is None else formats.moment(line.at, now)))
        self.setAccessibleName(f"{line.campaign_title}: {state.word}, {self._when.text()}")


def person_facts(
    row: ConversationRow, card: ContactCard | None, formats: Formats, now: datetime
) -> Sequence[tuple[str, str]]:
    """Everything worth knowing while somebody answers; what is not known is left out."""
    facts = [("Name", name_of(row)), ("Telegram", f"@{row.username}" if row.username else "")]
    if card is not None:
        facts += [
            ("Phone", card.row.phone),
            ("Language", card.row.language),
            ("Their time", _local_time(card.time_zone, now)),
            *((name.replace("_", " ").capitalize(), value) for name, value in [*card.fields.items()][:MOST_FIELDS]),
            ("Tags", ", ".join(card.row.tags)),
            ("Sent", f"{formats.number(card.row.sent)} · wrote {formats.number(card.received)}"),
        ]
    return [(name, value) for name, value in facts if value]


def _local_time(zone: str, now: datetime) -> str:
    try:
        return f"{now.astimezone(ZoneInfo(zone)):%H:%M}, {zone}" if zone else ""
    except (ZoneInfoNotFoundError, ValueError):
        return zone


def _standing(card: ContactCard) -> tuple[str, Tone]:
    if card.row.standing is Standing.MAY:
        return "May be written to", Tone.GOOD
    return "No basis for campaigns", Tone.WARN
