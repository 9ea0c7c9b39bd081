"""Backup and restore of a whole workspace."""
