"""A program starts as fast as what it loads: what each start may not load, since it does not use it."""

import json
import re
import subprocess
import sys

import pytest

from tests.cli.program import ROOT, Program

FOR_FEW = frozenset(
    {
        "rich", "segno",  # for people at a terminal
        "jinja2", "dateutil",  # for who reads a message or a repeat
        "phonenumbers", "charset_normalizer", "ijson", "openpyxl", "vobject",  # for who reads a list of people
        "tomlkit",  # for who changes a setting
        "telethon", "cryptg", "python_socks",  # for who speaks to Telegram
        "keyring",  # for who opens the key store
        "PySide6", "qasync", "qtawesome",  # for the window
        "google", "httpx2",  # for who asks a text model
    }
)  # fmt: skip


RUN = "import json, sys; from main import main; main(sys.argv[1:]); print(json.dumps(sorted(sys.modules)))"


def loaded(program: Program, *words: str) -> set[str]:
    """Every module that is there when a command has run."""
    arguments = [*words, "--workspace", str(program.workspace), "--json"]
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        cwd=ROOT,
        env=program.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.slow
@pytest.mark.parametrize(("words", "subject"), [(("account", "list"), "account"), (("worker",), "worker")])
def test_a_start_loads_nothing_that_it_does_not_use(program: Program, words: tuple[str, ...], subject: str) -> None:
    found = loaded(program, *words)

    assert not {name.partition(".")[0] for name in found} & FOR_FEW
    assert {name for name in found if re.fullmatch(r"cli\.\w+_commands", name)} == {f"cli.{subject}_commands"}
