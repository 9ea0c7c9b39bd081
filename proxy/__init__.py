"""Proxies: parsing, the pool, health. Empty until the proxy pages are built."""
