"""How the console reaches the secret store: its key is in memory, in the key store of the system, or asked for.

Opened for one act at a time and not kept: what the console does not hold cannot be read from it.
"""

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from campaigns.worker_control import WorkerControl
from core.errors import AppError, Cancelled, WrongPassphrase
from core.workspace import Workspace
from desktop.dialogs.passphrase import PassphraseDialog
from desktop.event_loop import ask, ask_for
from desktop.scope import Scope

if TYPE_CHECKING:
    from core.secrets.manager import SecretsManager
    from desktop.sign_in.view import StoreChosen


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

    async def open_or_make(self, why: str) -> "SecretsManager":
        """As `open`; where there is none the person chooses where one is made. Raises as it, and UserInputError."""
        found = await self.open(why)
        return found if found is not None else await self._make()

    async def _make(self) -> "SecretsManager":
        from core.secrets.choice import StoreKind
        from core.secrets.manager import SecretsManager, remembered_kind
        from desktop.sign_in.store_dialog import StoreDialog
        from desktop.sign_in.words import run_is_over

        was_memory = remembered_kind(self._workspace) is StoreKind.MEMORY
        dialog = StoreDialog(self._window, run_is_over() if was_memory else None)
        scope, made = Scope(dialog), list[SecretsManager]()

        async def make(chosen: "StoreChosen") -> None:
            dialog.show_busy()
            try:
                store = await asyncio.to_thread(
                    SecretsManager.create,
                    self._workspace,
                    chosen.kind,
                    passphrase=chosen.passphrase,
                    forget_former_run=was_memory,
                )
            except AppError as error:
                dialog.show_refused(error, chosen)
                return
            made.append(store)
            dialog.accept()

        scope.connect(dialog.chosen, lambda chosen: scope.task(make(chosen), "make the secret store", is_latest=True))
        await ask(dialog)
        if not made:
            raise Cancelled
        if made[0].kind is StoreKind.MEMORY:
            self._worker.remember_key(made[0].key_line())
        return made[0]

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
