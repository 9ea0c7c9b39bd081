"""Old files give their credentials to the vault and keep everything else."""

import json
import os
import stat
from pathlib import Path

import pytest

from core.errors import UserInputError
from core.secrets.manager import SecretsManager, StoreKind
from core.secrets.migrate import migrate_file
from core.workspace import Workspace

ENV = """\
# Settings of the old sender
API_ID=123456
API_HASH = 0123456789abcdef0123456789abcdef   # from my.telegram.org, older: oldhash-value
export BOT_TOKEN="7012345678:AAF-quoted value"
PROXY_PASSWORD='single # quoted'
GEMINI_KEY=with#hash=and=equals
STRING_SESSION: "1BVtsOH-session"
# OLD_BOT_TOKEN=9912345678:commented-out
DELAY=30
LOG_LEVEL=info  # keep: this comment
EMPTY_TOKEN=
# a password: choose a good one
TOKENS_PER_DAY=5
"""
VALUES = {
    "migrated/API_ID": "123456",
    "migrated/API_HASH": "0123456789abcdef0123456789abcdef",
    "migrated/BOT_TOKEN": "7012345678:AAF-quoted value",
    "migrated/PROXY_PASSWORD": "single # quoted",
    "migrated/GEMINI_KEY": "with#hash=and=equals",
    "migrated/STRING_SESSION": "1BVtsOH-session",
    "migrated/OLD_BOT_TOKEN/line 8": "9912345678:commented-out",
}


@pytest.fixture
def manager(workspace: Workspace) -> SecretsManager:
    return SecretsManager.create(workspace, StoreKind.MEMORY)


@pytest.fixture
def env(tmp_path: Path) -> Path:
    path = tmp_path / ".env"
    path.write_text(ENV)
    return path


def vault_of(manager: SecretsManager) -> dict[str, str]:
    return {name: manager.get(name).decode() for name in manager.list_names()}


def test_credentials_move_into_the_vault_and_only_names_are_reported(manager: SecretsManager, env: Path) -> None:
    migration = migrate_file(manager, env)

    assert vault_of(manager) == VALUES
    assert migration.names == tuple(sorted(VALUES))
    assert [value for value in VALUES.values() if value in repr(migration)] == []


def test_file_keeps_its_other_lines_and_holds_no_credential_any_more(manager: SecretsManager, env: Path) -> None:
    migrate_file(manager, env)

    text = env.read_text()
    assert [value for value in (*VALUES.values(), "oldhash-value") if value in text] == []
    kept = [line for line in ENV.splitlines() if line.startswith(("# S", "DELAY", "LOG", "EMPTY", "# a", "TOKENS"))]
    assert [line for line in text.splitlines() if "was moved into" not in line] == kept
    assert len(text.splitlines()) == len(ENV.splitlines())
    assert stat.S_IMODE(env.stat().st_mode) == 0o600


def test_old_bytes_are_overwritten(manager: SecretsManager, env: Path, tmp_path: Path) -> None:
    os.link(env, tmp_path / "other name of the old bytes")

    migrate_file(manager, env)

    assert set((tmp_path / "other name of the old bytes").read_bytes()) == {0}


def test_second_run_finds_nothing_and_changes_nothing(manager: SecretsManager, env: Path) -> None:
    migrate_file(manager, env)
    before = env.read_bytes()

    assert migrate_file(manager, env).names == ()
    assert env.read_bytes() == before
    assert vault_of(manager) == VALUES


def test_run_that_was_stopped_half_way_is_done_again(manager: SecretsManager, env: Path) -> None:
    manager.set("migrated/API_HASH", VALUES["migrated/API_HASH"].encode())

    migrate_file(manager, env)

    assert vault_of(manager) == VALUES


def test_other_value_under_the_same_name_is_not_overwritten(manager: SecretsManager, env: Path) -> None:
    manager.set("migrated/API_HASH", b"another")

    with pytest.raises(UserInputError, match="migrated/API_HASH") as caught:
        migrate_file(manager, env)
    assert VALUES["migrated/API_HASH"] not in str(caught.value)
    assert env.read_text() == ENV
    assert vault_of(manager) == {"migrated/API_HASH": "another"}


def test_two_values_under_one_name_are_both_kept(manager: SecretsManager, tmp_path: Path) -> None:
    path = tmp_path / "bots.ini"
    path.write_text("[one]\ntoken = first\n[two]\ntoken = second ; mine\n")

    migrate_file(manager, path)

    assert vault_of(manager) == {"migrated/token": "first", "migrated/token/line 4": "second"}
    assert path.read_text().splitlines()[::2] == ["[one]", "[two]"]


@pytest.mark.parametrize("line", ['PRIVATE_KEY="-----BEGIN', "api_key: '''abc", 'TOKEN="""'])
def test_value_over_several_lines_is_refused_and_nothing_is_changed(
    manager: SecretsManager, tmp_path: Path, line: str
) -> None:
    path = tmp_path / ".env"
    path.write_text(f"BOT_TOKEN=abc\n{line}\nrest\n")

    with pytest.raises(UserInputError, match="line 2") as caught:
        migrate_file(manager, path)
    assert "BEGIN" not in str(caught.value)
    assert path.read_text().startswith("BOT_TOKEN=abc")
    assert manager.list_names() == []


def test_json_settings_keep_their_structure(manager: SecretsManager, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    content = {
        "api_id": 12345,
        "bots": [{"name": "a", "botToken": "t1"}, {"name": "b", "botToken": "t2"}],
        "delay": 3,
    }
    path.write_text(json.dumps(content))

    migrate_file(manager, path)

    assert vault_of(manager) == {
        "migrated/api_id": "12345",
        "migrated/bots.0.botToken": "t1",
        "migrated/bots.1.botToken": "t2",
    }
    assert json.loads(path.read_text()) == {"bots": [{"name": "a"}, {"name": "b"}], "delay": 3}


def test_link_stays_a_link_and_its_target_is_wiped(manager: SecretsManager, env: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.env"
    link.symlink_to(env)

    migrate_file(manager, link)

    assert link.is_symlink()
    assert "0123456789abcdef" not in env.read_text()


@pytest.mark.parametrize(("name", "content"), [(".env", b"\xff\xfe"), ("a.json", b"{")])
def test_file_that_cannot_be_understood_is_left_alone(
    manager: SecretsManager, tmp_path: Path, name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(UserInputError):
        migrate_file(manager, path)
    assert path.read_bytes() == content


def test_absent_file_is_named(manager: SecretsManager, tmp_path: Path) -> None:
    with pytest.raises(UserInputError, match=r"\.env"):
        migrate_file(manager, tmp_path / ".env")
