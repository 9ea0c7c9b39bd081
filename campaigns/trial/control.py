"""A trial run in a process of its own, seen from the window: lines while it runs, ended by closing its input.

Names and texts come through a pipe and stand in no file.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final, Self

import msgspec

from campaigns.job_errors import error_of
from campaigns.trial.views import TrialFailed, TrialLine, TrialProgress, TrialResult
from core.child_lines import ChildLines
from core.domain.ids import CampaignId
from core.errors import AppError, Cancelled
from core.workspace import Workspace

LOG_NAME: Final = "trial-output.log"
END_S: Final = 60.0
"""How long it may take to end once its input is closed: its worker stops in order, and its folder is removed."""

_lines = msgspec.json.Decoder(TrialLine)


class TrialControl:
    """Starts trial runs of one workspace. `program` starts Wireroom again."""

    def __init__(self, workspace: Workspace, program: Sequence[str]) -> None:
        self._workspace = workspace
        self._program = program

    def begin(self, campaign_id: CampaignId, people: int) -> "RunningTrial":
        """Use as `async with`: it ends with the block, and leaves nothing."""
        words = ["campaign", "trial", str(campaign_id), "--people", str(people), "--lines"]
        return RunningTrial([*self._program, *words, "--workspace", str(self._workspace.folder)], self._workspace)


class RunningTrial:
    """One trial run. For one event loop; works with any, Qt's too."""

    def __init__(self, command: Sequence[str], workspace: Workspace) -> None:
        """Use `TrialControl.begin`."""
        self._log = workspace.logs / LOG_NAME
        self._found: asyncio.Queue[TrialLine | None] = asyncio.Queue()
        self._lines = ChildLines(
            command, _lines, self._found.put_nowait, log=self._log, end_s=END_S, name="trial run"
        )

    async def __aenter__(self) -> Self:
        self._lines.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._lines.close()

    def stop(self) -> None:
        """Let it end; `follow` raises Cancelled when it has. Harmless at any time."""
        self._lines.close_input()

    async def follow(self) -> AsyncIterator[TrialProgress | TrialResult]:
        """How it stands, and last its result. Raises what the trial raised, Cancelled, or AppError when it died."""
        while True:
            line = await self._found.get()
            if line is None:
                raise AppError(
                    "It ended before it had a result.",
                    title="The trial run ended by itself",
                    hint=f"Its own words are at the end of {self._log}.",
                )
            if isinstance(line, TrialFailed):
                raise error_of(line, is_cancelled=line.code == Cancelled.code)
            yield line
            if isinstance(line, TrialResult):
                return
