"""What the policies answer to the claims of simulated rows: those that dispatch uses, over ids alone."""

from datetime import datetime, timedelta
from typing import Final

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.plan.eligibility import NO_PLAN, Claim, ClaimAnswer, ClaimFacts, PlanFacts, decide
from campaigns.plan.limits import look_up_free_at
from campaigns.plan.simulated_lanes import SimulatedCampaign, SimulatedLane
from campaigns.plan.simulated_rows import (
    DEFERRED,
    HAS_CONSENT,
    IS_BARRED,
    IS_FIRST,
    IS_SHARED,
    NUMBER_OF,
    REASONS,
    People,
    SharedPeople,
)
from campaigns.reasons import DeliveryReason
from core.domain.account import AccountState

MILLISECOND: Final = timedelta(milliseconds=1)
EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")

Kind = tuple[int, int, int, int, int, bool]
"""What an answer depends on of a row: campaign, state, flags, reason, zone, whether its cap is full. For rows of one kind
that are asked for at one moment, with nobody sent to in between, the policy is called once.
"""


class SimulatedAnswers:
    """Asks the policies once for all rows of a kind that are asked for at one moment."""

    def __init__(self, people: People, shared: SharedPeople) -> None:
        self._people = people
        self._shared = shared
        self._known: dict[Kind, Claim] = {}

    def kind(self, campaign: SimulatedCampaign, row: int, now: datetime) -> Kind:
        """The kind of a row at this moment."""
        people = self._people
        flags = people.flags[row]
        return (
            campaign.number,
            people.states[row],
            flags,
            people.reasons[row] if flags & IS_BARRED else 0,
            people.zones[row],
            campaign.cap is not None and self._is_cap_full(campaign, row, now),
        )

    def known(self, kind: Kind) -> Claim | None:
        """The answer to a row of this kind, where one was asked since `forget`."""
        return self._known.get(kind)

    def forget(self) -> None:
        """Another lane, another moment, or somebody was sent to."""
        self._known.clear()

    def ask(self, lane: SimulatedLane, campaign: SimulatedCampaign, row: int, kind: Kind, now: datetime) -> Claim:
        """Ask the policies. Who is skipped or put off is known for others of this kind then, until `forget`."""
        claim = decide(self._facts(lane, campaign, kind, now), now)
        if claim.answer is ClaimAnswer.CLAIMED:
            claim = self._put_off_first(lane, row, now) or claim
        elif claim.answer is ClaimAnswer.SKIPPED or claim.answer is ClaimAnswer.DEFERRED:
            self._known[kind] = claim
        return claim

    def _facts(self, lane: SimulatedLane, campaign: SimulatedCampaign, kind: Kind, now: datetime) -> ClaimFacts:
        _, state, flags, reason, zone, is_cap_full = kind
        return ClaimFacts(
            row_state=DeliveryState.DEFERRED if state == DEFERRED else DeliveryState.PLANNED,
            not_before=None,  # a lane reads what is due
            campaign_state=CampaignState.RUNNING,
            account_state=AccountState.READY,
            send_cooldown_until=lane.cooldown_until,
            has_consent=flags & HAS_CONSENT != 0,
            suppression=REASONS[reason] if flags & IS_BARRED else None,
            hour_filled_at=lane.hour.filled_at,
            day_filled_at=lane.day.filled_at,
            is_same_text=True,
            plan=NO_PLAN if campaign.is_free else self._plan_facts(campaign, zone, now, is_cap_full=is_cap_full),
        )

    def _plan_facts(self, campaign: SimulatedCampaign, zone: int, now: datetime, *, is_cap_full: bool) -> PlanFacts:
        time_zone = self._people.zone_names[zone] if campaign.is_own_window else None
        gap, newest_at = campaign.gap, campaign.newest.filled_at
        return PlanFacts(
            opens_at=campaign.openings.next_open(now, time_zone),
            is_own_window=campaign.is_own_window,
            is_cap_full=is_cap_full,
            hour_filled_at=campaign.hour.filled_at,
            day_filled_at=campaign.day.filled_at,
            paced_until=None if gap is None or newest_at is None else newest_at + gap,
            is_canary_full=campaign.canary_size is not None and campaign.tried >= campaign.canary_size,
        )

    def _is_cap_full(self, campaign: SimulatedCampaign, row: int, now: datetime) -> bool:
        assert campaign.cap is not None, "who asks has a cap"
        if self._people.flags[row] & IS_SHARED:
            filled_ms = self._shared.filled_ms(self._people.chats[row], campaign.cap.messages)
        else:
            filled_ms = self._people.filled_ms[row]
        return filled_ms > 0 and EPOCH + filled_ms * MILLISECOND > campaign.cap.counts_since(now)

    def _put_off_first(self, lane: SimulatedLane, row: int, now: datetime) -> Claim | None:
        per_day = lane.new_people_per_day
        if per_day is None or not self._people.flags[row] & IS_FIRST:
            return None
        reason = DeliveryReason.QUOTA_NEW_PEOPLE
        free_at = look_up_free_at(lane.firsts.all(), per_day, lane.put_off[NUMBER_OF[reason]], now)
        return None if free_at is None else Claim(answer=ClaimAnswer.DEFERRED, reason=reason, until=free_at)
