"""Reactions of private chats: what each side has on a message, custom emoji by the emoji they stand for, what was missed.

core.telegram.org/api/reactions: a user account is told of reactions only while it is there (no `pts`), and can ask for
the messages with unread ones; a bot is told in its own sequence. What is no common emoji is a custom one.
"""

from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from telethon.tl.functions.messages import (
    GetCustomEmojiDocumentsRequest,
    GetDialogsRequest,
    GetUnreadReactionsRequest,
)
from telethon.tl.types import (
    Dialog,
    DocumentAttributeCustomEmoji,
    InputPeerEmpty,
    InputPeerUser,
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
"""The most dialogs, and messages, that Telegram gives per call."""

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


async def missed_reactions(client: Client) -> AsyncGenerator[list[Any], None]:
    """Messages with reactions that came while nobody was there, chat by chat: of the 100 newest chats the newest message,
    and the account's own messages whose reactions are unread. Not for bots, who get them with the difference.
    """
    request = GetDialogsRequest(offset_date=None, offset_id=0, offset_peer=InputPeerEmpty(), limit=PAGE, hash=0)
    page = await client.call(OperationType.HISTORY, request)
    client.session.learn(page.users)
    yield [message for message in page.messages if getattr(message, "reactions", None) is not None]
    for dialog in page.dialogs:
        if not isinstance(dialog, Dialog) or not dialog.unread_reactions_count:
            continue
        peer = client.session.peer(getattr(dialog.peer, "user_id", 0))
        if peer is not None:
            asked = GetUnreadReactionsRequest(
                InputPeerUser(peer.user_id, peer.access_hash),
                offset_id=0,
                add_offset=0,
                limit=PAGE,
                max_id=0,
                min_id=0,
            )
            yield (await client.call(OperationType.HISTORY, asked)).messages


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
