"""Reads for the inbox: ids by question, rows by id, figures of the boxes, and one conversation with its messages."""

import json
import sqlite3
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeAlias

from campaigns.delivery import DeliveryState
from campaigns.inbox.albums import group_albums
from campaigns.inbox.conversations import (
    NO_MARKS,
    Box,
    BoxCounts,
    ChangeKind,
    ChangeOfMessage,
    Conversation,
    ConversationPlaces,
    ConversationQuestion,
    ConversationRow,
    ConversationState,
    Marks,
    MessageKind,
    Note,
    OurMessage,
    SearchHit,
    TheirMessage,
)
from campaigns.inbox.sorting import ReplyKind, Sorting
from campaigns.reasons import DeliveryReason
from core.domain.ids import AccountId, CampaignId, ConversationId, DeliveryId, TelegramUserId
from core.domain.message import FormattedText, OutgoingMessage
from core.missing import missing
from database.database import Database
from database.stores.conversation_search import count_since, find_hit, search_conditions
from database.stores.message_texts import text_of_row
from database.stores.rows import Row, from_ms, to_ms
from database.stores.tickets import read_tickets

Ids: TypeAlias = "array[int]"

# Put off until a moment that has not come.
_SNOOZED: Final = "(v.snoozed_until IS NOT NULL AND v.snoozed_until > :now)"
_OPEN: Final = f"v.state = 'open' AND NOT {_SNOOZED}"
_BOXES: Final[Mapping[Box, str]] = {
    Box.OPEN: _OPEN,
    Box.UNREAD: f"v.unread > 0 AND {_OPEN}",
    Box.MINE: f"v.assignee = :viewer AND {_OPEN}",
    Box.WAITING: f"v.is_answered = 0 AND {_OPEN}",
    Box.SNOOZED: f"v.state = 'open' AND {_SNOOZED}",
    Box.RESOLVED: "v.state = 'resolved'",
    Box.TICKETS: "v.id IN (SELECT t.conversation_id FROM ticket AS t WHERE t.state = 'open')",
    Box.ALL: "1",
}
_PEER: Final = "LEFT JOIN peer AS p ON p.account_id = v.account_id AND p.user_id = v.telegram_user_id"
# As the list shows it: the newest message alone.
_IS_SORTED: Final = """
EXISTS (SELECT 1 FROM message AS m JOIN message_sorting AS s ON s.message_id = m.id
        WHERE m.conversation_id = v.id AND m.message_id = v.last_message_id AND s.kind = :reply_kind)
"""
_ROWS: Final = f"""
SELECT v.id, v.account_id, a.title, v.telegram_user_id, v.contact_id,
    coalesce(nullif(k.name, ''), p.name, ''), coalesce(k.username, p.username, ''),
    ifnull(iif(m.album_id > 0, (SELECT group_concat(i.text, '') FROM message AS i
        WHERE i.conversation_id = v.id AND i.album_id = m.album_id), m.text), ''),
    ifnull(m.kind, 'text'), v.last_at, v.is_answered, v.unread, v.state, v.snoozed_until,
    v.assignee, ifnull(c.title, ''),
    ifnull((SELECT s.reason FROM suppression AS s WHERE s.contact_id = v.contact_id),
           (SELECT s.reason FROM suppression AS s WHERE s.telegram_user_id = v.telegram_user_id)),
    (SELECT json_group_array(label) FROM conversation_label AS l WHERE l.conversation_id = v.id),
    about.kind, about.confidence, about.model, about.at,
    iif(m.album_id > 0, 'album', ifnull(m.media, '')), EXISTS (SELECT 1 FROM message_mark AS k
        WHERE k.account_id = v.account_id AND k.message_id = m.message_id AND k.deleted_at IS NOT NULL), v.typing_until,
    (SELECT t.id FROM ticket AS t WHERE t.conversation_id = v.id AND t.state = 'open')
FROM conversation AS v JOIN account AS a ON a.id = v.account_id
LEFT JOIN contact AS k ON k.id = v.contact_id LEFT JOIN campaign AS c ON c.id = v.campaign_id {_PEER}
LEFT JOIN message AS m ON m.conversation_id = v.id AND m.message_id = (
    SELECT max(newest.message_id) FROM message AS newest WHERE newest.conversation_id = v.id)
LEFT JOIN message_sorting AS about ON about.message_id = m.id
WHERE v.id IN (SELECT value FROM json_each(?))
"""
_COUNTS: Final = f"""
SELECT count(*) FILTER (WHERE {_BOXES[Box.OPEN]}), count(*) FILTER (WHERE {_BOXES[Box.UNREAD]}),
    count(*) FILTER (WHERE {_BOXES[Box.MINE]}), count(*) FILTER (WHERE {_BOXES[Box.WAITING]}),
    count(*) FILTER (WHERE {_BOXES[Box.SNOOZED]}),
    (SELECT count(*) FROM ticket AS t WHERE t.state = 'open' AND t.conversation_id IS NOT NULL)
FROM conversation AS v WHERE v.state = 'open'
"""
_COUNT_UNREAD: Final = "SELECT count(*) FROM conversation WHERE unread > 0 AND state = 'open'"
# By the index of its UNIQUE; Telegram's numbers rise with time within one account.
_THEIRS: Final = """
SELECT m.message_id, m.at, m.kind, m.text, m.media, m.album_id, s.kind, s.confidence, s.model, s.at,
    k.edited_at, k.deleted_at, ifnull(k.theirs, ''), ifnull(k.ours, '')
FROM message AS m LEFT JOIN message_sorting AS s ON s.message_id = m.id
LEFT JOIN message_mark AS k ON k.account_id = ?2 AND k.message_id = m.message_id
WHERE m.conversation_id = ?1 AND m.message_id < ?3 ORDER BY m.message_id DESC LIMIT ?4
"""
# What was written on another device; a row of ours may turn out later to have sent it.
_ELSEWHERE: Final = """
SELECT m.message_id, m.at, m.text, m.media, m.album_id, EXISTS (SELECT 1 FROM read_mark AS r WHERE r.account_id = ?2
        AND r.telegram_user_id = ?3 AND r.message_id >= m.message_id),
    k.edited_at, k.deleted_at, ifnull(k.theirs, ''), ifnull(k.ours, '')
FROM own_message AS m LEFT JOIN message_mark AS k ON k.account_id = ?2 AND k.message_id = m.message_id
WHERE m.conversation_id = ?1 AND m.message_id < ?4
    AND NOT EXISTS (SELECT 1 FROM outgoing AS o WHERE o.account_id = ?2 AND o.message_id = m.message_id)
ORDER BY m.message_id DESC LIMIT ?5
"""
# Of a row o: with what a row of ours gave it another text last, formatting and all.
OWN_EDIT: Final = """
(SELECT e.content FROM outgoing AS e WHERE e.target_id = o.id AND e.kind = 'edit' AND e.state = 'sent'
 ORDER BY e.id DESC LIMIT 1)
"""
_NEWEST_CHANGE: Final = """
(SELECT json_array(e.id, e.kind, e.state, e.reason, e.not_before) FROM outgoing AS e WHERE e.target_id = o.id
 ORDER BY e.id DESC LIMIT 1)
"""
# What was never sent is no part of the conversation, but for answers: whoever wrote one sees what became of it.
_OURS: Final = f"""
SELECT o.id, coalesce(o.unknown_since, o.asked_at, o.settled_at), o.state, o.reason, o.not_before, o.message_id,
    o.campaign_id, ifnull(c.title, ''), o.variant, o.language, o.inputs, o.content, c.message,
    EXISTS (SELECT 1 FROM read_mark AS r WHERE r.account_id = o.account_id AND r.telegram_user_id = o.telegram_user_id
            AND r.message_id >= o.message_id),
    ifnull(o.asked_by, ''), o.kind, k.text, {OWN_EDIT}, {_NEWEST_CHANGE},
    k.edited_at, k.deleted_at, ifnull(k.theirs, ''), ifnull(k.ours, '')
FROM outgoing AS o LEFT JOIN campaign AS c ON c.id = o.campaign_id
LEFT JOIN message_mark AS k ON k.account_id = o.account_id AND k.message_id = o.message_id
WHERE o.telegram_user_id = ? AND o.account_id = ? AND (o.unknown_since IS NOT NULL OR o.kind = 'reply')
    AND o.kind NOT IN ('edit', 'delete')
    AND (o.message_id IS NULL OR o.message_id < ?)
ORDER BY ifnull(o.unknown_since, o.asked_at) DESC LIMIT ?
"""
_NOTES: Final = "SELECT id, at, author, text FROM conversation_note WHERE conversation_id = ? ORDER BY id"
_LABELS: Final = (
    "SELECT label, count(*) FROM conversation_label GROUP BY label ORDER BY count(*) DESC, label LIMIT 200"
)
_ACCOUNTS: Final = """
SELECT id, title FROM account WHERE id IN (SELECT account_id FROM conversation) ORDER BY title, id
"""
_CAMPAIGNS: Final = """
SELECT id, title FROM campaign WHERE id IN (SELECT campaign_id FROM conversation) ORDER BY id DESC LIMIT 100
"""
_NEWEST: Final = 2**62


def _place(message: TheirMessage | OurMessage) -> tuple[int, int]:
    """Telegram's times are whole seconds: within one, its numbers tell what came first; what has none comes last."""
    return int(message.at.timestamp()), message.message_id or _NEWEST


class ConversationStore:
    """Reads only; see `conversation_acts` for what the team does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ids(self, question: ConversationQuestion, *, viewer: str, now: datetime, limit: int = -1) -> Ids:
        """The ids, newest message first, 8 bytes each; `limit` -1: all. Cancelling stops the statement."""
        conditions = [_BOXES[question.box]]
        values: dict[str, object] = {"now": to_ms(now), "viewer": viewer, "limit": limit}
        for name in ("account_id", "campaign_id"):
            if getattr(question, name) is not None:
                conditions.append(f"v.{name} = :{name}")
                values[name] = getattr(question, name)
        if question.label:
            conditions.append(
                "EXISTS (SELECT 1 FROM conversation_label AS l WHERE l.conversation_id = v.id AND l.label = :label)"
            )
            values["label"] = question.label
        if question.reply_kind is not None:
            conditions.append(_IS_SORTED)
            values["reply_kind"] = question.reply_kind.value

        def read_ids(raw: sqlite3.Connection) -> Ids:
            found, words = search_conditions(raw, question.text)
            sql = (
                f"SELECT v.id FROM conversation AS v WHERE {' AND '.join([*conditions, *found])}"
                " ORDER BY v.last_at DESC, v.id DESC LIMIT :limit"
            )
            return array("q", (row[0] for row in raw.execute(sql, values | words)))

        return await self._database.read(read_ids, is_long=True)

    async def rows(self, ids: Sequence[int], text: str = "") -> Mapping[int, ConversationRow]:
        """These conversations now, at most some hundred, with what was found of `text`; what is gone is missing."""

        def read(raw: sqlite3.Connection) -> Mapping[int, ConversationRow]:
            rows = _read_rows(raw, ids)
            if not text:
                return rows
            return {number: replace(row, hit=find_hit(raw, row.id, text)) for number, row in rows.items()}

        return await self._database.read(read)

    async def find(self, conversation_id: ConversationId, text: str) -> tuple[SearchHit, int] | None:
        """The message that a search for this text means, and how many of the newest messages reach back to it."""

        def read(raw: sqlite3.Connection) -> tuple[SearchHit, int] | None:
            hit = find_hit(raw, conversation_id, text)
            return None if hit is None else (hit, count_since(raw, conversation_id, to_ms(hit.at)))

        return await self._database.read(read)

    async def counts(self, *, viewer: str, now: datetime) -> BoxCounts:
        """Of all conversations."""

        def read_counts(raw: sqlite3.Connection) -> BoxCounts:
            values = raw.execute(_COUNTS, {"now": to_ms(now), "viewer": viewer}).fetchone()
            return BoxCounts(
                **dict(zip(("open", "unread", "mine", "waiting", "snoozed", "tickets"), values, strict=True))
            )

        return await self._database.read(read_counts, is_long=True)

    async def count_unread(self) -> int:
        """Where somebody wrote and nobody looked; by an index of those alone."""
        return await self._database.read(lambda raw: int(raw.execute(_COUNT_UNREAD).fetchone()[0]))

    async def places(self) -> ConversationPlaces:
        """What a list can be narrowed to; of campaigns the newest hundred."""

        def read(raw: sqlite3.Connection) -> ConversationPlaces:
            return ConversationPlaces(
                accounts=tuple((AccountId(number), title) for number, title in raw.execute(_ACCOUNTS)),
                campaigns=tuple((CampaignId(number), title) for number, title in raw.execute(_CAMPAIGNS)),
                labels=tuple(row[0] for row in raw.execute(_LABELS)),
            )

        return await self._database.read(read, is_long=True)

    async def labels(self) -> Mapping[str, int]:
        """Which labels there are, the most used first."""
        return await self._database.read(lambda raw: dict(raw.execute(_LABELS).fetchall()))

    async def conversation(
        self, conversation_id: ConversationId, *, before: int | None = None, limit: int = 60
    ) -> Conversation:
        """The newest `limit` messages, or those before Telegram's number `before`, oldest first.

        Raises UserInputError when the conversation is gone.
        """
        upper = _NEWEST if before is None else before

        def read(raw: sqlite3.Connection) -> Conversation:
            row = _read_rows(raw, [conversation_id]).get(conversation_id)
            if row is None:
                raise missing("conversation", conversation_id)
            theirs = raw.execute(_THEIRS, (conversation_id, row.account_id, upper, limit + 1)).fetchall()
            ours = raw.execute(_OURS, (row.user_id, row.account_id, upper, limit + 1)).fetchall()
            asked = conversation_id, row.account_id, row.user_id, upper, limit + 1
            elsewhere = raw.execute(_ELSEWHERE, asked).fetchall()
            found: list[TheirMessage | OurMessage] = [
                *map(_their_message, theirs),
                *map(_our_message, ours),
                *map(_message_from_elsewhere, elsewhere),
            ]
            found.sort(key=_place)
            notes = [Note(id=n, at=from_ms(at), author=by, text=t) for n, at, by, t in raw.execute(_NOTES, (row.id,))]
            return Conversation(
                row=row,
                messages=group_albums(found[-limit:]),
                has_older=len(found) > limit,
                notes=tuple(notes),
                tickets=read_tickets(raw, conversation_id),
            )

        return await self._database.read(read)


def _read_rows(raw: sqlite3.Connection, ids: Sequence[int]) -> dict[int, ConversationRow]:
    return {row[0]: _row(row) for row in raw.execute(_ROWS, (json.dumps(list(ids)),)).fetchall()}


def _row(row: Row) -> ConversationRow:
    return ConversationRow(
        id=ConversationId(row[0]),
        account_id=AccountId(row[1]),
        account=row[2],
        user_id=TelegramUserId(row[3]),
        contact_id=row[4],
        name=row[5],
        username=row[6],
        last_text=row[7],
        last_kind=MessageKind(row[8]),
        last_at=from_ms(row[9]),
        is_answered=bool(row[10]),
        unread=row[11],
        state=ConversationState(row[12]),
        snoozed_until=from_ms(row[13]),
        assignee=row[14],
        campaign=row[15],
        suppression=None if row[16] is None else DeliveryReason(row[16]),
        labels=tuple(sorted(json.loads(row[17]))),
        sorting=_sorting(row[18:22]),
        last_media=row[22],
        is_last_deleted=bool(row[23]),
        typing_until=from_ms(row[24]),
        ticket=row[25],
    )


def _their_message(row: Row) -> TheirMessage:
    message_id, at, kind, text, media, album_id = row[:6]
    return TheirMessage(
        message_id=message_id,
        at=from_ms(at),
        kind=MessageKind(kind),
        text=text,
        media=media,
        album_id=album_id,
        sorting=_sorting(row[6:10]),
        marks=_marks(row[10:]),
    )


def _message_from_elsewhere(row: Row) -> OurMessage:
    message_id, at, text, media, album_id, is_read, *marks = row
    return OurMessage(
        id=DeliveryId(0),
        at=from_ms(at),
        state=DeliveryState.SENT,
        reason=None,
        not_before=None,
        message_id=message_id,
        is_read=bool(is_read),
        campaign_id=None,
        campaign="",
        variant="",
        author="",
        is_reply=False,
        message=OutgoingMessage(text=FormattedText(text)),
        media=media,
        album_id=album_id,
        is_elsewhere=True,
        marks=_marks(tuple(marks)),
    )


def _marks(values: Row) -> Marks:
    """Edited, deleted, their reactions, ours."""
    edited_at, deleted_at, theirs, ours = values
    if not any(values):
        return NO_MARKS
    return Marks(edited_at=from_ms(edited_at), deleted_at=from_ms(deleted_at), theirs=theirs, ours=ours)


def _sorting(row: Row) -> Sorting | None:
    kind, confidence, model, at = row
    return None if kind is None else Sorting(kind=ReplyKind(kind), confidence=confidence, model=model, at=from_ms(at))


def _our_message(row: Row) -> OurMessage:
    (number, at, state, reason, not_before, message_id, campaign_id, title, variant, language) = row[:10]
    inputs, content, template, is_read, asked_by, kind, edited, own_edit, act, *marks = row[10:]
    message = text_of_row(variant, language, inputs, content, template, edited, own_edit)
    return OurMessage(
        id=DeliveryId(number),
        at=from_ms(at),
        state=DeliveryState(state),
        reason=None if reason is None else DeliveryReason(reason),
        not_before=from_ms(not_before),
        message_id=message_id,
        is_read=bool(is_read),
        campaign_id=None if campaign_id is None else CampaignId(campaign_id),
        campaign=title,
        variant=variant,
        author=asked_by,
        is_reply=kind == "reply",
        change=_change(act),
        is_stop_confirmation=kind == "stop_confirmation",
        message=message,
        marks=_marks(tuple(marks)),
    )


def _change(values: str | None) -> ChangeOfMessage | None:
    if values is None:
        return None
    number, kind, state, reason, not_before = json.loads(values)
    return ChangeOfMessage(
        id=DeliveryId(number),
        kind=ChangeKind(kind),
        state=DeliveryState(state),
        reason=None if reason is None else DeliveryReason(reason),
        not_before=from_ms(not_before),
    )
