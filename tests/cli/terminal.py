"""A pseudo-terminal with the program in it: what a person sees there, and what they type."""

import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from fcntl import ioctl
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parent.parent.parent
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """The program with a controlling terminal of 110 by 40."""

    def __init__(self, *words: str, environment: Mapping[str, str]) -> None:
        self._words = [sys.executable, str(ROOT / "main.py"), *words]
        self._environment = dict(environment) | {"TERM": "xterm-256color"}
        self._seen = ""
        self._read_up_to = 0
        self.code: int | None = None

    def __enter__(self) -> Self:
        self._descriptor, other = pty.openpty()
        ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 110, 0, 0))
        self._process = subprocess.Popen(
            self._words,
            cwd=ROOT,
            env=self._environment,
            stdin=other,
            stdout=other,
            stderr=other,
            start_new_session=True,
            preexec_fn=lambda: ioctl(0, termios.TIOCSCTTY, 0),  # Ctrl+C reaches it as from a keyboard
        )
        os.close(other)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.code is None:
            self._process.kill()
            self._process.wait()
        os.close(self._descriptor)

    @property
    def seen(self) -> str:
        """Everything that was shown, without the codes that move the cursor and colour."""
        return _ESCAPES.sub("", self._seen).replace("\r", "")

    def wait_for(self, words: str, *, timeout_s: float = 40) -> str:
        """Read until these words are shown after the last ones that were waited for; returns what was shown between."""
        end = time.monotonic() + timeout_s
        while (found := self.seen.find(words, self._read_up_to)) < 0:
            if not self._read_more(end - time.monotonic()):
                raise AssertionError(f"{words!r} was not shown:\n{self.seen}")
        between, self._read_up_to = self.seen[self._read_up_to : found], found + len(words)
        return between

    def type(self, line: str) -> None:
        os.write(self._descriptor, f"{line}\n".encode())

    def interrupt(self) -> None:
        """Ctrl+C."""
        os.write(self._descriptor, b"\x03")

    def wait_end(self, *, timeout_s: float = 40) -> int:
        """The exit code."""
        end = time.monotonic() + timeout_s
        while self._read_more(end - time.monotonic()):
            pass
        self.code = self._process.wait(timeout=40)
        return self.code

    @property
    def has_echo(self) -> bool:
        """Whether typed letters are shown."""
        return bool(termios.tcgetattr(self._descriptor)[3] & termios.ECHO)

    def _read_more(self, seconds: float) -> bool:
        """False at the end of the program or of the time."""
        ready, _, _ = select.select([self._descriptor], [], [], max(0.0, seconds))
        if not ready:
            return False
        try:
            data = os.read(self._descriptor, 65536)
        except OSError:  # Linux: the program has closed its side
            return False
        self._seen += data.decode("utf-8", "replace")
        return bool(data)
