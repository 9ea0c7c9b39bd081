"""Entry: reads the command line, wires the service container, starts the console, the worker or a command.

Wiring only, no logic. Each part is imported when it is wired: a command pays for what it uses.
"""

import asyncio
import gc
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cli.interrupts import leave_while_loading
from desktop.opening import folder_of, opens_window, show_opening

if __name__ == "__main__":
    leave_while_loading(sys.argv[1:])
    # Most of what a start makes stays: to look through it again and again took a fifth of the start.
    gc.set_threshold(100_000, 20, 100)
    show_opening(sys.argv[1:])  # before the rest is loaded

from ai.service import AiService
from campaigns.accounts.service import AccountService
from campaigns.dispatch.worker import Worker
from campaigns.ports import WorkerStart
from campaigns.service import CampaignService
from campaigns.worker_control import WorkerControl
from core.clock import Clock, SystemClock
from core.config import Config
from core.config_file import read_config
from core.container import ServiceContainer
from core.domain.account import WorkspaceKind
from core.errors import ConfigurationError
from core.executor import default_executor
from core.health import HealthCheck
from core.locks import route_lock
from core.ports import Secrets
from core.secrets.manager import KeySource, SecretsManager
from core.workspace import Workspace
from database import (
    AccountLimitStore,
    AccountRemovalStore,
    AccountStore,
    AssistStore,
    Database,
    MessageSortingStore,
    ProxyStore,
    ReportStore,
    RequestStore,
    WorkspaceStore,
)
from proxy import ProxyHealth, ProxyPool
from telegram.sign_in.service import SignInService
from wiring.accounts import make_account_service
from wiring.ai import checks_of_ai, make_sorter, register_ai
from wiring.backups import register_backups
from wiring.campaigns import register_campaigns
from wiring.foundation import open_database, open_secrets, open_settings, open_workspace_row
from wiring.inbox import register_inbox
from wiring.keys import EXECUTOR, GATEWAY, PROBE, ROUTE_WATCH, SORTER
from wiring.people import register_people
from wiring.proxies import make_probe, make_proxy_health
from wiring.stores import STORES, register_stores
from wiring.webhooks import register_runner, register_webhooks
from wiring.worker import make_gateway, make_route_watch, make_worker


class MainHouse:
    """How the parts are put together; see cli.house.House."""

    program: Sequence[str] = (sys.executable, str(Path(__file__).resolve()))

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    def services(
        self, workspace: Workspace, *, kind: WorkspaceKind | None = None, process: str = "command"
    ) -> ServiceContainer:
        container = ServiceContainer()
        container.register(Config, lambda _: open_settings(workspace, process))
        container.register(EXECUTOR, lambda needs: default_executor(needs.get(Config).executor), needs=[Config])
        # A migration copies the database first, and the last commit empties the log: both take as long as the disk.
        container.register(
            Database,
            lambda _: open_database(workspace, self._clock),
            needs=[EXECUTOR],
            start_timeout_s=120,
            stop_timeout_s=60,
        )
        container.register(
            WorkspaceStore, lambda needs: open_workspace_row(needs.get(Database), kind, self._clock), needs=[Database]
        )
        register_stores(container)
        container.register(
            ProxyPool,
            lambda needs: ProxyPool(
                needs.get(ProxyStore), self._clock, lambda account_id: route_lock(workspace, account_id)
            ),
            needs=[ProxyStore],
        )
        container.register(
            AccountService,
            lambda needs: make_account_service(workspace, needs, self._clock),
            needs=[
                AccountStore,
                AccountLimitStore,
                AccountRemovalStore,
                RequestStore,
                ReportStore,
                WorkerControl,
                WorkspaceStore,
                Config,
            ],
        )
        container.register(
            WorkerControl,
            lambda needs: WorkerControl(
                workspace=workspace,
                looks=needs.get(ReportStore),
                asks=needs.get(RequestStore),
                clock=self._clock,
                program=self.program,
                heartbeat_s=needs.get(Config).delivery.heartbeat_s,
            ),
            needs=[ReportStore, RequestStore, Config],
        )
        register_campaigns(container, workspace, self._clock, self.program)
        register_people(container, workspace, self._clock, self.program)
        register_inbox(container, self._clock)
        register_backups(container, workspace, self._clock)
        register_ai(container, workspace, self._clock, self.program)
        register_webhooks(container, workspace, self._clock)
        container.register(SignInService, lambda _: SignInService(workspace, self.program, self._clock))
        return container

    def add_secrets(self, container: ServiceContainer, workspace: Workspace, source: KeySource) -> None:
        container.register(
            SecretsManager, lambda _: open_secrets(workspace, source), needs=[EXECUTOR], start_timeout_s=60
        )

    def add_worker(self, container: ServiceContainer, workspace: Workspace, start: WorkerStart) -> None:
        container.register(
            GATEWAY,
            lambda needs: make_gateway(workspace, needs),
            needs=[Config, WorkspaceStore, SecretsManager, ProxyPool],
        )
        self.add_proxy_health(container, workspace, runs=True)
        container.register(
            Worker,
            lambda needs: make_worker(workspace, needs, start, self._clock),
            needs=[GATEWAY, Config, WorkspaceStore, Database, SecretsManager, CampaignService, *STORES],
        )
        container.register(
            ROUTE_WATCH, lambda needs: make_route_watch(needs, self._clock), needs=[GATEWAY, Worker, Database]
        )
        container.register(
            SORTER,
            lambda needs: make_sorter(workspace, needs, self._clock),
            needs=[AiService, AssistStore, MessageSortingStore, SecretsManager],
        )
        register_runner(container, workspace, self._clock)

    def add_proxy_health(
        self, container: ServiceContainer, workspace: Workspace, *, runs: bool, secrets: Secrets | None = None
    ) -> None:
        container.register(
            PROBE,
            lambda needs: make_probe(workspace, needs, secrets or needs.get(SecretsManager)),
            needs=[WorkspaceStore, *([] if secrets else [SecretsManager])],
        )
        container.register(
            ProxyHealth,
            lambda needs: make_proxy_health(needs, self._clock, runs=runs),
            needs=[Config, ProxyStore, PROBE],
        )

    def health_checks(self, workspace: Workspace) -> Sequence[HealthCheck]:
        from database.health import database_checks
        from desktop.font_check import font_checks
        from telegram import CustomDataCentre, DataCentres, telegram_checks
        from telegram.sandbox.address import FILE_NAME

        custom: CustomDataCentre | None = None
        is_sandbox = (workspace.sandbox / FILE_NAME).exists()  # one that runs, or did not stop in order
        kind = WorkspaceKind.SANDBOX if is_sandbox else WorkspaceKind.LIVE
        with suppress(ConfigurationError):  # another check tells of settings that cannot be read
            custom = CustomDataCentre.of(read_config(workspace.config_path).data_centre, workspace.folder)
        data_centres = DataCentres(
            kind, sandbox_folder=workspace.sandbox if is_sandbox else None, custom=None if is_sandbox else custom
        )
        return [*database_checks(workspace), *telegram_checks(data_centres), *font_checks(), *checks_of_ai(workspace)]

    def make_sandbox_workspace(self, workspace: Workspace) -> None:
        from cli.demo.options import refuse_live

        async def make() -> None:
            async with self.services(workspace, kind=WorkspaceKind.SANDBOX) as container:
                refuse_live((await container.get(WorkspaceStore).get()).kind)

        asyncio.run(make())

    def has_display(self) -> bool:
        if sys.platform in ("win32", "darwin"):
            return True
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))

    def console(self, folder: Path | None, *, key_line: bytes | None = None) -> int:
        from desktop.app import run_console

        return run_console(self, folder, key_line=key_line)

    def write_screenshots(self, folder: Path) -> Sequence[Path]:
        from desktop.pictures.screenshots import write_screenshots

        return write_screenshots(self, folder)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line asks for; returns the exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    if opens_window(words):
        from cli.output import run_window

        return run_window("console", lambda: MainHouse().console(folder_of(words)))
    from cli.app import run

    return run(MainHouse(), words)


if __name__ == "__main__":
    raise SystemExit(main())
