"""Running the program as a person or a script would: its own state folder, the last line as JSON."""

import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO
from unittest.mock import patch

from main import main

ROOT = Path(__file__).parent.parent.parent
OWN_PROCESS = frozenset({"demo", "sandbox", "worker", "import-job", "export-job", "rehearsal-job", "sign-in-child"})
"""First words of what takes signals, or lives on."""
WAITING = (("account", "add"), ("account", "sign-in"), ("campaign", "trial"))
"""They wait for standard input and for a child at once."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a command left behind."""

    code: int
    output: str
    errors: str

    @property
    def result(self) -> dict[str, Any]:
        """The object on the last line."""
        found: dict[str, Any] = json.loads(self.output.splitlines()[-1])
        return found

    @property
    def error(self) -> dict[str, str]:
        """The error on the last line; the exit code is not 0 then."""
        assert self.code != 0, self.output
        assert self.result["ok"] is False
        found: dict[str, str] = self.result["error"]
        return found


class Program:
    """`main.py` with a home of its own, so that no test meets another or the person who runs it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.workspace = home / "workspace"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "WIREROOM_STATE_DIR": str(home / "state"),
            "LANG": "C.UTF-8",
            "PYTHONPYCACHEPREFIX": os.environ["PYTHONPYCACHEPREFIX"],
        }

    def run(
        self, *words: str, standard_input: str = "", timeout_s: float = 60, extra: Mapping[str, str] | None = None
    ) -> Done:
        """What needs no process of its own runs in this one: a new interpreter takes half a second of processor time."""
        environment = self.environment | dict(extra or {})
        if words[0] in OWN_PROCESS or words[:2] in WAITING:
            return _run_apart(words, environment, standard_input, timeout_s)
        with _home(environment), tempfile.TemporaryFile("w+", encoding="utf-8") as given:
            given.write(standard_input)
            given.seek(0)
            return _run_here(words, given)

    def json(self, *words: str, standard_input: str = "", timeout_s: float = 60) -> Done:
        """In the workspace of this program, with `--json`."""
        return self.run(
            *words,
            "--workspace",
            str(self.workspace),
            "--json",
            standard_input=standard_input,
            timeout_s=timeout_s,
        )


def _run_apart(words: Sequence[str], environment: Mapping[str, str], standard_input: str, timeout_s: float) -> Done:
    done = subprocess.run(
        [sys.executable, "main.py", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        input=standard_input,
        env=dict(environment),
        timeout=timeout_s,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def _run_here(words: Sequence[str], standard_input: TextIO) -> Done:
    """In a thread and a context of its own: a test may have a loop that runs, and a command leaves nothing behind."""
    output, errors = io.StringIO(), io.StringIO()
    with (
        redirect_stdout(output),
        redirect_stderr(errors),
        patch.object(sys, "stdin", standard_input),
        ThreadPoolExecutor(1) as thread,
    ):
        code = thread.submit(copy_context().run, main, list(words)).result()
    return Done(code, output.getvalue(), errors.getvalue())


@contextmanager
def _home(environment: Mapping[str, str]) -> Iterator[None]:
    """As a process of its own would have it: this environment and no other."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
