"""One file that holds a workspace: whole or refused, and never anything outside of its folder."""

import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from campaigns.backup.archive import FORMAT, MANIFEST, Manifest, Source, extract, read_manifest, write_archive
from core.errors import BackupDamaged, BackupTooNew, Cancelled, UserInputError

HEAD = Manifest(
    format=FORMAT,
    program="0.1.0",
    workspace_id="w1",
    kind="sandbox",
    generation=3,
    schema=16,
    made_at=datetime(2026, 11, 21, 9, 30, tzinfo=UTC),
    key="passphrase",
)


def quiet(_: float) -> None:
    pass


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A backup of three files, the first of them 3 MB."""
    source = tmp_path / "source"
    (source / "vault").mkdir(parents=True)
    (source / "workspace.db").write_bytes(bytes(range(256)) * 12_000)
    (source / "wireroom.toml").write_text("[delivery]\n")
    (source / "vault" / "a.secret").write_bytes(b"sealed")
    names = ("workspace.db", "wireroom.toml", "vault/a.secret", "vault/gone.secret")
    target = tmp_path / "backup"
    write_archive(target, HEAD, [Source(name, source / name) for name in names], overwrite=False, tell=quiet)
    return target


def changed(file: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """The same archive with other contents; None leaves a file out."""
    other = file.with_name("changed")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return other


def test_what_was_saved_comes_back_byte_by_byte_for_its_owner_only(file: Path, tmp_path: Path) -> None:
    manifest = read_manifest(file)
    folder = tmp_path / "back"
    folder.mkdir()

    extract(file, manifest, folder, tell=quiet)

    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    assert {name: path.read_bytes() for name, path in found.items()} == {
        "workspace.db": bytes(range(256)) * 12_000,
        "wireroom.toml": b"[delivery]\n",
        "vault/a.secret": b"sealed",
    }
    assert {path.stat().st_mode & 0o777 for path in (file, *found.values())} == {0o600}
    assert msgspec.structs.replace(manifest, files=()) == HEAD


def test_a_file_of_that_name_is_left_alone_unless_somebody_says_so(file: Path) -> None:
    before = file.read_bytes()
    source = [Source("workspace.db", file)]

    with pytest.raises(UserInputError):
        write_archive(file, HEAD, source, overwrite=False, tell=quiet)

    assert file.read_bytes() == before
    write_archive(file, HEAD, source, overwrite=True, tell=quiet)
    assert file.read_bytes() != before


def test_a_backup_that_is_cancelled_leaves_nothing(file: Path, tmp_path: Path) -> None:
    def stop(_: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        write_archive(tmp_path / "new", HEAD, [Source("workspace.db", file)], overwrite=False, tell=stop)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "source"]


@pytest.mark.parametrize("kept", [0, 10, 400])
def test_a_file_that_was_cut_off_is_refused(file: Path, kept: int) -> None:
    file.write_bytes(file.read_bytes()[:kept])

    with pytest.raises(BackupDamaged):
        read_manifest(file)


@pytest.mark.parametrize("place", [0.1, 0.5])
def test_a_changed_byte_is_noticed(file: Path, tmp_path: Path, place: float) -> None:
    content = bytearray(file.read_bytes())
    content[int(len(content) * place)] ^= 0xFF
    file.write_bytes(content)

    with pytest.raises(BackupDamaged):
        extract(file, read_manifest(file), tmp_path / "back", tell=quiet)


def test_another_content_under_the_same_name_is_noticed(file: Path, tmp_path: Path) -> None:
    other = changed(file, lambda name, content: b"opened" if name == "vault/a.secret" else content)

    with pytest.raises(BackupDamaged, match="not what was saved"):
        extract(other, read_manifest(other), tmp_path / "back", tell=quiet)


def test_a_file_that_is_missing_is_noticed(file: Path, tmp_path: Path) -> None:
    other = changed(file, lambda name, content: None if name == "wireroom.toml" else content)

    with pytest.raises(BackupDamaged):
        extract(other, read_manifest(other), tmp_path / "back", tell=quiet)


@pytest.mark.parametrize(
    "name",
    ["../outside", "/etc/passwd", "vault/../../outside", "vault\\..\\x", "run/worker.lock", "vault", "media//x"],
)
def test_nothing_is_written_where_a_backup_takes_nothing_from(file: Path, name: str) -> None:
    def rename(each: str, content: bytes) -> bytes:
        return (
            content.replace(b"vault/a.secret", name.encode().replace(b"\\", b"\\\\")) if each == MANIFEST else content
        )

    with pytest.raises(BackupDamaged, match="other files"):
        read_manifest(changed(file, rename))


def test_a_later_format_is_refused_and_says_what_to_do(file: Path) -> None:
    def later(name: str, content: bytes) -> bytes:
        return json.dumps({"format": FORMAT + 1, "something": "else"}).encode() if name == MANIFEST else content

    with pytest.raises(BackupTooNew, match="reads up to"):
        read_manifest(changed(file, later))
