"""Suppressions: whom no campaign ever writes to, by contact, by Telegram id, or by both."""

import sqlite3
from typing import Final

from campaigns.reasons import DeliveryReason
from campaigns.report.event_kinds import EventKind
from core.domain.change import Subject
from core.domain.ids import AccountId, CampaignId, ContactId, TelegramUserId
from core.domain.webhook import HookEvent
from database.lock_handler import UnitOfWork
from database.stores.events import WORKER, write_event
from database.stores.webhook_events import tell_webhooks

_KINDS: Final = {
    DeliveryReason.SAID_STOP: EventKind.PERSON_STOPPED,
    DeliveryReason.BLOCKED_US: EventKind.PERSON_BLOCKED,
    DeliveryReason.GONE: EventKind.PERSON_GONE,
    DeliveryReason.SUPPRESSED: EventKind.PERSON_SUPPRESSED,
}

# Nothing is written when the person is suppressed by either key already.
_ADD = """
INSERT INTO suppression (contact_id, telegram_user_id, reason, account_id, at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING
"""
# The key that an older suppression of this person did not know yet.
_LEARN_PERSON = """
UPDATE OR IGNORE suppression SET telegram_user_id = ? WHERE contact_id = ? AND telegram_user_id IS NULL
"""
_LEARN_CONTACT = """
UPDATE OR IGNORE suppression SET contact_id = ? WHERE telegram_user_id = ? AND contact_id IS NULL
"""
# Whatever the list said of this person before.
_STOPPED = """
UPDATE suppression SET reason = 'said_stop', at = max(at, ?) WHERE (contact_id = ?2 OR telegram_user_id = ?3)
    AND (reason <> 'said_stop' OR at < ?1)
"""


def suppress(
    work: UnitOfWork,
    *,
    contact_id: ContactId | None,
    user_id: TelegramUserId | None,
    reason: DeliveryReason,
    account_id: AccountId | None,
    at: int,
    campaign_id: CampaignId | None = None,
    actor: str = WORKER,
    correlation_id: str = "",
) -> bool:
    """From now on nobody writes to this person, by whichever key they are known; with an event when that is new.

    `at` in milliseconds. Harmless when repeated: the first reason stays, and False. A STOP, though, outweighs what others
    decided before: it takes the place of a weaker reason, since only a new consent may lift it.
    """
    raw = work.connection
    if raw.execute(_ADD, (contact_id, user_id, reason, account_id, at)).rowcount:
        work.touch(Subject.CONTACT, 0)
        write_event(
            work,
            _KINDS[reason],
            at=at,
            account_id=account_id,
            campaign_id=campaign_id,
            contact_id=contact_id,
            actor=actor,
            correlation_id=correlation_id,
        )
        data = {"reason": reason.value, "account_id": account_id, "campaign_id": campaign_id}
        tell_webhooks(work, HookEvent.SUPPRESSION_ADDED, at=at, data=data, contact_id=contact_id)
        return True
    if contact_id is not None and user_id is not None:
        raw.execute(_LEARN_PERSON, (user_id, contact_id))
        raw.execute(_LEARN_CONTACT, (contact_id, user_id))
        # Both keys may stand in rows of other keys; what is not covered by now gets a row of its own.
        _cover(raw, (contact_id, None, reason, account_id, at))
        _cover(raw, (None, user_id, reason, account_id, at))
    if reason is DeliveryReason.SAID_STOP:
        raw.execute(_STOPPED, (at, contact_id, user_id))
    return False


def _cover(raw: sqlite3.Connection, row: tuple[object, ...]) -> None:
    raw.execute(_ADD, row)
