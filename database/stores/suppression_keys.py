"""Suppressions of people who are not contacts yet: found again by number, name or hash as soon as they are.

Of a person who was erased only keyed hashes are left (BLAKE2b under a key of the workspace). They prove that somebody
with a given number is suppressed; whoever holds the database with its key could try numbers one by one.
"""

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Iterable
from typing import Final

from campaigns.reasons import DeliveryReason
from core.erased_list import ErasedPerson
from database.stores.rows import Row

_HAS_WAITING: Final = """
SELECT EXISTS (SELECT 1 FROM suppression WHERE phone IS NOT NULL OR username IS NOT NULL),
    EXISTS (SELECT 1 FROM suppression_hash)
"""
# Whoever has the number or name of a suppression becomes its contact; somebody suppressed already stays as they are.
_ATTACH: Final = """
UPDATE OR IGNORE suppression SET contact_id = found.id FROM (
    SELECT s.id AS suppression_id, k.id FROM contact AS k JOIN suppression AS s ON s.{column} = k.{column}
    WHERE k.id BETWEEN ? AND ? AND s.contact_id IS NULL) AS found
WHERE suppression.id = found.suppression_id
"""
_BY_PHONE: Final = _ATTACH.format(column="phone")
_BY_USERNAME: Final = _ATTACH.format(column="username")
_KEYS: Final = "SELECT id, phone, username, telegram_user_id FROM contact WHERE id BETWEEN ? AND ?"
_FIND_HASH: Final = "SELECT suppression_id FROM suppression_hash WHERE hash = ?"
_HAS_HASHES: Final = "SELECT EXISTS (SELECT 1 FROM suppression_hash)"
_ALL_HASHES: Final = """
SELECT h.hash FROM suppression_hash AS h JOIN suppression AS s ON s.id = h.suppression_id WHERE s.erased_at IS NOT NULL
"""
_ERASED: Final = """
SELECT s.erased_at, json_group_array(lower(hex(h.hash))) FROM suppression AS s
JOIN suppression_hash AS h ON h.suppression_id = s.id WHERE s.erased_at IS NOT NULL GROUP BY s.id
"""
_USERS: Final = "SELECT telegram_user_id FROM conversation UNION SELECT user_id FROM peer"
_LIVING: Final = """
SELECT id, phone, username, telegram_user_id FROM contact WHERE erased_at IS NULL AND merged_into IS NULL
"""
_TAKE: Final = "UPDATE OR IGNORE suppression SET contact_id = ? WHERE id = ? AND contact_id IS NULL"
_KEY: Final = "SELECT erasure_key FROM workspace"
_SET_KEY: Final = "UPDATE workspace SET erasure_key = ?"
_ADD_ERASED: Final = "INSERT INTO suppression (reason, at, added_by, erased_at) VALUES (?, ?, ?, ?)"
_ADD_HASH: Final = "INSERT OR IGNORE INTO suppression_hash (hash, suppression_id) VALUES (?, ?)"


def attach_suppressions(raw: sqlite3.Connection, first_id: int, last_id: int) -> None:
    """Contacts of these ids who stand on the suppression list by number, name or hash are suppressed from now on."""
    has_plain, has_hashes = raw.execute(_HAS_WAITING).fetchone()
    if has_plain:
        raw.execute(_BY_PHONE, (first_id, last_id))
        raw.execute(_BY_USERNAME, (first_id, last_id))
    if has_hashes:
        key = _erasure_key(raw)
        for contact_id, *values in raw.execute(_KEYS, (first_id, last_id)).fetchall():
            for hashed in _hashes(key, *values):
                found = raw.execute(_FIND_HASH, (hashed,)).fetchone()
                if found is not None:
                    raw.execute(_TAKE, (contact_id, found[0]))


def contacts_of_erased(raw: sqlite3.Connection) -> list[int]:
    """Contacts whose number, name or Telegram id is that of somebody who was erased."""
    (key,), (has_hashes,) = raw.execute(_KEY).fetchone(), raw.execute(_HAS_HASHES).fetchone()
    if key is None or not has_hashes:
        return []
    erased = {row[0] for row in raw.execute(_ALL_HASHES).fetchall()}
    found = raw.execute(_LIVING).fetchall()
    return [row[0] for row in found if any(each in erased for each in _hashes(bytes(key), *row[1:]))]


def users_of_erased(raw: sqlite3.Connection) -> list[int]:
    """Telegram ids of people who wrote to an account, or whom one knows, and who were erased."""
    (key,), (has_hashes,) = raw.execute(_KEY).fetchone(), raw.execute(_HAS_HASHES).fetchone()
    if key is None or not has_hashes:
        return []
    erased = {row[0] for row in raw.execute(_ALL_HASHES).fetchall()}
    found = [row[0] for row in raw.execute(_USERS).fetchall()]
    return [user_id for user_id in found if _hashes(bytes(key), None, None, user_id)[0] in erased]


def erased_people(raw: sqlite3.Connection) -> list[ErasedPerson]:
    """Everybody who was erased, as the lists outside of the workspace hold them."""
    return [
        ErasedPerson(at=at, hashes=tuple(sorted(json.loads(hashes))))
        for at, hashes in raw.execute(_ERASED).fetchall()
    ]


def as_erased(
    raw: sqlite3.Connection, keys: Iterable[tuple[str | None, str | None, int | None]], at: int
) -> ErasedPerson:
    """Somebody who is about to be erased, as those lists hold them."""
    key = bytes(raw.execute(_KEY).fetchone()[0])
    return ErasedPerson(at=at, hashes=tuple(sorted({each.hex() for one in keys for each in _hashes(key, *one)})))


def key_id(raw: sqlite3.Connection) -> str:
    """Which key the hashes of this database are made with, without saying it."""
    return hashlib.blake2b(b"which key", key=bytes(raw.execute(_KEY).fetchone()[0]), digest_size=8).hexdigest()


def add_erased(raw: sqlite3.Connection, people: Iterable[ErasedPerson], actor: str) -> None:
    """Suppress people of a list outside by their hashes, which are under the key of this database."""
    rows = [
        ((DeliveryReason.SUPPRESSED.value, each.at, actor, each.at), [bytes.fromhex(one) for one in each.hashes])
        for each in people
    ]
    copy_hashes(raw, bytes(raw.execute(_KEY).fetchone()[0]), rows)


def stands_by_hash(raw: sqlite3.Connection, phone: str | None, username: str | None) -> bool:
    """Whether somebody with this number or name was erased, and is suppressed by that."""
    if not raw.execute(_HAS_WAITING).fetchone()[1]:
        return False
    hashes = _hashes(_erasure_key(raw), phone, username, None)
    return any(raw.execute(_FIND_HASH, (hashed,)).fetchone() for hashed in hashes)


def suppressions_by_hash(
    raw: sqlite3.Connection, keys: Iterable[tuple[str | None, str | None, int | None]]
) -> list[int]:
    """What is left of somebody who was erased before."""
    key = _erasure_key(raw)
    hashes = [hashed for one in keys for hashed in _hashes(key, *one)]
    found = [raw.execute(_FIND_HASH, (hashed,)).fetchone() for hashed in hashes]
    return list(dict.fromkeys(row[0] for row in found if row is not None))


def keep_hashes(
    raw: sqlite3.Connection, suppression_id: int, keys: Iterable[tuple[str | None, str | None, int | None]]
) -> None:
    """All that is left of a person: hashes of each number, name and Telegram id by which they were known."""
    key = _erasure_key(raw)
    for phone, username, user_id in keys:
        raw.executemany(_ADD_HASH, [(hashed, suppression_id) for hashed in _hashes(key, phone, username, user_id)])


def copy_hashes(raw: sqlite3.Connection, key: bytes | None, erased: Iterable[tuple[Row, Iterable[bytes]]]) -> None:
    """Suppressions of erased people from another state of this workspace, with their hashes; what is known is left out.

    `erased`: reason, at, added_by and erased_at of each. Hashes under another key would never be found again, so they
    are left out where this database has hashes under a key of its own already that differs.
    """
    own = raw.execute(_KEY).fetchone()[0]
    has_hashes = raw.execute(_HAS_HASHES).fetchone()[0]
    if key is None or (own is not None and bytes(own) != bytes(key) and has_hashes):
        return
    raw.execute(_SET_KEY, (key,))
    for row, hashes in erased:
        new = [each for each in hashes if raw.execute(_FIND_HASH, (each,)).fetchone() is None]
        if new:
            suppression_id = raw.execute(_ADD_ERASED, row).lastrowid
            raw.executemany(_ADD_HASH, [(each, suppression_id) for each in new])


def _erasure_key(raw: sqlite3.Connection) -> bytes:
    (key,) = raw.execute(_KEY).fetchone()
    if key is None:
        key = secrets.token_bytes(32)
        raw.execute(_SET_KEY, (key,))
    return bytes(key)


def _hashes(key: bytes, phone: str | None, username: str | None, user_id: int | None) -> list[bytes]:
    texts = (
        f"phone:{phone}" if phone else "",
        f"name:{username.lower()}" if username else "",
        f"user:{user_id}" if user_id else "",
    )
    return [hashlib.blake2b(text.encode(), key=key, digest_size=20).digest() for text in texts if text]
