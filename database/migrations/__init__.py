"""The tables, as numbered steps: 0001_name.sql, 0002_name.sql, … A released step is never edited."""
