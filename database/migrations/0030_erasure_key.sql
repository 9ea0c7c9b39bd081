-- The key is there before the first backup: each one then recognises who is erased after it.
UPDATE workspace SET erasure_key = randomblob(32) WHERE erasure_key IS NULL;
