"""Shared words and foundations; knows none of the packages above it."""
