"""Nobody asks the text model behind a lock: the process that holds its key ends when the window is locked."""

import asyncio
import sys

import psutil
import pytest

from ai.child.control import AiControl
from ai.child.orders import TryOut
from ai.keys import store_key
from ai.service import AiService
from campaigns.worker_control import WorkerControl
from core.config import AiSettings
from core.errors import Cancelled
from core.secrets.app_lock import AppLock
from core.secrets.choice import StoreKind
from core.secrets.manager import SecretsManager
from desktop.ai_keys import AiKeys, is_key_kept
from desktop.frame.ai_access import AiAccess
from desktop.vault_access import VaultAccess
from tests.desktop.window import open_window, until
from tests.desktop.workspace_fixture import Filled

# Stands in for the child: keeps what it is told, answers nothing, and ends when its input closes.
SILENT = [sys.executable, "-c", "import sys; sys.stdin.read()"]


@pytest.mark.usefixtures("theme")
async def test_the_child_with_the_key_ends_when_the_window_is_locked(filled: Filled) -> None:
    secrets = SecretsManager.create(filled.workspace, StoreKind.MEMORY)
    await store_key(secrets, "gemini", "AQ.of-nothing")
    worker = filled.services.get(WorkerControl)
    worker.remember_key(secrets.key_line())
    AppLock(filled.workspace, filled.clock).turn_on("correct horse")
    control = AiControl(filled.workspace, SILENT, AiSettings, filled.services.get(AiService))
    async with open_window(filled) as window:
        keys = AiKeys(VaultAccess(window, filled.workspace, worker), filled.workspace)
        access = AiAccess(window, control, keys, window.guard)
        asking = asyncio.get_running_loop().create_task(control.ask(TryOut(), actor="kaya"))
        await until(lambda: control.pid)
        pid = control.pid or 0

        window.guard.lock()

        with pytest.raises(Cancelled):
            await asking
        await until(lambda: not psutil.pid_exists(pid))
        access.end()


def test_whether_there_is_a_key_is_seen_without_opening_the_store(filled: Filled) -> None:
    assert not is_key_kept(filled.workspace, "gemini")

    SecretsManager.create(filled.workspace, StoreKind.MEMORY).set("migrated/GEMINI_API_KEY", b"AQ.of-nothing")

    assert is_key_kept(filled.workspace, "gemini")
    assert not is_key_kept(filled.workspace, "openai")
