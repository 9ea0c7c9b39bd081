"""A conversation that nobody had: to show what would be sent where there is no real one yet."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from campaigns.delivery import DeliveryState
from campaigns.inbox.conversations import (
    Conversation,
    ConversationRow,
    ConversationState,
    MessageKind,
    OurMessage,
    TheirMessage,
)
from core.domain.ids import AccountId, ConversationId, DeliveryId, TelegramUserId
from core.domain.message import FormattedText, OutgoingMessage

_AT: Final = datetime(2026, 1, 2, 9, 30, tzinfo=UTC)
_ROW: Final = ConversationRow(
    id=ConversationId(0),
    account_id=AccountId(0),
    account="",
    user_id=TelegramUserId(0),
    contact_id=None,
    name="Maya Lindqvist",
    username="maya_example",
    last_text="",
    last_kind=MessageKind.TEXT,
    last_at=_AT,
    is_answered=False,
    unread=1,
    state=ConversationState.OPEN,
    snoozed_until=None,
    assignee="",
    campaign="",
    suppression=None,
    labels=(),
)
_OURS: Final = OurMessage(
    id=DeliveryId(0),
    at=_AT,
    state=DeliveryState.SENT,
    reason=None,
    not_before=None,
    message_id=1,
    is_read=True,
    campaign_id=None,
    campaign="",
    variant="A",
    author="",
    is_reply=False,
    message=OutgoingMessage(text=FormattedText("Hello Maya, the workshop in Turku is on Friday. Will you come?")),
)
_THEIRS: Final = TheirMessage(
    message_id=2,
    at=_AT,
    kind=MessageKind.TEXT,
    text="Yes, gladly! MAYA LINDQVIST and my sister. When does it begin? You reach me at +999 66 100 01, or @maya_example.",
)
MADE_UP: Final = Conversation(row=_ROW, messages=(_OURS, _THEIRS), has_older=False, notes=())
MADE_UP_VALUES: Final[Mapping[str, str]] = {
    "name": "Maya Lindqvist",
    "phone": "+999 66 100 01",
    "username": "maya_example",
    "city": "Turku",
}
