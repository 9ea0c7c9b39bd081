"""What a sandbox that has ended holds of the messages of its accounts: each as it arrived, with formatting and buttons."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from telethon.extensions import BinaryReader

from core.domain.message import ButtonRows, FormattedText, UrlButton
from core.errors import StorageError
from telegram.formatting import text_from_telegram
from telegram.sandbox.journal import Journal
from telegram.sandbox.objects import read_vector
from telegram.sandbox.records import MessageSent
from telegram.sandbox.server import JOURNAL_NAME


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """One message; an item of an album is one of its own."""

    account_id: int
    person_id: int
    at_ms: int  # milliseconds since 1970, by the sandbox's clock
    text: FormattedText
    buttons: ButtonRows
    media_sha256: str  # "": none
    is_silent: bool
    preview: str  # where the preview of an address is shown; "": nowhere


def read_arrived(folder: Path) -> Sequence[Arrived]:
    """Every accepted message in the order of acceptance. The sandbox in `folder` must have ended. Raises StorageError."""
    if not (folder / JOURNAL_NAME).exists():
        raise StorageError("There was no sandbox in this folder.", detail=folder.name)
    journal = Journal(folder / JOURNAL_NAME)
    try:
        return [_arrived(record) for record in journal.replay() if isinstance(record, MessageSent)]
    finally:
        journal.close()


def _arrived(record: MessageSent) -> Arrived:
    return Arrived(
        account_id=record.account_id,
        person_id=record.peer_id,
        at_ms=record.at_ms,
        text=text_from_telegram(record.text, read_vector(record.entities)),
        buttons=_buttons(record.markup),
        media_sha256=record.media_sha256,
        is_silent=record.is_silent,
        preview=record.preview,
    )


def _buttons(markup: bytes) -> ButtonRows:
    if not markup:
        return ()
    rows = BinaryReader(markup).tgread_object().rows
    return tuple(tuple(UrlButton(title=each.text, url=_url(each)) for each in row.buttons) for row in rows)


def _url(button: object) -> str:
    return str(getattr(getattr(button, "type", None), "url", "") or getattr(button, "url", ""))
