"""Rows of campaigns that came back with a backup: what left of them after it, and whether somebody has chosen."""

import sqlite3
from typing import Final

from campaigns.delivery import DeliveryState, transition
from campaigns.ports import Candidate, HistoryMessage
from campaigns.reasons import DeliveryReason
from core.domain.change import Subject
from core.domain.ids import CampaignId
from core.errors import InvalidTransitionError
from database.lock_handler import UnitOfWork
from database.stores.rows import from_ms, to_ms

_STATE: Final = "SELECT state FROM outgoing WHERE id = ?"
_FOUND: Final = """
UPDATE outgoing SET state = 'sent', reason = NULL, detail = NULL, not_before = NULL, message_id = ?1, unknown_since = ?2,
    first_tried_at = ?2, tries = 1, settled_at = ?3
WHERE id = ?4 AND state IN ('planned', 'deferred')
"""
# It counts for caps and quotas from the moment of the backup on: earlier it had not left.
_PERHAPS: Final = f"""
UPDATE outgoing SET state = 'uncertain', reason = '{DeliveryReason.RESTORED}', detail = NULL, not_before = NULL,
    unknown_since = ?1, settled_at = ?2
WHERE id = ?3 AND state IN ('planned', 'deferred')
"""
_OPEN: Final = "SELECT since FROM restored_campaign WHERE campaign_id = ? AND is_checked = 0"


def settle_restored(work: UnitOfWork, candidate: Candidate, found: HistoryMessage | None, at: int) -> None:
    """As `campaigns.ports.DeliveryStore.settle_restored`; a row that does not wait any more is left alone."""
    raw = work.connection
    assert candidate.restored is not None, "a row of a restored campaign"
    state = DeliveryState(raw.execute(_STATE, (candidate.id,)).fetchone()[0])
    if state not in (DeliveryState.PLANNED, DeliveryState.DEFERRED):
        return
    if found is None:
        transition(state, DeliveryState.UNCERTAIN, is_restored=True)
        raw.execute(_PERHAPS, (to_ms(candidate.restored.since), at, candidate.id))
    else:
        transition(state, DeliveryState.SENT, is_restored=True)
        raw.execute(_FOUND, (found.message_id, to_ms(found.at), at, candidate.id))
    work.touch(Subject.CAMPAIGN, candidate.campaign_id)


def demand_choice(raw: sqlite3.Connection, campaign_id: CampaignId) -> None:
    """Raise InvalidTransitionError while nobody has chosen how a restored campaign goes on."""
    row = raw.execute(_OPEN, (campaign_id,)).fetchone()
    if row is not None:
        raise InvalidTransitionError(
            f"It came back with a backup of {from_ms(row[0]):%d %b %Y %H:%M} UTC. Who got its message after that is "
            "not known here.",
            title="Choose first how it goes on",
            hint='Choose it on the campaign\'s page, or with "campaign after-restore".',
        )
