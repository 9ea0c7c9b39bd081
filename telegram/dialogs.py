"""Reading an account's dialogs: how people who wrote are known when the difference cannot tell. Not for bots."""

from collections.abc import AsyncGenerator, Container
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telethon import utils
from telethon.tl.functions.messages import GetDialogsRequest, GetHistoryRequest
from telethon.tl.types import Dialog, InputPeerEmpty, InputPeerUser, PeerUser
from telethon.tl.types.messages import Dialogs

from campaigns.ports import Incoming
from core.timeouts import OperationType
from telegram.clients import Client
from telegram.incoming import Reading
from telegram.reactions import EmojiNames

PAGE = 100
"""The most dialogs, and messages, that Telegram gives per call."""

MAX_UNREAD_READ = 1000
"""Of one dialog. STOP counts when it is written, and nobody hides it behind a thousand messages."""


@dataclass(frozen=True, slots=True)
class DialogsRead:
    """What people wrote in some dialogs, oldest first in each: all that is unread, else the newest message."""

    items: tuple[Incoming, ...]
    user_ids: tuple[int, ...]


async def read_dialogs(
    client: Client, reading: Reading, names: EmojiNames, *, since: datetime | None, done: Container[int]
) -> AsyncGenerator[DialogsRead, None]:
    """Newest dialogs first, back to the first page that is wholly older than `since`; without people in `done`.

    Handed over after each dialog that cost a request, so that a caller who keeps what was committed goes on where
    Telegram demanded a wait. The people of each page are learned.
    """
    async with aclosing(dialog_pages(client)) as pages:
        async for page in pages:
            await names.learn(page.messages)
            items: list[Incoming] = []
            user_ids: list[int] = []
            for dialog, top in tops_of(page):
                if not (isinstance(dialog, Dialog) and isinstance(dialog.peer, PeerUser)):
                    continue
                if dialog.peer.user_id in done:
                    continue
                user_ids.append(dialog.peer.user_id)
                peer = client.session.peer(dialog.peer.user_id)
                if dialog.unread_count <= 1 or peer is None:
                    items += reading.read_messages([top])
                    continue
                unread = await _read_unread(client, InputPeerUser(peer.user_id, peer.access_hash), dialog)
                await names.learn(unread)
                items += reading.read_messages(unread)
                yield DialogsRead(tuple(items), tuple(user_ids))
                items, user_ids = [], []
            yield DialogsRead(tuple(items), tuple(user_ids))
            if since is not None and all(top.date < since for _, top in tops_of(page) if top is not None):
                return


async def dialog_pages(client: Client) -> AsyncGenerator[Any, None]:
    """All dialogs, newest first, PAGE at a time. The people of each page are learned."""
    offset_date: datetime | None = None
    offset_id, offset_peer = 0, InputPeerEmpty()
    while True:
        request = GetDialogsRequest(
            offset_date=offset_date, offset_id=offset_id, offset_peer=offset_peer, limit=PAGE, hash=0
        )
        page = await client.call(OperationType.HISTORY, request)
        client.session.learn(page.users)
        yield page
        dated = [(top.date, dialog) for dialog, top in tops_of(page) if top is not None]
        if isinstance(page, Dialogs) or len(page.dialogs) < PAGE or not dated:
            return
        offset_date, last = dated[-1]
        offset_id, offset_peer = last.top_message, _input_peer(page, last.peer)


def tops_of(page: Any) -> list[tuple[Any, Any]]:
    """The dialogs of a page, each with its newest message; None where Telegram left it out."""
    newest = {(utils.get_peer_id(each.peer_id), each.id): each for each in page.messages}
    return [(one, newest.get((utils.get_peer_id(one.peer), one.top_message))) for one in page.dialogs]


async def _read_unread(client: Client, target: InputPeerUser, dialog: Any) -> list[Any]:
    """Everything after what the account has read, oldest first."""
    found: list[Any] = []
    offset_id = 0
    while len(found) < MAX_UNREAD_READ:
        page = await client.call(
            OperationType.HISTORY,
            GetHistoryRequest(
                target,
                offset_id=offset_id,
                offset_date=None,
                add_offset=0,
                limit=PAGE,
                max_id=0,
                min_id=dialog.read_inbox_max_id,
                hash=0,
            ),
        )
        found += page.messages
        if len(page.messages) < PAGE:
            break
        offset_id = page.messages[-1].id
    return found[::-1]


def _input_peer(page: Any, peer: Any) -> Any:
    wanted = utils.get_peer_id(peer)
    entity = next((e for e in (*page.users, *page.chats) if utils.get_peer_id(e) == wanted), None)
    return utils.get_input_peer(entity) if entity is not None else InputPeerEmpty()
