-- A campaign's message has variants and languages; which of them a person gets is written into the delivery.

ALTER TABLE campaign ADD COLUMN message TEXT NOT NULL DEFAULT '';  -- JSON: campaigns.message.variants.Message
-- The one text of before is the message with one variant and no named language.
UPDATE campaign SET message = json_object(
    'variants', json_array(json_object('name', 'A', 'texts', json_array(json_object('source', template)))));
ALTER TABLE campaign DROP COLUMN template;

ALTER TABLE outgoing ADD COLUMN variant TEXT NOT NULL DEFAULT 'A';
ALTER TABLE outgoing ADD COLUMN language TEXT NOT NULL DEFAULT '';  -- of the text, after the fallbacks
DROP TRIGGER outgoing_open_try_stays_as_it_is;
CREATE TRIGGER outgoing_open_try_stays_as_it_is
BEFORE UPDATE OF account_id, campaign_id, contact_id, telegram_user_id, inputs, variant, language ON outgoing
WHEN OLD.unknown_since IS NOT NULL
BEGIN
    SELECT raise(ABORT, 'a row that left or may have left never changes whom it goes to and what it says');
END;
