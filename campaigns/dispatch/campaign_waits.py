"""Which campaigns of a lane wait by their own plan: a closed window, a used quota, first people who are not judged yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

from campaigns.plan.eligibility import Claim
from campaigns.reasons import SENTENCES, DeliveryReason
from core.domain.ids import CampaignId


@dataclass(frozen=True, slots=True)
class CampaignWait:
    until: datetime | None  # None: until something about the campaign changes
    why: str


class CampaignWaits:
    """Kept from the answers to claims, so that a campaign that waits is not asked again for each of its rows."""

    def __init__(self) -> None:
        self._waits: dict[CampaignId, CampaignWait] = {}

    def hold(self, campaign_id: CampaignId, claim: Claim) -> None:
        why = SENTENCES[claim.reason or DeliveryReason.OUTSIDE_WINDOW]
        self._waits[campaign_id] = CampaignWait(claim.until, why)

    def forget(self) -> None:
        """Campaigns or the account changed: the next claim asks again."""
        self._waits.clear()

    def without_waiting(self, campaign_ids: Iterable[CampaignId], now: datetime) -> list[CampaignId]:
        """Those of them that may be claimed from."""
        for campaign_id, wait in list(self._waits.items()):
            if wait.until is not None and wait.until <= now:
                del self._waits[campaign_id]
        return [campaign_id for campaign_id in campaign_ids if campaign_id not in self._waits]

    def first_to_end(self) -> CampaignWait | None:
        """The wait that ends first, for the screen and the lane's rest; None: no campaign waits."""
        waits = self._waits.values()
        timed = [(wait.until, wait) for wait in waits if wait.until is not None]
        return min(timed, key=itemgetter(0))[1] if timed else next(iter(waits), None)
