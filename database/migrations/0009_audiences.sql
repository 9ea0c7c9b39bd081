-- Audiences: whom campaigns address, as fixed lists and as saved rules.

CREATE TABLE audience (
    id INTEGER PRIMARY KEY,
    -- everyone: all contacts. started_bot: who started a bot and has not blocked it. These exist by themselves
    kind TEXT NOT NULL CHECK (kind IN ('everyone', 'started_bot', 'list', 'rule')),
    title TEXT NOT NULL DEFAULT '' COLLATE NOCASE CHECK (length(title) <= 100),
    account_id INTEGER UNIQUE REFERENCES account (id) ON DELETE CASCADE,  -- the bot
    rule TEXT,  -- JSON: campaigns.audience.rules.Rule
    created_by TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL DEFAULT 0,
    CHECK ((kind = 'started_bot') = (account_id IS NOT NULL)),
    CHECK ((kind = 'rule') = (rule IS NOT NULL)),
    CHECK ((kind IN ('list', 'rule')) = (title <> ''))
) STRICT;
CREATE UNIQUE INDEX audience_by_title ON audience (title) WHERE title <> '';
INSERT INTO audience (id, kind) VALUES (1, 'everyone');
INSERT INTO audience (kind, account_id) SELECT 'started_bot', id FROM account WHERE kind = 'bot';
CREATE TRIGGER audience_of_a_bot AFTER INSERT ON account WHEN NEW.kind = 'bot'
BEGIN
    INSERT INTO audience (kind, account_id) VALUES ('started_bot', NEW.id);
END;

-- Who is in a fixed list.
CREATE TABLE audience_member (
    audience_id INTEGER NOT NULL REFERENCES audience (id) ON DELETE CASCADE,
    contact_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
    PRIMARY KEY (audience_id, contact_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX audience_member_by_contact ON audience_member (contact_id);

-- Which audiences a campaign addresses, and what they meant when it was submitted for review.
CREATE TABLE campaign_audience (
    campaign_id INTEGER NOT NULL REFERENCES campaign (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('include', 'exclude')),
    position INTEGER NOT NULL,
    audience_id INTEGER REFERENCES audience (id) ON DELETE SET NULL,  -- NULL: deleted since the campaign was started
    title TEXT NOT NULL DEFAULT '',
    sentence TEXT NOT NULL DEFAULT '',
    rules TEXT NOT NULL DEFAULT '',  -- JSON: its rule, and every rule that it names, by the number of the audience
    PRIMARY KEY (campaign_id, role, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX campaign_audience_by_audience ON campaign_audience (audience_id);
INSERT INTO campaign_audience (campaign_id, role, position, audience_id, title)
    SELECT id, 'include', 0, 1, 'Everyone' FROM campaign;
-- Of whoever fixes the members now; what somebody else began to write stops.
ALTER TABLE campaign ADD COLUMN choosing TEXT NOT NULL DEFAULT '';

-- Words of the operator by which people are found.
CREATE TABLE contact_tag (
    contact_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
    tag TEXT NOT NULL COLLATE NOCASE CHECK (length(tag) BETWEEN 1 AND 40 AND tag = trim(tag)),
    PRIMARY KEY (contact_id, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_tag_by_tag ON contact_tag (tag, contact_id);
