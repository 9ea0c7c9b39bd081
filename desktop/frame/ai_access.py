"""The window's side of asking the text model: where its key comes from, and that nobody asks behind a lock."""

import asyncio

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from ai.child.control import AiControl
from ai.keys import has_key, read_key
from campaigns.worker_control import WorkerControl
from core.workspace import Workspace
from desktop.lock.guard import LockGuard
from desktop.scope import Scope
from desktop.vault_access import VaultAccess

WHY = "The key of the text model's provider lies in the secret store, and it is locked by your passphrase."


class AiAccess(QObject):
    """One per window. The child that asks holds the provider's key, so it ends when the window is locked."""

    def __init__(
        self, window: QWidget, control: AiControl, worker: WorkerControl, guard: LockGuard, workspace: Workspace
    ) -> None:
        super().__init__(window)
        self._control = control
        self._vault = VaultAccess(window, workspace, worker)
        self._guard = guard
        self._workspace = workspace
        self._scope = Scope(self)
        self._control.use_keys(self._read_key)
        guard.lockChanged.connect(self._follow_lock)

    def end(self) -> None:
        """The window goes; what asks the model lives longer."""
        self._control.use_keys()

    def _follow_lock(self) -> None:
        if self._guard.is_locked:
            self._scope.task(self._control.close(), "end the child that asks the model")

    async def _read_key(self, provider: str) -> str:
        """ "" where there is none; a person is asked for the passphrase only where there is one."""
        if not await asyncio.to_thread(is_key_kept, self._workspace, provider):
            return ""
        secrets = await self._vault.open(WHY)
        return "" if secrets is None else await read_key(secrets, provider)


def is_key_kept(workspace: Workspace, provider: str) -> bool:
    """Whether the secret store has a key for it; nothing is opened for that. Blocks."""
    # Here and not above: cryptography takes its time to load.
    from core.secrets.vault import secret_names

    return has_key(secret_names(workspace.vault), provider)
