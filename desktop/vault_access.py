"""How the console reaches the secret store: its key is in memory, in the key store of the system, or asked for.

Opened for one act at a time and not kept: what the console does not hold cannot be read from it.
"""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from campaigns.worker_control import WorkerControl
from core.errors import Cancelled, WrongPassphrase
from core.workspace import Workspace
from desktop.dialogs.passphrase import PassphraseDialog
from desktop.event_loop import ask_for

if TYPE_CHECKING:
    from core.secrets.manager import SecretsManager


class VaultAccess:
    """For one window."""

    def __init__(self, window: QWidget, workspace: Workspace, worker: WorkerControl) -> None:
        self._window = window
        self._workspace = workspace
        self._worker = worker

    def can_keep(self) -> bool:
        """There is a store that a secret could be put in."""
        from core.secrets.choice import StoreKind
        from core.secrets.manager import remembered_kind

        kind = remembered_kind(self._workspace)
        return kind is not None and (kind is not StoreKind.MEMORY or self._worker.key_line is not None)

    async def open(self, why: str) -> "SecretsManager | None":
        """The open store; None where the workspace has none that could be opened. `why` stands in the question for a
        passphrase.

        Raises Cancelled when the person gives none, and SecretStoreError when the store does not open.
        """
        # Here and not above: cryptography takes its time to load, and a console that only looks needs none of it.
        from core.secrets.choice import StoreKind
        from core.secrets.key_pipe import decode_key_line
        from core.secrets.manager import DataKey, SecretsManager, remembered_kind

        if not self.can_keep():
            return None
        key_line = self._worker.key_line
        if key_line is not None:
            return await SecretsManager.open_async(self._workspace, DataKey(decode_key_line(key_line)))
        if remembered_kind(self._workspace) is StoreKind.PASSPHRASE:
            return await self._unlock(why)
        return await SecretsManager.open_async(self._workspace)

    async def _unlock(self, why: str) -> "SecretsManager":
        from core.secrets.manager import Passphrase, SecretsManager

        error = ""
        while True:
            dialog = PassphraseDialog(self._window, error=error, why=why, way_back="Cancel")
            text = await ask_for(dialog, lambda dialog=dialog: dialog.passphrase)  # type: ignore[misc]
            if text is None:
                raise Cancelled
            try:
                return await SecretsManager.open_async(self._workspace, Passphrase(text))
            except WrongPassphrase as wrong:
                error = wrong.title
