-- A suppression list comes in as an import: held back until all of it was read, and taken back as a whole.

CREATE TABLE import_listed (
    id INTEGER PRIMARY KEY,
    import_id INTEGER NOT NULL REFERENCES import (id) ON DELETE CASCADE,
    username TEXT COLLATE NOCASE,  -- these are forgotten once the person is on the list
    phone TEXT,
    reason TEXT NOT NULL,
    since INTEGER,
    note TEXT NOT NULL,
    effect TEXT  -- JSON: number, moment and reason of each suppression added; NULL: held back
) STRICT;
CREATE INDEX import_listed_by_import ON import_listed (import_id, id);
CREATE INDEX import_listed_held ON import_listed (import_id, id) WHERE effect IS NULL;
