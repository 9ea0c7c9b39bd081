"""Saves what is written on a draft: a moment after the first letter, one thing after the other. Knows no Qt."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Final

from core.domain.ids import CampaignId
from core.errors import AppError
from desktop.pages.services import PageServices

SAVE_PAUSE_S: Final = 0.3  # between the first letter and the save; what is typed meanwhile goes with it

Save = Callable[[], Coroutine[object, object, None]]


class DraftSaver:
    """Of several saves of one thing only the newest is done. What could not be saved is told, and dropped."""

    def __init__(self, services: PageServices, show_saved: Callable[[str], None]) -> None:
        self._services = services
        self._show_saved = show_saved
        self._waiting: dict[tuple[CampaignId, str], Save] = {}
        self._is_saving = False

    def save(self, campaign_id: CampaignId, what: str, save: Save) -> None:
        """Soon."""
        is_first = not self._waiting
        self._waiting[campaign_id, what] = save
        self._show_saved("Saving …")
        if is_first:
            self._services.spawn(self._save_soon(), "save the draft")

    def save_at_once(self) -> None:
        """Nothing waits for a pause in typing any more."""
        if self._waiting:
            self._services.spawn(self._save_now(), "save the draft")

    async def flush(self) -> None:
        """Whatever was written is saved when this returns. Raises AppError when it could not be."""
        while self._waiting or self._is_saving:
            if self._is_saving:
                await asyncio.sleep(0.005)
            else:
                await self._write_waiting()

    async def _save_soon(self) -> None:
        await asyncio.sleep(SAVE_PAUSE_S)
        await self._save_now()

    async def _save_now(self) -> None:
        try:
            await self.flush()
        except AppError as error:
            self._waiting.clear()
            self._show_saved("Not saved")
            self._services.tells.error(error)

    async def _write_waiting(self) -> None:
        self._is_saving = True
        try:
            while self._waiting:
                what = next(iter(self._waiting))
                await self._waiting.pop(what)()
        finally:
            self._is_saving = False
        self._show_saved(f"Saved {self._services.formats.seconds(self._services.clock.now())}")
