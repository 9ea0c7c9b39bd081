"""The main job from the command line: an empty folder, a real worker, a real sandbox, and the sandbox's own ledger."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from cli.demo.command import place_for
from cli.output import Output, run_command
from core.errors import TimedOut
from core.workspace import Workspace

ROOT = Path(__file__).parent.parent.parent

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


def run_demo(tmp_path: Path, *options: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "main.py", "demo", "--terminal", "--json", "--workspace", str(tmp_path / "demo"), *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={
            "PATH": "/usr/bin:/bin",
            "HOME": str(tmp_path),
            "WIREROOM_STATE_DIR": str(tmp_path / "state"),
            "PYTHONPYCACHEPREFIX": os.environ["PYTHONPYCACHEPREFIX"],  # else each of its programs is compiled anew
        },
        timeout=200,
        check=False,
    )
    result: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == 0, (result, done.stderr[-2000:])
    return result


@pytest.mark.parametrize("began", [True, False], ids=["in the middle", "before anything"])
def test_what_a_failed_demo_leaves_is_named_for_scripts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], began: bool
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    async def body(output: Output) -> int:
        with place_for(None, output) as place:
            if began:
                Workspace(place.folder).database_path.touch()
            raise TimedOut("A lane does not answer.")

    assert run_command("demo", body, is_json=True) == 1
    output, errors = capsys.readouterr()
    kept = [str(path) for path in tmp_path.iterdir()]
    assert len(kept) == began
    assert json.loads(output).get("kept") == (kept[0] if began else None)
    assert errors.count("".join(kept) or "kept") == began


def test_everyone_is_reached_exactly_once_though_the_worker_is_killed(tmp_path: Path) -> None:
    result = run_demo(tmp_path, "--recipients", "400", "--kill", "3", "--rate", "max", "--silent", "--seed", "7")

    figures = {key: result[key] for key in ("recipients", "delivered", "duplicates", "missing", "uncertain", "kills")}
    assert figures == {
        "recipients": 400,
        "delivered": 400,
        "duplicates": 0,
        "missing": 0,
        "uncertain": 0,
        "kills": 3,
    }
    assert result["database_agrees"] is True
    assert int(str(result["kills_in_flight"])) >= 2, "hardly a kill hit a message under way: the proof proved little"


def test_who_says_stop_is_skipped_with_the_reason_and_nobody_is_missing(tmp_path: Path) -> None:
    result = run_demo(tmp_path, "--recipients", "60", "--rate", "30", "--seed", "3")

    assert (result["duplicates"], result["missing"]) == (0, 0)
    assert int(str(result["delivered"])) + int(str(result["skipped"])) == 60


def test_a_workspace_of_an_earlier_demo_can_be_used_again(tmp_path: Path) -> None:
    run_demo(tmp_path, "--recipients", "20", "--accounts", "2", "--rate", "max", "--silent")

    again = run_demo(tmp_path, "--recipients", "20", "--accounts", "3", "--rate", "max", "--silent", "--seed", "50")

    assert (again["recipients"], again["delivered"], again["duplicates"], again["missing"]) == (40, 40, 0, 0)
