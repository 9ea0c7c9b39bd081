"""Asking the text model from a process of its own, so that no window loads a provider's library or waits for one."""
