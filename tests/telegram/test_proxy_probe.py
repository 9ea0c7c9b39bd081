"""A probe measures a proxy that reaches Telegram, and says of every other one why not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from zlib import crc32

import pytest

from core.config import TimeoutSettings
from core.domain.account import DataCentre
from core.domain.proxy import ProxyEndpoint, ProxyFailure, ProxyKind
from core.errors import NetworkError
from core.timeouts import use_timeouts
from telegram.proxy_probe import TelegramProxyProbe
from tests.fake_secrets import FakeSecrets
from tests.proxy.servers import DIRECT, SOURCE, LoopbackProxy, running
from tests.telegram.online import data_centres
from tests.telegram.sandbox_fixture import RunningSandbox


class Prober:
    """The probe of one sandbox, with credentials given beside the endpoint."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self.sandbox = sandbox
        self.keys = FakeSecrets()
        self.probe = TelegramProxyProbe(data_centres(sandbox), self.keys, DataCentre.SANDBOX)

    async def failure(self, proxy: LoopbackProxy, secret: str = "") -> ProxyFailure | None:
        self.keys.held["proxy/x"] = secret.encode()
        times = await self.probe.probe(proxy.endpoint("proxy/x" if secret else ""))
        assert (times.telegram_ms is None) == (times.failure is not None)
        assert (times.tcp_ms is None) == (times.failure is ProxyFailure.DEAD)
        return times.failure


@pytest.fixture
def prober(shared_sandbox: RunningSandbox) -> Prober:
    return Prober(shared_sandbox)


@pytest.fixture
def hurried() -> None:
    use_timeouts(TimeoutSettings(proxy_check=0.3))
    yield
    use_timeouts(TimeoutSettings())


def relay(sandbox: RunningSandbox) -> LoopbackProxy:
    return LoopbackProxy(ProxyKind.MTPROXY, relay_to=(sandbox.address.host, sandbox.address.port))


@pytest.mark.parametrize(
    ("kind", "username", "password"),
    [
        (ProxyKind.SOCKS5, "", ""),
        (ProxyKind.SOCKS5, "ann", "s3cret"),
        (ProxyKind.SOCKS4, "", ""),
        (ProxyKind.SOCKS4, "ann", ""),
        (ProxyKind.HTTP, "", ""),
        (ProxyKind.HTTP, "ann", "s3cret"),
        (ProxyKind.HTTP, "ann", ""),
    ],
)
async def test_telegram_answers_through_a_good_proxy(
    prober: Prober, kind: ProxyKind, username: str, password: str
) -> None:
    before = (await prober.sandbox.control.stats()).sources
    async with running(LoopbackProxy(kind, username=username, password=password)) as proxy:
        assert await prober.failure(proxy, password) is None

    after = (await prober.sandbox.control.stats()).sources
    assert after.get(SOURCE, 0) == before.get(SOURCE, 0) + 1
    assert after.get(DIRECT, 0) == before.get(DIRECT, 0)


@pytest.mark.parametrize("prefix", ["", "dd"])
async def test_telegram_answers_through_an_mtproxy(prober: Prober, prefix: str) -> None:
    async with running(relay(prober.sandbox)) as proxy:
        assert await prober.failure(proxy, prefix + prober.sandbox.address.proxy_secret) is None


async def test_an_mtproxy_with_another_secret_hangs_up(prober: Prober) -> None:
    async with running(relay(prober.sandbox)) as proxy:
        assert await prober.failure(proxy, "dd" + "00" * 16) is ProxyFailure.WRONG_SECRET


@pytest.mark.parametrize("kind", [ProxyKind.SOCKS5, ProxyKind.SOCKS4, ProxyKind.HTTP])
async def test_wrong_credentials_are_told_apart(prober: Prober, kind: ProxyKind) -> None:
    password = "" if kind is ProxyKind.SOCKS4 else "right"
    async with running(LoopbackProxy(kind, username="ann", password=password)) as proxy:
        if kind is ProxyKind.SOCKS4:
            proxy.username = "bob"
            endpoint = proxy.endpoint()
            proxy.username = "ann"
            times = await prober.probe.probe(endpoint)
            assert times.failure is ProxyFailure.WRONG_CREDENTIALS
        else:
            assert await prober.failure(proxy, "wrong") is ProxyFailure.WRONG_CREDENTIALS


@pytest.mark.parametrize("kind", [ProxyKind.SOCKS5, ProxyKind.HTTP])
async def test_a_missing_password_counts_as_wrong(prober: Prober, kind: ProxyKind) -> None:
    async with running(LoopbackProxy(kind, username="ann", password="right")) as proxy:
        endpoint = ProxyEndpoint(kind=kind, host=DIRECT, port=proxy.port)
        assert (await prober.probe.probe(endpoint)).failure is ProxyFailure.WRONG_CREDENTIALS


async def test_a_proxy_that_is_not_there_is_dead(prober: Prober) -> None:
    proxy = await LoopbackProxy().start()
    await proxy.stop()

    assert await prober.failure(proxy) is ProxyFailure.DEAD


async def test_a_password_that_is_not_in_the_store_is_told(prober: Prober) -> None:
    async with running(LoopbackProxy(username="ann", password="right")) as proxy:
        times = await prober.probe.probe(proxy.endpoint("proxy/nowhere"))
        assert times.failure is ProxyFailure.NO_CREDENTIALS


async def test_a_proxy_that_may_not_go_there_refuses(prober: Prober) -> None:
    async with running(LoopbackProxy()) as proxy:
        proxy.refuses = True
        assert await prober.failure(proxy) is ProxyFailure.REFUSED


@pytest.mark.slow
@pytest.mark.parametrize("kind", [ProxyKind.SOCKS5, ProxyKind.HTTP, ProxyKind.MTPROXY])
async def test_a_proxy_that_never_answers_is_silent(prober: Prober, kind: ProxyKind, hurried: None) -> None:
    async with running(LoopbackProxy(kind)) as proxy:
        proxy.is_silent = True
        secret = "dd" + "00" * 16 if kind is ProxyKind.MTPROXY else ""
        assert await prober.failure(proxy, secret) is ProxyFailure.SILENT


@asynccontextmanager
async def impostor(answer: bytes) -> AsyncIterator[tuple[str, int]]:
    """Somebody who is not Telegram and answers everything with the same bytes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(answer)
        await writer.drain()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, DIRECT, 0)
    try:
        yield server.sockets[0].getsockname()
    finally:
        server.close()


FRAMED = bytes((100, 0, 0, 0)) + bytes(92)


@pytest.mark.parametrize(
    "answer", [FRAMED + bytes(4), FRAMED + crc32(FRAMED).to_bytes(4, "little")], ids=["garbage", "another answer"]
)
async def test_another_server_is_not_taken_for_telegram(
    prober: Prober, answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with impostor(answer) as place:
        address = prober.probe._data_centres.locate(DataCentre.SANDBOX)
        elsewhere = type(address)(dc_id=2, host=place[0], port=place[1], public_key=address.public_key)
        monkeypatch.setattr(prober.probe._data_centres, "locate", lambda _: elsewhere)
        async with running(LoopbackProxy()) as proxy:
            assert await prober.failure(proxy) is ProxyFailure.NOT_TELEGRAM


async def test_a_sandbox_that_is_gone_says_nothing_about_proxies(sandbox: RunningSandbox) -> None:
    prober = Prober(sandbox)
    await sandbox.kill()
    async with running(LoopbackProxy()) as proxy:
        with pytest.raises(NetworkError, match="sandbox"):
            await prober.failure(proxy)
    await sandbox.start()
