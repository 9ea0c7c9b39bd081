"""Test messages: a campaign's message to oneself or to a chosen person, on the same way out as every delivery.

A test counts for the quotas of its account, never in the figures of the campaign.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from campaigns.delivery import DeliveryState
from campaigns.message.media import MediaShelf
from campaigns.message.preview import MessagePreview
from campaigns.message.variants import Choice, Message
from campaigns.reasons import DeliveryReason
from core.clock import Clock
from core.domain.ids import AccountId, CampaignId, ContactId, DeliveryId
from core.domain.message import OutgoingMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedTest:
    """A test that is to be sent. `to` None: to the Saved Messages of the account."""

    campaign_id: CampaignId
    account_id: AccountId
    to: ContactId | None
    choice: Choice
    content: OutgoingMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTest:
    """What became of a test. `detail` is Telegram's name for a refusal."""

    id: DeliveryId
    account_id: AccountId
    to: ContactId | None
    choice: Choice
    state: DeliveryState
    reason: DeliveryReason | None
    detail: str
    not_before: datetime | None


class SendTestDesk(Protocol):
    """What test messages need of the database. Each method is one unit of work."""

    async def add(self, order: OrderedTest, *, actor: str, now: datetime) -> DeliveryId:
        """Plan the row, with an event.

        Raises UserInputError: the account or the person is not there, the person may not be written to, a bot has no
        Saved Messages, an account that is no bot cannot send buttons,
        its photos and files cannot be sent together, or not by a bot.
        """
        ...

    async def view(self, test_id: DeliveryId) -> ShownTest: ...

    async def find_contact(self, name: str) -> ContactId:
        """The contact with this @name. Raises UserInputError when there is none."""
        ...


class SendTests:
    """The use cases. A test is asked for by a person and is sent once, by a worker that runs."""

    def __init__(self, desk: SendTestDesk, preview: MessagePreview, shelf: MediaShelf, clock: Clock) -> None:
        self._desk = desk
        self._shelf = shelf
        self._preview = preview
        self._clock = clock

    async def send(
        self,
        campaign_id: CampaignId,
        account_id: AccountId,
        message: Message,
        *,
        to: ContactId | None,
        number: int = 0,
        actor: str,
    ) -> DeliveryId:
        """Send what recipient `number` (from 0) of the campaign would get, to `to` or to the account itself (None).

        The text is made now: what happens to the draft afterwards changes nothing of the test. Raises UserInputError and
        MessageTooLong as this recipient's text does, and as `SendTestDesk.add` and `MediaShelf.keep` say.
        """
        shown = await self._preview.nth(campaign_id, number, message)
        if shown.problem is not None:
            raise shown.problem
        assert shown.message is not None, "what has no problem has a text"
        content = shown.message
        await self._shelf.keep(message)
        order = OrderedTest(
            campaign_id=campaign_id, account_id=account_id, to=to, choice=shown.choice, content=content
        )
        return await self._desk.add(order, actor=actor, now=self._clock.now())

    async def view(self, test_id: DeliveryId) -> ShownTest:
        """What became of it so far."""
        return await self._desk.view(test_id)

    async def find_contact(self, name: str) -> ContactId:
        """The contact with this @name. Raises UserInputError when there is none."""
        return await self._desk.find_contact(name)
