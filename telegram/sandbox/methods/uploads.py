"""upload.* and messages.uploadMedia: parts become a photo or a file, which the account can then send any number of times."""

import hashlib
from typing import Any

from telethon.tl import functions, types

from telegram.sandbox.dispatch import Call, RpcRefusal, answers
from telegram.sandbox.objects import TRUE, media_object
from telegram.sandbox.records import MediaMade

PART_BYTES = 512 * 1024
MAX_PARTS = 4000
MAX_PHOTO_BYTES = 10_000_000
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")

UPLOADED = (types.InputMediaUploadedPhoto, types.InputMediaUploadedDocument)


@answers(functions.upload.SaveFilePartRequest)
def save_file_part(call: Call, request: Any) -> bytes:
    """A part of a file of at most 10 MB."""
    _check_part(request)
    call.centre.uploads.save_part(call.account_id, request.file_id, request.file_part, request.bytes)
    return TRUE


@answers(functions.upload.SaveBigFilePartRequest)
def save_big_file_part(call: Call, request: Any) -> bytes:
    """A part of a larger file."""
    _check_part(request)
    if not 0 < request.file_total_parts <= MAX_PARTS:
        raise RpcRefusal(400, "FILE_PARTS_INVALID")
    call.centre.uploads.save_part(call.account_id, request.file_id, request.file_part, request.bytes)
    return TRUE


@answers(functions.messages.UploadMediaRequest)
def upload_media(call: Call, request: Any) -> Any:
    """What was uploaded becomes a photo or file of this account, without a message."""
    # A bot has no Saved Messages to associate it with.
    if not isinstance(request.peer, types.InputPeerEmpty if call.is_bot else types.InputPeerSelf):
        raise RpcRefusal(400, "PEER_ID_INVALID")
    if not isinstance(request.media, UPLOADED):
        raise RpcRefusal(400, "MEDIA_INVALID")
    return media_object(call.centre.state, make_media(call, request.media))


def make_media(call: Call, media: Any) -> MediaMade:
    """The photo or file of an upload. Refuses parts that are missing, and pictures that are none."""
    content = _take_content(call, media.file)
    is_photo = isinstance(media, types.InputMediaUploadedPhoto)
    if is_photo and (len(content) > MAX_PHOTO_BYTES or not content.startswith(_PICTURES)):
        raise RpcRefusal(400, "IMAGE_PROCESS_FAILED")
    attributes = [] if is_photo else media.attributes
    name = next((a.file_name for a in attributes if isinstance(a, types.DocumentAttributeFilename)), media.file.name)
    record = MediaMade(
        media_id=call.centre.state.next_media_id(),
        account_id=call.account_id,
        is_photo=is_photo,
        sha256=call.centre.uploads.keep(content),
        size=len(content),
        mime="image/jpeg" if is_photo else media.mime_type,
        name="" if is_photo else name,
        at_ms=call.centre.clock.unix_ms(),
    )
    call.centre.turn.record(record)
    return record


def _take_content(call: Call, file: Any) -> bytes:
    uploads = call.centre.uploads
    if not 0 < file.parts <= MAX_PARTS:
        raise RpcRefusal(400, "FILE_PARTS_INVALID")
    missing = uploads.missing_part(call.account_id, file.id, file.parts)
    if missing is not None:
        raise RpcRefusal(400, f"FILE_PART_{missing}_MISSING")
    content = uploads.take(call.account_id, file.id, file.parts)
    wanted = getattr(file, "md5_checksum", "")
    if wanted and hashlib.md5(content, usedforsecurity=False).hexdigest() != wanted:
        raise RpcRefusal(400, "MD5_CHECKSUM_INVALID")
    return content


def _check_part(request: Any) -> None:
    if not request.bytes:
        raise RpcRefusal(400, "FILE_PART_EMPTY")
    if len(request.bytes) > PART_BYTES:
        raise RpcRefusal(400, "FILE_PART_TOO_BIG")
    if not 0 <= request.file_part < MAX_PARTS:
        raise RpcRefusal(400, "FILE_PART_INVALID")
