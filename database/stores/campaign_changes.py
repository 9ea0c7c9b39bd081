"""One change of a campaign's state: checked by the table of transitions, with its event, in the unit of the caller."""

import sqlite3
from collections.abc import Mapping
from typing import Final

from campaigns.campaign import Campaign, CampaignState, transition
from campaigns.message.variants import Message, encode_message
from campaigns.report.event_kinds import EventKind
from core.domain.change import Subject
from core.domain.ids import CampaignId
from core.domain.webhook import HookEvent
from core.errors import InvalidTransitionError
from database.lock_handler import UnitOfWork
from database.stores.events import WORKER, write_event
from database.stores.restored_rows import demand_choice
from database.stores.rows import CAMPAIGN_COLUMNS, campaign_from_row, get_row
from database.stores.webhook_events import tell_webhooks

_CREATE: Final = """
INSERT INTO campaign (title, state_at, state_by, message, created_at, created_by) VALUES (?, ?, ?, ?, ?, ?) RETURNING id
"""
_GET: Final = f"SELECT {CAMPAIGN_COLUMNS} FROM campaign AS c WHERE c.id = ?"
_CHANGE: Final = """
UPDATE campaign SET state = ?1, state_reason = ?2, state_at = ?3, state_by = ?4,
    started_at = CASE WHEN ?1 = 'running' THEN ifnull(started_at, ?3) ELSE started_at END,
    finished_at = CASE WHEN ?1 IN ('finished', 'cancelled', 'failed') THEN ?3 WHEN ?1 = 'running' THEN NULL
        ELSE finished_at END
WHERE id = ?5 AND state = ?6
"""
# What was approved is no longer what the campaign will hold.
_FORGET_APPROVAL: Final = """
UPDATE campaign SET approved_hash = NULL, approved_by = NULL, approved_at = NULL, approval_comment = NULL WHERE id = ?
"""
_COUNTS: Final = (
    "SELECT state, sum(count) FROM delivery_count WHERE campaign_id = ? GROUP BY state HAVING sum(count) > 0"
)
_HAS_ROWS: Final = "SELECT EXISTS (SELECT 1 FROM outgoing WHERE campaign_id = ?)"

_KINDS: Final = {
    CampaignState.DRAFT: EventKind.CAMPAIGN_SENT_BACK,
    CampaignState.IN_REVIEW: EventKind.CAMPAIGN_SUBMITTED,
    CampaignState.APPROVED: EventKind.CAMPAIGN_APPROVED,
    CampaignState.SCHEDULED: EventKind.CAMPAIGN_SCHEDULED,
    CampaignState.RUNNING: EventKind.CAMPAIGN_STARTED,
    CampaignState.PAUSED: EventKind.CAMPAIGN_PAUSED,
    CampaignState.FINISHED: EventKind.CAMPAIGN_FINISHED,
    CampaignState.CANCELLED: EventKind.CAMPAIGN_CANCELLED,
    CampaignState.FAILED: EventKind.CAMPAIGN_FAILED,
}


def get_campaign(raw: sqlite3.Connection, campaign_id: CampaignId) -> Campaign:
    """Raises UserInputError when there is no such campaign."""
    return campaign_from_row(get_row(raw, _GET, "campaign", campaign_id))


def write_draft(
    work: UnitOfWork, title: str, message: Message, *, at: int, actor: str, correlation_id: str
) -> CampaignId:
    """A draft with this message, without accounts and people, and its line in Activity."""
    values = (title, at, actor, encode_message(message), at, actor)
    campaign_id = CampaignId(work.connection.execute(_CREATE, values).fetchone()[0])
    work.touch(Subject.CAMPAIGN, campaign_id)
    write_event(
        work,
        EventKind.CAMPAIGN_CREATED,
        at=at,
        actor=actor,
        campaign_id=campaign_id,
        correlation_id=correlation_id,
    )
    return campaign_id


def count_deliveries(raw: sqlite3.Connection, campaign_id: CampaignId) -> dict[str, int]:
    """How many deliveries of the campaign are in each state, from the counters."""
    return dict(raw.execute(_COUNTS, (campaign_id,)).fetchall())


def change_campaign(
    work: UnitOfWork,
    campaign: Campaign,
    target: CampaignState,
    *,
    at: int,
    actor: str,
    reason: str = "",
    correlation_id: str = "",
    data: Mapping[str, str | int] | None = None,
) -> None:
    """Move a campaign that was read in this unit. `reason` is what a person reads. Raises InvalidTransitionError."""
    transition(campaign.state, target)
    raw = work.connection
    if target is CampaignState.DRAFT and raw.execute(_HAS_ROWS, (campaign.id,)).fetchone()[0]:
        raise InvalidTransitionError(
            "Its deliveries are planned already.", hint="Start it, or stop it and write a new one."
        )
    if target in (CampaignState.RUNNING, CampaignState.SCHEDULED):
        demand_choice(raw, campaign.id)
    raw.execute(_CHANGE, (target.value, reason or None, at, actor, campaign.id, campaign.state.value))
    if target is CampaignState.DRAFT:
        raw.execute(_FORGET_APPROVAL, (campaign.id,))
    work.touch(Subject.CAMPAIGN, campaign.id)
    write_event(
        work,
        _kind(campaign.state, target),
        at=at,
        actor=actor,
        level=_level(target, actor),
        campaign_id=campaign.id,
        correlation_id=correlation_id,
        data={**({"reason": reason} if reason else {}), **(data or {})},
    )
    if target is CampaignState.FINISHED:
        tell_webhooks(work, HookEvent.CAMPAIGN_FINISHED, at=at, data={"campaign_id": campaign.id})


def _kind(state: CampaignState, target: CampaignState) -> EventKind:
    is_resumed = state in (CampaignState.PAUSED, CampaignState.FINISHED) and target is CampaignState.RUNNING
    return EventKind.CAMPAIGN_RESUMED if is_resumed else _KINDS[target]


def _level(target: CampaignState, actor: str) -> str:
    if target is CampaignState.FAILED:
        return "error"
    return "warning" if target is CampaignState.PAUSED and actor == WORKER else "info"
