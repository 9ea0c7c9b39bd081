"""Many accounts in one worker: one call for the data key, everyone back after all links broke. No times here.

The short form of `bench/run.py fleet`.
"""

from pathlib import Path

import pytest

from bench.fleet.fleet import find
from core.secrets import os_keyring

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

ACCOUNTS = 20


async def test_the_key_store_is_asked_once_for_all_accounts_and_every_reconnect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os_keyring, "ALLOWED_BACKENDS", os_keyring.ALLOWED_BACKENDS)  # put back afterwards

    found = await find(tmp_path, accounts=ACCOUNTS, rounds=2, idle_s=0.1, steady_s=0.0)

    assert found.keyring_calls == 1
    assert len(found.reconnects_s) == 2, "every account came back, twice"
