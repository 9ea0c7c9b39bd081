"""Checks that a person asked for: the worker does them, this counts them and can take back what has not begun.

Knows no Qt. The console never asks Telegram itself.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from campaigns.worker_control import WorkerCondition, WorkerControl
from core.clock import Clock
from core.domain.ids import ProxyId
from core.errors import UserInputError
from database.stores.proxy_desk import ProxyDesk
from database.stores.proxy_screens import CheckProgress, ProxyScreen

PATIENCE = timedelta(seconds=90)
"""Without any check for so long the worker does not get an answer: a claim lasts 60 s, and a probe less than that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRun:
    """A run of checks: what was asked when, and when those were due before."""

    asked_at: datetime
    former: Mapping[ProxyId, datetime]

    @property
    def proxy_ids(self) -> list[ProxyId]:
        return list(self.former)


class ChecksView(Protocol):
    def show_checks(self, progress: CheckProgress | None) -> None: ...


class Checks:
    """One run at a time."""

    def __init__(
        self,
        desk: ProxyDesk,
        screen: ProxyScreen,
        worker: WorkerControl,
        clock: Clock,
        ended: Callable[[CheckProgress, bool], object],
    ) -> None:
        """`ended` hears the result, and whether the worker gave no answer."""
        self._desk = desk
        self._screen = screen
        self._worker = worker
        self._clock = clock
        self._ended = ended
        self._view: ChecksView | None = None
        self._run: CheckRun | None = None

    def show_on(self, view: ChecksView) -> None:
        self._view = view

    @property
    def proxy_ids(self) -> frozenset[int]:
        """Those that were asked for; empty when no run is under way."""
        return frozenset() if self._run is None else frozenset(self._run.former)

    @property
    def asked_at(self) -> datetime | None:
        return None if self._run is None else self._run.asked_at

    async def begin(self, proxy_ids: Sequence[ProxyId]) -> None:
        """Ask for checks. Raises UserInputError when no worker runs that could do them, or others are under way."""
        if self._run is not None:
            raise UserInputError(
                "Other checks are under way.", title="One after the other", hint="Cancel them, or wait."
            )
        if (await self._worker.status()).condition is not WorkerCondition.RUNNING:
            raise UserInputError(
                "The worker checks proxies, and none runs in this workspace.",
                title="Nothing can be checked now",
                hint="Start the worker in the side bar, then check again.",
            )
        now = self._clock.now()
        self._run = CheckRun(asked_at=now, former=await self._desk.check_now(proxy_ids, now=now))
        await self.look()

    async def cancel(self) -> None:
        """Take back what has not begun; what has is done in a moment."""
        run, self._run = self._run, None
        if run is not None:
            await self._desk.cancel_checks(run.former, asked_at=run.asked_at)
            self._show(None)

    async def look(self) -> None:
        """See how far it is; called when proxies changed, and once a second."""
        run = self._run
        if run is None:
            return
        progress = await self._screen.check_progress(run.proxy_ids, run.asked_at)
        if run is not self._run:
            return
        is_over = progress.checked >= progress.total
        heard_at = max(run.asked_at, progress.last_at or run.asked_at)
        is_silent = self._clock.now() - heard_at > PATIENCE
        if is_over or is_silent:
            self._run = None
            self._show(None)
            self._ended(progress, is_silent and not is_over)
        else:
            self._show(progress)

    def _show(self, progress: CheckProgress | None) -> None:
        if self._view is not None:
            self._view.show_checks(progress)
