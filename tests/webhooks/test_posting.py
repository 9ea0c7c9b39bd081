"""One request: signed as receivers check it, to nothing but the address that was checked, and never led elsewhere."""

import re
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core.config import TimeoutSettings
from core.errors import SecretStoreError, UserInputError, WebhookFailed
from core.timeouts import use_timeouts
from tests.webhooks.receiver import Receiver, Told, receiving
from webhooks.addresses import check_address, host_of, resolve, why_refused
from webhooks.posting import open_client, post
from webhooks.signing import HookSecret, decode_secret, make_secret, sign

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
GUIDE = Path(__file__).parents[2] / "docs" / "webhooks.md"


async def tell(
    address: str, *, allow: bool = True, context: ssl.SSLContext | None = None, body: bytes = b"{}"
) -> int:
    secret = make_secret()
    async with open_client(context) as client:
        headers = sign("msg_1", body, [secret], NOW)
        return await post(client, address, headers, body, allow_this_computer=allow, now=NOW)


@pytest.fixture
def short_limit() -> Iterator[None]:
    use_timeouts(TimeoutSettings(webhook=0.2))
    yield
    use_timeouts(TimeoutSettings())


def verifier() -> "dict[str, object]":
    """What docs/webhooks.md tells receivers to write."""
    code = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)[0]
    scope: dict[str, object] = {}
    exec(code, scope)
    return scope


def is_genuine(secret: str, told: Told, *, now: datetime = NOW) -> bool:
    return bool(verifier()["is_genuine"](secret, told.headers, told.body, now.timestamp()))  # type: ignore[operator]


async def test_the_receiver_of_the_guide_takes_what_was_signed_and_nothing_that_was_changed(
    receiver: Receiver,
) -> None:
    secret = make_secret()
    async with open_client() as client:
        headers = sign("msg_1", b'{"a":1}', [secret], NOW)
        await post(client, receiver.address, headers, b'{"a":1}', allow_this_computer=True, now=NOW)
    (told,) = receiver.told

    assert is_genuine(secret, told)
    assert not is_genuine(make_secret(), told)
    assert not is_genuine(secret, Told(told.path, told.headers, b'{"a":2}'))
    assert not is_genuine(secret, Told(told.path, {**told.headers, "webhook-id": "msg_2"}, told.body))
    assert not is_genuine(secret, told, now=NOW + timedelta(minutes=6))
    assert told.path == "/hooks/room?token=t0ken"


def test_a_signature_is_that_of_the_specification() -> None:
    """The example that the reference libraries of the specification are tested with."""
    headers = sign(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        b'{"test": 2432232314}',
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        datetime.fromtimestamp(1614265330, UTC),
    )

    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_rolled_secret_signs_beside_the_new_one_for_a_day() -> None:
    first = HookSecret(address="https://a.example", secret=make_secret())
    rolled = decode_secret(first.rolled(NOW).encoded())

    assert rolled.secrets_at(NOW + timedelta(hours=23)) == (rolled.secret, first.secret)
    assert rolled.secrets_at(NOW + timedelta(hours=25)) == (rolled.secret,)
    assert rolled.address == first.address
    assert first.secret not in repr(rolled)
    with pytest.raises(SecretStoreError):
        decode_secret(b"something else")


@pytest.mark.parametrize(
    ("status", "more", "of_address", "wait_s"),
    [
        (500, "", True, None),
        (302, "location: http://127.0.0.1:1/\r\n", True, None),
        (400, "", False, None),
        (404, "", True, None),
        (429, "retry-after: 120\r\n", True, 120.0),
        (503, "retry-after: Fri, 20 Nov 2026 12:05:00 GMT\r\n", True, 300.0),
        (503, "retry-after: soon\r\n", True, None),
        (503, "retry-after: 9999999\r\n", True, 86_400.0),
    ],
)
async def test_whatever_is_no_2xx_has_failed(
    receiver: Receiver, status: int, more: str, of_address: bool, wait_s: float | None
) -> None:
    receiver.always = (status, more)

    with pytest.raises(WebhookFailed) as failed:
        await tell(receiver.address)

    assert (failed.value.status, failed.value.is_of_address, failed.value.wait_s) == (status, of_address, wait_s)
    assert len(receiver.told) == 1  # nobody is asked at the place that a redirect names


@pytest.mark.usefixtures("short_limit")
async def test_a_receiver_that_does_not_answer_has_failed_after_the_limit() -> None:
    import asyncio

    async with receiving() as silent:
        silent.hold = asyncio.Event()
        with pytest.raises(WebhookFailed, match="No answer"):
            await tell(silent.address)


async def test_nobody_at_an_address_is_said_so() -> None:
    with pytest.raises(WebhookFailed, match="Nobody answers"):
        await tell("http://127.0.0.1:9/")


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "fe80::1",
        "0.0.0.0",
        "0.1.2.3",
        "224.0.0.1",
        "255.255.255.255",
        "100.100.100.200",
        "fd00:ec2::254",
        "168.63.129.16",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "::",
    ],
)
def test_addresses_of_the_machine_and_its_host_are_refused(address: str) -> None:
    assert why_refused(ip_address(address))
    with pytest.raises(UserInputError):
        check_address(f"https://{f'[{address}]' if ':' in address else address}/hook", allow_this_computer=True)


@pytest.mark.parametrize(
    "address", ["10.1.2.3", "192.168.1.5", "172.16.0.9", "fd12::1", "100.64.0.7", "93.184.216.34"]
)
def test_private_networks_may_be_told_over_https(address: str) -> None:
    assert why_refused(ip_address(address)) == ""


@pytest.mark.parametrize(
    "address",
    [
        "",
        "help.example",
        "http://help.example/",
        "ftp://help.example/",
        "https://name:word@help.example/",
        "https://help.example/#part",
        "https:///nobody",
        "https://help.example:0/",
        "https://h\u00e9lp.example/",
        "https://[::1",
    ],
)
def test_addresses_that_are_none_are_refused(address: str) -> None:
    with pytest.raises(UserInputError):
        check_address(address, allow_this_computer=True)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:80/a", "https://localhost/a", "https://[::1]/a", "http://localhost"]
)
def test_this_computer_may_be_told_only_when_a_setting_says_so(address: str) -> None:
    assert check_address(f" {address} ", allow_this_computer=True) == address
    with pytest.raises(UserInputError):
        check_address(address, allow_this_computer=False)


def test_only_the_host_of_an_address_is_shown() -> None:
    assert host_of("https://help.example:8443/hooks/t0ken?key=abc") == "https://help.example:8443"


async def test_a_name_that_leads_to_a_metadata_address_by_now_is_not_told(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    """Also when its other address is one that may be told: the resolver may choose either."""
    answers = [(2, 1, 6, "", ("93.184.216.34", 443)), (2, 1, 6, "", ("169.254.169.254", 443))]
    monkeypatch.setattr("webhooks.addresses.socket.getaddrinfo", lambda *_, **__: answers)

    with pytest.raises(WebhookFailed, match="never told"):
        await resolve("help.example", 443, allow_this_computer=True)


async def test_a_name_that_leads_here_is_not_told_without_the_setting(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    port = int(receiver.address.split(":")[2].split("/")[0])
    monkeypatch.setattr(
        "webhooks.addresses.socket.getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("127.0.0.1", port))]
    )
    with pytest.raises(WebhookFailed, match="this computer itself"):
        await tell(f"https://help.example:{port}/", allow=False)
    assert receiver.connections == 0


def certificate_for(name: str, folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(serialization.Encoding.PEM, form, plain)
    )
    return path


async def test_the_certificate_has_to_be_that_of_the_name_though_an_address_is_connected_to(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("webhooks.addresses.socket.getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("127.0.0.1", 0))])
    own = certificate_for("help.example", tmp_path)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(own)
    trusting = ssl.create_default_context(cafile=str(own))

    async with receiving(server) as receiver:
        port = receiver.address.split(":")[2].split("/")[0]
        assert await tell(f"https://help.example:{port}/hook", context=trusting) == 200
        assert receiver.told[0].headers["host"] == f"help.example:{port}"
        with pytest.raises(WebhookFailed, match="certificate"):
            await tell(f"https://other.example:{port}/hook", context=trusting)
        with pytest.raises(WebhookFailed, match="certificate"):
            await tell(f"https://help.example:{port}/hook")
        assert len(receiver.told) == 1
