"""Signing accounts in: a flow without a user interface, the child process it runs in, and that child's client.

`values`, `entries` and `child_client` import no Telethon, so that the console can use them.
"""
