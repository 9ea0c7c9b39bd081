"""One backup is one ZIP file: the files of a workspace, and last a manifest with their sizes and SHA-256.

It appears under its name only when it is whole and on the disk, readable by its owner only.
"""

import hashlib
import os
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Final

import msgspec

from core.errors import BackupDamaged, BackupTooNew, UserInputError
from core.files import PRIVATE_FILE, make_private_folder, storage_errors, sync_folder, temporary_name

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
DATABASE: Final = "workspace.db"
SETTINGS: Final = "wireroom.toml"
FOLDERS: Final = ("vault", "media")
"""What a backup holds of a workspace, by its name there. Logs, locks, older copies and the sandbox stay behind."""

BLOCK: Final = 1024 * 1024  # bytes read at once: cancelling and progress are looked at so often
LARGEST_MANIFEST: Final = 64 * 1024 * 1024  # some 400,000 files; a bigger one is not ours

Tell = Callable[[float], None]
"""Told how much is done, 0 to 1, on the thread that works; it may raise Cancelled, and then nothing is left behind."""


class HeldFile(msgspec.Struct, frozen=True):
    """One file of a backup."""

    name: str  # relative to the workspace, with "/"
    size: int  # bytes
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup says about itself."""

    format: int
    program: str  # the version of Wireroom that wrote it
    workspace_id: str
    kind: str  # sandbox or live
    generation: int
    schema: int  # the version of its tables
    made_at: datetime  # the moment of the database's copy: what was sent later is not in it
    key: str  # core.secrets.choice.StoreKind of its vault; '': it has none
    files: tuple[HeldFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A file on its way into a backup."""

    name: str
    path: Path


def write_archive(
    target: Path, manifest: Manifest, sources: Sequence[Source], *, overwrite: bool, tell: Tell
) -> Manifest:
    """Write all sources and the manifest; a source that is gone by now is left out. Blocks.

    Raises UserInputError when there is a file of this name and `overwrite` is False, StorageError.
    """
    if target.exists() and not overwrite:
        raise _is_taken(target)
    partial = temporary_name(target)
    with storage_errors(target):
        try:
            held = _write(partial, manifest, sources, tell)
            if overwrite:
                os.replace(partial, target)
            else:
                _publish(partial, target)
            sync_folder(target.parent)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
    return held


def read_manifest(path: Path) -> Manifest:
    """What the backup says of itself. Raises BackupDamaged and BackupTooNew; StorageError when it cannot be read."""
    with storage_errors(path):
        try:
            with zipfile.ZipFile(path) as archive:
                if archive.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
                    raise _damaged(path, "its list of contents is too long")
                content = archive.read(MANIFEST)
        except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, ValueError, EOFError) as error:
            raise _damaged(path, "it is no backup of Wireroom, or its end is missing") from error
    try:
        number = msgspec.json.decode(content, type=_Head).format
        if number > FORMAT:
            raise BackupTooNew(f"{path.name} has format {number}, and this version of Wireroom reads up to {FORMAT}.")
        manifest = msgspec.json.decode(content, type=Manifest)
    except msgspec.DecodeError as error:
        raise _damaged(path, "its list of contents cannot be read") from error
    names = [held.name for held in manifest.files]
    if DATABASE not in names or len(set(names)) != len(names) or not all(_is_ours(name) for name in names):
        raise _damaged(path, "it holds other files than a backup does")
    return manifest


def extract(path: Path, manifest: Manifest, folder: Path, *, tell: Tell) -> None:
    """Write the files of a backup into an empty folder, each checked against the manifest. Blocks.

    Raises BackupDamaged when a file is missing, longer, shorter or another one; what was written is then worthless.
    """
    whole = sum(held.size for held in manifest.files) or 1
    done = 0
    with storage_errors(path):
        try:
            with zipfile.ZipFile(path) as archive:
                for held in manifest.files:
                    target = folder.joinpath(*PurePosixPath(held.name).parts)
                    make_private_folder(target.parent)
                    with archive.open(held.name) as source, _create(target) as file:
                        digest = hashlib.sha256()
                        size = 0
                        while block := source.read(BLOCK):
                            size += len(block)
                            if size > held.size:
                                break
                            digest.update(block)
                            file.write(block)
                            tell((done + size) / whole)
                        file.flush()
                        os.fsync(file.fileno())
                    if size != held.size or digest.hexdigest() != held.sha256:
                        raise _damaged(path, f"{held.name} in it is not what was saved")
                    done += held.size
        except (zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError, RuntimeError, EOFError) as error:
            raise _damaged(path, "a part of it cannot be read") from error


class _Head(msgspec.Struct, frozen=True):
    format: int


def _write(partial: Path, manifest: Manifest, sources: Sequence[Source], tell: Tell) -> Manifest:
    sizes = {source: _size(source.path) for source in sources}
    whole = sum(sizes.values()) or 1
    done = 0
    held: list[HeldFile] = []
    with _create(partial) as file:
        # Level 1: a database shrinks to about a third of its size, and the disk stays the slower part.
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for source in sources:
                try:
                    opened = source.path.open("rb")
                except FileNotFoundError:
                    continue  # a secret that was forgotten since the folder was listed
                with opened, archive.open(source.name, "w", force_zip64=True) as entry:
                    digest = hashlib.sha256()
                    size = 0
                    while block := opened.read(BLOCK):
                        digest.update(block)
                        entry.write(block)
                        size += len(block)
                        tell(min((done + size) / whole, 1.0))
                held.append(HeldFile(source.name, size, digest.hexdigest()))
                done += sizes[source]
            manifest = msgspec.structs.replace(manifest, files=tuple(held))
            archive.writestr(MANIFEST, msgspec.json.encode(manifest))
        file.flush()
        os.fsync(file.fileno())
    return manifest


def _publish(partial: Path, target: Path) -> None:
    """Give it its name, unless somebody else took that meanwhile."""
    try:
        os.link(partial, target)
    except FileExistsError:
        raise _is_taken(target) from None
    except OSError:  # file systems without hard links, such as that of many sticks
        if target.exists():
            raise _is_taken(target) from None
        os.replace(partial, target)
        return
    partial.unlink()


def _create(path: Path) -> IO[bytes]:
    """A new file for its owner only, from its first moment on; what a killed writer left is written over."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), PRIVATE_FILE)
    if os.name != "nt":
        os.fchmod(descriptor, PRIVATE_FILE)
    return os.fdopen(descriptor, "w+b")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _is_ours(name: str) -> bool:
    """Nothing of a backup may be written outside of the folder, or where it was not taken from."""
    if name in (DATABASE, SETTINGS):
        return True
    parts = name.split("/")
    is_plain = all(part not in ("", ".", "..") and "\\" not in part and ":" not in part for part in parts)
    return len(parts) > 1 and parts[0] in FOLDERS and is_plain and "\0" not in name


def _is_taken(target: Path) -> UserInputError:
    return UserInputError(
        f"There is a file {target} already, and it was left alone.",
        title="This name is taken",
        hint="Choose another name, or say that it may be overwritten.",
    )


def _damaged(path: Path, why: str) -> BackupDamaged:
    return BackupDamaged(f"{path.name} is damaged: {why}.")
