"""What became of a send, written with the effects it has on its person and its account. Units that wait together share
a statement, in which each row is found by its key and moved by compare-and-swap.
"""

import logging
import sqlite3
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from campaigns.delivery import DeliveryState, transition
from campaigns.ports import Outcome
from campaigns.report.event_kinds import EventKind
from core.domain.change import Subject
from core.domain.ids import AccountId, CampaignId, DeliveryId
from database.lock_handler import UnitOfWork
from database.stores.change_marks import mark_changed
from database.stores.events import write_event
from database.stores.rows import for_rows, from_ms, to_ms
from database.stores.suppressions import suppress

logger = logging.getLogger(__name__)

SAME_WAIT: Final = timedelta(seconds=1)
"""Sends in flight together are answered with the same demanded wait, which Telegram gives in whole seconds."""


_CONVERSATION: Final = """
SELECT conversation_id, target_id IS NOT NULL AND state = 'sent' FROM outgoing WHERE id = ? AND conversation_id IS NOT NULL
"""


def touch_campaign(work: UnitOfWork, campaign_id: CampaignId | None) -> None:
    """Its figures changed; None: what changed belongs to no campaign."""
    if campaign_id is not None:
        work.touch(Subject.CAMPAIGN, campaign_id)


def touch_shown(work: UnitOfWork, campaign_id: CampaignId | None, delivery_id: DeliveryId) -> None:
    """What shows this row changed: the figures of its campaign, or the conversation that it answers."""
    touch_campaign(work, campaign_id)
    if campaign_id is None:
        for conversation_id, has_changed in work.connection.execute(_CONVERSATION, (delivery_id,)).fetchall():
            if has_changed:
                mark_changed(work.connection, delivery_id)
            work.touch(Subject.CONVERSATION, conversation_id)


# ----------------------------------------------------------------------------------------------------- record

# Whom an outcome is about, and how the row stands.
_RECORDED_ROW: Final = """
SELECT campaign_id, contact_id, telegram_user_id, state, tries FROM outgoing WHERE id = ? AND account_id = ?
"""
# It left, or may have left: sent, uncertain. The try stays written down, because it counts for quotas.
_RECORD_LEFT: Final = """
UPDATE outgoing SET state = ?, reason = ?, detail = ?, not_before = NULL, message_id = ?, settled_at = ?
WHERE id = ? AND state = 'sending'
"""
# Proved unsent: planned, deferred, failed, skipped. Only the text of the first try stays.
_RECORD_UNSENT: Final = """
UPDATE outgoing SET state = ?, reason = ?, detail = ?, not_before = ?, settled_at = ?,
    unknown_since = NULL, tries = 0, key_fingerprint = NULL
WHERE id = ? AND state = 'sending'
"""
# Still open: a repeat was refused, which proves nothing; ask again later.
_RECORD_OPEN: Final = "UPDATE outgoing SET not_before = ?, detail = ? WHERE id = ? AND state = 'sending'"

# Telegram's plain yes to tries of any account; those that are not `sending` any more give no row back.
_RECORD_SENT: Final = """
WITH v (id, account_id, message_id, at) AS (VALUES {rows})
UPDATE outgoing SET state = 'sent', reason = NULL, detail = NULL, not_before = NULL, message_id = v.message_id,
    settled_at = v.at
FROM v WHERE outgoing.id = v.id AND outgoing.account_id = v.account_id AND outgoing.state = 'sending'
RETURNING id, campaign_id
"""

_LEFT: Final = frozenset({DeliveryState.SENT, DeliveryState.UNCERTAIN})
_ONLY_TRY: Final = frozenset({DeliveryState.PLANNED, DeliveryState.DEFERRED, DeliveryState.FAILED})


def record(work: UnitOfWork, account_id: AccountId, outcome: Outcome) -> None:
    """Write what became of an open try. A row that is not `sending` any more is left alone and logged."""
    row = work.connection.execute(_RECORDED_ROW, (outcome.delivery_id, account_id)).fetchone()
    if row is None:
        raise LookupError(f"delivery {outcome.delivery_id} does not belong to account {account_id}")
    campaign_id, contact_id, user_id, state, tries = row
    if outcome.cooldown_until is not None or outcome.slowed_until is not None:
        _slow_down(work, account_id, outcome)
    if outcome.suppress and outcome.reason is not None:
        suppress(
            work,
            contact_id=contact_id,
            user_id=user_id,
            reason=outcome.reason,
            account_id=account_id,
            at=to_ms(outcome.at),
            campaign_id=campaign_id,
        )
    if state != "sending":
        logger.warning(
            "delivery %d is %s already, its outcome %s is left out", outcome.delivery_id, state, outcome.state
        )
    elif tries > 1 and outcome.state in _ONLY_TRY:
        # A refusal of a repeat proves nothing about the first try, so the row stays open and is settled.
        logger.error("delivery %d has %d open tries and cannot become %s", outcome.delivery_id, tries, outcome.state)
    else:
        _write_outcome(work.connection, outcome)
        touch_shown(work, campaign_id, outcome.delivery_id)


def record_each(work: UnitOfWork, outcomes: Sequence[tuple[AccountId, Outcome]]) -> None:
    """As `record`, for outcomes of different rows."""
    sent: dict[DeliveryId, tuple[AccountId, Outcome]] = {}
    others: list[tuple[AccountId, Outcome]] = []
    for account_id, outcome in outcomes:
        if _is_plain_yes(outcome):
            sent[outcome.delivery_id] = account_id, outcome
        else:
            others.append((account_id, outcome))
    if sent:
        transition(DeliveryState.SENDING, DeliveryState.SENT)
        values: list[object] = []
        for delivery_id, (account_id, outcome) in sent.items():
            values += (delivery_id, account_id, outcome.message_id, to_ms(outcome.at))
        for delivery_id, campaign_id in work.connection.execute(
            for_rows(_RECORD_SENT, len(sent), 4), values
        ).fetchall():
            touch_shown(work, campaign_id, delivery_id)
            del sent[delivery_id]
    for account_id, outcome in (*others, *sent.values()):
        record(work, account_id, outcome)


def _is_plain_yes(outcome: Outcome) -> bool:
    """Whether it changes its row alone."""
    effects = (outcome.reason, outcome.not_before, outcome.cooldown_until, outcome.slowed_until)
    return (
        outcome.state is DeliveryState.SENT
        and effects == (None, None, None, None)
        and not (outcome.suppress or outcome.detail)
    )


def _write_outcome(raw: sqlite3.Connection, outcome: Outcome) -> None:
    state = outcome.state
    detail = outcome.detail or None
    if state is DeliveryState.SENDING:
        raw.execute(_RECORD_OPEN, (to_ms(outcome.not_before), detail, outcome.delivery_id))
        return
    transition(DeliveryState.SENDING, state)
    reason = None if outcome.reason is None else outcome.reason.value
    at = to_ms(outcome.at)
    if state in _LEFT:
        raw.execute(_RECORD_LEFT, (state.value, reason, detail, outcome.message_id, at, outcome.delivery_id))
        return
    not_before = to_ms(outcome.not_before) if state is DeliveryState.DEFERRED else None
    settled_at = None if state is DeliveryState.PLANNED else at
    raw.execute(_RECORD_UNSENT, (state.value, reason, detail, not_before, settled_at, outcome.delivery_id))


# ---------------------------------------------------------------------------------------------------- waiting

_WAITS: Final = "SELECT send_cooldown_until, slowed_until FROM account WHERE id = ?"
_SLOW_DOWN: Final = "UPDATE account SET send_cooldown_until = ?, slowed_until = ? WHERE id = ?"


def _slow_down(work: UnitOfWork, account_id: AccountId, outcome: Outcome) -> None:
    """The account waits, and may send at half rate afterwards. A later moment that stands already is kept."""
    old_cooldown, old_slowed = work.connection.execute(_WAITS, (account_id,)).fetchone()
    cooldown = max((ms for ms in (old_cooldown, to_ms(outcome.cooldown_until)) if ms is not None), default=None)
    slowed = max((ms for ms in (old_slowed, to_ms(outcome.slowed_until)) if ms is not None), default=None)
    if (cooldown, slowed) == (old_cooldown, old_slowed):
        return
    work.connection.execute(_SLOW_DOWN, (cooldown, slowed, account_id))
    work.touch(Subject.ACCOUNT, account_id)
    at = to_ms(outcome.at)
    for kind, old, new in (
        (EventKind.ACCOUNT_COOLDOWN, old_cooldown, cooldown),
        (EventKind.ACCOUNT_SLOWED, old_slowed, slowed),
    ):
        if new is not None and new > max(old or 0, at) + SAME_WAIT // timedelta(milliseconds=1):
            until = from_ms(new).isoformat(timespec="seconds")
            write_event(work, kind, at=at, level="warning", account_id=account_id, data={"until": until})
