"""Hundreds of accounts in one worker, beside as many bare Telethon clients."""
