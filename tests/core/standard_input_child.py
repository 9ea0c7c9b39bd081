"""A program that is forked eight times, and each copy ends while a thread of it waits for standard input."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable

from cli.answers import Answers
from cli.window_input import until_input_closed

COPIES = 8


async def wait_for_reader() -> None:
    """Until a thread is inside the module that reads."""
    while not any(
        frame.f_code.co_filename.endswith("standard_input.py") and frame.f_code.co_name.endswith(("_line", "_lines"))
        for frame in sys._current_frames().values()
    ):
        await asyncio.sleep(0)


async def window_stays_open() -> None:
    await until_input_closed(wait_for_reader(), "work")


async def question_is_given_up() -> None:
    asked = asyncio.ensure_future(Answers().ask("Code"))  # noqa: TID251 - ended right here
    await wait_for_reader()
    asked.cancel()
    await asyncio.wait([asked])
    assert asked.cancelled()


BODIES: dict[str, Callable[[], Awaitable[None]]] = {
    "window": window_stays_open,
    "question": question_is_given_up,
}


def main() -> None:
    body, codes = BODIES[sys.argv[1]], []
    for _ in range(COPIES):
        copy = os.fork()
        if copy == 0:
            asyncio.run(body())
            return  # and on to the end of the interpreter
        codes.append(os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1]))
    print(codes)


main()
