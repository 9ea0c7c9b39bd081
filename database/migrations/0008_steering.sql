-- What people do with a campaign that runs or is over: slow it down, put it away; and what they read about it.

ALTER TABLE campaign ADD COLUMN slowed_per_hour INTEGER CHECK (slowed_per_hour > 0);  -- NULL: as its plan says
ALTER TABLE campaign ADD COLUMN archived_at INTEGER;  -- NULL: it is in the list

-- How far a person had read what an account wrote to them, and when that was learned. A row of `outgoing` is read at the
-- first mark that is not before its message: so a mark that comes before the answer to the send is not lost.
CREATE TABLE read_mark (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    telegram_user_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (account_id, telegram_user_id, message_id)
) STRICT, WITHOUT ROWID;

-- Who answered a campaign and who left because of it, person by person.
DROP INDEX event_reply;
CREATE INDEX event_reply ON event (campaign_id, contact_id, at) WHERE kind = 'reply.received';
CREATE INDEX event_opt_out ON event (campaign_id, contact_id, at) WHERE kind IN ('person.stopped', 'person.blocked');
