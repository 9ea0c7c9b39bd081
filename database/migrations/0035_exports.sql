-- Lists that a process of their own writes into a file: how far each is, and how it ended until a person was told.

CREATE TABLE export (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    subject_id INTEGER NOT NULL,  -- a campaign or an import; 0: neither
    whom TEXT NOT NULL,  -- JSON: numbers of people, or a question; empty once it has ended
    path TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done', 'cancelled', 'failed')),
    is_cancel_asked INTEGER NOT NULL DEFAULT 0,
    written INTEGER NOT NULL DEFAULT 0,
    left_out INTEGER NOT NULL DEFAULT 0,
    problem TEXT NOT NULL DEFAULT '',  -- JSON: code, title, message, hint
    is_told INTEGER NOT NULL DEFAULT 0,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    pid INTEGER,  -- NULL: it is being started
    process_started_s REAL  -- seconds since 1970, as the system tells it; pids come again
) STRICT;
-- Two writers of one file would write into each other.
CREATE UNIQUE INDEX export_by_path ON export (path) WHERE state = 'running';
