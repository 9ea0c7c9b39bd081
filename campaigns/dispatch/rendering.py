"""The text of each row: parsed templates by campaign, rendered with the row's own copy of its inputs."""

from dataclasses import dataclass

from campaigns.campaign import Campaign
from campaigns.message.template import Template
from campaigns.ports import Candidate
from core.domain.ids import CampaignId
from core.domain.message import FormattedText, content_hash
from core.errors import AppError


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedMessage:
    text: FormattedText
    text_hash: bytes


class Rendering:
    """Templates are frozen when a campaign is approved, so each is parsed once."""

    def __init__(self) -> None:
        self._templates: dict[CampaignId, Template] = {}

    def learn(self, campaign: Campaign) -> None:
        """Must be called for a campaign before its rows are rendered."""
        if campaign.id not in self._templates:
            self._templates[campaign.id] = Template.parse(campaign.template)

    def render(self, candidate: Candidate) -> RenderedMessage:
        """Raises UserInputError (a field is missing, the text is empty) or MessageTooLong."""
        text = self._templates[candidate.campaign_id].render(candidate.inputs)
        return RenderedMessage(text=text, text_hash=content_hash(text))

    def has_same_text(self, candidate: Candidate) -> bool:
        """Whether the row would have the text of its first try; a repeat with another text is never sent."""
        try:
            return self.render(candidate).text_hash == candidate.text_hash
        except AppError:
            return False
