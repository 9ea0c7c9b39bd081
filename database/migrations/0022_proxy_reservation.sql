-- The proxy of an account that is being signed in: nobody else is given its place until then. One sign-in of a workspace
-- runs at a time, so there is one row at most; a process that died does not move the moment on.

CREATE TABLE proxy_reservation (
    proxy_id INTEGER PRIMARY KEY REFERENCES proxy (id) ON DELETE CASCADE,
    until INTEGER NOT NULL
) STRICT;
