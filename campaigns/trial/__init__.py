"""A trial run: a sample of a campaign delivered through a sandbox, before anybody approves it."""
