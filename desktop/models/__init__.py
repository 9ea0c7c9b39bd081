"""Rows of tables: what is kept in memory of a million of them, and the Qt models that show them."""
