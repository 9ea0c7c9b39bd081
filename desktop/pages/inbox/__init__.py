"""The inbox: conversations, the open one, and what the team does about it."""
