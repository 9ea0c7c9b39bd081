"""The text model in the inbox, as far as it is no model: what is turned on, by whom, and what is known of a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from campaigns.inbox.conversations import Conversation
from campaigns.inbox.sorting import ReplyKind
from core.domain.ai import AiFeature
from core.domain.ids import ConversationId


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistSwitch:
    """The last word on one feature. A yes is for this provider at this address, and for no other."""

    feature: AiFeature
    is_on: bool
    provider: str
    address: str
    by: str
    at: datetime
    problem: str = ""  # sorting: why the worker waits; empty: it does not
    tries_again_at: datetime | None = None

    def allows(self, provider: str, address: str) -> bool:
        """Whether this provider may be asked."""
        return self.is_on and (self.provider, self.address) == (provider, address)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsorted:
    """A message of a person that waits to be sorted. `id` is that of our row."""

    id: int
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SortBatch:
    """Messages of one conversation, oldest first; never of two people. `first`: Telegram's number of the oldest."""

    conversation_id: ConversationId
    first: int
    messages: tuple[Unsorted, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """What a model said of one of them. `kind` None: it had no answer, for the reason that `failure` names."""

    message_id: int
    kind: ReplyKind | None
    confidence: float | None
    failure: str = ""


class AssistDesk(Protocol):
    """What the features need of the database. See database.stores.assist."""

    async def switches(self) -> Mapping[AiFeature, AssistSwitch]:
        """What somebody has decided; a feature that is missing was never turned on."""
        ...

    async def turn(
        self, feature: AiFeature, *, on: bool, provider: str, address: str, actor: str, now: datetime
    ) -> None:
        """Write the decision, with its event."""
        ...

    async def known_values(self, conversation_id: ConversationId) -> Mapping[str, str]:
        """All that we know of the person, by the name of the field; a field with several values has several names."""
        ...

    async def conversation(
        self, conversation_id: ConversationId, *, before: int | None = None, limit: int = 60
    ) -> Conversation:
        """Its newest messages; see database.ConversationStore.conversation."""
        ...

    async def newest_conversation(self) -> ConversationId | None:
        """Where a person last wrote something; one whose person we know goes first."""
        ...


class SortDesk(Protocol):
    """What sorting needs of the database. Each method is one unit."""

    async def switch(self) -> AssistSwitch | None:
        """The last word on sorting."""
        ...

    async def next_batch(self, switch: AssistSwitch) -> SortBatch | None:
        """The newest messages that came after the switch and are not sorted; None: there are none."""
        ...

    async def keep(self, found: Sequence[Sorted], switch: AssistSwitch, *, model: str, now: datetime) -> int:
        """How many were written: none when it was turned off meanwhile; a message that has a row keeps it."""
        ...

    async def tell_problem(self, switch: AssistSwitch, problem: str, tries_again_at: datetime | None) -> None:
        """Why sorting waits; "" when it goes on."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyAnswer:
    """A canned reply, filled in for the person."""

    title: str
    text: str = field(repr=False)
