"""The methods of the API that the sandbox answers, by subject. Importing this package registers them."""

from telegram.sandbox.methods import contacts, devices, histories, messages, service, sign_in, updates

__all__ = ["contacts", "devices", "histories", "messages", "service", "sign_in", "updates"]
