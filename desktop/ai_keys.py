"""The provider's key in the secret store, as the console reaches it: read for a question, stored, forgotten."""

import asyncio

from ai.keys import delete_key, has_key, read_key, store_key
from core.workspace import Workspace
from desktop.vault_access import VaultAccess

_WHY = "The key of the text model's provider lies in the secret store, and it is locked by your passphrase."


class AiKeys:
    """For one window. A person is asked for the passphrase only where it is needed."""

    def __init__(self, vault: VaultAccess, workspace: Workspace) -> None:
        self._vault = vault
        self._workspace = workspace

    async def has(self, provider: str) -> bool:
        """Whether there is one; nothing is opened for that."""
        return await asyncio.to_thread(is_key_kept, self._workspace, provider)

    async def read(self, provider: str) -> str:
        """ "" where there is none. Raises Cancelled when the person does not open the store, and SecretStoreError."""
        if not await self.has(provider):
            return ""
        secrets = await self._vault.open(_WHY)
        return "" if secrets is None else await read_key(secrets, provider)

    async def store(self, provider: str, key: str) -> None:
        """In place of another one; where there is no secret store yet, the person chooses one. Raises as `read`, and
        UserInputError for what can be no key.
        """
        await store_key(await self._vault.open_or_make(_WHY), provider, key)

    async def forget(self, provider: str) -> None:
        """Harmless where there is none. Raises as `read`."""
        secrets = await self._vault.open(_WHY)
        if secrets is not None:
            await delete_key(secrets, provider)


def is_key_kept(workspace: Workspace, provider: str) -> bool:
    """Whether the secret store has a key for it; nothing is opened for that. Blocks."""
    # Here and not above: cryptography takes its time to load.
    from core.secrets.vault import secret_names

    return has_key(secret_names(workspace.vault), provider)
