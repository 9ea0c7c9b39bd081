-- What we answered, as a search compares it, with later edits; what was taken back or deleted is not here. Rows of campaigns
-- have none: their words are those of the campaign.

CREATE TABLE answer_key (
    outgoing_id INTEGER PRIMARY KEY REFERENCES outgoing (id) ON DELETE CASCADE,
    conversation_id INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    search_key TEXT NOT NULL
) STRICT;
INSERT INTO answer_key (outgoing_id, conversation_id, search_key)
SELECT o.id, o.conversation_id, fold(ifnull(k.text, json_extract(o.content, '$.text.text')))
FROM outgoing AS o LEFT JOIN message_mark AS k ON k.account_id = o.account_id AND k.message_id = o.message_id
WHERE o.kind IN ('reply', 'stop_confirmation') AND o.conversation_id IS NOT NULL AND o.content IS NOT NULL
    AND k.deleted_at IS NULL AND ifnull(o.reason, '') <> 'taken_back';
CREATE INDEX answer_key_by_conversation ON answer_key (conversation_id);

ALTER TABLE own_message ADD COLUMN search_key TEXT NOT NULL DEFAULT '';
UPDATE own_message SET search_key = fold(text);
