"""The message of each row: the text that was chosen when it was planned, with the row's own copy of its inputs."""

from collections.abc import Sequence

import msgspec

from campaigns.campaign import Campaign
from campaigns.message.ready_texts import ReadyTexts
from campaigns.ports import Candidate
from core.domain.ids import CampaignId
from core.domain.media import Media
from core.domain.message import FormattedText, OutgoingMessage, content_hash, message_hash
from core.errors import AppError


class RenderedMessage(msgspec.Struct, frozen=True, kw_only=True):
    message: OutgoingMessage
    text_hash: bytes  # core.domain.message.message_hash of it


class Rendering:
    """Messages are frozen when a campaign is approved, so their texts are kept ready."""

    def __init__(self) -> None:
        self._texts: dict[CampaignId, ReadyTexts] = {}

    def learn(self, campaign: Campaign) -> None:
        """Must be called for a campaign before its rows are rendered."""
        if campaign.id not in self._texts:
            self._texts[campaign.id] = ReadyTexts(campaign.message)

    def render(self, candidate: Candidate) -> RenderedMessage:
        """Raises UserInputError (a field is missing, the text is empty) or MessageTooLong."""
        ready = candidate.content
        if ready is None:
            ready = self._texts[candidate.campaign_id].render(candidate.choice, candidate.inputs)
        return RenderedMessage(message=ready, text_hash=message_hash(ready))

    def has_same_text(self, candidate: Candidate) -> bool:
        """Whether the row would send what its first try sent; a repeat of something else never leaves."""
        try:
            return self.render(candidate).text_hash == candidate.text_hash
        except AppError:
            return False

    def found_items(self, candidate: Candidate) -> Sequence[tuple[bytes | None, Media | None]]:
        """How the history shows the row's first try: the hash of the text of each message, and its photo or file.

        When the row would send something else today, its hash is all that is left of the first try.
        """
        if not self.has_same_text(candidate):
            return [(candidate.text_hash, None)]
        message = self.render(candidate).message
        first = content_hash(message.text)
        if not message.media:
            return [(first, None)]
        return [(content_hash(FormattedText("")) if n else first, each) for n, each in enumerate(message.media)]
