"""One thread pool per process: the loop's default, of the size and name that the settings say."""

import asyncio
import threading

from core.config import ExecutorSettings
from core.executor import default_executor


async def test_background_work_runs_on_named_threads_and_never_on_more() -> None:
    together = threading.Barrier(3)  # passes only if three calls run at once
    names: set[str] = set()

    def work() -> None:
        names.add(threading.current_thread().name)
        together.wait(5)

    async with default_executor(ExecutorSettings(name="pool", threads=3)):
        await asyncio.gather(*(asyncio.to_thread(work) for _ in range(6)))

    assert len(names) == 3
    assert all(name.startswith("pool") for name in names)


async def test_end_waits_for_what_runs_without_stopping_the_loop() -> None:
    go = threading.Event()
    done = []

    def work() -> None:
        go.wait(5)
        done.append(True)

    async with default_executor(ExecutorSettings(threads=1)):
        running = asyncio.get_running_loop().run_in_executor(None, work)
        asyncio.get_running_loop().call_later(0.02, go.set)

    assert done == [True]
    await running
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("wireroom_")]
