"""Speaking with a child process by lines of JSON: commands on its standard input, what it tells on its standard output.

Nothing is an argument or in the environment but what the parent puts on the command line: secrets and texts go through
the pipes and stand in no file. Closing its input ends the child, also when the parent dies.
"""

import asyncio
import queue
import subprocess
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from core.standard_input import follow_input

T = TypeVar("T")


class ChildLines(Generic[T]):
    """The parent's end of one child. For one event loop; works with any, Qt's too. No method waits but `close`."""

    def __init__(
        self,
        command: Sequence[str],
        decoder: msgspec.json.Decoder[T],
        take: Callable[[T | None], None],
        *,
        log: Path,
        end_s: float,
        name: str,
    ) -> None:
        """`take` gets each line on the loop that calls `start`, in order, and None at the end. What is no line of the
        decoder is passed over. What the child says on standard error is appended to `log`. `end_s`: how long it may
        take to end after its input was closed, before it is ended by force. `name`: of its threads.
        """
        self._command = list(command)
        self._decoder = decoder
        self._take = take
        self._log = log
        self._end_s = end_s
        self._name = name
        self._process: subprocess.Popen[bytes] | None = None
        self._out: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()

    def start(self) -> None:
        """Start the process; takes a few ms."""
        loop = asyncio.get_running_loop()
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,  # Ctrl+C in a terminal ends the parent, which closes our input
            )
        self._process = process
        for body, words in ((lambda: self._read(process, loop), "output"), (lambda: self._write(process), "input")):
            threading.Thread(target=body, name=f"{self._name} {words}", daemon=True).start()

    @property
    def pid(self) -> int | None:
        """Of the process, from `start` to `close`."""
        return None if self._process is None else self._process.pid

    def give(self, line: bytes) -> None:
        """Write one line, which ends with a line break. A child that has ended is told by `take`."""
        self._out.put(line)

    def close_input(self) -> None:
        """Let it end when it has read what was given. Harmless at any time."""
        self._out.put(None)

    async def close(self) -> int | None:
        """Close its input and wait for its end; its exit code. None, and harmless, when closed or never started."""
        process, self._process = self._process, None
        if process is None:
            return None
        self.close_input()
        # Shielded: whoever cancels wants it gone as well, and its end must not be given up half way.
        return await asyncio.shield(asyncio.to_thread(self._wait, process))

    def _write(self, process: "subprocess.Popen[bytes]") -> None:
        """On a thread: a pipe takes 64 KiB, and a child that still starts reads none of it."""
        assert process.stdin is not None
        with suppress(OSError), process.stdin:
            while (line := self._out.get()) is not None:
                process.stdin.write(line)
                process.stdin.flush()

    def _read(self, process: "subprocess.Popen[bytes]", loop: asyncio.AbstractEventLoop) -> None:
        assert process.stdout is not None
        with process.stdout, suppress(RuntimeError):  # the loop has ended
            for line in process.stdout:
                with suppress(msgspec.DecodeError):
                    loop.call_soon_threadsafe(self._take, self._decoder.decode(line))
            loop.call_soon_threadsafe(self._take, None)
        self._out.put(None)
        process.wait()  # so that one that ended by itself is collected

    def _wait(self, process: "subprocess.Popen[bytes]") -> int:
        try:
            return process.wait(self._end_s)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


def read_parent(decoder: msgspec.json.Decoder[T], take: Callable[[T], None], closed: Callable[[], None]) -> None:
    """In the child: give each line of standard input to `take` on the running loop; `closed` when there is no more.

    What is no line of the decoder is passed over.
    """

    def take_line(line: bytes) -> None:
        try:
            found = decoder.decode(line)
        except msgspec.DecodeError:
            return
        take(found)

    follow_input(take_line, closed)
