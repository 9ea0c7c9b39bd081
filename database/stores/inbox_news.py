"""What people wrote since somebody last looked."""

import sqlite3
from typing import Final

from campaigns.inbox.news import MOST_NAMES, News
from core.domain.ids import ConversationId
from database.database import Database

_NEWEST: Final = "SELECT ifnull(max(id), 0) FROM message"
# By the message's own number, which rises with its arrival; whoever pressed Start or said STOP asks nothing.
# An album is one message, and news only once.
_ASKING: Final = """
FROM message AS m CROSS JOIN conversation AS v ON v.id = m.conversation_id
WHERE m.id > :after AND m.kind IN ('text', 'media') AND (m.album_id = 0 OR NOT EXISTS (
        SELECT 1 FROM message AS told WHERE told.conversation_id = m.conversation_id AND told.album_id = m.album_id
            AND told.id <= :after))
    AND v.unread > 0 AND (:viewer IS NULL OR v.assignee IN ('', :viewer))
"""
_FIGURES: Final = f"""
SELECT count(DISTINCT iif(m.album_id > 0, v.id || ':' || m.album_id, m.id)),
    count(DISTINCT v.telegram_user_id) {_ASKING}
"""
_WHO: Final = f"""
SELECT n.id, a.title, coalesce(nullif(k.name, ''), nullif(p.name, ''), '@' || coalesce(k.username, p.username), ''),
    (SELECT iif(m.album_id > 0, (SELECT group_concat(i.text, '') FROM message AS i
        WHERE i.conversation_id = m.conversation_id AND i.album_id = m.album_id), m.text)
     FROM message AS m WHERE m.id = n.newest)
FROM (SELECT v.id, v.account_id, v.telegram_user_id, v.contact_id, max(m.id) AS newest {_ASKING}
      GROUP BY v.telegram_user_id ORDER BY newest DESC LIMIT {MOST_NAMES}) AS n
JOIN account AS a ON a.id = n.account_id LEFT JOIN contact AS k ON k.id = n.contact_id
LEFT JOIN peer AS p ON p.account_id = n.account_id AND p.user_id = n.telegram_user_id
ORDER BY n.newest DESC
"""


class InboxNewsStore:
    """Implements `campaigns.inbox.news.NewsDesk`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def newest(self) -> int:
        """The number of the newest message; 0: there is none."""
        return await self._database.read(lambda raw: int(raw.execute(_NEWEST).fetchone()[0]))

    async def since(self, after: int, *, viewer: str | None) -> News:
        """What came after the message of this number, is unread, and asks something. `viewer`: only theirs and nobody's."""

        def read_news(raw: sqlite3.Connection) -> News:
            asked = {"after": after, "viewer": viewer}
            upto = int(raw.execute(_NEWEST).fetchone()[0])
            messages, people = raw.execute(_FIGURES, asked).fetchone()
            who = raw.execute(_WHO, asked).fetchall()
            return News(
                upto=upto,
                messages=messages,
                people=people,
                conversation_id=ConversationId(who[0][0]) if who else None,
                account=who[0][1] if who else "",
                names=tuple(row[2] for row in who),
                text=(who[0][3] or "") if who else "",
            )

        return await self._database.read(read_news, is_long=True)
