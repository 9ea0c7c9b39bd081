"""Checking proxies: the probe that asks Telegram through one, and the checks that run in the worker."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from core.clock import Clock
from core.config import Config
from core.container import Needs
from core.domain.account import DataCentre, WorkspaceKind
from core.ports import ProxyProbe, Secrets
from core.workspace import Workspace
from database import (
    ProxyStore,
    WorkspaceStore,
)
from proxy import HealthSettings, ProxyHealth
from wiring.foundation import running
from wiring.keys import PROBE


@asynccontextmanager
async def make_probe(workspace: Workspace, needs: Needs, secrets: Secrets) -> AsyncIterator[ProxyProbe]:
    from telegram import DataCentres, TelegramProxyProbe

    kind = (await needs.get(WorkspaceStore).get()).kind
    yield TelegramProxyProbe(
        DataCentres(kind, sandbox_folder=workspace.sandbox),
        secrets,
        DataCentre.SANDBOX if kind is WorkspaceKind.SANDBOX else DataCentre.PRODUCTION,
    )


@asynccontextmanager
async def make_proxy_health(needs: Needs, clock: Clock, *, runs: bool) -> AsyncIterator[ProxyHealth]:
    proxies = needs.get(Config).proxies
    settings = HealthSettings(every_s=proxies.check_every_s, pauses_s=proxies.pauses_s)
    health = ProxyHealth(needs.get(ProxyStore), needs.get(PROBE), clock, settings=settings)
    if not runs:
        yield health
        return
    async with running(health.run(), "proxy health"):
        yield health
