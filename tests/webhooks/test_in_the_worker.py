"""The worker's own wiring tells a webhook what happened before it started, with the secret of the secret store."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from campaigns.ports import WorkerStart
from core.domain.account import WorkspaceKind
from core.domain.ids import WorkerId
from core.domain.webhook import HookEvent, HookWish
from core.secrets.choice import StoreKind
from core.secrets.key_pipe import decode_key_line
from core.secrets.manager import DataKey, SecretsManager
from core.workspace import open_workspace
from main import MainHouse
from tests.webhooks.receiver import Receiver
from tests.webhooks.test_posting import is_genuine
from webhooks.service import WebhookService

pytestmark = pytest.mark.slow


async def test_a_test_is_told_by_the_worker_and_the_receiver_takes_it_for_genuine(
    tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIREROOM_STATE_DIR", str(tmp_path / "state"))
    workspace, house = open_workspace(tmp_path / "w"), MainHouse()
    workspace.config_path.write_text("[webhooks]\nallow_this_computer = true\n")
    container = house.services(workspace, kind=WorkspaceKind.SANDBOX, process="worker")
    secrets = SecretsManager.create(workspace, StoreKind.MEMORY)
    house.add_secrets(container, workspace, DataKey(decode_key_line(secrets.key_line())))
    async with house.services(workspace, kind=WorkspaceKind.SANDBOX) as before:
        service = before.get(WebhookService)
        wish = HookWish(name="Desk", address=receiver.address, events=frozenset({HookEvent.ACCOUNT_STOPPED}))
        made = await service.add(wish, secrets, actor="ann")
        await service.test(made.hook_id)
    start = WorkerStart(worker_id=WorkerId("one"), pid=1, started_at=datetime(2026, 11, 20, tzinfo=UTC))
    house.add_worker(container, workspace, start)

    async with container:
        await receiver.wait_for(lambda: bool(receiver.told))

    (told,) = receiver.told
    moment = datetime.fromtimestamp(int(told.headers["webhook-timestamp"]), UTC)
    assert is_genuine(made.secret, told, now=moment)
    assert (told.type, told.content["is_sandbox"]) == ("webhook.test", True)
