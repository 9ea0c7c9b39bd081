"""Work that a window started ends with it: the window holds our standard input open for as long as it lives."""

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

from core.errors import Cancelled
from core.standard_input import follow_input

T = TypeVar("T")


async def until_input_closed(work: Coroutine[object, object, T], name: str) -> T:
    """Run the work; when standard input ends (the window that started us closed it, or died), cancel it and wait.

    `name` is that of its task. Raises Cancelled then; errors of the work come in an exception group.
    """
    closed = asyncio.Event()
    follow_input(lambda _: None, closed.set)  # it holds the input open, and says nothing
    async with asyncio.TaskGroup() as group:
        running = group.create_task(work, name=name)
        watching = group.create_task(closed.wait(), name="window")
        await asyncio.wait([running, watching], return_when=asyncio.FIRST_COMPLETED)
        watching.cancel()
        running.cancel()  # no effect when it has ended
    if running.cancelled():
        raise Cancelled
    return running.result()
