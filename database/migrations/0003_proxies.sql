-- Proxies, which account leaves through which, and how each one has been.

CREATE TABLE proxy (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('socks5', 'socks4', 'http', 'mtproxy')),
    host TEXT NOT NULL CHECK (host <> ''),
    port INTEGER NOT NULL CHECK (port BETWEEN 1 AND 65535),
    username TEXT NOT NULL DEFAULT '',
    secret_name TEXT NOT NULL DEFAULT '',  -- entry of the secret store: password or MTProxy secret; '': none
    label TEXT NOT NULL DEFAULT '',
    country TEXT NOT NULL DEFAULT '' CHECK (country = '' OR country GLOB '[A-Z][A-Z]'),
    capacity INTEGER NOT NULL DEFAULT 1 CHECK (capacity BETWEEN 1 AND 1000),  -- accounts at once; 1: exclusive
    holder_count INTEGER NOT NULL DEFAULT 0 CHECK (holder_count BETWEEN 0 AND capacity),  -- kept by the triggers below
    failure_count INTEGER NOT NULL DEFAULT 0 CHECK (failure_count >= 0),  -- failed checks since the last good one
    failure TEXT,  -- of the last check; NULL: it was good, or there was none
    quarantined_until INTEGER,
    checked_at INTEGER,
    next_check_at INTEGER NOT NULL,
    added_at INTEGER NOT NULL,
    UNIQUE (kind, host, port, username),
    CHECK ((failure_count > 0) = (failure IS NOT NULL)),
    CHECK ((failure_count > 0) = (quarantined_until IS NOT NULL))
) STRICT;
CREATE INDEX proxy_by_next_check ON proxy (next_check_at);

-- A row says that the account never connects directly. Without a proxy_id it waits until it is given one.
CREATE TABLE proxy_assignment (
    account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    proxy_id INTEGER REFERENCES proxy (id) ON DELETE RESTRICT,
    last_proxy_id INTEGER REFERENCES proxy (id) ON DELETE SET NULL,  -- taken again where it can be
    is_exclusive INTEGER NOT NULL CHECK (is_exclusive IN (0, 1)),
    may_move INTEGER NOT NULL CHECK (may_move IN (0, 1)),  -- to a healthy proxy of the same label and country
    assigned_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX proxy_held_alone ON proxy_assignment (proxy_id) WHERE is_exclusive = 1 AND proxy_id IS NOT NULL;
CREATE INDEX proxy_assignment_by_proxy ON proxy_assignment (proxy_id);
CREATE INDEX proxy_assignment_by_last_proxy ON proxy_assignment (last_proxy_id);

CREATE TRIGGER proxy_holder_came AFTER INSERT ON proxy_assignment WHEN NEW.proxy_id IS NOT NULL
BEGIN
    UPDATE proxy SET holder_count = holder_count + 1 WHERE id = NEW.proxy_id;
END;
CREATE TRIGGER proxy_holder_went AFTER DELETE ON proxy_assignment WHEN OLD.proxy_id IS NOT NULL
BEGIN
    UPDATE proxy SET holder_count = holder_count - 1 WHERE id = OLD.proxy_id;
END;
CREATE TRIGGER proxy_holder_moved AFTER UPDATE OF proxy_id ON proxy_assignment WHEN OLD.proxy_id IS NOT NEW.proxy_id
BEGIN
    UPDATE proxy SET holder_count = holder_count - 1 WHERE id = OLD.proxy_id;
    UPDATE proxy SET holder_count = holder_count + 1 WHERE id = NEW.proxy_id;
END;

-- The last checks of each proxy; older ones are deleted in the unit that adds one.
CREATE TABLE proxy_check (
    id INTEGER PRIMARY KEY,
    proxy_id INTEGER NOT NULL REFERENCES proxy (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    tcp_ms REAL,
    telegram_ms REAL,
    failure TEXT,
    CHECK ((telegram_ms IS NULL) = (failure IS NOT NULL))
) STRICT;
CREATE INDEX proxy_check_by_proxy ON proxy_check (proxy_id, id);
