"""A workspace in one file and back, by commands."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.app import run
from core.registry import KnownWorkspace, WorkspaceRegistry
from core.workspace import open_workspace
from main import MainHouse
from tests.cli.program import Program

PEOPLE_TO_DO = 3


class Commands:
    """Commands in this process, with a state folder of their own."""

    def __init__(self, program: Program, capsys: pytest.CaptureFixture[str]) -> None:
        self.program = program
        self._capsys = capsys

    def __call__(self, *words: str, folder: Path | None = None) -> dict[str, Any]:
        run(MainHouse(), [*words, "--workspace", str(folder or self.program.workspace), "--json"])
        found: dict[str, Any] = json.loads(self._capsys.readouterr().out.splitlines()[-1])
        return found


@pytest.fixture
def command(program: Program, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Commands:
    monkeypatch.setenv("WIREROOM_STATE_DIR", program.environment["WIREROOM_STATE_DIR"])
    return Commands(program, capsys)


def test_a_workspace_comes_back_and_its_campaign_waits_for_a_choice(
    command: Commands, campaign: str, tmp_path: Path
) -> None:
    file, new = tmp_path / "one.wireroom-backup", tmp_path / "new"

    made = command("backup", str(file))
    again = command("backup", str(file))
    back = command("restore", str(file), "--as", "ann", folder=new)
    waits = command("campaign", "after-restore", "--as", "ann", folder=new)
    refused = command("campaign", "resume", campaign, "--as", "ann", folder=new)
    chosen = command("campaign", "after-restore", campaign, "--choose", "leave", "--as", "ann", folder=new)
    resumed = command("campaign", "resume", campaign, "--as", "ann", folder=new)

    assert made["ok"]
    assert made["bytes"] == file.stat().st_size
    assert again["error"]["title"] == "This name is taken"
    assert (back["ok"], back["paused"], back["workspace_id"]) == (True, 1, made["workspace_id"])
    assert [(one["campaign"], one["by_users"]) for one in waits["campaigns"]] == [(int(campaign), PEOPLE_TO_DO)]
    assert refused["error"]["title"] == "Choose first how it goes on"
    assert chosen["counted_as_possibly_sent"] == PEOPLE_TO_DO
    assert resumed["state"] == "running"


def test_what_is_no_backup_is_refused_in_words(command: Commands, tmp_path: Path) -> None:
    (tmp_path / "holiday.zip").write_bytes(b"PK")

    done = command("restore", str(tmp_path / "holiday.zip"), folder=tmp_path / "new")

    assert done["error"]["code"] == "backup_damaged"
    assert not (tmp_path / "new").exists()


def test_a_workspace_put_back_by_hand_asks_for_the_same_choice(command: Commands, campaign: str) -> None:
    workspace = open_workspace(command.program.workspace)
    workspace_id = command("backup", str(workspace.folder.parent / "backup"))["workspace_id"]
    known = KnownWorkspace(workspace_id=workspace_id, folder=workspace.folder, generation=7)
    WorkspaceRegistry().adopt(known)  # a worker has started since the state that lies here

    adopted = command("workspace", "adopt", "--as", "ann")

    assert (adopted["ok"], adopted["was_moved"]) == (True, False)
    assert len(command("campaign", "after-restore", campaign, "--as", "ann")["campaigns"]) == 1
    assert WorkspaceRegistry().newest_generation(workspace_id) == 8
