"""Running the program as a person or a script would: its own process, its own state folder, the last line as JSON."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent


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
        }

    def run(
        self, *words: str, standard_input: str = "", timeout_s: float = 60, extra: Mapping[str, str] | None = None
    ) -> Done:
        done = subprocess.run(
            [sys.executable, "main.py", *words],
            cwd=ROOT,
            capture_output=True,
            text=True,
            encoding="utf-8",
            input=standard_input,
            env=self.environment | dict(extra or {}),
            timeout=timeout_s,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

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
