"""The folder of a workspace: made private, refused with a sentence where it cannot work."""

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.errors import AppError, StorageFull, StorageReadOnly, WorkspaceError
from core.files import storage_errors, write_atomic
from core.workspace import network_share_of, open_workspace, user_state_dir

NOBODY = 65534


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@contextmanager
def without_root_rights() -> Iterator[None]:
    """Root may write everywhere; permission tests run as nobody then."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_tmp() -> Iterator[Path]:
    """A temporary folder that an unprivileged user can reach (pytest's own are closed to others)."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_new_workspace_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    workspace = open_workspace(tmp_path / "deep" / "ws")

    folders = [workspace.folder, *(path for path in workspace.folder.iterdir() if path.is_dir())]
    assert len(folders) == 7
    assert {mode(folder) for folder in folders} == {0o700}


def test_opening_twice_is_harmless_and_narrows_rights_that_were_widened(tmp_path: Path) -> None:
    workspace = open_workspace(tmp_path / "ws")
    workspace.folder.chmod(0o755)
    workspace.config_path.write_text("[logs]\n")

    assert open_workspace(tmp_path / "ws") == workspace
    assert mode(workspace.folder) == 0o700
    assert workspace.config_path.read_text() == "[logs]\n"


def test_file_is_refused_as_workspace(tmp_path: Path) -> None:
    (tmp_path / "ws").write_text("a letter")

    with pytest.raises(WorkspaceError, match="is a file"):
        open_workspace(tmp_path / "ws")


def test_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir(mode=0o755)
    (folder / "letter.txt").write_text("hello")

    with pytest.raises(WorkspaceError, match="holds other things"):
        open_workspace(folder)
    assert mode(folder) == 0o755
    assert [path.name for path in folder.iterdir()] == ["letter.txt"]


def test_read_only_place_is_refused_with_a_sentence(open_tmp: Path) -> None:
    (open_tmp / "fixed").mkdir(mode=0o555)

    with without_root_rights(), pytest.raises(StorageReadOnly) as caught:
        open_workspace(open_tmp / "fixed" / "ws")
    assert "cannot be written" in caught.value.title
    assert caught.value.hint


def test_workspace_of_somebody_else_is_refused(open_tmp: Path) -> None:
    workspace = open_workspace(open_tmp / "ws")
    workspace.folder.chmod(0o555)

    if os.geteuid() == 0:
        with without_root_rights(), pytest.raises(StorageReadOnly):
            open_workspace(workspace.folder)


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs"])
def test_network_share_is_refused_before_anything_is_made(tmp_path: Path, kind: str) -> None:
    mounts = tmp_path / "mounts"
    share = tmp_path / "my share"
    escaped = str(share).replace(" ", "\\040")
    mounts.write_text(f"/dev/sda / ext4 rw 0 0\nhost:/x {escaped} {kind} rw 0 0\n")

    with pytest.raises(WorkspaceError, match="network share"):
        open_workspace(share / "ws", mounts=mounts)
    assert not share.exists()


def test_deepest_and_latest_mount_decides(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text("host:/ / nfs4 rw 0 0\n/dev/sda /data ext4 rw 0 0\nhost:/y /data/far cifs rw 0 0\n")

    assert network_share_of(Path("/home/me"), mounts=mounts) == "nfs4"
    assert network_share_of(Path("/data/ws"), mounts=mounts) is None
    assert network_share_of(Path("/data/far/ws"), mounts=mounts) == "cifs"
    assert network_share_of(Path("/data/farther"), mounts=mounts) is None
    assert network_share_of(Path("/anything"), mounts=tmp_path / "absent") is None


def test_state_folder_is_private_and_may_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREROOM_STATE_DIR", str(tmp_path / "state"))

    assert user_state_dir() == tmp_path / "state"
    assert mode(tmp_path / "state") == 0o700


def test_written_file_is_private_and_failed_write_keeps_the_old_content(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomic(path, b"old")
    assert mode(path) == 0o600

    # A folder in the way of the temporary file: nothing can be written, for root neither.
    (tmp_path / ".file.tmp").mkdir()
    with pytest.raises(AppError):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is a device of Linux")
def test_full_disk_is_named() -> None:
    with pytest.raises(StorageFull, match="untouched"), storage_errors(Path("wireroom.toml")):
        Path("/dev/full").write_bytes(b"x")


def test_place_that_cannot_even_be_looked_into_is_refused_with_a_sentence(open_tmp: Path) -> None:
    (open_tmp / "closed").mkdir(mode=0o700)

    if os.geteuid() == 0:
        with without_root_rights(), pytest.raises(StorageReadOnly):
            open_workspace(open_tmp / "closed" / "ws")
