-- Photos and files: which of them the workspace keeps, and what each account has uploaded.

CREATE TABLE media_file (
    sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),  -- the name of the file in the folder media/
    size INTEGER NOT NULL CHECK (size > 0),
    noted_at INTEGER NOT NULL  -- when somebody last said that it is needed; what is unused goes some time later
) STRICT, WITHOUT ROWID;

-- The newest one is sent; by older ones the history shows what an earlier try sent.
CREATE TABLE upload (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('photo', 'file')),
    sha256 TEXT NOT NULL,
    name TEXT NOT NULL,  -- a file of another name is another document
    media_id INTEGER NOT NULL,  -- Telegram's
    access_hash INTEGER NOT NULL,  -- valid for this account only
    file_reference BLOB,  -- NULL: Telegram does not take it any more
    uploaded_at INTEGER NOT NULL
) STRICT;
CREATE INDEX upload_of_file ON upload (account_id, sha256, kind, name);
