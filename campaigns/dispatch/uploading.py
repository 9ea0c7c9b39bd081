"""What the account of a lane has uploaded: each photo or file once, however many people get it.

An upload becomes a row when it is whole; what a crash broke off begins again. Telegram may forget an upload some day: then
it is made anew, and the message is sent again with the same random_id.
"""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from campaigns.dispatch.engine_time import EngineTime
from campaigns.ports import LaneStatus, Link, UploadStore
from core.domain.account import Lease
from core.domain.media import Media, UploadedMedia
from core.errors import CooldownError

FRESH_S = 60.0
MAX_RENEWALS = 3
"""What is refused so often in so short a time does not expire: making it again would go on for ever."""

_TELL_EVERY = 10  # per cent


class _Ending(Exception):
    """The lane ends in the middle of an upload."""


class Uploading:
    """Over one link. May be asked by several coroutines at once; they wait for each other."""

    def __init__(
        self,
        *,
        lease: Lease,
        link: Link,
        store: UploadStore,
        folder: Path,
        time: EngineTime,
        tell: Callable[[LaneStatus, str], None],
    ) -> None:
        """`folder` holds the files by their SHA-256; `tell` says in words what is being uploaded."""
        self._lease = lease
        self._link = link
        self._store = store
        self._folder = folder
        self._time = time
        self._tell = tell
        self._lock = asyncio.Lock()
        self._known: dict[Media, UploadedMedia] = {}
        self._renewed: dict[Media, list[float]] = {}  # when each was refused
        self._wait_until_s = 0.0  # Telegram demanded a wait for uploads
        self._is_ending = False

    def end(self) -> None:
        """The lane ends: what is being uploaded stops after its next part."""
        self._is_ending = True

    async def ensure(self, media: Sequence[Media]) -> tuple[UploadedMedia, ...] | None:
        """The uploads of these, made now where there are none. None: the lane ends.

        Raises CooldownError while Telegram demands a wait, and as `Link.upload` does.
        """
        if all(each in self._known for each in media):
            return tuple(self._known[each] for each in media)
        async with self._lock:
            try:
                return tuple([await self._find_or_make(each) for each in media])
            except _Ending:
                return None

    async def renew(self, media: Sequence[Media], uploads: Sequence[UploadedMedia], item: int | None) -> bool:
        """Telegram does not take these uploads any more (of an album perhaps only number `item`).

        False: they were made again and again just now, so another would not be taken either.
        """
        now_s = self._time.clock.monotonic()
        refused = range(len(uploads)) if item is None or item >= len(uploads) else (item,)
        # Telegram names the first that it does not take. The others of an album have mostly been made at the same time.
        ended = [n for n in range(len(uploads)) if n in refused or not self._renewed_lately(media[n], now_s)]
        if any(len(self._renewed_lately(media[n], now_s)) >= MAX_RENEWALS for n in refused):
            return False
        for number in ended:
            if self._known.get(media[number]) == uploads[number]:
                del self._known[media[number]]
                self._renewed[media[number]] = [*self._renewed_lately(media[number], now_s), now_s]
        await self._store.end(self._lease, [uploads[number].media_id for number in ended])
        return True

    def _renewed_lately(self, media: Media, now_s: float) -> list[float]:
        return [at_s for at_s in self._renewed.get(media, ()) if now_s - at_s < FRESH_S]

    async def _find_or_make(self, media: Media) -> UploadedMedia:
        known = self._known.get(media) or await self._store.find(self._lease.account_id, media)
        if known is None:
            known = await self._make(media)
        self._known[media] = known
        return known

    async def _make(self, media: Media) -> UploadedMedia:
        clock = self._time.clock
        wait_s = self._wait_until_s - clock.monotonic()
        if wait_s > 0:
            raise CooldownError(wait_s=wait_s)
        told = -_TELL_EVERY

        def progress(sent: int) -> None:
            nonlocal told
            if self._is_ending:
                raise _Ending
            done = sent * 100 // media.size_bytes
            if done >= told + _TELL_EVERY:
                told = done
                self._tell(LaneStatus.SENDING, f"Uploading {media.name}: {done} %.")

        progress(0)
        try:
            made = await self._link.upload(media, self._folder / media.sha256, progress)
        except CooldownError as error:
            self._wait_until_s = clock.monotonic() + error.wait_s
            raise
        await self._store.add(self._lease, media, made, now=self._time.now())
        return made
