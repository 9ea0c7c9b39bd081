"""Reactions of private chats: what each side has on a message, custom emoji by the emoji they stand for.

core.telegram.org/api/reactions: what is no common emoji is a custom one.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from telethon.tl.functions.messages import GetCustomEmojiDocumentsRequest
from telethon.tl.types import (
    DocumentAttributeCustomEmoji,
    PeerUser,
    ReactionCustomEmoji,
    ReactionEmoji,
    UpdateBotMessageReaction,
    UpdateMessageReactions,
)

from campaigns.ports import Incoming, IncomingKind
from core.domain.ids import TelegramUserId
from core.errors import CooldownError, RefusedByTelegram
from core.timeouts import OperationType
from telegram.clients import Client

PAGE: Final = 100
"""The most documents that Telegram gives per call."""

UNKNOWN: Final = "☐"
"""Stands for a custom emoji of which nobody knows what it shows."""


class EmojiNames:
    """What custom emoji stand for, by Telegram's number; asked for once per link."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.known: dict[int, str] = {}

    async def learn(self, updates: Iterable[Any]) -> None:
        """Ask for those of these updates, or messages, that are not known yet. A refusal leaves them unknown."""
        found = (number for update in updates for number in _custom_ids(update))
        wanted = [number for number in dict.fromkeys(found) if number not in self.known]
        for start in range(0, len(wanted), PAGE):
            request = GetCustomEmojiDocumentsRequest(wanted[start : start + PAGE])
            try:
                documents = await self._client.call(OperationType.HISTORY, request)
            except (CooldownError, RefusedByTelegram):
                return  # shown as UNKNOWN; the next link asks again
            for document in documents:
                for attribute in getattr(document, "attributes", ()):
                    if isinstance(attribute, DocumentAttributeCustomEmoji):
                        self.known[document.id] = attribute.alt


def read_reactions(
    reactions: Any, user_id: int, message_id: int, *, at: datetime, names: Mapping[int, str]
) -> Incoming:
    """What a message of a private chat has now; `at` serves where no reaction is left to tell the time."""
    recent = getattr(reactions, "recent_reactions", None)
    if recent is None:
        theirs, ours = _by_counts(getattr(reactions, "results", None) or ())
    else:
        theirs = [each for each in recent if not each.my and getattr(each.peer_id, "user_id", 0) == user_id]
        ours = [each for each in recent if each not in theirs]
    return Incoming(
        kind=IncomingKind.REACTED,
        user_id=TelegramUserId(user_id),
        at=max((each.date for each in recent or () if each.date is not None), default=at),
        message_id=message_id,
        theirs=_emoji((each.reaction for each in theirs), names),
        ours=_emoji((each.reaction for each in ours), names),
    )


def read_reaction_update(update: Any, *, at: datetime, names: Mapping[int, str]) -> Incoming | None:
    """What an update tells of a private chat; None for any other."""
    if not isinstance(update.peer, PeerUser):
        return None
    user_id = update.peer.user_id
    if isinstance(update, UpdateMessageReactions):
        return read_reactions(update.reactions, user_id, update.msg_id, at=at, names=names)
    return Incoming(
        kind=IncomingKind.REACTED,
        user_id=TelegramUserId(user_id),
        at=update.date or at,
        message_id=update.msg_id,
        theirs=_emoji(update.new_reactions, names),
    )


def _by_counts(results: Iterable[Any]) -> tuple[list[Any], list[Any]]:
    """Where Telegram does not say who: what the account chose is marked, whatever is counted beyond it is the person's."""
    theirs = [each for each in results if each.count > (each.chosen_order is not None)]
    return theirs, [each for each in results if each.chosen_order is not None]


def _emoji(reactions: Iterable[Any], names: Mapping[int, str]) -> str:
    return " ".join(_name(reaction, names) for reaction in reactions)


def _name(reaction: Any, names: Mapping[int, str]) -> str:
    if isinstance(reaction, ReactionEmoji):
        return str(reaction.emoticon)
    return names.get(getattr(reaction, "document_id", 0), UNKNOWN)


def _custom_ids(update: Any) -> Iterator[int]:
    if isinstance(update, UpdateBotMessageReaction):
        found = list(update.new_reactions)
    else:
        holder = getattr(update, "message", update)
        reactions = getattr(update if isinstance(update, UpdateMessageReactions) else holder, "reactions", None)
        recent = getattr(reactions, "recent_reactions", None) or ()
        found = [each.reaction for each in (*recent, *(getattr(reactions, "results", None) or ()))]
    yield from (reaction.document_id for reaction in found if isinstance(reaction, ReactionCustomEmoji))
