"""The methods of the API that the sandbox answers, by subject. Importing this package registers them."""

from telegram.sandbox.methods import (
    changing,
    contacts,
    devices,
    histories,
    media,
    messages,
    service,
    sign_in,
    updates,
    uploads,
)

__all__ = [
    "changing",
    "contacts",
    "devices",
    "histories",
    "media",
    "messages",
    "service",
    "sign_in",
    "updates",
    "uploads",
]
