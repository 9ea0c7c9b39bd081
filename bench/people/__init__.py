"""Importing people, against the one statement that a database needs for them."""
