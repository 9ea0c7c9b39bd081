"""Peers: Telegram destinations as each account knows them, learned from updates and look-ups."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from core.domain.ids import AccountId, TelegramUserId
from core.domain.peer import Peer
from database.stores.rows import Row, from_ms, to_ms

PEER_COLUMNS: Final = "p.user_id, p.access_hash, p.username, p.name, p.wrote_at"

# A username belongs to whom it was seen with last.
_FREE_USERNAME: Final = """
UPDATE peer SET username = NULL WHERE account_id = ? AND username = ? COLLATE NOCASE AND user_id <> ?
"""
# What is known stays known where the newer sight of a person says nothing.
_PUT: Final = """
INSERT INTO peer (account_id, user_id, access_hash, username, name, wrote_at, seen_at) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET access_hash = excluded.access_hash, username = ifnull(excluded.username, username),
    name = ifnull(excluded.name, name), wrote_at = nullif(max(ifnull(wrote_at, 0), ifnull(excluded.wrote_at, 0)), 0),
    seen_at = max(seen_at, excluded.seen_at)
"""
_WROTE: Final = """
UPDATE peer SET wrote_at = max(ifnull(wrote_at, 0), ?) WHERE account_id = ? AND user_id = ?
"""


def put_peers(raw: sqlite3.Connection, account_id: AccountId, peers: Iterable[Peer], *, now: int) -> None:
    """Add or refresh peers of an account; when a person wrote is the latest moment known."""
    for peer in peers:
        if peer.username:
            raw.execute(_FREE_USERNAME, (account_id, peer.username, peer.user_id))
        row = (
            account_id,
            peer.user_id,
            peer.access_hash,
            peer.username or None,
            peer.name or None,
            to_ms(peer.wrote_at),
            now,
        )
        raw.execute(_PUT, row)


def note_wrote(raw: sqlite3.Connection, account_id: AccountId, user_id: TelegramUserId, at: datetime) -> None:
    """This person wrote to the account at that moment."""
    raw.execute(_WROTE, (to_ms(at), account_id, user_id))


def peer_from_row(row: Row) -> Peer | None:
    """A row of PEER_COLUMNS, or None when an outer join found no peer."""
    user_id, access_hash, username, name, wrote_at = row
    if user_id is None:
        return None
    return Peer(
        user_id=TelegramUserId(user_id),
        access_hash=access_hash,
        username=username,
        name=name,
        wrote_at=from_ms(wrote_at),
    )
