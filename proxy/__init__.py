"""Proxies: reading lists of them, the pool that hands them to accounts, and their health. Never speaks to Telegram."""

from proxy.health import HealthSettings, ProxyHealth
from proxy.importing import ImportedList, import_list
from proxy.parsing import ParsedList, ParsedProxy, RefusedLine, parse_list
from proxy.pool import ProxyPool
from proxy.ports import Secrets
from proxy.sentences import describe_failure, describe_health

__all__ = [
    "HealthSettings",
    "ImportedList",
    "ParsedList",
    "ParsedProxy",
    "ProxyHealth",
    "ProxyPool",
    "RefusedLine",
    "Secrets",
    "describe_failure",
    "describe_health",
    "import_list",
    "parse_list",
]
