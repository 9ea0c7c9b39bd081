-- Campaigns that came back with a backup or a copy: what was sent of them since that moment is not known here.

CREATE TABLE restored_campaign (
    campaign_id INTEGER PRIMARY KEY REFERENCES campaign (id) ON DELETE CASCADE,
    since INTEGER NOT NULL,  -- the moment of the backup
    last_row INTEGER NOT NULL,  -- outgoing rows up to this one have the random_id under which they may have left
    is_checked INTEGER NOT NULL DEFAULT 0 CHECK (is_checked IN (0, 1))  -- 0: somebody has to choose before it goes on
) STRICT;
