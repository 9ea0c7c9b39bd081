-- Imports of people: what each one brought and changed, so that it can be taken back as a whole. Whoever an import adds is
-- seen by no query before it is done: `contact.import_id` names an import, and only those that are done count.

CREATE TABLE import (
    id INTEGER PRIMARY KEY,
    file_name TEXT NOT NULL,  -- without its folder
    options TEXT NOT NULL,  -- JSON: mapping of columns, country, stated basis
    form TEXT NOT NULL DEFAULT '',
    headings TEXT NOT NULL DEFAULT '[]',
    state TEXT NOT NULL DEFAULT 'running'
        CHECK (state IN ('running', 'done', 'undoing', 'cancelled', 'failed', 'undone')),
    ends_as TEXT NOT NULL DEFAULT '' CHECK (ends_as IN ('', 'cancelled', 'failed', 'undone')),
    is_cancel_asked INTEGER NOT NULL DEFAULT 0,
    part_read REAL NOT NULL DEFAULT 0,
    added INTEGER NOT NULL DEFAULT 0,
    updated INTEGER NOT NULL DEFAULT 0,
    unchanged INTEGER NOT NULL DEFAULT 0,
    refused INTEGER NOT NULL DEFAULT 0,
    without_basis INTEGER NOT NULL DEFAULT 0,
    kept INTEGER NOT NULL DEFAULT 0,  -- people whom an undo could not remove: they got a message, or are suppressed
    problem TEXT NOT NULL DEFAULT '',  -- JSON: title, message, hint
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    CHECK ((state = 'undoing') <= (ends_as <> ''))
) STRICT;

ALTER TABLE contact ADD COLUMN import_id INTEGER REFERENCES import (id);
CREATE INDEX contact_by_import ON contact (import_id) WHERE import_id IS NOT NULL;

CREATE TABLE import_refusal (
    id INTEGER PRIMARY KEY,
    import_id INTEGER NOT NULL REFERENCES import (id) ON DELETE CASCADE,
    line INTEGER NOT NULL,
    reason TEXT NOT NULL,
    columns TEXT NOT NULL,  -- JSON array: names of the columns concerned
    cells TEXT NOT NULL  -- JSON array: the row as it was
) STRICT;
CREATE INDEX import_refusal_by_import ON import_refusal (import_id, id);

-- What an import changed of people who were there before it. Their new consents are held back until it is done.
CREATE TABLE import_change (
    import_id INTEGER NOT NULL REFERENCES import (id) ON DELETE CASCADE,
    contact_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
    values_before TEXT NOT NULL,  -- JSON array
    values_after TEXT NOT NULL,
    consents TEXT NOT NULL DEFAULT '[]',  -- JSON array of what is held back
    consent_ids TEXT,  -- JSON array, once they are written
    PRIMARY KEY (import_id, contact_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX import_change_by_contact ON import_change (contact_id);

-- How the columns of a list were mapped the last time, by its headings.
CREATE TABLE import_mapping (
    heading_key TEXT PRIMARY KEY,
    mapping TEXT NOT NULL,  -- JSON object: heading to column, field or '-'
    used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Removing a person looks for their memberships.
CREATE INDEX campaign_member_by_contact ON campaign_member (contact_id);
