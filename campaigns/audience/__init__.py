"""People: import, consent, suppression."""
