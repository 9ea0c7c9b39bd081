-- What other programs are told: who they are, and a queue for each. The whole address and the secret lie in the vault.

CREATE TABLE webhook (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL CHECK (name <> ''),
    host TEXT NOT NULL,  -- scheme, host and port; the rest of the address may hold a token
    events TEXT NOT NULL,  -- JSON array of core.domain.webhook.HookEvent
    with_text INTEGER NOT NULL CHECK (with_text IN (0, 1)),
    with_person INTEGER NOT NULL CHECK (with_person IN (0, 1)),
    secret_name TEXT NOT NULL UNIQUE,  -- of the entry in the vault
    old_secret_until INTEGER,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    paused_at INTEGER,
    paused_why TEXT NOT NULL DEFAULT '',  -- '': a person paused it
    failing_since INTEGER,
    held_until INTEGER,
    failures INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
    last_problem TEXT NOT NULL DEFAULT '',
    last_tried_at INTEGER,
    last_ok_at INTEGER,
    waiting INTEGER NOT NULL DEFAULT 0 CHECK (waiting >= 0),  -- kept by the triggers below
    given_up INTEGER NOT NULL DEFAULT 0 CHECK (given_up >= 0),
    lost INTEGER NOT NULL DEFAULT 0 CHECK (lost >= 0)  -- events that found the queue full
) STRICT;

-- One event for one webhook. Ids and kinds only: what a person wrote, and who they are, is read when it is told.
CREATE TABLE webhook_delivery (
    id INTEGER PRIMARY KEY,
    hook_id INTEGER NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    message_id TEXT NOT NULL UNIQUE,  -- the header webhook-id, the same in every try
    event TEXT NOT NULL,
    event_at INTEGER NOT NULL,
    data TEXT NOT NULL,  -- JSON object
    conversation_id INTEGER REFERENCES conversation (id) ON DELETE CASCADE,
    contact_id INTEGER REFERENCES contact (id) ON DELETE CASCADE,
    message_row INTEGER REFERENCES message (id) ON DELETE SET NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'given_up')),
    not_before INTEGER NOT NULL DEFAULT 0,  -- also when a try is under way: until then nobody else makes one
    tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),
    first_tried_at INTEGER,
    status INTEGER,
    problem TEXT NOT NULL DEFAULT '',
    settled_at INTEGER,
    CHECK ((state = 'waiting') = (settled_at IS NULL))
) STRICT;
CREATE INDEX webhook_delivery_waiting ON webhook_delivery (hook_id, not_before) WHERE state = 'waiting';
CREATE INDEX webhook_delivery_of_hook ON webhook_delivery (hook_id, state);
CREATE INDEX webhook_delivery_settled ON webhook_delivery (settled_at) WHERE settled_at IS NOT NULL;
CREATE INDEX webhook_delivery_by_conversation ON webhook_delivery (conversation_id) WHERE conversation_id IS NOT NULL;
CREATE INDEX webhook_delivery_by_contact ON webhook_delivery (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX webhook_delivery_by_message ON webhook_delivery (message_row) WHERE message_row IS NOT NULL;

CREATE TRIGGER webhook_delivery_counted_when_added AFTER INSERT ON webhook_delivery
BEGIN
    UPDATE webhook SET waiting = waiting + (NEW.state = 'waiting'), given_up = given_up + (NEW.state = 'given_up')
    WHERE id = NEW.hook_id;
END;
CREATE TRIGGER webhook_delivery_counted_when_changed AFTER UPDATE OF state ON webhook_delivery WHEN OLD.state <> NEW.state
BEGIN
    UPDATE webhook SET waiting = waiting + (NEW.state = 'waiting') - (OLD.state = 'waiting'),
        given_up = given_up + (NEW.state = 'given_up') - (OLD.state = 'given_up')
    WHERE id = NEW.hook_id;
END;
CREATE TRIGGER webhook_delivery_counted_when_gone AFTER DELETE ON webhook_delivery
BEGIN
    UPDATE webhook SET waiting = waiting - (OLD.state = 'waiting'), given_up = given_up - (OLD.state = 'given_up')
    WHERE id = OLD.hook_id;
END;
