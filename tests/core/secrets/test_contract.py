"""What every kind of store promises, the real key store of the system included."""

import base64
import secrets
import stat
from pathlib import Path

import pytest

from core.errors import SecretNotFound, SecretStoreError
from core.secrets.manager import (
    DataKey,
    KeySource,
    Passphrase,
    SecretsManager,
    StoreKind,
    read_status,
    remembered_kind,
)
from core.workspace import Workspace, open_workspace

PASSPHRASE = "correct horse battery"
DIFFICULT = [
    "account/1/session",
    "../../escape",
    "UPPER",
    "upper",
    "with blank and \t tab",
    "quote'\"\\",
    "ünïcödé – имя – 名前 – 😀",
    "e\u0301",
    "\u00e9",
    ".hidden",
    "con",
    "x" * 1024,
    "nul\0byte",
    "new\nline",
]


@pytest.fixture(params=[kind.value for kind in StoreKind])
def kind(request: pytest.FixtureRequest) -> StoreKind:
    kind = StoreKind(request.param)
    if kind is StoreKind.KEYRING:
        request.getfixturevalue("shared_secret_service")
    return kind


@pytest.fixture
def manager(workspace: Workspace, kind: StoreKind) -> SecretsManager:
    return SecretsManager.create(workspace, kind, passphrase=PASSPHRASE)


def source_of(manager: SecretsManager) -> KeySource:
    """How a later process opens the store; of a memory store only a child of this run can."""
    match manager.kind:
        case StoreKind.KEYRING:
            return None
        case StoreKind.PASSPHRASE:
            return Passphrase(PASSPHRASE)
        case StoreKind.MEMORY:
            return DataKey(base64.b64decode(manager.key_line()))


def test_secret_comes_back_in_the_next_process(workspace: Workspace, manager: SecretsManager) -> None:
    manager.set("account/1/session", b"\x00\xff secret")

    again = SecretsManager.open(workspace, source_of(manager))

    assert again.get("account/1/session") == b"\x00\xff secret"
    assert again.kind is manager.kind is remembered_kind(workspace)


def test_child_opens_every_kind_with_the_key_from_its_parent(workspace: Workspace, manager: SecretsManager) -> None:
    manager.set("a", b"secret")

    child = SecretsManager.open(workspace, DataKey(base64.b64decode(manager.key_line())))

    assert child.get("a") == b"secret"
    child.set("a", b"changed by the child")
    assert manager.get("a") == b"changed by the child"


def test_difficult_names_and_values_are_kept_apart(manager: SecretsManager) -> None:
    for number, name in enumerate(DIFFICULT):
        manager.set(name, f"{number} {name}".encode())

    assert [manager.get(name).decode() for name in DIFFICULT] == [f"{n} {name}" for n, name in enumerate(DIFFICULT)]
    assert manager.list_names() == sorted(DIFFICULT)


@pytest.mark.parametrize("value", [b"", b"\x00", b"\x00" * 64, secrets.token_bytes(64 * 1024)], ids=len)
def test_values_of_any_size_and_content_come_back(manager: SecretsManager, value: bytes) -> None:
    manager.set("value", value)

    assert manager.get("value") == value


@pytest.mark.parametrize("name", ["", "x" * 1025])
def test_names_that_are_empty_or_too_long_are_refused(manager: SecretsManager, name: str) -> None:
    with pytest.raises(ValueError, match="1 to 1024 bytes"):
        manager.set(name, b"x")


@pytest.mark.slow
@pytest.mark.usefixtures("in_memory_disk")
def test_two_thousand_secrets_are_kept(manager: SecretsManager) -> None:
    for number in range(2000):
        manager.set(f"account/{number}/session", f"secret {number}".encode())

    names = manager.list_names()
    assert len(names) == 2000
    assert all(manager.get(name) == f"secret {name.split('/')[1]}".encode() for name in names)


def test_absent_secret_is_named_in_the_error(manager: SecretsManager) -> None:
    with pytest.raises(SecretNotFound, match="bot/7"):
        manager.get("bot/7")


def test_deleted_secret_is_gone_and_deleting_again_is_harmless(manager: SecretsManager) -> None:
    manager.set("a", b"secret")
    manager.set("b", b"other")

    manager.delete("a")
    manager.delete("a")

    assert manager.list_names() == ["b"]
    with pytest.raises(SecretNotFound):
        manager.get("a")


def test_neither_key_nor_secret_is_in_any_file_of_the_workspace(
    workspace: Workspace, manager: SecretsManager
) -> None:
    key = base64.b64decode(manager.key_line())
    secret = b"a-very-secret-session-value"
    manager.set("account/1", secret)
    manager.set("account/1", secret + b"2")

    needles = [secret, PASSPHRASE.encode()]
    needles += [spelling for raw in (key, secret) for spelling in (raw, raw.hex().encode(), base64.b64encode(raw))]
    files = [path for path in workspace.folder.rglob("*") if path.is_file()]
    assert len(files) >= 2
    assert [(path.name, needle) for path in files for needle in needles if needle in path.read_bytes()] == []


def test_vault_is_readable_by_its_owner_only(workspace: Workspace, manager: SecretsManager) -> None:
    manager.set("a", b"secret")

    def mode(path: Path) -> int:
        return stat.S_IMODE(path.stat().st_mode)

    assert mode(workspace.vault) == 0o700
    assert {path.name: mode(path) for path in workspace.vault.iterdir() if mode(path) != 0o600} == {}


def test_same_secret_is_never_encrypted_the_same_way_twice(workspace: Workspace, manager: SecretsManager) -> None:
    contents = set()
    for _ in range(5):
        manager.set("a", b"same")
        contents.add(next(workspace.vault.glob("*.secret")).read_bytes())

    assert len(contents) == 5


def test_changed_byte_anywhere_is_refused(workspace: Workspace, manager: SecretsManager) -> None:
    manager.set("name", b"secret")
    path = next(workspace.vault.glob("*.secret"))
    original = path.read_bytes()

    for position in range(len(original)):
        path.write_bytes(original[:position] + bytes([original[position] ^ 1]) + original[position + 1 :])
        with pytest.raises(SecretStoreError, match="changed outside Wireroom"):
            manager.get("name")
    for length in range(len(original)):
        path.write_bytes(original[:length])
        with pytest.raises(SecretStoreError, match="changed outside Wireroom"):
            manager.get("name")


def test_file_of_one_secret_in_the_place_of_another_is_refused(workspace: Workspace, manager: SecretsManager) -> None:
    manager.set("bot/1", b"mine")
    first = next(workspace.vault.glob("*.secret"))
    manager.set("bot/2", b"theirs")
    second = next(path for path in workspace.vault.glob("*.secret") if path != first)
    second.write_bytes(first.read_bytes())

    with pytest.raises(SecretStoreError):
        manager.get("bot/2")
    assert manager.get("bot/1") == b"mine"


def test_key_of_another_vault_is_refused(workspace: Workspace, manager: SecretsManager, tmp_path: Path) -> None:
    other = SecretsManager.create(open_workspace(tmp_path / "other"), StoreKind.MEMORY)

    with pytest.raises(SecretStoreError, match="belongs to another vault"):
        SecretsManager.open(workspace, DataKey(base64.b64decode(other.key_line())))


def test_changed_choice_is_refused(workspace: Workspace, manager: SecretsManager) -> None:
    path = workspace.vault / "store.json"
    path.write_text(path.read_text().replace('"backend": "', '"backend": "x'))

    with pytest.raises(SecretStoreError):
        SecretsManager.open(workspace, DataKey(base64.b64decode(manager.key_line())))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": 2}', b'{"format": 1, "kind": "cloud"}', b"\xff"])
def test_unreadable_choice_is_refused_and_kept(workspace: Workspace, manager: SecretsManager, content: bytes) -> None:
    path = workspace.vault / "store.json"
    path.write_bytes(content)

    with pytest.raises(SecretStoreError, match=r"store\.json"):
        SecretsManager.open(workspace, source_of(manager))
    with pytest.raises(SecretStoreError):
        SecretsManager.create(workspace, StoreKind.MEMORY)
    assert path.read_bytes() == content


def test_second_store_is_refused_whatever_its_kind(workspace: Workspace, manager: SecretsManager) -> None:
    manager.set("a", b"secret")

    for kind in StoreKind:
        with pytest.raises(SecretStoreError, match="another store"):
            SecretsManager.create(workspace, kind, passphrase=PASSPHRASE)
    assert SecretsManager.open(workspace, source_of(manager)).get("a") == b"secret"


def test_nothing_shows_the_key_or_a_secret(manager: SecretsManager) -> None:
    manager.set("a", b"secret-value")
    key = base64.b64decode(manager.key_line())

    for thing in (manager, DataKey(key), Passphrase(PASSPHRASE)):
        assert "secret-value" not in repr(thing)
        assert repr(key) not in repr(thing)
        assert PASSPHRASE not in repr(thing)


def test_status_tells_kind_place_number_and_that_it_opens(workspace: Workspace, manager: SecretsManager) -> None:
    manager.set("a", b"secret")
    manager.set("b", b"secret")

    status = read_status(workspace, source_of(manager))

    assert (status.kind, status.secret_count, status.opens, status.problem) == (manager.kind, 2, True, None)
    assert status.place
