"""Bad input and a hostile machine: a clear sentence each, nothing lost, exit code not 0."""

import shutil
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import WorkspaceError
from core.workspace import Workspace
from main import MainHouse
from tests.cli.program import Program

pytestmark = pytest.mark.slow

HEADER = "name,username,consent_basis,consent_at,consent_source\n"
GOOD_ROW = "Mira,person_00001,agreed,2026-01-02T10:00:00Z,form\n"


def import_csv(program: Program, content: bytes) -> dict[str, str]:
    path = program.home / "people.csv"
    path.write_bytes(content)
    return program.json("audience", "import", str(path)).error


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (bytes(range(256)) * 64, "text"),
        (b"Mira,person_00001\nLev,person_00002\n", "first line must name the columns"),
        (b"name,username\n" + b"x" * (64 << 20), "long"),
    ],
    ids=["empty", "binary", "no header", "64 MB in one line"],
)
def test_a_file_that_is_no_list_of_people_is_refused_in_words(program: Program, content: bytes, words: str) -> None:
    error = import_csv(program, content)

    assert words in " ".join(error.values()).lower()
    assert error["hint"]
    assert "Traceback" not in str(error)


def test_bad_rows_are_refused_by_line_and_the_good_ones_are_kept(program: Program) -> None:
    path = program.home / "people.csv"
    path.write_text(HEADER + GOOD_ROW + "Lev,,agreed,2026-01-02,form\nAna,@@,agreed,2026-13-45,form\n")
    refused = program.home / "refused.csv"

    done = program.json("audience", "import", str(path), "--refused", str(refused))

    assert (done.code, done.result["added"], done.result["refused"]) == (0, 1, 2)
    assert [row["line"] for row in done.result["refused_rows"]] == [3, 4]
    assert refused.read_text().count("\n") == 3


def test_a_missing_file_is_named(program: Program) -> None:
    error = program.json("audience", "import", str(program.home / "nobody.csv")).error

    assert "nobody.csv" in str(error)
    assert program.json("audience", "imports").result["imports"] == [], "what never began is no import"


@pytest.fixture
def used(program: Program) -> Program:
    """A workspace with one person in it."""
    (program.home / "people.csv").write_text(HEADER + GOOD_ROW)
    assert program.json("audience", "import", str(program.home / "people.csv")).code == 0
    return program


def test_a_database_of_a_newer_version_is_refused_and_left_alone(used: Program) -> None:
    database = used.workspace / "workspace.db"
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA user_version = 9999")
    connection.close()

    error = used.json("campaign", "list").error

    assert error["code"] == "database_too_new"
    assert "9999" in error["message"]
    with sqlite3.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM contact").fetchone() == (1,)
    connection.close()


def test_a_damaged_database_is_told_and_not_overwritten(used: Program) -> None:
    database = used.workspace / "workspace.db"
    content = bytearray(database.read_bytes())
    content[:64] = b"\xff" * 64
    database.write_bytes(content)

    error = used.json("campaign", "list").error

    assert error["code"] == "storage_corrupt"
    assert "backup" in error["hint"].lower()
    assert database.read_bytes() == bytes(content)


@pytest.mark.skipif(
    not Path("/sys/kernel").is_dir(), reason="needs a folder that even root cannot write: Linux's /sys"
)
def test_a_folder_that_cannot_be_written_is_told(program: Program) -> None:
    error = program.run("campaign", "list", "--workspace", "/sys/wireroom", "--json").error

    assert error["code"] == "storage_read_only"
    assert error["hint"]


@pytest.fixture
def small_disk(program: Program) -> Iterator[Path]:
    folder = program.home / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2500k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("only root may mount a small disk here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_told_and_what_was_saved_stays(program: Program, small_disk: Path) -> None:
    program.workspace = small_disk / "workspace"
    assert program.json("workspace", "new").code == 0
    path = program.home / "people.csv"
    path.write_text(
        HEADER + "".join(f"Person {n},person_{n:05d},agreed,2026-01-02T10:00:00Z,form\n" for n in range(1, 12_001))
    )

    error = program.json("audience", "import", str(path)).error

    assert error["code"] == "storage_full"
    assert "Free about" in error["hint"]
    shutil.copytree(program.workspace, program.home / "rescued")
    with sqlite3.connect(program.home / "rescued" / "workspace.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_a_used_port_is_named(program: Program) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        error = program.json("sandbox", "--port", str(port)).error

    assert error["code"] == "port_in_use"
    assert str(port) in error["message"]


def test_a_wrong_passphrase_opens_nothing_and_harms_nothing(program: Program) -> None:
    right = "correct horse battery\n"
    made = program.json("secrets", "new", "--store", "passphrase", "--passphrase-stdin", standard_input=right)
    assert made.code == 0, made.output

    error = program.json("secrets", "status", "--passphrase-stdin", standard_input="wrong horse battery\n").error

    assert error["code"] == "wrong_passphrase"
    assert program.json("secrets", "status", "--passphrase-stdin", standard_input=right).result["opens"] is True


def test_a_computer_without_a_key_store_says_so(program: Program) -> None:
    error = program.json("secrets", "new", "--store", "keyring").error

    assert error["code"] == "secret_store_missing"
    assert error["hint"]
    assert not (program.workspace / "vault" / "store.json").exists()


def test_a_demo_in_a_live_workspace_is_refused_before_it_changes_anything(program: Program) -> None:
    assert program.json("workspace", "new", "--live").code == 0

    error = program.json("demo", "--terminal").error
    with pytest.raises(WorkspaceError, match="live"):  # that of the window begins with this
        MainHouse().make_sandbox_workspace(Workspace(program.workspace))

    assert "live" in error["message"]
    assert not list(program.workspace.glob("vault/*.json"))
    assert not (program.workspace / "wireroom.toml").exists()


def test_an_unknown_setting_names_the_nearest(used: Program) -> None:
    (used.workspace / "wireroom.toml").write_text("[delivery]\nin_flihgt = 3\n")

    error = used.json("campaign", "list").error

    assert error["code"] == "configuration"
    assert "in_flight" in error["message"]


def test_old_credentials_are_moved_and_wiped(program: Program) -> None:
    passphrase = "correct horse battery\n"
    program.json("secrets", "new", "--store", "passphrase", "--passphrase-stdin", standard_input=passphrase)
    old = program.home / ".env"
    old.write_text("API_ID=12345\nAPI_HASH=0123456789abcdef0123456789abcdef\nDEBUG=1\n")

    done = program.json("secrets", "migrate", str(old), "--passphrase-stdin", standard_input=passphrase)

    assert done.code == 0, done.output
    assert "0123456789abcdef" not in old.read_text()
    assert "DEBUG=1" in old.read_text()
    assert "0123456789abcdef" not in done.output + done.errors


def test_a_mistake_on_the_command_line_has_its_own_exit_code(program: Program) -> None:
    assert program.run("campaign", "strat").code == 2
