"""What a person sees while the demo runs in a terminal."""

from types import TracebackType
from typing import Self

from rich.progress import Progress, TaskID

from campaigns.delivery import DeliveryState
from campaigns.report.views import CampaignProgress
from cli.output import Output


class Watch:
    """A bar with the counts of the campaign, and one line for what happens. Silent for scripts."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._context = output.progress()
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._said = 0  # how many were final when it was last said

    def __enter__(self) -> Self:
        self._progress = self._context.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._context.__exit__(kind, error, trace)

    def say(self, sentence: str) -> None:
        if self._progress is not None:
            self._progress.console.print(sentence, markup=False)
        else:
            self._output.say(sentence)

    def show(self, progress: CampaignProgress) -> None:
        if self._progress is None:
            self._say_how_far(progress)
            return
        if self._task is None:
            self._task = self._progress.add_task("Autumn programme", total=progress.recipients)
        counts = progress.counts
        words = ", ".join(
            f"{counts[state]:,} {state}"
            for state in (DeliveryState.SENT, DeliveryState.SENDING, DeliveryState.DEFERRED, DeliveryState.SKIPPED)
            if counts.get(state)
        )
        self._progress.update(
            self._task, completed=progress.final, total=progress.recipients, description=words or "planning"
        )

    def _say_how_far(self, progress: CampaignProgress) -> None:
        """Where there is no bar: one line a tenth of the way."""
        if progress.final - self._said >= max(progress.recipients // 10, 1):
            self._said = progress.final
            self._output.say(f"{progress.final:,} of {progress.recipients:,} people are done")
