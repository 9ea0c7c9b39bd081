"""Proxies: reading lists of them, the pool that hands them to accounts, and their health. Never speaks to Telegram."""

from proxy.changing import change_secret, remove_proxies
from proxy.health import HealthSettings, ProxyHealth
from proxy.importing import ImportedList, ProxyImport, import_list
from proxy.parsing import (
    MAX_LIST_BYTES,
    ListReader,
    ParsedList,
    ParsedProxy,
    RefusedLine,
    decode_list,
    parse_list,
    read_country,
)
from proxy.pool import ProxyPool
from proxy.sentences import describe_failure, describe_health

__all__ = [
    "MAX_LIST_BYTES",
    "HealthSettings",
    "ImportedList",
    "ListReader",
    "ParsedList",
    "ParsedProxy",
    "ProxyHealth",
    "ProxyImport",
    "ProxyPool",
    "RefusedLine",
    "change_secret",
    "decode_list",
    "describe_failure",
    "describe_health",
    "import_list",
    "parse_list",
    "read_country",
    "remove_proxies",
]
