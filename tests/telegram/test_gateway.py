"""Connecting: whose session it is, what is refused, and what becomes of a link that has ended."""

from dataclasses import replace
from pathlib import Path

import pytest
from telethon.crypto import rsa
from telethon.tl import types

from core import errors
from core.config import DataCentreSettings
from core.domain.account import AccountKind, DataCentre, WorkspaceKind
from core.domain.ids import TelegramUserId
from core.domain.peer import Address
from telegram.account_check import freeze_in
from telegram.data_centres import SANDBOX_API, CustomDataCentre, DataCentres, _Process
from telegram.gateway import TelegramGateway
from telegram.sandbox.control import Fault, FaultKind
from tests.fake_secrets import FakeSecrets
from tests.telegram.online import NoProxies, by_name, data_centres, go_online, meet
from tests.telegram.sandbox_fixture import RunningSandbox


async def test_connecting_exchanges_no_key_and_leaves_no_sandbox_key_behind(shared_sandbox: RunningSandbox) -> None:
    trusted = dict(rsa._server_keys)

    online = await go_online(shared_sandbox)

    assert rsa._server_keys == trusted
    async with online.link() as link:  # a key exchange would fail now: nobody vouches for the sandbox
        assert not link.is_closed


async def test_an_account_of_a_data_centre_of_ones_own_connects_where_the_settings_say(
    shared_sandbox: RunningSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    online, address = await go_online(shared_sandbox), shared_sandbox.address
    monkeypatch.setattr("telegram.data_centres._process", _Process())
    (tmp_path / "key.pem").write_text(address.public_key_pem, "ascii")
    settings = DataCentreSettings(host=address.host, port=address.port, public_key_file="key.pem")
    centres = DataCentres(WorkspaceKind.LIVE, custom=CustomDataCentre.of(settings, tmp_path))
    gateway = TelegramGateway(centres, online.keys, SANDBOX_API, NoProxies())

    link = await gateway.connect(replace(online.account, data_centre=DataCentre.CUSTOM), None, online.inbox)

    assert not link.is_closed
    await link.close()


async def test_the_fingerprint_names_the_key_over_all_links(shared_sandbox: RunningSandbox) -> None:
    online, other = await go_online(shared_sandbox), await go_online(shared_sandbox)

    async with online.link() as link:
        first = link.key_fingerprint
    async with online.link() as link:
        assert link.key_fingerprint == first
    async with other.link() as link:
        assert link.key_fingerprint != first


async def test_a_session_of_another_account_is_refused(shared_sandbox: RunningSandbox) -> None:
    online = await go_online(shared_sandbox)
    stranger = replace(online.account, telegram_user_id=TelegramUserId(1))

    with pytest.raises(errors.AccountSignedOut) as caught:
        await online.gateway.connect(stranger, None, online.inbox)

    assert "another Telegram account" in caught.value.message


async def test_an_unknown_key_is_a_passing_trouble_once_and_then_a_lost_session(
    shared_sandbox: RunningSandbox,
) -> None:
    online = await go_online(shared_sandbox)
    await shared_sandbox.control.forget_keys(online.user_id)

    with pytest.raises(errors.ConnectionLost):
        await online.gateway.connect(online.account, None, online.inbox)
    with pytest.raises(errors.AccountSignedOut):
        await online.gateway.connect(online.account, None, online.inbox)


async def test_a_session_that_is_used_twice_is_dead(shared_sandbox: RunningSandbox) -> None:
    online = await go_online(shared_sandbox)

    async with online.link():
        with pytest.raises(errors.SessionUsedTwice):
            await online.gateway.connect(online.account, None, online.inbox)


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        (401, "AUTH_KEY_UNREGISTERED", errors.AccountSignedOut),
        (401, "USER_DEACTIVATED_BAN", errors.AccountBanned),
        (500, "RPC_CALL_FAIL", errors.ServerTrouble),
    ],
)
async def test_what_telegram_says_while_connecting_is_told(
    shared_sandbox: RunningSandbox, code: int, text: str, expected: type[errors.AppError]
) -> None:
    online = await go_online(shared_sandbox)
    fault = Fault(kind=FaultKind.ERROR, method="users.getUsers", code=code, text=text, account_id=online.user_id)
    await shared_sandbox.control.inject(fault)

    with pytest.raises(expected):
        await online.gateway.connect(online.account, None, online.inbox)

    async with online.link() as link:  # nothing of the failed connect is left
        assert not link.is_closed


async def test_too_many_connections_are_told_apart(shared_sandbox: RunningSandbox) -> None:
    online = await go_online(shared_sandbox)
    await shared_sandbox.control.inject(Fault(kind=FaultKind.TRANSPORT_ERROR, code=429, account_id=online.user_id))

    with pytest.raises(errors.ConnectionLost) as caught:
        await online.gateway.connect(online.account, None, online.inbox)

    assert caught.value.detail == "transport 429"


async def test_a_missing_secret_is_not_taken_for_a_lost_session(shared_sandbox: RunningSandbox) -> None:
    online = await go_online(shared_sandbox)
    online.keys.held.clear()

    with pytest.raises(errors.SecretNotFound):
        await online.gateway.connect(online.account, None, online.inbox)


@pytest.mark.slow
async def test_the_address_is_read_anew_after_the_sandbox_was_killed(sandbox: RunningSandbox) -> None:
    online = await go_online(sandbox)
    await sandbox.kill()

    with pytest.raises(errors.NetworkError) as caught:  # the file of the dead one is still there
        await online.gateway.connect(online.account, None, online.inbox)

    assert caught.value.title == "The sandbox is not running"
    await sandbox.start()
    async with online.link() as link:
        assert not link.is_closed


async def test_a_sandbox_that_never_ran_is_not_running(tmp_path: Path, shared_sandbox: RunningSandbox) -> None:
    online = await go_online(shared_sandbox)
    nowhere = DataCentres(WorkspaceKind.SANDBOX, sandbox_folder=tmp_path)

    with pytest.raises(errors.NetworkError) as caught:
        await TelegramGateway(nowhere, online.keys, SANDBOX_API, NoProxies()).connect(
            online.account, None, online.inbox
        )

    assert caught.value.title == "The sandbox is not running"


async def test_real_accounts_are_refused_before_their_secret_is_read(shared_sandbox: RunningSandbox) -> None:
    online = await go_online(shared_sandbox)
    real = replace(online.account, data_centre=DataCentre.PRODUCTION)
    gateway = TelegramGateway(data_centres(shared_sandbox), FakeSecrets(), SANDBOX_API, NoProxies())

    with pytest.raises(errors.WorkspaceKindMismatch):
        await gateway.connect(real, None, online.inbox)


async def test_a_dropped_link_ends_and_refuses_further_use(shared_sandbox: RunningSandbox) -> None:
    online = await go_online(shared_sandbox)
    async with online.link() as link:
        await shared_sandbox.control.drop_links(online.user_id)

        await link.wait_closed()

        assert link.is_closed
        with pytest.raises(errors.ConnectionLost):
            await link.server_time()


async def test_closing_twice_and_after_a_drop_is_harmless(shared_sandbox: RunningSandbox) -> None:
    online = await go_online(shared_sandbox)
    async with online.link(caught_up=True) as link:
        await shared_sandbox.control.drop_links(online.user_id)
        await link.wait_closed()
        await link.close()
        await link.close()


async def test_the_servers_time_is_the_servers(shared_sandbox: RunningSandbox) -> None:
    online = await go_online(shared_sandbox)
    async with online.link() as link:
        before = await link.server_time()
        await shared_sandbox.control.set_clock_offset(20)
        after = await link.server_time()

    assert 19 <= (after - before).total_seconds() <= 25


async def test_people_are_found_by_name(shared_sandbox: RunningSandbox) -> None:
    online, person = await meet(shared_sandbox)

    async with online.link() as link:
        peer = await link.resolve(by_name(person))
        with pytest.raises(errors.RecipientNotFound):
            await link.resolve(Address(user_id=None, username="nobody_has_this_name"))

    assert peer.user_id == person.user_id
    assert peer.username == person.username


async def test_a_bot_finds_its_own_people_by_id_and_nobody_else(shared_sandbox: RunningSandbox) -> None:
    bot = await go_online(shared_sandbox, AccountKind.BOT)
    other = await go_online(shared_sandbox, AccountKind.BOT)
    mine, theirs = await bot.new_person(), await other.new_person()

    async with bot.link() as link:
        peer = await link.resolve(Address(user_id=TelegramUserId(mine.user_id), username=None))
        with pytest.raises(errors.RecipientUnreachable):
            await link.resolve(Address(user_id=TelegramUserId(theirs.user_id), username=None))
        with pytest.raises(errors.RecipientUnreachable):
            await link.resolve(Address(user_id=None, username=None))

    assert peer.user_id == mine.user_id


def test_a_freeze_is_told_with_its_dates() -> None:
    config = types.JsonObject(
        [
            types.JsonObjectValue("freeze_since_date", types.JsonNumber(1_790_000_000)),
            types.JsonObjectValue("freeze_until_date", types.JsonNumber(1_800_000_000)),
            types.JsonObjectValue("freeze_appeal_url", types.JsonString("https://t.me/spambot")),
        ]
    )

    frozen = freeze_in(config)

    assert frozen is not None
    assert "21 September 2026" in frozen.message
    assert "15 January 2027" in frozen.message
    assert "https://t.me/spambot" in frozen.hint
    assert freeze_in(types.JsonObject([])) is None
    assert freeze_in(None) is None
