"""Telling other programs what happens: signed requests over HTTP, made by the worker from rows. docs/webhooks.md."""
