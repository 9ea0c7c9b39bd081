"""What commands need wired by main.py: services of a workspace, the worker, the console, and how to start ourselves."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from campaigns.ports import WorkerStart
from core.container import ServiceContainer
from core.domain.account import WorkspaceKind
from core.health import HealthCheck
from core.ports import Secrets
from core.secrets.manager import KeySource
from core.workspace import Workspace


class House(Protocol):
    """The wiring. Containers are made and not started."""

    @property
    def program(self) -> Sequence[str]:
        """The command that starts this program again, e.g. python main.py."""
        ...

    def services(
        self, workspace: Workspace, *, kind: WorkspaceKind | None = None, process: str = "command"
    ) -> ServiceContainer:
        """Settings, logs, database, stores and the campaign service.

        `kind` is that of a workspace that is made now; None: an absent one is refused. `process` names the log file.
        """
        ...

    def add_secrets(self, container: ServiceContainer, workspace: Workspace, source: KeySource) -> None:
        """Add the secret store. None: the remembered key store of the system is asked."""
        ...

    def add_worker(self, container: ServiceContainer, workspace: Workspace, start: WorkerStart) -> None:
        """Add the gateway and the worker to a container with secrets."""
        ...

    def add_proxy_health(
        self, container: ServiceContainer, workspace: Workspace, *, runs: bool, secrets: Secrets | None = None
    ) -> None:
        """Add the checks of proxies; `runs`: they are made when due, by themselves. Their credentials come from
        `secrets`, or else from the secret store of the container.
        """
        ...

    def health_checks(self, workspace: Workspace) -> Sequence[HealthCheck]:
        """The checks of the packages that only main.py knows."""
        ...

    def make_sandbox_workspace(self, workspace: Workspace) -> None:
        """Make the database of a sandbox workspace, if there is none yet. Raises WorkspaceError for a live one."""
        ...

    def has_display(self) -> bool:
        """Whether a window can be shown to somebody."""
        ...

    def console(self, folder: Path | None, *, key_line: bytes | None = None) -> int:
        """Open the window; returns the exit code. Raises SystemLibraryMissing where there can be none.

        `key_line` opens the vault of a workspace whose key is in memory only, so that the window can start a worker.
        """
        ...

    def write_screenshots(self, folder: Path) -> Sequence[Path]:
        """Draw every page and dialog, light and dark, into PNG files."""
        ...
