-- What text models were asked for, in figures, and answers that are kept for a while. Never what was asked.

CREATE TABLE ai_usage (
    day TEXT NOT NULL CHECK (day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),  -- UTC
    feature TEXT NOT NULL,
    requests INTEGER NOT NULL DEFAULT 0 CHECK (requests >= 0),  -- counted before they are made, so a crash hides none
    failed INTEGER NOT NULL DEFAULT 0 CHECK (failed >= 0),
    cached INTEGER NOT NULL DEFAULT 0 CHECK (cached >= 0),
    tokens_in INTEGER NOT NULL DEFAULT 0 CHECK (tokens_in >= 0),
    tokens_out INTEGER NOT NULL DEFAULT 0 CHECK (tokens_out >= 0),
    PRIMARY KEY (day, feature)
) STRICT, WITHOUT ROWID;

CREATE TABLE ai_cache (
    request_hash BLOB PRIMARY KEY CHECK (length(request_hash) = 32),  -- SHA-256 over provider, model and all that was asked
    answer TEXT NOT NULL,
    kept_at INTEGER NOT NULL,
    hits INTEGER NOT NULL DEFAULT 0 CHECK (hits >= 0)
) STRICT, WITHOUT ROWID;
CREATE INDEX ai_cache_by_age ON ai_cache (kept_at);
