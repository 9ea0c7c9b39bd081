"""Where sessions connect, and that sandbox and Telegram never meet in one process."""

import subprocess
import sys
from pathlib import Path

import pytest
from telethon.crypto import rsa

from core.config import DataCentreSettings
from core.domain.account import DataCentre, WorkspaceKind
from core.errors import ConfigurationError, NetworkError, WorkspaceKindMismatch
from telegram import data_centres as module
from telegram.data_centres import CustomDataCentre, DataCentres, trusted_key
from tests.telegram.sandbox_fixture import RunningSandbox


@pytest.fixture
def fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if nothing had been connected yet."""
    monkeypatch.setattr(module, "_process", module._Process())


@pytest.fixture
def public_key() -> str:
    """Some key that is not Telegram's."""
    public, _ = rsa.rsa.newkeys(512)
    pem: bytes = public.save_pkcs1()
    return pem.decode()


@pytest.mark.usefixtures("fresh_process")
@pytest.mark.parametrize("data_centre", [DataCentre.PRODUCTION, DataCentre.TEST])
def test_telegrams_own_servers_are_known(data_centre: DataCentre) -> None:
    address = DataCentres(WorkspaceKind.LIVE).locate(data_centre)

    assert address.dc_id == 2
    assert address.port == 443
    assert address.public_key is None


@pytest.mark.usefixtures("fresh_process")
@pytest.mark.parametrize("kind", list(WorkspaceKind))
@pytest.mark.parametrize("data_centre", list(DataCentre))
def test_a_workspace_refuses_accounts_of_the_other_kind(kind: WorkspaceKind, data_centre: DataCentre) -> None:
    fits = (data_centre is DataCentre.SANDBOX) == (kind is WorkspaceKind.SANDBOX)

    if fits:
        DataCentres(kind).claim_process(data_centre)
    else:
        with pytest.raises(WorkspaceKindMismatch):
            DataCentres(kind).claim_process(data_centre)


@pytest.mark.usefixtures("fresh_process")
def test_one_process_never_connects_to_both() -> None:
    DataCentres(WorkspaceKind.SANDBOX).claim_process(DataCentre.SANDBOX)

    with pytest.raises(WorkspaceKindMismatch):
        DataCentres(WorkspaceKind.LIVE).claim_process(DataCentre.PRODUCTION)


async def test_the_running_sandbox_is_found(shared_sandbox: RunningSandbox) -> None:
    address = DataCentres(WorkspaceKind.SANDBOX, sandbox_folder=shared_sandbox.folder).locate(DataCentre.SANDBOX)

    assert (address.host, address.port) == (shared_sandbox.address.host, shared_sandbox.address.port)


@pytest.mark.parametrize("content", [None, b"", b"{", b"{}", b'{"host": 1}'])
def test_without_a_whole_address_the_sandbox_is_not_running(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "address.json").write_bytes(content)

    with pytest.raises(NetworkError) as caught:
        DataCentres(WorkspaceKind.SANDBOX, sandbox_folder=tmp_path).locate(DataCentre.SANDBOX)

    assert caught.value.title == "The sandbox is not running"


@pytest.mark.usefixtures("fresh_process")
def test_a_custom_data_centre_comes_from_the_settings(tmp_path: Path, public_key: str) -> None:
    key_file = tmp_path / "key.pem"
    key_file.write_text(public_key)
    custom = CustomDataCentre(host="dc.example", port=8443, public_key_file=key_file)

    address = DataCentres(WorkspaceKind.LIVE, custom=custom).locate(DataCentre.CUSTOM)

    assert (address.host, address.port, address.public_key) == ("dc.example", 8443, public_key)


@pytest.mark.usefixtures("fresh_process")
def test_what_the_settings_leave_out_of_a_data_centre_of_ones_own_is_told(tmp_path: Path) -> None:
    assert CustomDataCentre.of(DataCentreSettings(), tmp_path) is None
    half = CustomDataCentre.of(DataCentreSettings(public_key_file="key.pem"), tmp_path)
    assert half is not None
    assert half.public_key_file == tmp_path / "key.pem"

    with pytest.raises(ConfigurationError) as refused:
        DataCentres(WorkspaceKind.LIVE, custom=half).locate(DataCentre.CUSTOM)

    assert "host, port and public_key_file" in refused.value.hint


@pytest.mark.usefixtures("fresh_process")
@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"-----BEGIN RSA PUBLIC KEY-----\nAA\n"])
def test_an_unreadable_key_file_is_told(tmp_path: Path, content: bytes | None) -> None:
    key_file = tmp_path / "key.pem"
    if content is not None:
        key_file.write_bytes(content)
    custom = CustomDataCentre(host="dc.example", port=8443, public_key_file=key_file)

    with pytest.raises(ConfigurationError):
        DataCentres(WorkspaceKind.LIVE, custom=custom).locate(DataCentre.CUSTOM)
    with pytest.raises(ConfigurationError):
        DataCentres(WorkspaceKind.LIVE).locate(DataCentre.CUSTOM)


def test_a_key_is_trusted_inside_the_block_only_also_when_blocks_overlap(public_key: str) -> None:
    before = dict(rsa._server_keys)

    first, second = trusted_key(public_key), trusted_key(public_key)
    with first:
        with second:
            assert len(rsa._server_keys) == len(before) + 1
        assert len(rsa._server_keys) == len(before) + 1

    assert rsa._server_keys == before


def test_telegrams_own_keys_are_never_taken_away() -> None:
    before = dict(rsa._server_keys)
    _, (key, _) = next(iter(before.items()))

    with trusted_key(key.save_pkcs1().decode()), trusted_key(None):
        assert rsa._server_keys == before

    assert rsa._server_keys == before


def test_announcing_the_package_loads_no_telethon() -> None:
    code = "import sys, telegram; sys.exit('telethon' in sys.modules or 'TelegramGateway' not in telegram.__all__)"

    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
