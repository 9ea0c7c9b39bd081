"""Reads again when something changed: never twice at once, and once more when it changed meanwhile. Knows no Qt."""

import asyncio
from collections.abc import Callable, Coroutine

from desktop.models.paged_rows import Spawn


class Refresher:
    """Runs `work` on demand. Nothing is read while nobody looks; the first look afterwards reads what was missed.

    What is asked for within `rest_s` after a reading began waits until they are over.
    """

    def __init__(
        self, work: Callable[[], Coroutine[object, object, None]], spawn: Spawn, name: str, *, rest_s: float = 0.0
    ) -> None:
        self._work = work
        self._spawn = spawn
        self._name = name
        self._rest_s = rest_s
        self._free_s = 0.0  # by the loop, whose time is spared
        self._is_running = False
        self._is_asked = False
        self._is_watched = False

    def ask(self) -> None:
        """Something changed."""
        self._is_asked = True
        self._begin()

    def watch(self, *, is_watched: bool) -> None:
        """Somebody looks now, or nobody does any more."""
        self._is_watched = is_watched
        self._begin()

    def _begin(self) -> None:
        if self._is_asked and self._is_watched and not self._is_running:
            self._is_running = True
            self._spawn(self._run(), self._name)

    async def _run(self) -> None:
        try:
            while self._is_asked and self._is_watched:
                await self._rest()
                self._is_asked = False
                await self._work()
        finally:
            self._is_running = False

    async def _rest(self) -> None:
        if self._rest_s:
            now_s = asyncio.get_running_loop().time
            wait_s = self._free_s - now_s()
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            self._free_s = now_s() + self._rest_s
