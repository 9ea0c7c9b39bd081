"""Which messages of people wait to be sorted by a text model, and what it said of those that were."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from campaigns.inbox.assist import AssistSwitch, SortBatch, Sorted, Unsorted
from core.domain.ai import AiFeature
from core.domain.change import Subject
from core.domain.ids import ConversationId
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.assist import SWITCHES, switch_from_row
from database.stores.rows import to_ms

MOST_AT_ONCE: Final = 8
"""Messages of one request: what somebody writes in a row, and no more than a small model can keep apart."""

_SWITCH: Final = f"{SWITCHES} WHERE feature = '{AiFeature.SORT}'"
# Whoever said STOP or pressed Start is known to have; what was written before the switch is nobody's yes.
_WAITS: Final = """
m.kind IN ('text', 'media') AND trim(m.text) <> '' AND m.id > ?1 AND m.at > ?2
    AND NOT EXISTS (SELECT 1 FROM message_sorting AS s WHERE s.message_id = m.id)
"""
# By the primary key from the newest on, down to what was found sorted the last time (?1).
_NEWEST: Final = f"SELECT m.conversation_id FROM message AS m WHERE {_WAITS} ORDER BY m.id DESC LIMIT 1"
_OF_ONE: Final = f"""
SELECT m.id, m.message_id, m.text FROM message AS m WHERE {_WAITS} AND m.conversation_id = ?3
ORDER BY m.message_id DESC LIMIT {MOST_AT_ONCE}
"""
_AFTER: Final = "SELECT after_id FROM ai_switch WHERE feature = 'sort'"
_LAST: Final = "SELECT ifnull(max(id), 0) FROM message"
# Not when it was turned off, or off and on again, meanwhile; not for who was erased.
_KEEP: Final = """
INSERT INTO message_sorting (message_id, kind, confidence, model, at, failure)
SELECT m.id, ?2, ?3, ?4, ?5, ?6 FROM message AS m WHERE m.id = ?1
    AND EXISTS (SELECT 1 FROM ai_switch WHERE feature = 'sort' AND is_on = 1 AND at = ?7)
ON CONFLICT DO NOTHING
"""
_CONVERSATION_OF: Final = "SELECT conversation_id FROM message WHERE id = ?"
_TELL: Final = """
UPDATE ai_switch SET problem = ?1, tries_again_at = ?2
WHERE feature = 'sort' AND at = ?3 AND (problem <> ?1 OR tries_again_at IS NOT ?2)
"""


class MessageSortingStore:
    """Implements `campaigns.inbox.assist.SortDesk`, for one sorter."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._done_to: tuple[datetime, int] | None = None  # of this switch: nothing up to this row waits

    async def switch(self) -> AssistSwitch | None:
        """The last word on sorting."""

        def read(raw: sqlite3.Connection) -> AssistSwitch | None:
            row = raw.execute(_SWITCH).fetchone()
            return None if row is None else switch_from_row(row)

        return await self._database.read(read)

    async def next_batch(self, switch: AssistSwitch) -> SortBatch | None:
        """The newest messages that came after the switch and are not sorted; None: there are none."""
        known = self._done_to
        floor = known[1] if known is not None and known[0] == switch.at else 0

        def read(raw: sqlite3.Connection) -> tuple[SortBatch | None, int]:
            after = max(floor, raw.execute(_AFTER).fetchone()[0])
            (last,) = raw.execute(_LAST).fetchone()
            newest = raw.execute(_NEWEST, (after, to_ms(switch.at))).fetchone() if last > after else None
            if newest is None:
                return None, last
            rows = raw.execute(_OF_ONE, (after, to_ms(switch.at), newest[0])).fetchall()[::-1]
            messages = tuple(Unsorted(id=number, text=text) for number, _, text in rows)
            batch = SortBatch(conversation_id=ConversationId(newest[0]), first=rows[0][1], messages=messages)
            return batch, after

        batch, done_to = await self._database.read(read, is_long=True)
        self._done_to = (switch.at, done_to)
        return batch

    async def keep(self, found: Sequence[Sorted], switch: AssistSwitch, *, model: str, now: datetime) -> int:
        """How many were written: none when it was turned off meanwhile; a message that has a row keeps it."""

        def keep(work: UnitOfWork) -> int:
            raw, kept = work.connection, 0
            for one in found:
                kind = None if one.kind is None else one.kind.value
                row = one.message_id, kind, one.confidence, model, to_ms(now), one.failure, to_ms(switch.at)
                if raw.execute(_KEEP, row).rowcount:
                    kept += 1
                    work.touch(Subject.CONVERSATION, raw.execute(_CONVERSATION_OF, (one.message_id,)).fetchone()[0])
            return kept

        return await self._database.write(keep)

    async def tell_problem(self, switch: AssistSwitch, problem: str, tries_again_at: datetime | None) -> None:
        """Why sorting waits; "" when it goes on."""

        def tell(work: UnitOfWork) -> None:
            if work.connection.execute(_TELL, (problem, to_ms(tries_again_at), to_ms(switch.at))).rowcount:
                work.touch(Subject.CONVERSATION, 0)

        await self._database.write(tell)
