"""Sorts new replies beside the worker's delivery: slowly, within a budget of its own, and never in its way.

What it does is written down after the answer, so after a kill a message is at most asked about once more, and that
counts in the budget as well.
"""

import logging
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ai.inbox.sort import CONTEXT, sort
from ai.providers import Target
from ai.service import AiService
from campaigns.inbox.assist import AssistDesk, AssistSwitch, SortBatch, SortDesk, Sorted
from core.ai_errors import (
    AiAnswerError,
    AiBudgetSpent,
    AiError,
    AiKeyRejected,
    AiModelUnknown,
    AiNotAllowed,
    AiNotSetUp,
    AiPromptBlocked,
    AiTurnedOff,
)
from core.clock import Clock
from core.config import AiSettings
from core.domain.ai import AiFeature
from core.errors import AppError

_log = logging.getLogger(__name__)

ACTOR: Final = "worker"
LOOK_S: Final = 2.0  # how soon a new message, or the switch, is noticed
FIRST_WAIT_S: Final = 30.0
LONGEST_WAIT_S: Final = 900.0
# What stays wrong until somebody does something is looked at again seldom; a changed setting is noticed at once.
_FOR_PEOPLE: Final = (AiNotSetUp, AiKeyRejected, AiNotAllowed, AiModelUnknown)
# What is wrong with this message and need not be wrong with the next.
_OF_THE_MESSAGE: Final = (AiAnswerError, AiPromptBlocked)


@dataclass(frozen=True, slots=True)
class _Known:
    """What a wait was for; when one of them changes it is over."""

    switch: AssistSwitch
    settings: AiSettings


class Sorter:
    """One for each worker. `settings` is asked for at each look."""

    def __init__(
        self,
        *,
        service: AiService,
        desk: AssistDesk,
        queue: SortDesk,
        settings: Callable[[], AiSettings],
        clock: Clock,
    ) -> None:
        self._service = service
        self._desk = desk
        self._queue = queue
        self._settings = settings
        self._clock = clock
        self._known: _Known | None = None
        self._not_before = 0.0  # monotonic
        self._failures = 0

    async def run(self) -> None:
        """Sort until cancelled. Whatever goes wrong here is written down and never ends the worker."""
        while True:
            try:
                await self.look()
            except AppError as error:  # the database is full, or a person was erased between two steps
                _log.warning("sorting waits", extra={"code": error.code})
                self._put_off(FIRST_WAIT_S)
            except Exception as error:  # noqa: BLE001 - ours to mend, and no reason to stop delivering
                # Not the traceback with its message: a text could stand in it.
                where = traceback.extract_tb(error.__traceback__)[-1]
                name = type(error).__name__
                _log.error("sorting ended: %s at %s:%s", name, where.filename, where.lineno)
                await self._say_that_it_ended()
                return
            await self._clock.sleep(LOOK_S)

    async def _say_that_it_ended(self) -> None:
        with suppress(AppError):
            switch = await self._queue.switch()
            if switch is not None:
                await self._queue.tell_problem(switch, _ENDED, None)

    async def look(self) -> None:
        """One request, if there is something to sort and the time for it has come."""
        switch = await self._queue.switch()
        if switch is None or not switch.is_on:
            self._known = None
            return
        settings = self._settings()
        self._notice(switch, settings)
        if self._clock.monotonic() < self._not_before:
            return
        target = Target.of(settings)
        if not settings.enabled or not switch.allows(target.provider, target.address):
            await self._queue.tell_problem(switch, _ELSEWHERE if settings.enabled else _OFF, None)
            return
        batch = await self._queue.next_batch(switch)
        if batch is not None:
            self._put_off(60 / settings.sort_requests_a_minute)
            await self._sort(batch, switch, settings)

    async def _sort(self, batch: SortBatch, switch: AssistSwitch, settings: AiSettings) -> None:
        before = await self._desk.conversation(batch.conversation_id, before=batch.first, limit=CONTEXT)
        values = await self._desk.known_values(batch.conversation_id)
        task = sort(batch.messages, before, values)
        try:
            found = await task.run(self._service, actor=ACTOR)
        except AiTurnedOff:
            return
        except AiError as error:
            await self._keep_failure(error, batch, switch, settings)
            return
        await self._queue.keep(found, switch, model=settings.model, now=self._clock.now())
        self._failures = 0
        await self._queue.tell_problem(switch, "", None)

    async def _keep_failure(
        self, error: AiError, batch: SortBatch, switch: AssistSwitch, settings: AiSettings
    ) -> None:
        if isinstance(error, _OF_THE_MESSAGE):
            failed = [
                Sorted(message_id=each.id, kind=None, confidence=None, failure=error.code) for each in batch.messages
            ]
            await self._queue.keep(failed, switch, model=settings.model, now=self._clock.now())
        wait_s = self._wait_after(error)
        self._put_off(wait_s)
        now = self._clock.now()
        until: datetime | None = now + timedelta(seconds=wait_s)
        if isinstance(error, AiBudgetSpent):
            until = error.until
        await self._queue.tell_problem(switch, f"{error.title}. {error.message}".strip(), until)

    def _wait_after(self, error: AiError) -> float:
        """Twice as long each time: also for messages one after the other that get no answer, since then it is no message."""
        self._failures += 1
        if isinstance(error, AiBudgetSpent):
            return max(0.0, (error.until - self._clock.now()).total_seconds())
        if isinstance(error, _FOR_PEOPLE):
            return LONGEST_WAIT_S
        wait_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * float(1 << min(self._failures - 1, 10)))
        return max(wait_s, error.wait_s or 0.0)

    def _notice(self, switch: AssistSwitch, settings: AiSettings) -> None:
        known = _Known(_decision(switch), settings)
        if known != self._known:
            self._known, self._not_before, self._failures = known, 0.0, 0

    def _put_off(self, seconds: float) -> None:
        self._not_before = self._clock.monotonic() + seconds


_ENDED: Final = "It ended by an error of its own. It goes on when the worker is started again."
_OFF: Final = "AI is turned off under Settings."
_ELSEWHERE: Final = "It was turned on for another provider than the one that is set now."


def _decision(switch: AssistSwitch) -> AssistSwitch:
    """Without what this sorter writes itself."""
    return AssistSwitch(
        feature=AiFeature.SORT,
        is_on=switch.is_on,
        provider=switch.provider,
        address=switch.address,
        by=switch.by,
        at=switch.at,
    )
