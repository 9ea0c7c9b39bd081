"""What commands need wired by main.py: services of a workspace, the worker, the console, and how to start ourselves."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from core.container import ServiceContainer
from core.domain.account import WorkspaceKind
from core.workspace import Workspace


class House(Protocol):
    """The wiring. Containers are made and not started."""

    @property
    def program(self) -> Sequence[str]:
        """The command that starts this program again, e.g. python main.py."""
        ...

    def services(self, workspace: Workspace, kind: WorkspaceKind | None = None) -> ServiceContainer:
        """Settings, logs, database, stores and the campaign service. `kind`: of a workspace that is made now."""
        ...

    def with_secrets(self, container: ServiceContainer, data_key: bytes | None) -> None:
        """Add the secret store and what needs it. None: the remembered key store is asked."""
        ...

    def with_worker(self, container: ServiceContainer) -> None:
        """Add the gateway and the worker to a container with secrets."""
        ...

    def console(self, folder: Path | None) -> int:
        """Open the window; returns the exit code. Raises SystemLibraryMissing where there can be none."""
        ...
