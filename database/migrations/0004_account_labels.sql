-- Labels of accounts: words of the operator by which accounts are found and given proxies.

CREATE TABLE account_label (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    label TEXT NOT NULL COLLATE NOCASE CHECK (length(label) BETWEEN 1 AND 40 AND label = trim(label)),
    PRIMARY KEY (account_id, label)
) STRICT, WITHOUT ROWID;
CREATE INDEX account_label_by_label ON account_label (label);

-- What happened to one account: its history, its flood waits, and who blocked it.
CREATE INDEX event_by_account ON event (account_id, kind, at) WHERE account_id IS NOT NULL;
