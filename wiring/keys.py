"""Names of services that are known by a port, or by nothing but that they run."""

from campaigns.ports import Gateway
from core.container import Key
from core.ports import ProxyProbe

EXECUTOR: Key[object] = Key("executor")
GATEWAY: Key[Gateway] = Key("gateway")
PROBE: Key[ProxyProbe] = Key("proxy probe")
ROUTE_WATCH: Key[object] = Key("route watch")
SORTER: Key[object] = Key("sorter")
WEBHOOKS: Key[object] = Key("webhooks")
