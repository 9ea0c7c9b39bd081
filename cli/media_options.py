"""The photos and files of a message on the command line."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from campaigns.message.media import MediaShelf
from campaigns.message.media_rules import megabytes
from campaigns.message.variants import Attachment, Message
from cli.output import Scalar
from core.domain.media import Media, MediaKind

PhotoOption = Annotated[
    list[Path] | None, typer.Option("--photo", help="A photo that the text goes below; several are an album.")
]
FileOption = Annotated[
    list[Path] | None, typer.Option("--file", help="A file that the text goes below; several are an album.")
]


async def attach_all(
    shelf: MediaShelf, photos: Sequence[Path] | None, files: Sequence[Path] | None
) -> tuple[Attachment, ...]:
    """In the order given. Raises UserInputError for one that cannot be sent."""
    made = [await shelf.attach(path, MediaKind.PHOTO) for path in photos or ()]
    return (*made, *[await shelf.attach(path, MediaKind.FILE) for path in files or ()])


def name_media(media: Media) -> str:
    """One photo or file in words."""
    sides = f"{media.width} × {media.height}, " if media.width else ""
    return f"{media.kind.value.capitalize()} {media.name} ({sides}{megabytes(media.size_bytes)} MB)"


def media_rows(message: Message) -> list[dict[str, Scalar]]:
    """The media of a message for scripts."""
    return [
        {
            "kind": each.media.kind.value,
            "name": each.media.name,
            "bytes": each.media.size_bytes,
            "width": each.media.width,
            "height": each.media.height,
            "sha256": each.media.sha256,
        }
        for each in message.media
    ]
