"""The rig of the delivery engine, with short waits."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.campaigns.dispatch.rig import Rig, make_rig
from tests.telegram.sandbox_fixture import RunningSandbox


@pytest.fixture
async def rig(tmp_path: Path, shared_sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    monkeypatch.setenv("WIREROOM_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setattr("wiring.worker.RECONNECT_S", (0.05, 0.1))
    monkeypatch.setattr("campaigns.dispatch.worker.TEND_EVERY_S", 0.05)
    monkeypatch.setattr("campaigns.dispatch.worker.REPORT_EVERY_S", 0.02)
    monkeypatch.setattr("campaigns.dispatch.worker.LOOK_FOR_ACCOUNTS_S", 0.1)
    monkeypatch.setattr("campaigns.dispatch.settle.ARRIVES_WITHIN", timedelta(0))
    async with make_rig(tmp_path / "workspace", shared_sandbox) as made:
        yield made
