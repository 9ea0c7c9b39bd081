"""Rows of a campaign that came back with a backup: nothing here says whether they left after it, so Telegram is asked.

A user account reads the chat. A bot cannot: within 24 hours of the backup it sends under the random_id that the row had
by then, which Telegram answers with the original message; what it cannot prove so counts as possibly sent.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from campaigns.dispatch.engine_time import REPEAT_LIMIT, EngineTime
from campaigns.dispatch.outcomes import put_off
from campaigns.dispatch.rendering import RenderedMessage
from campaigns.ports import Candidate, DeliveryStore, HistoryMessage, Link, Restored
from campaigns.reasons import DeliveryReason
from core.domain.account import AccountKind, Lease
from core.domain.media import Media
from core.domain.message import OutgoingMessage, content_hash
from core.domain.peer import Peer
from core.errors import CooldownError, NetworkError, RecipientError

CLOCK_MARGIN: Final = timedelta(days=1)
"""The moment of a backup is that of the computer's clock, which may be wrong, by a whole time zone too."""

MOST_FOUND: Final = 100
"""`Link.find_own_messages` gives no more: in a chat with as many, absence is not proved."""

LOOK_AGAIN: Final = timedelta(seconds=10)


class RestoredRows:
    """Asks for the rows of one account over one link."""

    def __init__(
        self,
        *,
        kind: AccountKind,
        lease: Lease,
        link: Link,
        store: DeliveryStore,
        time: EngineTime,
        media_ids: Callable[[Media], Awaitable[Collection[int]]],
    ) -> None:
        """`media_ids` are the numbers under which Telegram knows the account's uploads of a photo or file."""
        self._kind = kind
        self._lease = lease
        self._link = link
        self._store = store
        self._time = time
        self._media_ids = media_ids
        self._free_at: datetime | None = None  # Telegram demanded a wait for reading histories

    async def may_send(self, candidate: Candidate, peer: Peer, message: RenderedMessage) -> bool:
        """False: it left after the backup, or may have, or it waits; its row says so.

        Raises NetworkError when the link has ended, AccountError, LeaseLost.
        """
        restored = candidate.restored
        if restored is None:
            return True
        if self._kind is AccountKind.BOT:
            if restored.keeps_random_id and self._time.age(restored.since) < REPEAT_LIMIT:
                return True
            await self._store.settle_restored(self._lease, candidate, None, now=self._time.now())
            return False
        if self._free_at is not None and self._time.now() < self._free_at:
            await self._put_off(candidate, DeliveryReason.COOLDOWN, self._free_at)
            return False
        try:
            return await self._is_absent(candidate, restored, peer, message)
        except CooldownError as error:
            self._free_at = self._time.now() + timedelta(seconds=error.wait_s)
            await self._put_off(candidate, DeliveryReason.COOLDOWN, self._free_at)
        except NetworkError:
            if self._link.is_closed:
                raise
            await self._put_off(candidate, DeliveryReason.SERVER_TROUBLE, self._time.now() + LOOK_AGAIN)
        except RecipientError:  # this chat can no longer be read
            await self._store.settle_restored(self._lease, candidate, None, now=self._time.now())
        return False

    async def _is_absent(
        self, candidate: Candidate, restored: Restored, peer: Peer, message: RenderedMessage
    ) -> bool:
        messages = await self._link.find_own_messages(peer, since=restored.since - CLOCK_MARGIN)
        alike = await self._alike(messages, peer, message.message)
        if not alike and len(messages) < MOST_FOUND:
            return True
        found = await self._certain(messages, alike, message.message)
        await self._store.settle_restored(self._lease, candidate, found, now=self._time.now())
        return False

    async def _alike(
        self, messages: Sequence[HistoryMessage], peer: Peer, message: OutgoingMessage
    ) -> Sequence[HistoryMessage]:
        """Messages with this text (of an album its first item), with or without media as it has, bound to no row."""
        wanted, has_media = content_hash(message.text), bool(message.media)
        alike = [each for each in messages if each.text_hash == wanted and bool(each.media_id) is has_media]
        if not alike:
            return []
        bound = await self._store.bound_message_ids(self._lease.account_id, peer.user_id)
        # An album is bound by its first item, and all of it with that one.
        groups = {each.group_id for each in messages if each.message_id in bound and each.group_id}
        return [each for each in alike if each.message_id not in bound and each.group_id not in groups]

    async def _certain(
        self, messages: Sequence[HistoryMessage], alike: Sequence[HistoryMessage], message: OutgoingMessage
    ) -> HistoryMessage | None:
        """The oldest that is the message beyond doubt: all of an album, and without a caption a known upload."""
        whole = [each for each in alike if _size(messages, each) == max(len(message.media), 1)]
        if message.media and not message.text.text:
            numbers = await self._media_ids(message.media[0])
            whole = [each for each in whole if each.media_id in numbers]
        return min(whole, key=lambda each: each.at, default=None)

    async def _put_off(self, candidate: Candidate, reason: DeliveryReason, until: datetime) -> None:
        outcome = put_off(candidate, reason, until, now=self._time.now())
        await self._store.settle_untried(self._lease, outcome)


def _size(messages: Sequence[HistoryMessage], one: HistoryMessage) -> int:
    """Of how many items the album of this one is; 1: it is in none."""
    return 1 if not one.group_id else sum(each.group_id == one.group_id for each in messages)
