"""A trial run in a process of its own, seen from the window: lines while it runs, ended by closing its input.

Names and texts come through a pipe and stand in no file.
"""

import asyncio
import contextlib
import subprocess
import threading
from collections.abc import AsyncIterator, Sequence
from typing import Final, Self

import msgspec

from campaigns.job_errors import error_of
from campaigns.trial.views import TrialFailed, TrialLine, TrialProgress, TrialResult
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
        self._command = list(command)
        self._log = workspace.logs / LOG_NAME
        self._found: asyncio.Queue[TrialLine | None] = asyncio.Queue()
        self._process: subprocess.Popen[bytes] | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: ASYNC220 - starting takes a few ms
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True
            )
        threading.Thread(target=self._read, args=(self._process, loop), name="trial run", daemon=True).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        process, self._process = self._process, None
        if process is None or process.stdin is None:
            return
        with contextlib.suppress(OSError):
            process.stdin.close()
        # Shielded: whoever cancels wants it gone as well, and its end must not be given up half way.
        await asyncio.shield(asyncio.to_thread(_wait, process))

    def stop(self) -> None:
        """Let it end; `follow` raises Cancelled when it has. Harmless at any time."""
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()

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

    def _read(self, process: "subprocess.Popen[bytes]", loop: asyncio.AbstractEventLoop) -> None:
        assert process.stdout is not None
        with process.stdout, contextlib.suppress(RuntimeError):  # the loop has ended
            for line in process.stdout:
                with contextlib.suppress(msgspec.DecodeError):
                    loop.call_soon_threadsafe(self._found.put_nowait, _lines.decode(line))
            loop.call_soon_threadsafe(self._found.put_nowait, None)


def _wait(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
