-- Campaigns that repeat: each run is a campaign of its own, with its own people and approval hash.

CREATE TABLE series (
    campaign_id INTEGER PRIMARY KEY REFERENCES campaign (id) ON DELETE CASCADE,  -- what repeats; it sends nothing itself
    repeat TEXT NOT NULL,  -- JSON: campaigns.schedule.repeat.Repeat
    handled_at INTEGER  -- the newest moment that took place or was skipped; NULL: none yet
) STRICT;

ALTER TABLE campaign ADD COLUMN series_id INTEGER REFERENCES campaign (id);  -- NULL: no run of a series
ALTER TABLE campaign ADD COLUMN run_at INTEGER;  -- which moment of the series it is the run of
CREATE UNIQUE INDEX campaign_run ON campaign (series_id, run_at) WHERE series_id IS NOT NULL;
