"""What people wrote since somebody last looked: figures and a few names, for a notification."""

from dataclasses import dataclass, field
from typing import Protocol

from core.domain.ids import ConversationId

MOST_NAMES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Unread messages after a point. Names and the rest are of the newest conversations; "" and 0 where there are none."""

    upto: int  # the newest message there is, told or not
    messages: int
    people: int
    conversation_id: ConversationId | None  # that of the newest message
    account: str
    names: tuple[str, ...] = field(repr=False)  # at most MOST_NAMES, newest first, each once
    text: str = field(repr=False)  # the newest message; "": a photo or the like without words


class NewsDesk(Protocol):
    """What notifications need of the database."""

    async def newest(self) -> int:
        """The number of the newest message; 0: there is none."""
        ...

    async def since(self, after: int, *, viewer: str | None) -> News:
        """What came after the message of this number, is unread, and asks something. `viewer`: only theirs and nobody's."""
        ...
