"""What became of each wording of a campaign: its deliveries by variant and language, and what people did about them."""

import sqlite3
from typing import Final

from campaigns.delivery import DeliveryState
from campaigns.message.variants import Choice
from campaigns.report.event_kinds import EventKind
from campaigns.report.views import ChoiceFigures
from core.domain.ids import CampaignId

_COUNTS: Final = "SELECT variant, language, state, count(*) FROM outgoing WHERE campaign_id = ? GROUP BY 1, 2, 3"
# People, not messages: who answers twice answered.
_DID: Final = """
SELECT o.variant, o.language, e.kind = 'reply.received', count(DISTINCT e.contact_id) FROM event AS e
CROSS JOIN outgoing AS o ON o.campaign_id = e.campaign_id AND o.contact_id = e.contact_id
WHERE e.campaign_id = ? AND e.kind IN (?, ?, ?) GROUP BY 1, 2, 3
"""
_KINDS: Final = (EventKind.REPLY_RECEIVED.value, EventKind.PERSON_STOPPED.value, EventKind.PERSON_BLOCKED.value)


def read_choices(raw: sqlite3.Connection, campaign_id: CampaignId) -> list[ChoiceFigures]:
    """One for each variant and language that somebody got or will get, in the order of their names. Reads every row."""
    counts: dict[Choice, dict[DeliveryState, int]] = {}
    for variant, language, state, count in raw.execute(_COUNTS, (campaign_id,)).fetchall():
        counts.setdefault(Choice(variant, language), {})[DeliveryState(state)] = count
    did: dict[tuple[Choice, bool], int] = {
        (Choice(variant, language), bool(is_reply)): people
        for variant, language, is_reply, people in raw.execute(_DID, (campaign_id, *_KINDS)).fetchall()
    }
    return [
        ChoiceFigures(
            choice=choice,
            counts=counts[choice],
            replied=did.get((choice, True), 0),
            opted_out=did.get((choice, False), 0),
        )
        for choice in sorted(counts, key=lambda each: (each.variant, each.language))
    ]
