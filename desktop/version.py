"""The version that About and the welcome page name; a test compares it with the project's."""

VERSION = "0.1.0"
