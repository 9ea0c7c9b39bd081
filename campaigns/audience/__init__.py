"""People: lists of them that are read in, consents, suppressions, audiences and the rules of those."""
