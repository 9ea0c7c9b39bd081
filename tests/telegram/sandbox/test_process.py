"""A sandbox as a process: how it is found, when it refuses to start, how it ends."""

import asyncio
import socket
import stat
import sys
from pathlib import Path

import psutil
import pytest

from core.errors import ConfigurationError, ConnectionLost, PortInUse, TimedOut, UserInputError
from telegram.sandbox.address import SandboxAddress
from telegram.sandbox.control import SandboxControl
from telegram.sandbox.process import SandboxProcess, read_address, wait_for_address
from telegram.sandbox.server import serve
from tests.telegram.sandbox_fixture import RunningSandbox, connected, signed_in_bot


@pytest.mark.slow
async def test_the_address_is_there_while_it_runs_and_only_its_owner_can_read_it(sandbox: RunningSandbox) -> None:
    path = sandbox.folder / "address.json"
    address = read_address(sandbox.folder)

    assert address == sandbox.address == await wait_for_address(sandbox.folder)
    assert address is not None
    assert (address.host, address.pid) == ("127.0.0.1", sandbox.process.pid)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    await sandbox.stop()
    assert not path.exists()
    assert (sandbox.folder / "sandbox.log").read_text() == ""


@pytest.mark.slow
async def test_an_orderly_stop_does_not_wait_for_connected_clients(sandbox: RunningSandbox) -> None:
    async with signed_in_bot(sandbox) as (client, _):
        await asyncio.wait_for(sandbox.stop(), 40)
        await asyncio.wait_for(asyncio.gather(client.disconnected, return_exceptions=True), 20)


@pytest.mark.slow
async def test_a_new_run_has_a_new_key_and_takes_the_place_of_an_address_left_behind(sandbox: RunningSandbox) -> None:
    before = sandbox.address
    await sandbox.kill()
    assert read_address(sandbox.folder) == before  # nobody could take it away

    await sandbox.restart()

    assert sandbox.address.public_key_pem != before.public_key_pem
    async with connected(sandbox.address):
        pass


async def test_a_sandbox_that_nobody_waits_for_any_more_is_ended(tmp_path: Path) -> None:
    process = SandboxProcess(tmp_path, ["sleep", "600"])
    async with asyncio.TaskGroup() as group:
        starting = group.create_task(process.start(), name="start")
        while not (tmp_path / "sandbox.log").exists():
            await asyncio.sleep(0)
        pid = process.pid

        starting.cancel()

    assert starting.cancelled()
    assert not psutil.pid_exists(pid)


@pytest.mark.slow
async def test_a_second_sandbox_in_one_folder_is_refused_and_the_first_stays(sandbox: RunningSandbox) -> None:
    with pytest.raises(ConfigurationError, match="already"):
        await SandboxProcess(sandbox.folder).start()

    assert read_address(sandbox.folder) == sandbox.address
    assert (await sandbox.control.stats()).accounts == 0


async def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(PortInUse, match=str(port)):
            await serve(tmp_path / "sandbox", port=port)


async def test_a_process_that_ends_at_once_is_reported_with_its_last_words(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('No such luck.')"]

    with pytest.raises(ConfigurationError, match="No such luck"):
        await SandboxProcess(tmp_path / "sandbox", command).start()


async def test_a_sandbox_that_says_nothing_is_given_up(tmp_path: Path) -> None:
    process = SandboxProcess(tmp_path / "sandbox", [sys.executable, "-c", "input()"])

    with pytest.raises((TimedOut, ConfigurationError)):
        await process.start(timeout_s=0.05)
    with pytest.raises(TimedOut):
        await wait_for_address(tmp_path / "sandbox", timeout_s=0.02)


async def test_control_needs_the_token(shared_sandbox: RunningSandbox) -> None:
    address = shared_sandbox.address
    wrong = SandboxAddress(
        host=address.host,
        port=address.port,
        control_port=address.control_port,
        control_token="guess",
        public_key_pem="",
        proxy_secret="",
        pid=0,
        started_at="",
    )

    async with SandboxControl(wrong) as control:
        with pytest.raises(UserInputError, match="token"):
            await control.stats()


async def test_control_of_a_sandbox_that_is_gone_says_so(unused_tcp_port: int) -> None:
    address = SandboxAddress("127.0.0.1", 1, unused_tcp_port, "token", "", "", 0, "")

    async with SandboxControl(address) as control:
        with pytest.raises(ConnectionLost, match="does not answer"):
            await control.stats()


async def test_calls_are_counted_by_method(shared_sandbox: RunningSandbox) -> None:
    before = await shared_sandbox.control.stats()
    async with signed_in_bot(shared_sandbox):
        after = await shared_sandbox.control.stats()

    assert after.accounts == before.accounts + 1
    assert after.links >= 1
    signed_in = "auth.importBotAuthorization"
    assert after.calls[signed_in] == before.calls.get(signed_in, 0) + 1
