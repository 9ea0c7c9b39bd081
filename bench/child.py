"""A program of ours that answers one line of JSON per command."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from core.errors import TimedOut

HERE = Path(__file__).parent
SILENT_S = 300.0  # longer than what most of these programs are asked for takes on a busy machine


class Child:
    """The other side of the program's standard input and output."""

    def __init__(self, process: asyncio.subprocess.Process, program: str, silent_s: float) -> None:
        self._process = process
        self._program = program
        self._silent_s = silent_s

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ask(self, **command: object) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command).encode() + b"\n")
        await self._process.stdin.drain()
        return await self.read()

    async def read(self) -> dict[str, Any]:
        """The next line that it says. Raises TimedOut when there is none for so long, or when it has ended."""
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(self._silent_s):
                line = await self._process.stdout.readline()
        except TimeoutError as error:
            raise TimedOut(f"{self._program} said nothing for {self._silent_s:.0f} s") from error
        if not line:
            raise TimedOut(f"{self._program} ended without an answer")
        answer: dict[str, Any] = json.loads(line)
        return answer


@asynccontextmanager
async def started(program: str, *arguments: str, silent_s: float = SILENT_S) -> AsyncIterator[Child]:
    """Runs bench/`program`; it ends when its input is closed. `silent_s`: how long an answer may take."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(HERE / program),
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Child(process, program, silent_s)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            process.kill()
            await process.wait()
