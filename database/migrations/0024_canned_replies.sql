-- Answers that a team writes again and again, called by a short name.

CREATE TABLE canned_reply (
    id INTEGER PRIMARY KEY,
    shortcut TEXT NOT NULL UNIQUE CHECK (shortcut <> ''),  -- in small letters
    title TEXT NOT NULL CHECK (title <> ''),
    text TEXT NOT NULL CHECK (text <> ''),  -- a template, see docs/templates.md
    language TEXT NOT NULL DEFAULT '',  -- empty: for everybody
    updated_at INTEGER NOT NULL,
    updated_by TEXT NOT NULL,
    used_count INTEGER NOT NULL DEFAULT 0 CHECK (used_count >= 0),
    last_used_at INTEGER,
    CHECK ((used_count > 0) = (last_used_at IS NOT NULL))
) STRICT;
