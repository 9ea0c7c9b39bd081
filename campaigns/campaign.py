"""A campaign, its states and the table of allowed changes. The diagram is in docs/architecture.md."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from campaigns.message.variants import Message
from campaigns.schedule.campaign_plan import CampaignPlan
from core.domain.ids import AccountId, CampaignId
from core.errors import InvalidTransitionError


class CampaignState(StrEnum):
    DRAFT = "draft"  # being written
    IN_REVIEW = "in_review"  # waits for a named person
    APPROVED = "approved"  # text and people are frozen by a hash
    SCHEDULED = "scheduled"  # every delivery is planned; starts at a stored moment
    RUNNING = "running"  # lanes deliver it
    PAUSED = "paused"  # a person or the breaker paused it
    FINISHED = "finished"  # every delivery is final
    CANCELLED = "cancelled"  # a person stopped it
    FAILED = "failed"  # the engine stopped it: every send would fail


_S = CampaignState

ALLOWED: Mapping[CampaignState, frozenset[CampaignState]] = {
    _S.DRAFT: frozenset({_S.IN_REVIEW, _S.CANCELLED}),
    _S.IN_REVIEW: frozenset({_S.DRAFT, _S.APPROVED, _S.CANCELLED}),
    _S.APPROVED: frozenset({_S.DRAFT, _S.SCHEDULED, _S.CANCELLED}),
    _S.SCHEDULED: frozenset({_S.RUNNING, _S.PAUSED, _S.CANCELLED}),
    _S.RUNNING: frozenset({_S.PAUSED, _S.FINISHED, _S.CANCELLED, _S.FAILED}),
    _S.PAUSED: frozenset({_S.RUNNING, _S.CANCELLED}),
    _S.FINISHED: frozenset({_S.RUNNING}),  # somebody who failed is sent to again, by a person only
    _S.CANCELLED: frozenset(),
    _S.FAILED: frozenset(),
}


def transition(current: CampaignState, target: CampaignState) -> CampaignState:
    """Return `target` if the table allows it, else raise InvalidTransitionError."""
    if target not in ALLOWED[current]:
        raise InvalidTransitionError(f"A campaign that is {current.replace('_', ' ')} cannot become {target}.")
    return target


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One campaign as its row says."""

    id: CampaignId
    title: str
    state: CampaignState
    state_reason: str | None  # why it is paused, cancelled or failed, in words
    message: Message  # frozen from `approved` on
    plan: CampaignPlan  # likewise
    account_ids: tuple[AccountId, ...]
    approved_hash: bytes | None  # SHA-256 of what was approved
    approved_by: str | None
    created_by: str
    created_at: datetime
    start_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    canary_size: int | None  # so many people get it first; None: no canary, or it has passed
