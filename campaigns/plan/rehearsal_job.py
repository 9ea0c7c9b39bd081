"""A rehearsal from its row to its result, in whatever process runs it: progress and findings are rows, cancel is a row."""

from itertools import islice
from typing import Final

from campaigns.job_errors import JobProblem, problem_of
from campaigns.jobs import JobState
from campaigns.plan.rehearsal import Rehearsal
from campaigns.plan.rehearsal_facts import ProfileOf, RehearsalFacts, RehearsalLog
from campaigns.plan.rehearsal_views import Figures
from core.clock import Clock
from core.domain.ids import RehearsalId
from core.errors import AppError, Cancelled

EXCEPTIONS_AT_ONCE: Final = 2_000
"""People a unit of work: some 10 ms on the database thread."""

CUT_OFF: Final = JobProblem(
    code=AppError.code,
    title="The rehearsal stopped",
    message="Its process ended in the middle, as when the computer is switched off. Nothing was changed.",
    hint="Rehearse it again.",
)


class RehearsalJob:
    """The one way in which a rehearsal is run."""

    def __init__(
        self, facts: RehearsalFacts, log: RehearsalLog, profile_of: ProfileOf, clock: Clock, *, read_ahead: int
    ) -> None:
        self._facts = facts
        self._log = log
        self._profile_of = profile_of
        self._clock = clock
        self._read_ahead = read_ahead

    async def run(self, rehearsal_id: RehearsalId) -> None:
        """Rehearse what the row says, and forget earlier rehearsals of the campaign.

        Raises UserInputError, InvalidTransitionError, Cancelled, StorageError; the row tells it too.
        """
        try:
            figures = await self._rehearse(rehearsal_id)
        except Cancelled:
            await self._log.finish(rehearsal_id, JobState.CANCELLED, now=self._clock.now())
            raise
        except AppError as error:
            await self._log.finish(rehearsal_id, JobState.FAILED, problem=problem_of(error), now=self._clock.now())
            raise
        await self._log.finish(rehearsal_id, JobState.DONE, figures=figures, now=self._clock.now())

    async def cut_off(self, rehearsal_id: RehearsalId) -> None:
        """Its process has died; nothing happens if it had ended before."""
        await self._log.finish(rehearsal_id, JobState.FAILED, problem=CUT_OFF, now=self._clock.now())

    async def _rehearse(self, rehearsal_id: RehearsalId) -> Figures:
        campaign_id, start_at = await self._log.read_order(rehearsal_id)

        async def tell(figures: Figures) -> bool:
            return await self._log.tell(rehearsal_id, figures)

        rehearsal = Rehearsal(self._facts, self._profile_of, self._clock, read_ahead=self._read_ahead, tell=tell)
        figures = await rehearsal.run(campaign_id, start_at=start_at)
        exceptions = rehearsal.exceptions()
        while some := list(islice(exceptions, EXCEPTIONS_AT_ONCE)):
            await self._log.add_exceptions(rehearsal_id, some)
        while await self._log.forget_some(rehearsal_id):
            pass
        return figures
