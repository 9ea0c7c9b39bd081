"""Proxies: reading lists of them, the pool that hands them to accounts, and their health. Never speaks to Telegram."""

from proxy.parsing import ParsedList, ParsedProxy, RefusedLine, parse_list

__all__ = ["ParsedList", "ParsedProxy", "RefusedLine", "parse_list"]
