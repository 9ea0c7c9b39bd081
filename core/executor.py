"""The one thread pool of a process: sized and named in the settings, and the event loop's default."""

import asyncio
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from core.config import ExecutorSettings


@asynccontextmanager
async def default_executor(settings: ExecutorSettings) -> AsyncIterator[ThreadPoolExecutor]:
    """Give the running loop its thread pool; `asyncio.to_thread` uses it. At the end what runs is waited for and
    what only waits is dropped.

    A call that may never return does not belong here: it would hold the exit (core.timeouts.await_blocking).
    """
    loop = asyncio.get_running_loop()
    executor = ThreadPoolExecutor(max_workers=settings.threads, thread_name_prefix=settings.name)
    loop.set_default_executor(executor)
    try:
        yield executor
    finally:
        closed = loop.create_future()
        # Waiting for the pool's threads blocks, so it is done beside the loop; a daemon cannot hold the exit.
        threading.Thread(
            target=_close, args=(executor, loop, closed), name=f"{settings.name}-end", daemon=True
        ).start()
        await closed


def _close(executor: ThreadPoolExecutor, loop: asyncio.AbstractEventLoop, closed: asyncio.Future[None]) -> None:
    executor.shutdown(wait=True, cancel_futures=True)
    loop.call_soon_threadsafe(_resolve, closed)


def _resolve(closed: asyncio.Future[None]) -> None:
    if not closed.done():  # the one who waited may have been cancelled
        closed.set_result(None)
