"""Notifications of the desktop: what came into the inbox while nobody looked at the window."""
