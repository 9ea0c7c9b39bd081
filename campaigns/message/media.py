"""The photos and files of messages: attached by path while a message is a draft, kept by content from its approval on."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import msgspec

from campaigns.message import media_files
from campaigns.message.checking import Finding, Severity, check_message
from campaigns.message.media_files import Stamp, Thumbnail
from campaigns.message.variants import Attachment, Message
from core.clock import Clock
from core.domain.account import AccountKind
from core.domain.media import Media, MediaKind
from core.errors import UserInputError

UNUSED_FOR = timedelta(hours=1)
"""How long a kept file may be unused before it is removed: what needs it is written after it was kept."""


class MediaDesk(Protocol):
    """What the shelf needs of the database. Each method is one unit of work."""

    async def note(self, media: Sequence[Media], *, now: datetime) -> None:
        """These are kept from now on."""
        ...

    async def drop_unused(self, *, noted_before: datetime, remove: Callable[[str], None]) -> int:
        """Forget what no campaign, template or test message needs and was noted before; returns how many.

        `remove` is given each SHA-256 inside the unit, so that nobody notes it again meanwhile.
        """
        ...


class MediaShelf:
    """The kept files of one workspace. A file is kept once, however many messages it is in."""

    def __init__(self, folder: Path, desk: MediaDesk, clock: Clock) -> None:
        self._folder = folder
        self._desk = desk
        self._clock = clock
        self._unchanged: dict[Attachment, Stamp] = {}  # how the file stood when its content was last read

    async def attach(self, path: Path, kind: MediaKind) -> Attachment:
        """Look at a file and make it part of a draft: put it into `Message.media`, in the order of the album.

        Raises UserInputError with a sentence: missing, empty, too large, no photo, damaged.
        """
        return await asyncio.to_thread(_attach, path, kind)

    def locate(self, attachment: Attachment) -> Path:
        """Where its content can be read: in the workspace, or where the person attached it."""
        kept = self._folder / attachment.media.sha256
        return Path(attachment.path) if attachment.path and not kept.exists() else kept

    async def thumbnail(self, attachment: Attachment, side_px: int) -> Thumbnail | None:
        """Its picture, no side longer than this; None for a file, and for a photo that cannot be read any more."""
        if attachment.media.kind is not MediaKind.PHOTO:
            return None
        return await asyncio.to_thread(media_files.make_thumbnail, self.locate(attachment), side_px)

    async def check(self, message: Message, kinds: Collection[AccountKind] = ()) -> tuple[Finding, ...]:
        """As `check_message`, and what became of the attached files: missing or changed.

        A file is read again only when its size or time has changed, so this may be asked while a person writes.
        """
        return await self.check_files(message) + check_message(message, kinds)

    async def check_files(self, message: Message) -> tuple[Finding, ...]:
        """What became of the attached files, as `check` says."""
        faults = [await asyncio.to_thread(self._find_fault, each) for each in message.media]
        return tuple(
            Finding(severity=Severity.ERROR, title=fault.title, message=fault.message, hint=fault.hint)
            for fault in faults
            if fault is not None
        )

    async def keep(self, message: Message) -> Message:
        """Copy what is attached into the workspace; the message then names no file outside.

        Raises UserInputError when a file is missing or changed since it was attached, StorageError.
        """
        if not message.media:
            return message
        now = self._clock.now()
        await asyncio.to_thread(
            media_files.remove_left_parts, self._folder, older_than_s=(now - UNUSED_FOR).timestamp()
        )
        await self._desk.drop_unused(noted_before=now - UNUSED_FOR, remove=self._remove)
        # Noted first: from here on nobody drops what is found in the folder.
        await self._desk.note([each.media for each in message.media], now=now)
        for each in message.media:
            await asyncio.to_thread(self._keep_one, each)
        media = tuple(msgspec.structs.replace(each, path="") for each in message.media)
        return msgspec.structs.replace(message, media=media)

    def _keep_one(self, attachment: Attachment) -> None:
        media, kept = attachment.media, self._folder / attachment.media.sha256
        if not attachment.path:
            fault = self._find_fault(attachment)
        elif media_files.find_change(kept, media) is None:
            fault = media_files.find_change(Path(attachment.path), media)
        else:  # also where a copy was damaged meanwhile
            fault = None
            media_files.copy_in(Path(attachment.path), self._folder, media)
        if fault is not None:
            raise fault

    def _find_fault(self, attachment: Attachment) -> UserInputError | None:
        if attachment.path:
            path = Path(attachment.path)
            stamp = media_files.stamp_of(path)
            if stamp is not None and self._unchanged.get(attachment) == stamp:
                return None
            fault = media_files.find_change(path, attachment.media)
            if fault is None and stamp is not None:
                self._unchanged[attachment] = stamp
            return fault
        if (self._folder / attachment.media.sha256).exists():
            return None
        return UserInputError(
            f"{attachment.media.name} is not in the workspace any more.",
            title="A file is missing",
            hint="Attach it again, or take it away.",
        )

    def _remove(self, sha256: str) -> None:
        (self._folder / sha256).unlink(missing_ok=True)


def _attach(path: Path, kind: MediaKind) -> Attachment:
    whole = path.expanduser().absolute()
    return Attachment(media=media_files.inspect(whole, kind), path=str(whole))
