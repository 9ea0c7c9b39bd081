"""Backups of a workspace, and what is chosen after one was restored."""

from campaigns.backup.after_restore import RestoreChoices
from campaigns.backup.backups import Backups
from core.clock import Clock
from core.container import ServiceContainer
from core.erased_list import ErasedLists
from core.version import VERSION
from core.workspace import Workspace
from database import RestoreStore, copy_database


def register_backups(container: ServiceContainer, workspace: Workspace, clock: Clock) -> None:
    """Add both services; the store must be registered too."""
    container.register(Backups, lambda _: Backups(workspace, copy_database, clock, VERSION, ErasedLists()))
    container.register(
        RestoreChoices, lambda needs: RestoreChoices(needs.get(RestoreStore), clock), needs=[RestoreStore]
    )
