"""Being told to end: Ctrl+C, SIGTERM, or a terminal that was closed. A command then stops in order and says so.

While the program is still being loaded nothing is open, and it leaves at once. While a command runs, the first signal
cancels its coroutine and a second one does not disturb the tidying up; every wait in there has an end.
"""

import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from types import FrameType
from typing import Final

EXIT_CANCELLED: Final = 130  # Ctrl+C, as shells count it

INSISTS: Final = 3
"""So often Ctrl+C is pressed by who does not want to wait for the end of tidying up."""

PARENT_LOOK_S: Final = 1.0

ENDING: Final = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


def leave_while_loading(words: Sequence[str]) -> None:
    """From now on Ctrl+C ends the program at once and without a traceback, until `end_of_loading`."""

    def leave(number: int, frame: FrameType | None) -> None:
        leave_loading(words)

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # a shell that runs us behind ignores it
        signal.signal(signal.SIGINT, leave)


def end_of_loading() -> None:
    """Ctrl+C is an exception again. Nothing happens outside the program's own start."""
    if getattr(signal.getsignal(signal.SIGINT), "__module__", "") == __name__:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def leave_loading(words: Sequence[str]) -> None:
    """Say that it was cancelled and leave. Nothing was opened yet, so there is nothing to tidy up."""
    if "--json" in words:
        error = {"code": "cancelled", "title": "Cancelled", "message": "Nothing was begun.", "hint": ""}
        line = json.dumps({"ok": False, "command": words[0], "error": error})
        os.write(sys.stdout.fileno(), line.encode() + b"\n")
    else:
        os.write(sys.stderr.fileno(), b"Cancelled\nNothing was begun.\n")
    os._exit(EXIT_CANCELLED)


@contextmanager
def cancelled_by_signals() -> Iterator[None]:
    """The first signal that says to end cancels the task in which this was entered."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may have handlers
        return
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None, "entered in a task"
    told = 0

    def end(number: int, frame: FrameType | None) -> None:
        nonlocal told
        told += 1
        if told == 1:
            loop.call_soon_threadsafe(task.cancel)
        elif told >= INSISTS and number == signal.SIGINT:
            raise KeyboardInterrupt

    former = {number: signal.getsignal(number) for number in ENDING}
    # Who started us with nohup, or behind, wants it ignored.
    handled = [number for number, handler in former.items() if handler is not signal.SIG_IGN]
    for number in handled:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in handled:
            signal.signal(number, former[number])


@asynccontextmanager
async def ended_with(parent: int | None) -> AsyncIterator[None]:
    """As long as this runs the end of that process, which started us, tells us to end too, as SIGTERM does. None: it
    outlives whoever started it.
    """
    if parent is None:
        yield
        return
    async with asyncio.TaskGroup() as group:
        watch = group.create_task(_follow(parent), name="parent")
        try:
            yield
        finally:
            watch.cancel()


async def _follow(parent: int) -> None:
    while os.getppid() == parent:  # noqa: ASYNC110 - the system tells nobody
        await asyncio.sleep(PARENT_LOOK_S)
    signal.raise_signal(signal.SIGTERM)


@contextmanager
def asked_on_the_terminal() -> Iterator[None]:
    """Around a question that blocks: Ctrl+C raises KeyboardInterrupt there, and does not wait for the answer."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)
