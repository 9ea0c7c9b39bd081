"""The steps before the run, open to read: the frozen message, the people, the plan, and who approved it."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.report.screens import CampaignDetails
from campaigns.report.views import CampaignProgress
from desktop.formatting import MISSING, Formats, count_of, join_words
from desktop.pages.reasons import short
from desktop.theme import Role
from desktop.widgets.cards import Card, Note
from desktop.widgets.fields import Field
from desktop.widgets.labels import label

_TEXT_LIMIT = 4_096  # what Telegram takes in one message
_SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse


class FactsCard(Card):
    """Lines of a word and what it is; a line whose value is missing shows a dash."""

    def __init__(self, title: str, words: Sequence[str]) -> None:
        super().__init__(title)
        self._values: dict[str, QLabel] = {}
        form = QFormLayout()
        form.setHorizontalSpacing(20)
        form.setVerticalSpacing(8)
        for word in words:
            value = label(MISSING, wrap=True)
            value.setTextInteractionFlags(value.textInteractionFlags() | _SELECTABLE)
            value.setAccessibleName(word)
            self._values[word] = value
            form.addRow(label(word, Role.DIM), value)
        self.body.addLayout(form)

    def show_facts(self, facts: dict[str, str]) -> None:
        for word, text in facts.items():
            self._values[word].setText(text or MISSING)

    def fact(self, word: str) -> str:
        return self._values[word].text()


class MessageStep(QWidget):
    """The text as it was written, not to be changed here."""

    def __init__(self) -> None:
        super().__init__()
        self.card = Card("Message")
        self.length = label("", Role.HINT)
        self.card.add_to_head(self.length)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName("Message text")
        self.note = Note("", "mdi6.lock-outline")
        self.card.body.addWidget(self.text, 1)
        self.card.body.addWidget(self.note)
        _fill(self, self.card)

    def show_details(self, details: CampaignDetails, formats: Formats) -> None:
        campaign = details.campaign
        if self.text.toPlainText() != campaign.message.template:
            self.text.setPlainText(campaign.message.template)
        self.length.setText(
            f"{formats.number(len(campaign.message.template))} of {formats.number(_TEXT_LIMIT)} characters"
        )
        fields = sorted(campaign.message.fields)
        words = f"Fields filled for each person: {join_words(fields)}." if fields else "Everybody gets the same text."
        frozen = campaign.approved_hash is not None
        state = "Frozen since it was approved: what is sent is exactly this." if frozen else "Not approved yet."
        self.note.text.setText(f"{state} {words}")


class PeopleStep(QWidget):
    """Whom it addresses, and who will not be written to."""

    def __init__(self) -> None:
        super().__init__()
        self.facts = FactsCard("People", ("Chosen", "Will get it", "Not written to"))
        self.note = Note(
            "Who may be written to is decided person by person: a recorded basis, no STOP, no suppression. "
            "It is checked again right before each message leaves.",
            "mdi6.shield-check-outline",
        )
        self.facts.body.addWidget(self.note)
        _fill(self, self.facts, stretch=True)

    def show_details(self, details: CampaignDetails, progress: CampaignProgress, formats: Formats) -> None:
        skipped = [
            (reason, count) for (state, reason), count in progress.reasons.items() if state is DeliveryState.SKIPPED
        ]
        skipped.sort(key=lambda one: -one[1])
        words = join_words([f"{formats.number(count)} {short(reason).lower()}" for reason, count in skipped])
        is_planned = progress.recipients > 0
        number = progress.counts.get(DeliveryState.SKIPPED, 0)
        self.facts.show_facts(
            {
                "Chosen": count_of(formats.number(details.members), "person", "people"),
                "Will get it": formats.number(progress.recipients - number) if is_planned else "known when it starts",
                "Not written to": (f"{formats.number(number)}: {words}" if number else "nobody")
                if is_planned
                else "known when it starts",
            }
        )


class PlanStep(QWidget):
    """When, and from which accounts."""

    def __init__(self) -> None:
        super().__init__()
        self.facts = FactsCard("Plan", ("Starts", "From", "How fast"))
        _fill(self, self.facts, stretch=True)

    def show_details(self, details: CampaignDetails, formats: Formats, now: datetime) -> None:
        campaign = details.campaign
        starts = formats.moment(campaign.started_at or campaign.start_at, now)
        if campaign.start_at is None:
            starts = "when you start it"
        accounts = count_of(formats.number(len(details.account_titles)), "account")
        self.facts.show_facts(
            {
                "Starts": starts,
                "From": f"{accounts}: {join_words(list(details.account_titles[:12]))}"
                + (" …" if len(details.account_titles) > 12 else ""),
                "How fast": "as the limits of each account allow; a wait of Telegram is kept to the second",
            }
        )


class ReviewStep(QWidget):
    """Who asked, who approved what and when; in review a place for the comment."""

    def __init__(self) -> None:
        super().__init__()
        self.facts = FactsCard("Review", ("State", "Written by", "Approved by", "Approved", "Comment", "Hash"))
        self.comment = QLineEdit()
        self.comment_field = Field("Comment", self.comment, "Stands in Activity, and goes back with the campaign.")
        self.facts.body.addWidget(self.comment_field)
        self.note = Note(
            "Approving freezes text, people and accounts under this hash. If any of them changes, it cannot start "
            "before it is approved again.",
            "mdi6.clipboard-check-outline",
        )
        self.facts.body.addWidget(self.note)
        _fill(self, self.facts, stretch=True)

    def show_details(self, details: CampaignDetails, formats: Formats, now: datetime) -> None:
        campaign = details.campaign
        in_review = campaign.state is CampaignState.IN_REVIEW
        self.comment_field.setVisible(in_review)
        if not in_review:
            self.comment.clear()
        waiting = "Waits for somebody to approve it" if in_review else "Not submitted yet"
        self.facts.show_facts(
            {
                "State": "Approved" if campaign.approved_hash is not None else waiting,
                "Written by": f"{campaign.created_by}, {formats.moment(campaign.created_at, now)}",
                "Approved by": campaign.approved_by or "",
                "Approved": formats.moment(details.approved_at, now, with_seconds=True),
                "Comment": details.approval_comment or "",
                "Hash": campaign.approved_hash.hex() if campaign.approved_hash is not None else "",
            }
        )


def _fill(page: QWidget, card: QWidget, *, stretch: bool = False) -> None:
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(card, 0 if stretch else 1)
    if stretch:
        column.addStretch(1)
