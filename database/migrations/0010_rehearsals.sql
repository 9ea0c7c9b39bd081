-- Rehearsals: how far one is, what it found, and whom a campaign would not reach. No delivery is written by one.

CREATE TABLE rehearsal (
    id INTEGER PRIMARY KEY,
    campaign_id INTEGER NOT NULL REFERENCES campaign (id) ON DELETE CASCADE,
    start_at INTEGER,  -- NULL: as the campaign is scheduled, or at once
    state TEXT NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done', 'cancelled', 'failed')),
    is_cancel_asked INTEGER NOT NULL DEFAULT 0,
    figures TEXT NOT NULL DEFAULT '{}',  -- JSON: campaigns.plan.rehearsal_views.Figures
    problem TEXT NOT NULL DEFAULT '',  -- JSON: title, message, hint
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    finished_at INTEGER
) STRICT;
CREATE INDEX rehearsal_by_campaign ON rehearsal (campaign_id);

-- Who would be skipped. Seen once the rehearsal is done; a snapshot, so it names people without holding on to them.
CREATE TABLE rehearsal_skip (
    rehearsal_id INTEGER NOT NULL REFERENCES rehearsal (id) ON DELETE CASCADE,
    contact_id INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (rehearsal_id, contact_id)
) STRICT, WITHOUT ROWID;
