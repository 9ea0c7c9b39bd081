"""Reactions that came while an account was not there. Not for bots, who get them with the difference.

core.telegram.org/api/reactions: a user account is told of reactions only while it is there (no `pts`), and can ask a chat
for the account's own messages with unread ones. A reaction does not move its chat up among the dialogs.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, Final

from telethon.tl.functions.messages import GetUnreadReactionsRequest
from telethon.tl.types import Dialog, InputPeerUser

from core.timeouts import OperationType
from telegram.clients import Client
from telegram.dialogs import PAGE, dialog_pages

MOST_PAGES: Final = 10
"""Of dialogs, after a long absence: a thousand chats for ten requests."""


async def missed_reactions(client: Client, *, pages: int = MOST_PAGES) -> AsyncGenerator[list[Any], None]:
    """Messages with reactions, chat by chat, in so many pages of the newest dialogs: the newest message of each, and the
    account's own messages whose reactions are unread.
    """
    async with aclosing(dialog_pages(client)) as found:
        async for page in found:
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
            pages -= 1
            if pages <= 0:
                return
