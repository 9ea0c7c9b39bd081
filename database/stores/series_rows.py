"""The repeat of a campaign as its row keeps it, and the hash of what every run of it must hold."""

import sqlite3
from typing import Final

from campaigns.campaign import Campaign
from campaigns.schedule.repeat import Repeat, decode_repeat, encode_repeat
from campaigns.series import series_hash
from core.domain.ids import CampaignId

_FIND: Final = "SELECT repeat FROM series WHERE campaign_id = ?"
_PUT: Final = """
INSERT INTO series (campaign_id, repeat) VALUES (?, ?) ON CONFLICT DO UPDATE SET repeat = excluded.repeat
"""
_FORGET: Final = "DELETE FROM series WHERE campaign_id = ?"
_AUDIENCES: Final = """
SELECT role, audience_id, rules FROM campaign_audience WHERE campaign_id = ? ORDER BY role, position
"""


def find_repeat(raw: sqlite3.Connection, campaign_id: CampaignId) -> Repeat | None:
    """None: it runs once."""
    row = raw.execute(_FIND, (campaign_id,)).fetchone()
    return None if row is None else decode_repeat(row[0])


def put_repeat(raw: sqlite3.Connection, campaign_id: CampaignId, repeat: Repeat | None) -> None:
    """None: it runs once."""
    if repeat is None:
        raw.execute(_FORGET, (campaign_id,))
    else:
        raw.execute(_PUT, (campaign_id, encode_repeat(repeat)))


def hash_for_series(raw: sqlite3.Connection, campaign: Campaign, repeat: Repeat) -> bytes:
    """series_hash of a campaign that was submitted, so that it is known what its audiences mean."""
    audiences = raw.execute(_AUDIENCES, (campaign.id,)).fetchall()
    return series_hash(campaign.message, campaign.plan, repeat, campaign.account_ids, audiences)
