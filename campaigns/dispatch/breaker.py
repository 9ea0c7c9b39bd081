"""When too many sends of a campaign fail in a row for a reason that is not the person's own, it pauses."""

from collections import Counter

from campaigns.delivery import DeliveryState
from campaigns.ports import Outcome
from campaigns.reasons import DeliveryReason
from core.domain.ids import CampaignId

SUSPICIOUS = frozenset(
    {DeliveryReason.REFUSED, DeliveryReason.RECIPIENT, DeliveryReason.UNREACHABLE, DeliveryReason.NOT_FOUND}
)
"""Failures that may mean a wrong list or a wrong account rather than one person. A block, privacy, a deleted account
are answers of people and never trip the breaker."""


class Breaker:
    """Counts failures in a row for each campaign; in memory, because a restart is a fresh look."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._failures: Counter[CampaignId] = Counter()

    def trips(self, campaign_id: CampaignId, outcome: Outcome) -> bool:
        """Count an outcome; True when the campaign should pause. The count starts anew then."""
        if outcome.state is DeliveryState.SENT:
            self._failures.pop(campaign_id, None)
            return False
        if outcome.state is not DeliveryState.FAILED or outcome.reason not in SUSPICIOUS:
            return False
        self._failures[campaign_id] += 1
        if self._failures[campaign_id] < self._limit:
            return False
        del self._failures[campaign_id]
        return True
