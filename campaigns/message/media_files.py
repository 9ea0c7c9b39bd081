"""Looking at the photos and files that a person attaches, and copying them into the workspace. All of it blocks."""

import hashlib
import mimetypes
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from campaigns.message.media_rules import megabytes
from campaigns.message.text import clean_text
from core.domain.media import (
    MAX_FILE_BYTES,
    MAX_PHOTO_BYTES,
    MAX_PHOTO_RATIO,
    MAX_PHOTO_SIDES,
    Media,
    MediaKind,
)
from core.errors import UserInputError
from core.files import storage_errors, sync_folder

PHOTO_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
"""What Telegram makes a photo of (core.telegram.org/bots/api#sendphoto), by Pillow's names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnail:
    """A small picture: 4 bytes a pixel, row by row from the top."""

    width: int
    height: int
    rgba: bytes


MAX_NAME = 120
_CHUNK = 1 << 20

Stamp = tuple[int, int, int]
"""Size, time of the last change and number of a file: while they stay, so does the content."""

_PART = ".part-"  # begins the names of copies that are not whole yet


def inspect(path: Path, kind: MediaKind) -> Media:
    """What this photo or file is. Raises UserInputError with a sentence for what cannot be sent."""
    with _readable(path):
        size = path.stat().st_size
        if not path.is_file():
            raise UserInputError(f"{path.name} is no file.", hint="Choose a photo or a file.")
        if size == 0:
            raise UserInputError(f"{path.name} is empty.", hint="Choose another file.")
        _check_size(path.name, kind, size)
        sha256 = _hash(path)
        width, height, mime = _look_at_photo(path) if kind is MediaKind.PHOTO else (0, 0, _mime(path))
    return Media(
        kind=kind,
        sha256=sha256,
        name=_clean_name(path.name),
        mime=mime,
        size_bytes=size,
        width=width,
        height=height,
    )


def stamp_of(path: Path) -> Stamp | None:
    """How the file stands; None: it cannot be asked."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns, stat.st_ino


def find_change(path: Path, media: Media) -> UserInputError | None:
    """Why the file of a draft is not what was attached any more; None: it is."""
    try:
        with _readable(path):
            if path.stat().st_size == media.size_bytes and _hash(path) == media.sha256:
                return None
    except UserInputError as error:
        return error
    return _changed(media)


def copy_in(path: Path, folder: Path, media: Media) -> None:
    """Copy a file under its SHA-256, readable by its owner only: whole, or not at all. It is on the disk afterwards.

    Raises UserInputError when it is not what was attached any more, StorageError where it cannot be written.
    """
    target = folder / media.sha256
    with storage_errors(target):
        descriptor, name = tempfile.mkstemp(prefix=_PART, dir=folder)  # 0600
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as copy:
            digest = hashlib.sha256()
            for chunk in _chunks(path):
                digest.update(chunk)
                with storage_errors(target):
                    copy.write(chunk)
            with storage_errors(target):
                copy.flush()
                os.fsync(copy.fileno())
        if digest.hexdigest() != media.sha256:
            raise _changed(media)
        with storage_errors(target):
            os.replace(part, target)
            sync_folder(folder)
    finally:
        part.unlink(missing_ok=True)


def remove_left_parts(folder: Path, *, older_than_s: float) -> None:
    """Copies that a kill broke off. `older_than_s`: Unix time."""
    for part in folder.glob(f"{_PART}*"):
        if part.stat().st_mtime < older_than_s:
            part.unlink(missing_ok=True)


def _changed(media: Media) -> UserInputError:
    return UserInputError(
        f"{media.name} is not the file that was attached any more.",
        title="A file has changed",
        hint="Attach it again to send it as it is now.",
    )


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise UserInputError(
            f"{path.name} is not there any more.", title="A file is missing", hint="Attach it again, or take it away."
        ) from error
    except OSError as error:
        raise UserInputError(
            f"{path.name} cannot be read: {error.strerror}.", hint="Choose a file that you may read."
        ) from error


def _chunks(path: Path) -> Iterator[bytes]:
    with _readable(path), path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    for chunk in _chunks(path):
        digest.update(chunk)
    return digest.hexdigest()


def _check_size(name: str, kind: MediaKind, size: int) -> None:
    if kind is MediaKind.PHOTO and size > MAX_PHOTO_BYTES:
        raise UserInputError(
            f"{name} has {megabytes(size)} MB. A photo has at most {MAX_PHOTO_BYTES // 1_000_000} MB.",
            title="The photo is too large",
            hint="Attach it as a file, or make it smaller.",
        )
    if size > MAX_FILE_BYTES:
        raise UserInputError(
            f"{name} has {megabytes(size)} MB. Telegram takes files of at most 2,000 MiB.",
            title="The file is too large",
            hint="Send a link to it instead.",
        )


def _look_at_photo(path: Path) -> tuple[int, int, str]:
    """Width, height and type. Decodes all of it: a picture that ends in the middle is found here, not by a recipient."""
    from PIL import Image, UnidentifiedImageError

    no_photo = UserInputError(
        f"{path.name} is no photo that Telegram takes: JPEG, PNG or WebP.",
        title="This is no photo",
        hint="Attach it as a file.",
    )
    try:
        with warnings.catch_warnings(), Image.open(path, formats=list(PHOTO_FORMATS)) as image:
            warnings.simplefilter("ignore")  # of odd metadata; sizes are checked here
            width, height = image.size
            _check_sides(path.name, width, height)
            image.load()
            return width, height, PHOTO_FORMATS[image.format or ""]
    except UnidentifiedImageError as error:
        raise no_photo from error
    except (SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise no_photo from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise UserInputError(
            f"{path.name} is damaged: its picture cannot be read to the end.",
            title="The photo is damaged",
            hint="Choose another copy of it.",
        ) from error


def _check_sides(name: str, width: int, height: int) -> None:
    if width + height > MAX_PHOTO_SIDES or max(width, height) > MAX_PHOTO_RATIO * min(width, height):
        raise UserInputError(
            f"{name} is {width} × {height}. Width and height together may be {MAX_PHOTO_SIDES:,}, and one side "
            f"{MAX_PHOTO_RATIO} times the other.",
            title="Telegram takes no photo of this shape",
            hint="Attach it as a file, or cut it.",
        )


def _mime(path: Path) -> str:
    return mimetypes.guess_type(path.name)[0] or "application/octet-stream"


def _clean_name(name: str) -> str:
    """What people see; a name that is too long loses from its middle, not its ending."""
    cleaned = " ".join(clean_text(name).split()) or "file"
    if len(cleaned) <= MAX_NAME:
        return cleaned
    ending = Path(cleaned).suffix[-20:]
    return f"{cleaned[: MAX_NAME - len(ending) - 1]}…{ending}"


def make_thumbnail(path: Path, side_px: int) -> Thumbnail | None:
    """The picture of a photo, no side longer than this; None: there is none to see."""
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings(), Image.open(path, formats=list(PHOTO_FORMATS)) as image:
            warnings.simplefilter("ignore")
            image.draft("RGB", (side_px, side_px))  # a JPEG is decoded at a fraction of its size
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((side_px, side_px))
            small = upright.convert("RGBA")
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError):
        return None
    return Thumbnail(width=small.width, height=small.height, rgba=small.tobytes())
