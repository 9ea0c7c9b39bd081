"""The inbox: what people write to the accounts, and what the team does about it."""
