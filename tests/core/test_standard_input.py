"""Standard input is read without a lock: whoever still waits for it does not hinder the end of the program."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.standard_input import read_line

ROOT = Path(__file__).parent.parent.parent
FOLLOWER = """
import asyncio
from core.standard_input import follow_input

async def run():
    ended = asyncio.Event()
    follow_input(lambda line: print(line, flush=True), ended.set)
    await ended.wait()

asyncio.run(run())
"""


def start(*words: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="its copies are forked")
@pytest.mark.parametrize("who", ["window", "question"])
def test_a_program_ends_in_order_while_its_input_is_still_waited_for(who: str) -> None:
    with start("-m", "tests.core.standard_input_child", who) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        # No `communicate`: it would close the input, and then nothing waits.
        codes, errors = child.stdout.read(), child.stderr.read()

    assert (codes.decode().strip(), errors.decode()) == (str([0] * 8), "")


@pytest.mark.slow
def test_lines_come_as_they_are_written_and_the_last_needs_no_line_break() -> None:
    with start("-c", FOLLOWER) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(b"one\n\ntw")
        child.stdin.flush()
        assert [child.stdout.readline(), child.stdout.readline()] == [b"b'one'\n", b"b''\n"]
        child.stdin.write(b"o\n" + b"x" * 200_000 + b"\nlast")
        child.stdin.close()

        assert child.stdout.read() == b"b'two'\nb'" + b"x" * 200_000 + b"'\nb'last'\n"
        assert child.wait() == 0


def test_what_follows_a_line_stays_unread() -> None:
    reader, writer = os.pipe()
    os.write(writer, b"first\r\n\n" + b"y" * 10 + b"\nrest")
    os.close(writer)
    try:
        assert read_line(reader, 100) == b"first\r"
        assert read_line(reader, 100) == b""
        assert read_line(reader, 4) == b"yyyy"
        assert read_line(reader, 100) == b"yyyyyy"
        assert read_line(reader, 100) == b"rest"
        assert read_line(reader, 100) is None
    finally:
        os.close(reader)
