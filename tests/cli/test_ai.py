"""`ai …` over the program and a provider's stand-in."""

import json
import os
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from cli.app import run
from main import MainHouse
from tests.ai.gemini_server import GeminiHandler
from tests.ai.script import KEY, Fault, Script, StandIn
from tests.cli.program import Done, Program

WORDS = "long enough words\n"
pytestmark = pytest.mark.slow


class SameProcess(Program):
    """The program without a process of its own for each command, which would load everything each time."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        super().__init__(home)
        self._patch, self._captured = monkeypatch, capfd
        for name, value in self.environment.items():
            monkeypatch.setenv(name, value)

    def run(
        self, *words: str, standard_input: str = "", timeout_s: float = 60, extra: Mapping[str, str] | None = None
    ) -> Done:
        reading, writing = os.pipe()
        os.write(writing, standard_input.encode())
        os.close(writing)
        self._captured.readouterr()
        with os.fdopen(reading, encoding="utf-8") as standard, self._patch.context() as patched:
            patched.setattr(sys, "stdin", standard)
            code = run(MainHouse(), words)
        said = self._captured.readouterr()
        return Done(code, said.out, said.err)


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Program:
    return SameProcess(tmp_path, monkeypatch, capfd)


@pytest.fixture
def provider(program: Program) -> Iterator[StandIn]:
    """Gemini's stand-in, and a workspace that asks it; its vault is opened by a passphrase."""
    with StandIn(GeminiHandler) as server:
        program.json("secrets", "new", "--store", "passphrase", "--passphrase-stdin", standard_input=WORDS)
        set_ai(program, address=f'"{server.address}"')
        yield server


def set_ai(program: Program, **settings: str) -> None:
    lines = "\n".join(f"{key} = {value}" for key, value in settings.items())
    (program.workspace / "wireroom.toml").write_text(f"[ai]\n{lines}\n")


def texts_on_disk(folder: Path) -> str:
    return "\n".join(path.read_bytes().decode("latin-1") for path in sorted(folder.rglob("*")) if path.is_file())


def test_a_key_is_stored_tried_and_used_to_write(program: Program, provider: StandIn) -> None:
    missing = program.json("ai", "test", "--passphrase-stdin", standard_input=WORDS)
    assert missing.error["code"] == "ai_not_set_up"
    assert provider.seen == []

    stored = program.json("ai", "key", "--passphrase-stdin", standard_input=f"{WORDS}{KEY}\n")
    assert stored.result["has_key"] is True
    assert KEY not in stored.output + stored.errors + texts_on_disk(program.home)

    tried = program.json("ai", "test", "--passphrase-stdin", standard_input=WORDS)
    assert tried.result["address"] == provider.address

    brief = ("ai", "write", "Invite to Friday's evening", "--field", "first_name", "--passphrase-stdin")
    asked = len(provider.seen)
    provider.will(Script(pieces=('Hi {{ first_name | default("friend") }}, come on Friday.',)))
    shown = program.json(*brief, "--show-request", standard_input=WORDS)
    assert len(provider.seen) == asked
    draft = program.json(*brief, standard_input=WORDS)

    assert draft.result["text"] == 'Hi {{ first_name | default("friend") }}, come on Friday.'
    assert [each["title"] for each in draft.result["findings"]] == ["It does not say how to opt out"]
    assert shown.result["body"] == provider.seen[-1].body
    assert shown.result["address"] == provider.address + provider.seen[-1].path
    status = program.json("ai", "status").result
    assert (status["requests_today"], status["tokens_today"], status["answers_kept"]) == (2, 20, 1)
    usage = program.json("ai", "usage").result["usage"]
    assert {row["feature"]: row["requests"] for row in usage} == {"test": 1, "write": 1}
    events = sqlite3.connect(program.workspace / "workspace.db").execute("SELECT kind, data FROM event").fetchall()
    assert [json.loads(data)["feature"] for kind, data in events if kind == "ai.asked"] == ["test", "write"]
    logs = texts_on_disk(program.workspace / "logs")
    assert "Friday" not in logs
    assert KEY not in logs


def test_what_fails_is_said_in_words_and_models_are_listed(program: Program, provider: StandIn) -> None:
    program.json("ai", "key", "--passphrase-stdin", standard_input=f"{WORDS}{KEY}\n")

    models = program.json("ai", "models", "--passphrase-stdin", standard_input=WORDS)
    provider.will(Script(fault=Fault.NO_MODEL))
    failed = program.json("ai", "test", "--passphrase-stdin", standard_input=WORDS)

    assert [each["id"] for each in models.result["models"]] == ["gemini-stand-in", "gemini-second-page"]
    assert failed.error["code"] == "ai_model"
    assert "ai models" in failed.error["hint"]


def test_turned_off_it_says_so_and_needs_no_passphrase(program: Program, provider: StandIn) -> None:
    set_ai(program, enabled="false")

    refused = program.json("ai", "write", "Invite", "--show-request")
    doctor = program.json("doctor")

    assert refused.error["code"] == "ai_off"
    assert any("turned off" in check["sentence"] for check in doctor.result["checks"] if check["name"] == "AI")
    assert program.json("ai", "status").result["on"] is False
