"""Every state of ours as shape and word: one table for campaigns, deliveries and lanes, used by all pages."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.ports import LaneStatus
from desktop.widgets.progress import Part
from desktop.widgets.status import Glyph, State

CAMPAIGN: Mapping[CampaignState, State] = MappingProxyType(
    {
        CampaignState.DRAFT: State(Glyph.RING, "Draft"),
        CampaignState.IN_REVIEW: State(Glyph.WARNING, "Needs approval"),
        CampaignState.APPROVED: State(Glyph.RING, "Approved"),
        CampaignState.SCHEDULED: State(Glyph.CLOCK, "Scheduled"),
        CampaignState.RUNNING: State(Glyph.RUN, "Running"),
        CampaignState.PAUSED: State(Glyph.BARS, "Paused"),
        CampaignState.FINISHED: State(Glyph.CHECK, "Finished"),
        CampaignState.CANCELLED: State(Glyph.DASH, "Stopped"),
        CampaignState.FAILED: State(Glyph.CROSS, "Failed"),
    }
)

DELIVERY: Mapping[DeliveryState, State] = MappingProxyType(
    {
        DeliveryState.SENT: State(Glyph.CHECK, "Delivered"),
        DeliveryState.SENDING: State(Glyph.RUN, "Sending"),
        DeliveryState.PLANNED: State(Glyph.RING, "To do"),
        DeliveryState.DEFERRED: State(Glyph.CLOCK, "Deferred"),
        DeliveryState.FAILED: State(Glyph.CROSS, "Failed"),
        DeliveryState.UNCERTAIN: State(Glyph.DIAMOND, "Fate unknown"),
        DeliveryState.SKIPPED: State(Glyph.DASH, "Skipped"),
        DeliveryState.CANCELLED: State(Glyph.DASH, "Cancelled"),
    }
)
"""In the order in which counts stand on the page."""

LANE: Mapping[LaneStatus, State] = MappingProxyType(
    {
        LaneStatus.SENDING: State(Glyph.RUN, "Sending"),
        LaneStatus.IDLE: State(Glyph.RING, "Nothing to do"),
        LaneStatus.CONNECTING: State(Glyph.RUN, "Connecting"),
        LaneStatus.SETTLING: State(Glyph.RUN, "Settling"),
        LaneStatus.WAITING: State(Glyph.CLOCK, "Waiting"),
        LaneStatus.NEEDS_YOU: State(Glyph.WARNING, "Needs you"),
        LaneStatus.PAUSED: State(Glyph.BARS, "Paused"),
        LaneStatus.OFFLINE: State(Glyph.RING, "Offline"),
    }
)

BAR: Final = (
    DeliveryState.SENT,
    DeliveryState.SENDING,
    DeliveryState.DEFERRED,
    DeliveryState.FAILED,
    DeliveryState.UNCERTAIN,
    DeliveryState.SKIPPED,
    DeliveryState.CANCELLED,
)
"""The parts of a stacked bar in their order; what is to do is the track."""

OPEN: Final = (DeliveryState.PLANNED, DeliveryState.SENDING, DeliveryState.DEFERRED)


def bar_parts(counts: Mapping[DeliveryState, int]) -> tuple[Part, ...]:
    """The parts above 0, in their order."""
    return tuple(
        Part(counts[state], DELIVERY[state].tone, DELIVERY[state].word.lower()) for state in BAR if counts.get(state)
    )


def count_open(counts: Mapping[DeliveryState, int]) -> int:
    """How many have not ended."""
    return sum(counts.get(state, 0) for state in OPEN)
