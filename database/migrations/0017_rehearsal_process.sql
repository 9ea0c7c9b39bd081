-- Which process does a rehearsal: one whose process is gone ends as stopped, whoever looks.

ALTER TABLE rehearsal ADD COLUMN pid INTEGER;  -- NULL: it is being started
ALTER TABLE rehearsal ADD COLUMN process_started_s REAL;  -- seconds since 1970, as the system tells it; pids come again
