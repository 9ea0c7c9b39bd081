"""A message as real recipients will see it, one after the other."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from campaigns.message.ready_texts import ReadyTexts
from campaigns.message.variants import Choice, Message
from core.domain.ids import CampaignId, ContactId
from core.domain.message import OutgoingMessage, utf16_length
from core.errors import AppError, MessageTooLong, UserInputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One of the people that a campaign addresses, as far as a text may know them."""

    contact_id: ContactId
    name: str
    language: str
    values: Mapping[str, str]  # by field name


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPreview:
    """What one person gets. `message` None: nothing, for the reason that `problem` tells."""

    recipient: Recipient
    choice: Choice
    message: OutgoingMessage | None
    problem: AppError | None

    @property
    def units(self) -> int:
        """The length of the text as Telegram counts it."""
        return 0 if self.message is None else utf16_length(self.message.text.text)


class Recipients(Protocol):
    """The people of a campaign, as the database has them."""

    async def count(self, campaign_id: CampaignId) -> int: ...

    async def nth(self, campaign_id: CampaignId, number: int) -> Recipient:
        """By rising contact id, from 0. Raises UserInputError when there are not so many."""
        ...

    async def find(self, campaign_id: CampaignId, contact_id: ContactId) -> Recipient:
        """Raises UserInputError when the campaign does not address this person."""
        ...


def render_for(texts: ReadyTexts, campaign_id: CampaignId, recipient: Recipient) -> PersonPreview:
    """What this person gets of a message. A mistake in the text, an empty field and the like are its `problem`."""
    choice = texts.message.choose(campaign_id, recipient.contact_id, recipient.language)
    try:
        message = texts.render(choice, recipient.values)
    except (UserInputError, MessageTooLong) as error:
        return PersonPreview(recipient=recipient, choice=choice, message=None, problem=error)
    return PersonPreview(recipient=recipient, choice=choice, message=message, problem=None)


class MessagePreview:
    """Steps through the recipients of a campaign with a message that need not be saved yet."""

    def __init__(self, recipients: Recipients) -> None:
        self._recipients = recipients

    async def count(self, campaign_id: CampaignId) -> int:
        """How many people the campaign addresses now."""
        return await self._recipients.count(campaign_id)

    async def nth(self, campaign_id: CampaignId, number: int, message: Message) -> PersonPreview:
        """What recipient `number` (from 0) gets. Raises UserInputError when there are not so many."""
        return render_for(ReadyTexts(message), campaign_id, await self._recipients.nth(campaign_id, number))

    async def person(self, campaign_id: CampaignId, contact_id: ContactId, message: Message) -> PersonPreview:
        """What this person gets. Raises UserInputError when the campaign does not address them."""
        return render_for(ReadyTexts(message), campaign_id, await self._recipients.find(campaign_id, contact_id))
