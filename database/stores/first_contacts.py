"""The first message of an account to a person who never wrote to it: what Telegram looks at most closely, so it has a
limit of its own. Counted from the rows, in the unit that claims one.
"""

import sqlite3
from datetime import datetime
from typing import Final

from campaigns.plan.limits import DAY, look_up_free_at
from campaigns.ports import ClaimOrder
from campaigns.reasons import DeliveryReason
from core.domain.ids import AccountId
from database.stores.rows import from_ms, to_ms

# The person of a row neither wrote to its account, nor got anything from it: one look per campaign of the account.
IS_FIRST: Final = """
SELECT NOT EXISTS (SELECT 1 FROM peer AS p WHERE p.account_id = o.account_id AND p.user_id = o.telegram_user_id
                   AND p.wrote_at IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM campaign_account AS m
                    CROSS JOIN outgoing AS e ON e.campaign_id = m.campaign_id AND e.telegram_user_id = o.telegram_user_id
                    WHERE m.account_id = o.account_id AND e.account_id = o.account_id AND e.unknown_since IS NOT NULL)
FROM outgoing AS o WHERE o.id = ?
"""
# By the partial index outgoing_first_contact.
TAKEN: Final = """
SELECT unknown_since FROM outgoing
WHERE account_id = ? AND is_first_contact = 1 AND unknown_since > ? ORDER BY unknown_since
"""
_WAITING: Final = """
SELECT ifnull(sum(count), 0) FROM delivery_count
WHERE account_id = ? AND state = 'deferred' AND reason = 'quota_new_people'
"""
_MARK: Final = "UPDATE outgoing SET is_first_contact = ? WHERE id = ? AND is_first_contact <> ?"
_PUT_OFF: Final = f"""
UPDATE outgoing SET state = 'deferred', reason = '{DeliveryReason.QUOTA_NEW_PEOPLE}', detail = NULL, not_before = ?,
    settled_at = ? WHERE id = ?
"""


def put_off_first_contact(raw: sqlite3.Connection, account_id: AccountId, order: ClaimOrder) -> datetime | None:
    """Mark the row as a first contact, or put it off until a place is free; None: it may be sent now."""
    per_day = order.profile.new_people_per_day
    if per_day is None:
        return None
    (is_first,) = raw.execute(IS_FIRST, (order.delivery_id,)).fetchone()
    if is_first:
        taken = [from_ms(at) for (at,) in raw.execute(TAKEN, (account_id, to_ms(order.now - DAY))).fetchall()]
        (waiting,) = raw.execute(_WAITING, (account_id,)).fetchone()
        free_at = look_up_free_at(taken, per_day, waiting, order.now)
        if free_at is not None:
            raw.execute(_PUT_OFF, (to_ms(free_at), to_ms(order.now), order.delivery_id))
            return free_at
    raw.execute(_MARK, (is_first, order.delivery_id, is_first))
    return None
