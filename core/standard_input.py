"""Reading standard input, and pipes, on threads: straight from the descriptor, and never through `sys.stdin`.

A thread that waits in `sys.stdin` holds its lock. A program that ends meanwhile closes `sys.stdin`, cannot get that lock
and aborts ("could not acquire lock for <_io.BufferedReader name='<stdin>'> at interpreter shutdown", exit code -6).
"""

import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

STANDARD_INPUT = 0
_PART_BYTES = 65_536  # what a pipe holds


def read_line(descriptor: int, limit: int) -> bytes | None:
    """The next line without its line break; None when there is nothing any more. What comes after it stays unread.

    Of a line of `limit` bytes and more come the first `limit`.
    """
    # Byte by byte: a buffered reader would swallow what follows the line.
    line = b""
    while len(line) < limit:
        byte = os.read(descriptor, 1)
        if byte in (b"", b"\n"):
            return line if line or byte else None
        line += byte
    return line


def input_lines() -> Iterator[bytes]:
    """Each line of standard input without its line break, as soon as it is there, to its end. Blocks."""
    line = b""
    while part := os.read(STANDARD_INPUT, _PART_BYTES):
        *whole, line = (line + part).split(b"\n")
        yield from whole
    if line:
        yield line


def follow_input(take: Callable[[bytes], None], ended: Callable[[], None]) -> None:
    """Give each line of standard input to `take` on the running loop, in order, and call `ended` there at its end.

    On a daemon thread: pipes cannot be waited for by every event loop of every system, and a read cannot be cancelled
    and must not hold the exit.
    """
    loop = asyncio.get_running_loop()

    def read() -> None:
        with suppress(RuntimeError):  # the loop has ended
            for line in input_lines():
                loop.call_soon_threadsafe(take, line)
            loop.call_soon_threadsafe(ended)

    threading.Thread(target=read, name="standard-input", daemon=True).start()
