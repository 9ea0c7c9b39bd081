"""Uploading a photo or file once, so that it can be sent any number of times.

The parts first (upload.saveFilePart, above 10 MB saveBigFilePart), one after the other so that messages pass between
them; then messages.uploadMedia, which makes a photo or document of them without a message.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from telethon.tl.functions.messages import UploadMediaRequest
from telethon.tl.functions.upload import SaveBigFilePartRequest, SaveFilePartRequest
from telethon.tl.types import (
    DocumentAttributeFilename,
    InputDocument,
    InputFile,
    InputFileBig,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaUploadedDocument,
    InputMediaUploadedPhoto,
    InputPeerEmpty,
    InputPeerSelf,
    InputPhoto,
    MessageMediaDocument,
    MessageMediaPhoto,
)

from core.domain.media import PART_BYTES, Media, MediaKind, UploadedMedia
from core.errors import MediaUnavailable, MessageRejected
from core.timeouts import OperationType
from telegram.clients import Client

BIG_BYTES = 10 * 1024 * 1024
"""Above it a file has no checksum, and its parts say how many they are (core.telegram.org/api/files)."""


async def upload(
    client: Client, media: Media, path: Path, progress: Callable[[int], None], *, is_bot: bool = False
) -> UploadedMedia:
    """Upload the content of `path`, which must be that of `media`. See `campaigns.ports.Link.upload`."""
    file = await _send_parts(client, media, path, progress)
    if media.kind is MediaKind.PHOTO:
        request: Any = InputMediaUploadedPhoto(file)
    else:
        # As a file also what Telegram could show as a picture or a video: the person chose so.
        attributes = [DocumentAttributeFilename(media.name)]
        request = InputMediaUploadedDocument(file, media.mime, attributes, force_file=True)
    # Nobody in particular: a bot names no chat, a user themselves (core.telegram.org/method/messages.uploadMedia).
    peer = InputPeerEmpty() if is_bot else InputPeerSelf()
    answer = await client.call(OperationType.UPLOAD, UploadMediaRequest(peer, request))
    made = _of_message(answer)
    if made is None:
        raise MessageRejected(f"Telegram made nothing of {media.name}.", detail=type(answer).__name__)
    return UploadedMedia(media_id=made.id, access_hash=made.access_hash, file_reference=made.file_reference)


async def _send_parts(
    client: Client, media: Media, path: Path, progress: Callable[[int], None]
) -> InputFile | InputFileBig:
    file_id = secrets.randbits(63) or 1
    count = -(-media.size_bytes // PART_BYTES)
    is_big = media.size_bytes > BIG_BYTES
    sha256, md5, sent = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
    try:
        file = await asyncio.to_thread(path.open, "rb")
    except OSError as error:
        raise _unavailable(media) from error
    with file:
        for number in range(count):
            part = await asyncio.to_thread(file.read, PART_BYTES)
            if not part:
                raise _unavailable(media)
            sha256.update(part)
            md5.update(part)
            request = (
                SaveBigFilePartRequest(file_id, number, count, part)
                if is_big
                else SaveFilePartRequest(file_id, number, part)
            )
            await client.call(OperationType.UPLOAD, request)
            sent += len(part)
            progress(sent)
    if sha256.hexdigest() != media.sha256:
        raise _unavailable(media)
    if is_big:
        return InputFileBig(file_id, count, media.name)
    return InputFile(file_id, count, media.name, md5.hexdigest())


def input_media(media: Media, uploaded: UploadedMedia) -> InputMediaPhoto | InputMediaDocument:
    """What was uploaded, to be sent."""
    names = uploaded.media_id, uploaded.access_hash, uploaded.file_reference
    if media.kind is MediaKind.PHOTO:
        return InputMediaPhoto(InputPhoto(*names))
    return InputMediaDocument(InputDocument(*names))


def media_id_of(media: Any) -> int:
    """Telegram's number of the photo or file that a message carries; 0 for none."""
    found = _of_message(media)
    return 0 if found is None else int(found.id)


def _of_message(media: Any) -> Any:
    if isinstance(media, MessageMediaPhoto):
        return media.photo
    return media.document if isinstance(media, MessageMediaDocument) else None


def _unavailable(media: Media) -> MediaUnavailable:
    return MediaUnavailable(
        f"{media.name} is not in the workspace any more, or is not what was approved.", detail=media.sha256
    )
