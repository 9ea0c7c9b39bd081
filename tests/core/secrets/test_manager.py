"""Passphrase, memory and hand-over; what a crash in the middle of a write leaves behind."""

import base64
import json
import os
import random
import signal
import subprocess
import sys
import threading
from hashlib import sha256
from pathlib import Path

import pytest

from core.config import TimeoutSettings
from core.errors import (
    SecretStoreError,
    SecretStoreLocked,
    SecretStoreMissing,
    StorageError,
    UserInputError,
    WrongPassphrase,
)
from core.redaction import redactor
from core.secrets.key_pipe import read_key_fd
from core.secrets.manager import DataKey, Passphrase, SecretsManager, StoreKind, read_status, remembered_kind
from core.secrets.passphrase import ITERATIONS, LANES, MEMORY_KIB
from core.timeouts import use_timeouts
from core.workspace import Workspace

PASSPHRASE = "correct horse battery é"
WRAPPED = "data-key.wrapped"


@pytest.fixture
def wrapped(workspace: Workspace) -> Path:
    SecretsManager.create(workspace, StoreKind.PASSPHRASE, passphrase=PASSPHRASE).set("a", b"secret")
    return workspace.vault / WRAPPED


def test_wrong_passphrase_is_told_apart_from_damage(workspace: Workspace, wrapped: Path) -> None:
    with pytest.raises(WrongPassphrase):
        SecretsManager.open(workspace, Passphrase(PASSPHRASE + "x"))


def test_a_new_store_costs_whoever_guesses_what_rfc_9106_asks_for(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.secrets.passphrase.ITERATIONS", ITERATIONS)  # as imported: elsewhere tests take less
    monkeypatch.setattr("core.secrets.passphrase.MEMORY_KIB", MEMORY_KIB)

    SecretsManager.create(workspace, StoreKind.PASSPHRASE, passphrase=PASSPHRASE).set("a", b"secret")

    header = json.loads((workspace.vault / WRAPPED).read_bytes().splitlines()[0])
    assert (header["iterations"], header["memory_kib"], header["lanes"]) == (3, 64 * 1024, 4)
    assert (ITERATIONS, MEMORY_KIB, LANES) == (3, 64 * 1024, 4)
    assert SecretsManager.open(workspace, Passphrase(PASSPHRASE)).get("a") == b"secret"


def test_passphrase_typed_with_other_code_points_is_the_same(workspace: Workspace, wrapped: Path) -> None:
    typed = PASSPHRASE.replace("é", "e\u0301")

    assert SecretsManager.open(workspace, Passphrase(typed)).get("a") == b"secret"


def test_without_passphrase_the_store_is_locked_and_the_status_says_so(workspace: Workspace, wrapped: Path) -> None:
    with pytest.raises(SecretStoreLocked, match="passphrase"):
        SecretsManager.open(workspace)

    status = read_status(workspace)
    assert (status.kind, status.secret_count, status.opens) == (StoreKind.PASSPHRASE, 1, False)
    assert status.problem is not None
    assert "passphrase" in status.problem.hint


@pytest.mark.parametrize("passphrase", ["", "short", "seven77"])
def test_short_passphrase_makes_no_store(workspace: Workspace, passphrase: str) -> None:
    with pytest.raises(UserInputError, match="Too short"):
        SecretsManager.create(workspace, StoreKind.PASSPHRASE, passphrase=passphrase)
    assert remembered_kind(workspace) is None
    assert not (workspace.vault / WRAPPED).exists()


def test_damaged_wrapped_key_is_told_wherever_it_was_changed(workspace: Workspace, wrapped: Path) -> None:
    original = wrapped.read_bytes()

    for position in range(len(original) - 1):
        wrapped.write_bytes(original[:position] + bytes([original[position] ^ 1]) + original[position + 1 :])
        with pytest.raises(SecretStoreError) as caught:
            SecretsManager.open(workspace, Passphrase(PASSPHRASE))
        assert not isinstance(caught.value, WrongPassphrase)
    wrapped.write_bytes(original)
    assert SecretsManager.open(workspace, Passphrase(PASSPHRASE)).get("a") == b"secret"


@pytest.mark.parametrize(
    ("name", "value"),
    [("iterations", 1), ("memory_kib", 8), ("lanes", 1), ("salt", base64.b64encode(b"x" * 16).decode())],
)
def test_header_that_somebody_forged_with_its_checksum_does_not_open(
    workspace: Workspace, wrapped: Path, name: str, value: object
) -> None:
    first, second, _ = wrapped.read_bytes().splitlines()
    forged = json.dumps({**json.loads(first), name: value}, sort_keys=True).encode()
    body = forged + b"\n" + second + b"\n"
    wrapped.write_bytes(body + sha256(body).hexdigest().encode() + b"\n")

    with pytest.raises(SecretStoreError):
        SecretsManager.open(workspace, Passphrase(PASSPHRASE))


def test_header_is_bound_to_the_key_even_where_it_does_not_change_the_derivation(
    workspace: Workspace, wrapped: Path
) -> None:
    first, second, _ = wrapped.read_bytes().splitlines()
    body = first.replace(b"{", b"{ ") + b"\n" + second + b"\n"
    wrapped.write_bytes(body + sha256(body).hexdigest().encode() + b"\n")

    with pytest.raises(WrongPassphrase):
        SecretsManager.open(workspace, Passphrase(PASSPHRASE))


@pytest.mark.parametrize(
    ("name", "value"), [("memory_kib", 2**31), ("iterations", 10**6), ("lanes", "4"), ("format", 2)]
)
def test_header_that_would_take_all_memory_is_refused_at_once(
    workspace: Workspace, wrapped: Path, name: str, value: object
) -> None:
    first, second, _ = wrapped.read_bytes().splitlines()
    body = json.dumps({**json.loads(first), name: value}).encode() + b"\n" + second + b"\n"
    wrapped.write_bytes(body + sha256(body).hexdigest().encode() + b"\n")

    with pytest.raises(SecretStoreError, match="changed outside"):
        SecretsManager.open(workspace, Passphrase(PASSPHRASE))


def test_wrapped_key_that_is_gone_is_missing(workspace: Workspace, wrapped: Path) -> None:
    wrapped.unlink()

    with pytest.raises(SecretStoreMissing, match="is gone"):
        SecretsManager.open(workspace, Passphrase(PASSPHRASE))
    assert remembered_kind(workspace) is StoreKind.PASSPHRASE


def test_workspace_without_a_store_says_so(workspace: Workspace) -> None:
    with pytest.raises(SecretStoreMissing, match="no secret store yet"):
        SecretsManager.open(workspace)
    status = read_status(workspace)
    assert (status.kind, status.opens, status.problem) == (None, False, None)


def test_memory_store_of_a_former_run_is_replaced_only_when_asked(workspace: Workspace) -> None:
    SecretsManager.create(workspace, StoreKind.MEMORY).set("a", b"secret")

    with pytest.raises(SecretStoreMissing, match="for one run only"):
        SecretsManager.open(workspace)
    with pytest.raises(SecretStoreError, match="another store"):
        SecretsManager.create(workspace, StoreKind.MEMORY)

    fresh = SecretsManager.create(workspace, StoreKind.MEMORY, forget_former_run=True)
    assert fresh.list_names() == []


def test_store_that_stays_is_never_forgotten(workspace: Workspace, wrapped: Path) -> None:
    with pytest.raises(SecretStoreError, match="another store"):
        SecretsManager.create(workspace, StoreKind.MEMORY, forget_former_run=True)
    assert SecretsManager.open(workspace, Passphrase(PASSPHRASE)).get("a") == b"secret"


def test_failed_creation_leaves_no_store_and_can_be_repeated(workspace: Workspace) -> None:
    in_the_way = workspace.vault / ".store.json.tmp"
    in_the_way.mkdir()
    with pytest.raises(StorageError):
        SecretsManager.create(workspace, StoreKind.PASSPHRASE, passphrase=PASSPHRASE)
    assert remembered_kind(workspace) is None

    in_the_way.rmdir()
    SecretsManager.create(workspace, StoreKind.PASSPHRASE, passphrase=PASSPHRASE).set("a", b"secret")
    assert SecretsManager.open(workspace, Passphrase(PASSPHRASE)).get("a") == b"secret"


def test_everything_that_passes_is_known_to_the_redactor(workspace: Workspace) -> None:
    manager = SecretsManager.create(workspace, StoreKind.PASSPHRASE, passphrase=PASSPHRASE)
    manager.set("a", b"value-that-was-set")
    child = SecretsManager.open(workspace, Passphrase(PASSPHRASE))

    line = f"{manager.key_line().decode()} value-that-was-set {PASSPHRASE} {child.get('a')!r}"

    clean = redactor.text(line)
    assert manager.key_line().decode().strip().rstrip("=") not in clean
    assert "value-that-was-set" not in clean
    assert PASSPHRASE not in clean


async def test_store_opens_from_a_coroutine(workspace: Workspace, wrapped: Path) -> None:
    manager = await SecretsManager.open_async(workspace, Passphrase(PASSPHRASE))

    assert manager.get("a") == b"secret"


def pipe_with(content: bytes) -> int:
    reader, writer = os.pipe()
    os.write(writer, content)
    os.close(writer)
    return reader


def test_key_comes_through_a_pipe_and_the_pipe_is_closed(workspace: Workspace) -> None:
    manager = SecretsManager.create(workspace, StoreKind.MEMORY)
    manager.set("a", b"secret")
    reader = pipe_with(manager.key_line())

    key = read_key_fd(reader)

    assert SecretsManager.open(workspace, DataKey(key)).get("a") == b"secret"
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(reader)


@pytest.mark.parametrize("content", [b"", b"\n", b"short\n", b"x" * 4096, b"!" * 44 + b"\n"])
def test_pipe_without_a_key_is_refused(content: bytes) -> None:
    with pytest.raises(SecretStoreError, match="did not hand the key over"):
        read_key_fd(pipe_with(content))


def test_pipe_that_stays_silent_is_refused_at_the_deadline() -> None:
    reader, writer = os.pipe()
    use_timeouts(TimeoutSettings(secret_store=0.1))
    try:
        with pytest.raises(SecretStoreError, match="did not hand the key over"):
            read_key_fd(reader)
    finally:
        use_timeouts(TimeoutSettings())
        os.close(writer)
        os.close(reader)


def test_descriptor_that_is_not_open_is_refused() -> None:
    with pytest.raises(SecretStoreError):
        read_key_fd(987)


@pytest.mark.slow
def test_child_reads_the_key_from_standard_input_and_what_follows_it(workspace: Workspace) -> None:
    manager = SecretsManager.create(workspace, StoreKind.MEMORY)
    manager.set("a", b"secret")
    script = """
import sys
from pathlib import Path
from core.secrets.key_pipe import read_key_fd
from core.secrets.manager import DataKey, SecretsManager
from core.workspace import Workspace
manager = SecretsManager.open(Workspace(Path(sys.argv[1])), DataKey(read_key_fd(0)))
print(manager.get("a").decode(), sys.stdin.readline().strip())
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(workspace.folder)],
        input=manager.key_line() + b'{"step": 1}\n',
        capture_output=True,
        timeout=40,
        check=True,
    )

    assert done.stdout == b'secret {"step": 1}\n'


WRITER = """
import os, sys
from pathlib import Path
from core.secrets.key_pipe import read_key_fd
from core.secrets.manager import DataKey, SecretsManager
from core.workspace import Workspace
manager = SecretsManager.open(Workspace(Path(sys.argv[1])), DataKey(read_key_fd(0)))
number = int(sys.argv[2])
while True:
    number += 1
    manager.set("a", b"%d " % number * 20_000)
    os.write(1, b"%d\\n" % number)  # acknowledged
"""


@pytest.mark.slow
def test_kill_during_a_write_leaves_the_old_secret_or_the_new_and_never_less_than_was_acknowledged(
    workspace: Workspace,
) -> None:
    manager = SecretsManager.create(workspace, StoreKind.MEMORY)
    last = 0
    chance = random.Random(1)
    for kill in range(6):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(workspace.folder), str(last)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert writer.stdin is not None
        assert writer.stdout is not None
        with writer:
            writer.stdin.write(manager.key_line())
            writer.stdin.close()
            for _ in range(1 + kill % 3):
                acknowledged = int(writer.stdout.readline())
            threading.Event().wait(chance.uniform(0, 0.01))  # any moment of the next writes
            writer.send_signal(signal.SIGKILL)
            rest = writer.stdout.read().split(b"\n")
            acknowledged = max([acknowledged, *(int(line) for line in rest[:-1])])

        secret = manager.get("a")

        last = int(secret.split()[0])
        assert secret == b"%d " % last * 20_000
        assert last in (acknowledged, acknowledged + 1)
    manager.set("a", b"the vault still takes secrets")
    assert manager.get("a") == b"the vault still takes secrets"


KILLED_AT = """
import os, signal, sys
from pathlib import Path
from core.secrets.key_pipe import read_key_fd
from core.secrets.manager import DataKey, SecretsManager
from core.workspace import Workspace
manager = SecretsManager.open(Workspace(Path(sys.argv[1])), DataKey(read_key_fd(0)))
setattr(os, sys.argv[2], lambda *_: os.kill(os.getpid(), signal.SIGKILL))
manager.set("a", b"new" * 100_000)
"""


@pytest.mark.slow
@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_kill_before_the_new_file_takes_its_place_keeps_the_old_secret(workspace: Workspace, step: str) -> None:
    manager = SecretsManager.create(workspace, StoreKind.MEMORY)
    manager.set("a", b"old")

    done = subprocess.run(
        [sys.executable, "-c", KILLED_AT, str(workspace.folder), step],
        input=manager.key_line(),
        timeout=40,
        check=False,
    )

    assert done.returncode == -signal.SIGKILL
    assert manager.get("a") == b"old"
    assert manager.list_names() == ["a"]
    manager.set("a", b"new")
    assert manager.get("a") == b"new"
    assert [path.name for path in workspace.vault.iterdir() if path.suffix == ".tmp"] == []


@pytest.mark.slow
def test_two_processes_that_write_the_same_secret_leave_one_of_the_two(workspace: Workspace) -> None:
    manager = SecretsManager.create(workspace, StoreKind.MEMORY)
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(workspace.folder), str(start)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for start in (0, 1_000_000)
    ]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write(manager.key_line())
        writer.stdin.close()
    try:
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline()
        for _ in range(30):
            secret = manager.get("a")
            assert len(set(secret.split())) == 1
    finally:
        for writer in writers:
            with writer:
                writer.kill()
