"""Delivery: lanes, settling, the worker."""
