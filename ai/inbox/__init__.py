"""The text model in the inbox: it suggests, summarises and sorts, and never does anything with a conversation."""
