-- A row of a list may say that the person said no. That is no row to mend: from the end of the import on, nobody writes to them.

CREATE TABLE import_no (
    refusal_id INTEGER PRIMARY KEY REFERENCES import_refusal (id) ON DELETE CASCADE,
    import_id INTEGER NOT NULL REFERENCES import (id) ON DELETE CASCADE,
    username TEXT COLLATE NOCASE,
    phone TEXT,
    at INTEGER NOT NULL,  -- when they said it; of a row without a date the moment of the import
    effect TEXT,  -- JSON: suppressions added, consents withdrawn; NULL: held back until the import is done
    CHECK (username IS NOT NULL OR phone IS NOT NULL)
) STRICT;
CREATE INDEX import_no_by_import ON import_no (import_id, refusal_id);
ALTER TABLE import ADD COLUMN said_no INTEGER NOT NULL DEFAULT 0;  -- of those refused
