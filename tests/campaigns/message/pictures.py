"""Small real pictures for tests."""

from io import BytesIO
from pathlib import Path

from PIL import Image


def picture(width: int = 40, height: int = 30, *, form: str = "JPEG", colour: str = "teal") -> bytes:
    content = BytesIO()
    Image.new("RGB", (width, height), colour).save(content, form)
    return content.getvalue()


def write_picture(path: Path, **values: object) -> Path:
    path.write_bytes(picture(**values))  # type: ignore[arg-type]
    return path
