"""The window's side of asking the text model: where its key comes from, and that nobody asks behind a lock."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from ai.child.control import AiControl
from campaigns.worker_control import WorkerControl
from core.container import ServiceContainer
from core.workspace import Workspace
from desktop.ai_keys import AiKeys
from desktop.lock.guard import LockGuard
from desktop.scope import Scope
from desktop.vault_access import VaultAccess


class AiAccess(QObject):
    """One per window. The child that asks holds the provider's key, so it ends when the window is locked."""

    def __init__(self, window: QObject, control: AiControl, keys: AiKeys, guard: LockGuard) -> None:
        super().__init__(window)
        self._control = control
        self._guard = guard
        self._scope = Scope(self)
        control.use_keys(keys.read)
        guard.lockChanged.connect(self._follow_lock)

    @classmethod
    def of_window(
        cls, window: QWidget, services: ServiceContainer, guard: LockGuard, workspace: Workspace
    ) -> "AiAccess":
        vault = VaultAccess(window, workspace, services.get(WorkerControl))
        return cls(window, services.get(AiControl), AiKeys(vault, workspace), guard)

    def end(self) -> None:
        """The window goes; what asks the model lives longer."""
        self._control.use_keys()

    def _follow_lock(self) -> None:
        if self._guard.is_locked:
            self._scope.task(self._control.close(), "end the child that asks the model")
