"""Accounts online: the only package that knows Telethon."""
