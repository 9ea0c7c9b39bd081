"""The webhooks on the settings page."""
