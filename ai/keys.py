"""The key of each provider, in the secret store."""

import asyncio
from collections.abc import Collection

from core.errors import SecretNotFound, UserInputError
from core.ports import Secrets

# The first is ours; the others are what `secrets migrate` found in an old .env file.
_GOOGLE = ("ai/gemini", "migrated/GEMINI_API_KEY", "migrated/GOOGLE_API_KEY")
KEY_NAMES = {
    "gemini": _GOOGLE,
    "legacy-gemini": _GOOGLE,
    "openai": ("ai/openai", "migrated/OPENAI_API_KEY"),
}
MAX_KEY = 500


def has_key(names: Collection[str], provider: str) -> bool:
    """Whether one of these secrets is a key for the provider."""
    return not set(KEY_NAMES[provider]).isdisjoint(names)


async def read_key(secrets: Secrets, provider: str) -> str:
    """The provider's key, "" when there is none. Raises SecretStoreError."""

    def read() -> str:
        for name in KEY_NAMES[provider]:
            try:
                return secrets.get(name).decode()
            except SecretNotFound:
                continue
        return ""

    return await asyncio.to_thread(read)


async def store_key(secrets: Secrets, provider: str, key: str) -> None:
    """Keep it in place of another one. Raises UserInputError for what can be no key, and SecretStoreError.

    Keys of every form are taken: providers change them.
    """
    key = key.strip()
    if not key or len(key) > MAX_KEY or not key.isascii() or not key.isprintable() or " " in key:
        raise UserInputError(
            f"A key is one word of at most {MAX_KEY} letters, digits and signs.",
            title="This is no key",
            hint="Copy it again from the provider's page. Nothing was changed.",
        )
    await asyncio.to_thread(secrets.set, KEY_NAMES[provider][0], key.encode())


async def delete_key(secrets: Secrets, provider: str) -> None:
    """Forget it, also the one that came from an old file."""

    def delete() -> None:
        for name in KEY_NAMES[provider]:
            secrets.delete(name)

    await asyncio.to_thread(delete)
