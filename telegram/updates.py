"""What people did, handed to the engine reliably: missed things first, then live ones, in order, each at least once.

A batch counts as read only when the handler has returned. If it fails, the link ends and the next one fetches the same
again; the store knows a message by its id, so twice does no harm.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import aclosing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from telethon.tl.functions.updates import GetDifferenceRequest, GetStateRequest
from telethon.tl.types import UpdateNewMessage, UpdateShortSentMessage
from telethon.tl.types.updates import Difference, DifferenceEmpty, DifferenceSlice, DifferenceTooLong

from campaigns.ports import Incoming, IncomingBatch, IncomingHandler, IncomingKind
from core.domain.account import UpdateState
from core.domain.peer import Peer
from core.errors import AppError, CooldownError, NetworkError, RefusedByTelegram
from core.timeouts import OperationType
from telegram.clients import Client
from telegram.dialogs import read_dialogs
from telegram.incoming import Reading, has_writer
from telegram.missed_reactions import MOST_PAGES, missed_reactions
from telegram.reactions import EmojiNames
from telegram.update_order import UpdateOrder

GAP_WAIT_S = 0.5
"""How long a missing update may come late before the difference is fetched (core.telegram.org/api/updates)."""

QUIET_S = 15 * 60.0
"""After so long without updates they are fetched (same page): a link can be deaf without being dead."""

LONG_AWAY = timedelta(minutes=10)
"""After that missed reactions are looked for in older chats, too: not after each link that broke."""

OWN_SENDS_S = 0.25
"""What a send of our own answered only counts on; a busy lane reads many of them at once, and sooner when anything else
comes between, because that may be a STOP."""

MAX_BATCH = 200
"""Containers in one batch, so that a unit of work stays short."""

STATE_EVERY = 200
"""Our own sends move the state too. It is handed over alone when it has moved so far, which keeps a later catch-up
to one or two slices without a write for each send."""

_BEGINNING = UpdateState(pts=1, qts=0, date=datetime.fromtimestamp(1, UTC), seq=0)
"""Where a bot without a state starts: pts 0 is refused (PERSISTENT_TIMESTAMP_EMPTY), and bots have no dialogs to read."""

_log = logging.getLogger(__name__)


class UpdateReader:
    """One link's reader. `catch_up` first; live updates wait until then. `close` ends it."""

    def __init__(
        self, client: Client, state: UpdateState | None, on_incoming: IncomingHandler, *, own_id: int, is_bot: bool
    ) -> None:
        self._client = client
        self._on_incoming = on_incoming
        self._is_bot = is_bot
        self._names = EmojiNames(client)
        self._reading = Reading(own_id, is_bot, self._names.known)
        self._order = None if state is None else UpdateOrder(state)
        self._committed = self._left = state
        self._read_dialog_ids: set[int] = set()  # committed; an interrupted reading goes on after them
        self._lock = asyncio.Lock()
        self._live: asyncio.Task[None] | None = None

    async def catch_up(self) -> None:
        """Commit everything missed, then let live updates through. May be called again at any time."""
        async with self._lock:
            await self._fetch()
        if self._live is None and not self._client.is_ended:
            # Owned by the link, which ends it in `close`; named, and its errors end in `_read_live`.
            self._live = asyncio.get_running_loop().create_task(self._read_live(), name="telegram-updates")

    async def close(self) -> None:
        """Stop reading. A batch that is being committed is given up: it will be fetched again."""
        if self._live is not None:
            self._live.cancel()
            with suppress(asyncio.CancelledError):
                await self._live

    # Missed updates

    async def _fetch(self) -> None:
        if self._order is None:
            if not self._is_bot:
                await self._start_from_dialogs(since=None)
                return
            self._order = UpdateOrder(_BEGINNING)
        while not await self._fetch_slice(self._order):
            pass

    async def _fetch_slice(self, order: UpdateOrder) -> bool:
        """One step of the difference; True when it was the last."""
        state = order.state
        request = GetDifferenceRequest(pts=state.pts, date=state.date, qts=state.qts)
        try:
            answer = await self._client.call(OperationType.CATCH_UP, request)
        except RefusedByTelegram as error:
            if "PERSISTENT_TIMESTAMP" not in error.detail:
                raise
            await self._start_from_dialogs(since=state.date)  # Telegram does not know this state
            return True
        items: list[Incoming] = []
        if isinstance(answer, DifferenceEmpty):
            reached = replace(state, date=answer.date, seq=answer.seq)
        elif isinstance(answer, (Difference, DifferenceSlice)):
            self._client.session.learn(answer.users)
            end = answer.state if isinstance(answer, Difference) else answer.intermediate_state
            reached = _to_state(end)
            messages = [UpdateNewMessage(message, pts=0, pts_count=0) for message in answer.new_messages]
            happened = [*messages, *answer.other_updates]
            await self._names.learn(happened)
            items += self._reading.read_updates(happened, at=reached.date)
        else:
            assert isinstance(answer, DifferenceTooLong)
            await self._start_from_dialogs(since=state.date)
            return True
        if (
            items
            or self._committed is None
            or (reached.pts, reached.qts) != (self._committed.pts, self._committed.qts)
        ):
            await self._commit(items, reached)
        order.reset(reached)
        return not isinstance(answer, DifferenceSlice)

    async def _start_from_dialogs(self, *, since: datetime | None) -> None:
        """Take the present state, then read what is unread. In this order nothing falls between."""
        state = _to_state(await self._client.call(OperationType.CATCH_UP, GetStateRequest()))
        if not self._is_bot:
            done = self._read_dialog_ids
            reading = read_dialogs(self._client, self._reading, self._names, since=since, done=done)
            async with aclosing(reading) as parts:
                async for part in parts:
                    await self._commit(part.items, None)
                    self._read_dialog_ids.update(part.user_ids)
        await self._commit((), state)
        self._order = UpdateOrder(state)
        self._read_dialog_ids.clear()

    # Live updates

    async def _read_live(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._read_missed_reactions(), name="telegram-missed-reactions")
                while True:
                    containers = await self._next_containers()
                    async with self._lock:
                        await self._apply(containers)
        except* NetworkError:
            pass  # the link has ended, or cannot be trusted
        except* AppError as errors:
            _log.warning("updates could not be committed: %s", _codes(errors))
        except* Exception:  # noqa: BLE001 - the task ends here; whoever owns the link sees that it has ended
            _log.exception("updates could not be read")
        finally:
            self._client.sever()

    async def _read_missed_reactions(self) -> None:
        """Beside everything else, since nothing waits for them."""
        if self._is_bot:
            return
        assert self._order is not None
        is_long = self._left is not None and self._order.state.date - self._left.date > LONG_AWAY
        try:
            async with aclosing(missed_reactions(self._client, pages=MOST_PAGES if is_long else 1)) as chats:
                async for messages in chats:
                    await self._names.learn(messages)
                    items = [item for item in self._reading.read_messages(messages) if _is_reaction(item)]
                    async with self._lock:
                        await self._commit(items, None)
        except (CooldownError, RefusedByTelegram) as error:
            _log.info("missed reactions are asked for at the next connect: %s", error.code)

    async def _next_containers(self) -> list[Any]:
        """What has come; [] after a wait that means: fetch."""
        queue = self._client.updates
        order = self._order
        assert order is not None
        try:
            async with asyncio.timeout(GAP_WAIT_S if order.has_gap else QUIET_S):
                containers = [await queue.get()]
        except TimeoutError:
            order.must_fetch = True
            return []
        if isinstance(containers[0], UpdateShortSentMessage) and queue.qsize() < MAX_BATCH:
            await _wait_for(queue.news, OWN_SENDS_S)
        while len(containers) < MAX_BATCH and not queue.empty():
            containers.append(queue.get_nowait())
        if queue.empty():
            queue.news.clear()
        return containers

    async def _apply(self, containers: Sequence[Any]) -> None:
        order = self._order
        assert order is not None
        before = order.state
        items: list[Incoming] = []
        for container in containers:
            self._client.session.learn(getattr(container, "users", None) or ())
            # Our own sends move the state on and tell nothing; there may be thousands a second.
            taken = [one for one in order.take(container) if not isinstance(one, UpdateShortSentMessage)]
            if taken:
                await self._names.learn(taken)
                items += self._reading.read_updates(taken, at=order.state.date)
        if any(has_writer(item) and self._client.session.peer(item.user_id) is None for item in items):
            # Short forms come without the person: the difference has them.
            order.reset(before)
            order.must_fetch = True
        elif items or self._is_far_ahead(order.state):
            await self._commit(items, order.state)
        if order.must_fetch:
            await self._fetch()

    def _is_far_ahead(self, state: UpdateState) -> bool:
        return self._committed is None or state.pts - self._committed.pts >= STATE_EVERY

    async def _commit(self, items: Sequence[Incoming], state: UpdateState | None) -> None:
        batch = IncomingBatch(items=tuple(items), peers=self._take_peers(items), state=state)
        if not (batch.items or batch.peers or batch.state):
            return
        try:
            await self._on_incoming(batch)
        except BaseException:
            self._client.sever()  # so that the same is fetched again
            raise
        if state is not None:
            self._committed = state

    def _take_peers(self, items: Sequence[Incoming]) -> tuple[Peer, ...]:
        """Newly learned peers, and those who wrote with the time of it."""
        session = self._client.session
        peers = session.take_fresh()
        for item in items:
            peer = session.peer(item.user_id)
            if has_writer(item) and peer is not None:
                peers[item.user_id] = replace(peer, wrote_at=item.at)
        return tuple(peers.values())


def _codes(errors: BaseExceptionGroup[AppError]) -> str:
    return ", ".join(error.code for error in errors.exceptions if isinstance(error, AppError))


def _is_reaction(item: Incoming) -> bool:
    return item.kind is IncomingKind.REACTED


async def _wait_for(event: asyncio.Event, timeout_s: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(timeout_s):
            await event.wait()


def _to_state(state: Any) -> UpdateState:
    return UpdateState(pts=state.pts, qts=state.qts, date=state.date, seq=state.seq)
