"""The Review step: what will be sent, what is missing, who asked, who approves, and when it starts."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from campaigns.campaign import CampaignState
from campaigns.message.variants import Message
from campaigns.report.screens import CampaignDetails
from campaigns.schedule.plan_words import describe_plan, describe_repeat
from desktop.formatting import MISSING, Formats, count_of, join_words
from desktop.pages.composer.findings import Finding
from desktop.pages.composer.findings_card import FindingsCard
from desktop.pages.composer.message_edits import message_words
from desktop.pages.composer.rehearsal_card import RehearsalCard
from desktop.pages.composer.trial_card import TrialCard
from desktop.theme import Role
from desktop.widgets.cards import Card, Note
from desktop.widgets.fields import Field
from desktop.widgets.labels import label
from desktop.widgets.layouts import scrolled

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
            name = label(word, Role.DIM)
            name.setAlignment(Qt.AlignmentFlag.AlignTop)  # beside the first line of a long value
            form.addRow(name, value)
        self.body.addLayout(form)

    def show_facts(self, facts: dict[str, str]) -> None:
        for word, text in facts.items():
            self._values[word].setText(text or MISSING)


class ReviewView(QWidget):
    """Shows; the header holds what can be done."""

    def __init__(self) -> None:
        super().__init__()
        self.content = FactsCard("What is approved", ("Message", "Fields", "People", "From", "When"))
        self.findings = FindingsCard()
        self.facts = FactsCard("Review", ("State", "Written by", "Approved by", "Approved", "Comment", "Hash"))
        self.name = QLineEdit()
        self.name_field = Field("Your name", self.name, "Stands in the approval and in Activity.")
        self.comment = QLineEdit()
        self.comment_field = Field("Comment", self.comment, "Stands in Activity, and goes back with the campaign.")
        self.facts.body.addWidget(self.name_field)
        self.facts.body.addWidget(self.comment_field)
        self.note = Note(
            "Approving freezes text, people, plan and accounts under this hash. If any of them changes, it cannot start "
            "before it is approved again.",
            "mdi6.clipboard-check-outline",
        )
        self.facts.body.addWidget(self.note)
        self._left, right = QVBoxLayout(), QVBoxLayout()
        self._left.setSpacing(12)
        self._left.addStretch(1)
        right.setSpacing(12)
        for card in (self.findings, self.facts, self.content):
            right.addWidget(card)
        right.addStretch(1)
        inside = QWidget()
        row = QHBoxLayout(inside)
        row.setContentsMargins(24, 4, 24, 16)
        row.setSpacing(12)
        row.addLayout(self._left, 3)
        row.addLayout(right, 2)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolled(inside))

    def attach(self, rehearsal: RehearsalCard, trial: TrialCard) -> None:
        """Once, after they were made: all in one handler would be more than a frame."""
        self.rehearsal, self.trial = rehearsal, trial
        self._left.insertWidget(0, rehearsal)
        self._left.insertWidget(1, trial)

    def show_details(self, details: CampaignDetails, formats: Formats, now: datetime, actor: str) -> None:
        campaign = details.campaign
        in_review = campaign.state is CampaignState.IN_REVIEW
        if in_review and self.name_field.isHidden():
            self.name.setText(actor)
        self.name_field.setVisible(in_review)
        self.comment_field.setVisible(in_review)
        if not in_review:
            self.comment.clear()
        titles = list(details.account_titles)
        repeats = describe_repeat(details.repeat) if details.repeat is not None else ()
        accounts = count_of(formats.number(len(titles)), "account")
        self.content.show_facts(
            {
                "From": f"{accounts}: {join_words(titles[:8])}{' …' if len(titles) > 8 else ''}" if titles else "",
                "When": " ".join((*repeats, *describe_plan(campaign.plan))),
            }
        )
        self.facts.show_facts(
            {
                "State": _state_words(campaign.state, is_approved=campaign.approved_hash is not None),
                "Written by": f"{campaign.created_by}, {formats.moment(campaign.created_at, now)}",
                "Approved by": campaign.approved_by or "",
                "Approved": formats.moment(details.approved_at, now, with_seconds=True),
                "Comment": details.approval_comment or campaign.state_reason or "",
                "Hash": campaign.approved_hash.hex() if campaign.approved_hash is not None else "",
            }
        )

    def show_people(self, words: str) -> None:
        self.content.show_facts({"People": words})

    def show_message(self, message: Message) -> None:
        """As it stands, with the fields of all its texts."""
        fields = join_words([field.replace("_", " ") for field in sorted(message.fields)])
        words = {"Message": message_words(message), "Fields": fields or "none: everybody gets the same text"}
        self.content.show_facts(words)

    def show_findings(self, findings: Sequence[Finding], *, is_frozen: bool) -> None:
        self.findings.show_findings(findings, is_frozen=is_frozen)


def _state_words(state: CampaignState, *, is_approved: bool) -> str:
    if is_approved:
        return "Approved"
    if state is CampaignState.IN_REVIEW:
        return "Waits for somebody to approve it"
    return "Not submitted yet"
