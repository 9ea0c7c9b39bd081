"""A campaign's people in groups, and what each of them did: read, replied, opted out."""

import sqlite3
from typing import Final

from campaigns.report.figures import CampaignFigures, GroupFigures, Slice, collect
from core.domain.ids import CampaignId

# Of a row o: when the person had read it, first replied, and left. By read_mark, event_reply and event_opt_out.
READ_AT: Final = """
(SELECT min(r.at) FROM read_mark AS r WHERE r.account_id = o.account_id
    AND r.telegram_user_id = o.telegram_user_id AND r.message_id >= o.message_id)
"""
REPLIED_AT: Final = """
(SELECT min(e.at) FROM event AS e
    WHERE e.kind = 'reply.received' AND e.campaign_id = o.campaign_id AND e.contact_id = o.contact_id)
"""
OPTED_OUT_AT: Final = """
(SELECT min(e.at) FROM event AS e WHERE e.kind IN ('person.stopped', 'person.blocked')
    AND e.campaign_id = o.campaign_id AND e.contact_id = o.contact_id)
"""
# One look at every row; what people did is asked only of those whose message arrived.
SLICES: Final = f"""
SELECT g.variant, g.language, a.title, count(*), sum(g.state = 'sent'), sum(g.state = 'failed'),
    sum(g.state = 'skipped'), sum(g.state = 'uncertain'), sum(g.is_readable AND a.kind = 'user'),
    sum(g.is_read AND a.kind = 'user'), sum(g.has_replied), sum(g.has_left)
FROM (
    SELECT o.variant, o.language, o.account_id, o.state,
        o.state = 'sent' AND o.message_id IS NOT NULL AS is_readable,
        iif(o.state = 'sent', {READ_AT} IS NOT NULL, 0) AS is_read,
        iif(o.state = 'sent', {REPLIED_AT} IS NOT NULL, 0) AS has_replied,
        iif(o.state = 'sent', {OPTED_OUT_AT} IS NOT NULL, 0) AS has_left
    FROM outgoing AS o WHERE o.campaign_id = ?) AS g
JOIN account AS a ON a.id = g.account_id GROUP BY g.variant, g.language, g.account_id
"""


def read_figures(raw: sqlite3.Connection, campaign_id: CampaignId) -> CampaignFigures:
    """Reads every row of the campaign."""
    slices = []
    for variant, language, account, *counts in raw.execute(SLICES, (campaign_id,)).fetchall():
        people, sent, failed, skipped, uncertain, readable, read, replied, opted_out = counts
        figures = GroupFigures(
            name="",
            people=people,
            sent=sent,
            failed=failed,
            skipped=skipped,
            uncertain=uncertain,
            readable=readable,
            read=read,
            replied=replied,
            opted_out=opted_out,
        )
        slices.append(Slice(variant=variant, language=language, account=account, figures=figures))
    return collect(slices)
