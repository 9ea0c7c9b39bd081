"""What is not used is not loaded: at start-up nothing of a provider's library, and nothing at all while AI is off."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import MISSING_LIBRARY

ROOT = Path(__file__).parents[2]
# Every module of desktop, cli and what they stand on; then a workspace is opened and AI is asked for.
PROGRAM = """
import asyncio, importlib, json, pkgutil, sys
from pathlib import Path
import main

LIBRARIES = ("google.genai", "google.generativeai", "google.auth", "httpx2", "httpcore2", "pydantic", "grpc", "requests")

def loaded():
    return [name for name in LIBRARIES if name in sys.modules]

def load_all(package):
    for found in pkgutil.walk_packages(importlib.import_module(package).__path__, package + "."):
        importlib.import_module(found.name)

for package in ("desktop", "cli", "wiring", "database", "campaigns", "core"):
    load_all(package)
at_start = loaded()

async def ask(workspace):
    from ai.service import AiService, Question
    from core.ai_errors import AiError
    from core.domain.account import WorkspaceKind
    from core.domain.ai import AiFeature
    question = Question(feature=AiFeature.WRITE, text="Hello")
    async with main.MainHouse().services(workspace, kind=WorkspaceKind.SANDBOX) as container:
        service, found = container.get(AiService), []
        for act in (service.ask(question, str, actor="ann"), service.preview(question), service.models()):
            try:
                await act
                found.append("")
            except AiError as error:
                found.append(error.code)
        await service.status()
        return found

from core.workspace import open_workspace
from core.health import run_checks
from wiring.ai import checks_of_ai
workspace = open_workspace(Path(sys.argv[1]))
workspace.config_path.write_text("[ai]\\nenabled = false\\n")
refused = asyncio.run(ask(workspace))
[report] = asyncio.run(run_checks(checks_of_ai(workspace)))
off = loaded()
workspace.config_path.write_text("")
asked = asyncio.run(ask(workspace))
print(json.dumps({"at_start": at_start, "refused": refused, "off": off, "doctor": report.result.sentence,
                  "asked": asked, "on": loaded()}))
"""


@pytest.mark.slow
@pytest.mark.skipif(MISSING_LIBRARY is not None, reason="Qt's libraries are missing")
def test_start_up_loads_no_library_of_a_provider_and_turned_off_nothing_ever_does(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "workspace")],
        cwd=ROOT,
        env={"HOME": str(tmp_path), "PATH": "", "WIREROOM_STATE_DIR": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["at_start"] == []
    assert found["refused"] == ["ai_off"] * 3
    assert found["off"] == []
    assert "turned off" in found["doctor"]
    # Turned on, looking at a request loads the library, and so it is this test that would notice.
    assert found["asked"] == ["ai_not_set_up", "", "ai_not_set_up"]
    assert "google.genai" in found["on"]
