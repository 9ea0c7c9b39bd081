"""Dialogs: each asks one question or says one thing, opens with open() and deletes itself when it closes."""
