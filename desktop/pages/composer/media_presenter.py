"""The photos and files of a draft: attached, made photos or files, with small pictures made in threads. Knows no Qt."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Protocol

from msgspec import structs

from campaigns.message.media_files import Thumbnail
from campaigns.message.variants import Attachment, Message
from core.domain.media import MediaKind
from core.errors import AppError
from desktop.pages.composer.message_edits import with_media
from desktop.pages.services import PageServices

PICTURE_PX: Final = 640
"""The longer side of a picture as it is kept: enough for the preview at twice the size."""
MOST_PICTURES: Final = 40
PHOTO_ENDINGS: Final = frozenset({".jpg", ".jpeg", ".png", ".webp"})

Change = Callable[[Callable[[Message], Message]], None]


class MediaView(Protocol):
    """What shows them. Pictures are known by the SHA-256 of the content; None: it has none."""

    def show_picture(self, sha256: str, picture: Thumbnail | None) -> None: ...
    def show_refusals(self, sentences: Sequence[str]) -> None: ...
    def show_attaching(self, count: int) -> None: ...


class MediaPresenter:
    """Of the open draft. `change`: one step that can be undone."""

    def __init__(self, services: PageServices, view: MediaView, change: Change) -> None:
        self._services = services
        self._view = view
        self._change = change
        self._message = Message.of_text("")
        self._pictures: dict[str, Thumbnail | None] = {}
        self._asked: set[str] = set()

    def show(self, message: Message) -> None:
        """The message as it stands; pictures that are not known yet are made."""
        is_same, self._message = message.media == self._message.media, message
        if is_same:
            return
        for attachment in message.media:
            sha256 = attachment.media.sha256
            if sha256 in self._pictures:
                self._view.show_picture(sha256, self._pictures[sha256])
            elif sha256 not in self._asked:
                self._asked.add(sha256)
                self._services.spawn(self._make_picture(attachment), "picture of a photo")

    def attach(self, paths: Sequence[str], kind: MediaKind | None = None) -> None:
        """Below the others; what cannot be sent is refused in words. None: as the others are, or as their endings say."""
        if paths:
            self._services.spawn(self._attach(paths, kind), "attach files")

    def send_as(self, kind: MediaKind) -> None:
        """All of them as photos, or as files."""
        self._services.spawn(self._send_as(kind), "attach files anew")

    def move(self, place: int, by: int) -> None:
        """Earlier or later in the album."""
        media = list(self._message.media)
        if 0 <= place < len(media) and 0 <= place + by < len(media):
            media.insert(place + by, media.pop(place))
            self._put(media)

    def remove(self, place: int) -> None:
        self._put([each for number, each in enumerate(self._message.media) if number != place])

    async def _attach(self, paths: Sequence[str], kind: MediaKind | None) -> None:
        chosen = kind or self._kind_for(paths)
        made, refused = await self._look_at([Path(path) for path in paths], chosen)
        self._view.show_refusals(refused)
        if made:
            self._put([*self._message.media, *made])

    async def _send_as(self, kind: MediaKind) -> None:
        paths = [self._services.media.locate(each) for each in self._message.media]
        made, refused = await self._look_at(paths, kind)
        self._view.show_refusals(refused)
        if not refused:
            names = [each.media.name for each in self._message.media]
            self._put([_named(each, name) for each, name in zip(made, names, strict=True)])

    async def _look_at(self, paths: Sequence[Path], kind: MediaKind) -> tuple[list[Attachment], list[str]]:
        made: list[Attachment] = []
        refused: list[str] = []
        self._view.show_attaching(len(paths))
        try:
            for path in paths:
                try:
                    made.append(await self._services.media.attach(path, kind))
                except AppError as error:
                    refused.append(f"{error.message} {error.hint}".strip())
        finally:
            self._view.show_attaching(0)
        return made, refused

    def _kind_for(self, paths: Sequence[str]) -> MediaKind:
        if self._message.media:
            return self._message.media[0].media.kind
        are_photos = all(Path(path).suffix.lower() in PHOTO_ENDINGS for path in paths)
        return MediaKind.PHOTO if are_photos else MediaKind.FILE

    def _put(self, media: Sequence[Attachment]) -> None:
        self._change(lambda message: with_media(message, media))

    async def _make_picture(self, attachment: Attachment) -> None:
        picture = await self._services.media.thumbnail(attachment, PICTURE_PX)
        if len(self._pictures) >= MOST_PICTURES:
            first = next(iter(self._pictures))
            del self._pictures[first]
            self._asked.discard(first)
        self._pictures[attachment.media.sha256] = picture
        self._view.show_picture(attachment.media.sha256, picture)


def _named(attachment: Attachment, name: str) -> Attachment:
    """What is kept in the workspace lies there under its hash: the name is that of the file that was attached."""
    return structs.replace(attachment, media=replace(attachment.media, name=name))
