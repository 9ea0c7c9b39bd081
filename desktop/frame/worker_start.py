"""Bringing a worker up from the console: where its key comes from, and when there is none to give."""

import asyncio
from collections.abc import Awaitable, Callable

from campaigns.worker_control import WorkerCondition, WorkerControl
from core.clock import SystemClock
from core.errors import SecretStoreMissing, TooManyTries, WrongPassphrase
from core.lock_tries import is_lock_on
from core.processes import ProcessRecord
from core.workspace import Workspace

AskPassphrase = Callable[[str], Awaitable[str | None]]
"""Called with what was wrong about the last one (empty at first); None: the person goes on without."""


async def start_worker(
    control: WorkerControl, workspace: Workspace, ask_passphrase: AskPassphrase
) -> ProcessRecord | None:
    """Start a worker, or leave the one that runs; None when the person gave no passphrase.

    Raises SecretStoreMissing where no key can be had (no store yet, or one that lasted one run), TimedOut when the
    worker does not come up.
    """
    if control.has_key or (await control.status()).condition is WorkerCondition.RUNNING:
        return await control.start(None)
    # Here and not above: cryptography takes its time to load, and a console that only looks needs none of it.
    from core.secrets.choice import StoreKind
    from core.secrets.manager import SecretsManager, remembered_kind

    match remembered_kind(workspace):
        case None:
            raise SecretStoreMissing(
                "No account was added to this workspace yet, so there is nothing a worker could connect.",
                title="The worker has nothing to do yet",
                hint="Add an account first.",
            )
        case StoreKind.MEMORY:
            raise SecretStoreMissing(
                "The keys of its accounts were kept in memory for one run, and that run is over. "
                "What was sent and what is planned is safe.",
                title="This workspace can only be looked at",
                hint="Make a new sandbox to send again.",
            )
        case StoreKind.PASSPHRASE:
            return await _start_unlocked(control, workspace, ask_passphrase)
        case _ if is_lock_on(workspace):
            # A worker that is started without a key would ask for the passphrase of the lock, and nobody is there.
            return await control.start((await SecretsManager.open_async(workspace)).key_line())
        case _:
            return await control.start(None)


async def _start_unlocked(
    control: WorkerControl, workspace: Workspace, ask_passphrase: AskPassphrase
) -> ProcessRecord | None:
    error = ""
    while True:
        text = await ask_passphrase(error)
        if text is None:
            return None
        try:
            key_line = await _unwrap(workspace, text)
        except (WrongPassphrase, TooManyTries) as wrong:
            error = ". ".join(part for part in (wrong.title, wrong.message) if part)
            continue
        return await control.start(key_line)


async def _unwrap(workspace: Workspace, text: str) -> bytes:
    """The key as a line. Where the app lock is on its slowing holds here too: it is the same passphrase."""
    from core.secrets.app_lock import AppLock
    from core.secrets.manager import KeySource, Passphrase, SecretsManager

    source: KeySource = Passphrase(text)
    if is_lock_on(workspace):
        source = (await asyncio.to_thread(AppLock(workspace, SystemClock()).open, text)).key
    return (await SecretsManager.open_async(workspace, source)).key_line()
