"""Starting a sandbox as a process of its own, and finding one that runs. No Telethon here."""

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from core.errors import ConfigurationError, TimedOut
from core.files import make_private_folder
from telegram.sandbox.address import SandboxAddress, read_address

LOG_NAME = "sandbox.log"
START_TIMEOUT_S = 60.0
"""Half a second is usual. A machine that is full takes long, and a sandbox that ended is seen at once."""

STOP_TIMEOUT_S = 5.0
POLL_S = 0.01

__all__ = ["SandboxAddress", "SandboxProcess", "read_address", "wait_for_address"]


async def wait_for_address(folder: Path, *, timeout_s: float = START_TIMEOUT_S) -> SandboxAddress:
    """The address of the sandbox in `folder`, once it has announced itself. Raises TimedOut."""
    try:
        async with asyncio.timeout(timeout_s):
            while (address := read_address(folder)) is None:  # noqa: ASYNC110 - another process writes the file
                await asyncio.sleep(POLL_S)
            return address
    except TimeoutError as error:
        raise TimedOut("The sandbox did not announce itself in time.", title="The sandbox did not start") from error


class SandboxProcess:
    """A sandbox in a child process. It says what goes wrong in `sandbox.log` in its folder."""

    def __init__(self, folder: Path, command: Sequence[str] | None = None) -> None:
        """`command` starts a sandbox in `folder`; without it `python -m telegram.sandbox` is used."""
        self.folder = folder
        self._command = list(command or (sys.executable, "-m", "telegram.sandbox", str(folder)))
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self, *, is_detached: bool = False, timeout_s: float = START_TIMEOUT_S) -> SandboxAddress:
        """Start it and wait until it can be reached. Detached: it outlives this process and its terminal.

        Raises ConfigurationError with the process's last words if it ends instead, TimedOut if it says nothing.
        """
        make_private_folder(self.folder)
        left_behind = read_address(self.folder)  # by a killed one; or another runs, then ours ends at once
        with (self.folder / LOG_NAME).open("ab") as log:
            self._process = subprocess.Popen(  # noqa: ASYNC220 - starting takes a few ms
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=is_detached
            )
        address: SandboxAddress | None = None
        try:
            async with asyncio.timeout(timeout_s):
                while (found := read_address(self.folder)) is None or found == left_behind:
                    if self._process.poll() is not None:
                        raise ConfigurationError(self._last_words(), title="The sandbox did not start")
                    await asyncio.sleep(POLL_S)
            address = found
        except TimeoutError as error:
            raise TimedOut("It did not announce itself in time.", title="The sandbox did not start") from error
        finally:
            if address is None:
                self._process.kill()  # nobody would end it: what waited for it is cancelled, or has given up
                self._process.wait()
        return address

    @property
    def pid(self) -> int:
        """The process's id. Only after `start`."""
        assert self._process is not None, "start() comes first"
        return self._process.pid

    async def stop(self, timeout_s: float = STOP_TIMEOUT_S) -> None:
        """End it in order (SIGTERM), by force if it does not end in time. Nothing happens if it has ended."""
        await self._end(timeout_s)

    async def kill(self) -> None:
        """End it with SIGKILL, as a crash would."""
        if self._process is not None:
            self._process.kill()
        await self._end(STOP_TIMEOUT_S)

    async def _end(self, timeout_s: float) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            await asyncio.to_thread(_wait, self._process, timeout_s)

    def _last_words(self) -> str:
        lines = (self.folder / LOG_NAME).read_text(errors="replace").split("\n")
        return next((line for line in reversed(lines) if line.strip()), "It ended without a word.")


def _wait(process: "subprocess.Popen[bytes]", timeout_s: float) -> None:
    try:
        process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
