"""In which order a lane takes the rows of its campaigns: in turns, so that no campaign waits for another to end."""

from collections.abc import Mapping, Sequence
from itertools import chain, islice, zip_longest
from typing import TypeVar

from core.domain.ids import CampaignId

Row = TypeVar("Row")


def take_turns(by_campaign: Mapping[CampaignId, Sequence[Row]], limit: int) -> list[Row]:
    """One row of each campaign in turn, by rising campaign id; a campaign that has none left is passed over."""
    missing = object()
    turns = zip_longest(*(by_campaign[campaign_id] for campaign_id in sorted(by_campaign)), fillvalue=missing)
    return list(islice((row for row in chain.from_iterable(turns) if row is not missing), limit))  # type: ignore[misc]
