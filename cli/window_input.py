"""Work that a window started ends with it: the window holds our standard input open for as long as it lives."""

import asyncio
import sys
import threading
from collections.abc import Coroutine
from typing import TypeVar

from core.errors import Cancelled

T = TypeVar("T")


async def until_input_closed(work: Coroutine[object, object, T], name: str) -> T:
    """Run the work; when standard input ends (the window that started us closed it, or died), cancel it and wait.

    `name` is that of its task. Raises Cancelled then; errors of the work come in an exception group.
    """
    loop = asyncio.get_running_loop()
    closed = asyncio.Event()

    def read() -> None:
        while sys.stdin.buffer.read(1):
            pass
        loop.call_soon_threadsafe(closed.set)

    # A daemon: a read cannot be cancelled and must not hold the exit.
    threading.Thread(target=read, name="standard-input", daemon=True).start()
    async with asyncio.TaskGroup() as group:
        running = group.create_task(work, name=name)
        watching = group.create_task(closed.wait(), name="window")
        await asyncio.wait([running, watching], return_when=asyncio.FIRST_COMPLETED)
        watching.cancel()
        running.cancel()  # no effect when it has ended
    if running.cancelled():
        raise Cancelled
    return running.result()
