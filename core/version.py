"""The version that About, the welcome page, backups and `--version` name; a test compares it with the project's."""

VERSION = "0.1.0"
