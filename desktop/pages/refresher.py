"""Reads again when something changed: never twice at once, and once more when it changed meanwhile. Knows no Qt."""

from collections.abc import Callable, Coroutine

from desktop.models.paged_rows import Spawn


class Refresher:
    """Runs `work` on demand. Nothing is read while nobody looks; the first look afterwards reads what was missed."""

    def __init__(self, work: Callable[[], Coroutine[object, object, None]], spawn: Spawn, name: str) -> None:
        self._work = work
        self._spawn = spawn
        self._name = name
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
                self._is_asked = False
                await self._work()
        finally:
            self._is_running = False
