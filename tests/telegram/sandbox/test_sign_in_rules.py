"""Rules for codes, two data centres, and what Telegram does to accounts, with the stock client."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest
from telethon import functions, types
from telethon.errors import (
    AuthKeyNotFound,
    FreshResetAuthorisationForbiddenError,
    FrozenMethodInvalidError,
    PeerFloodError,
    PhoneCodeExpiredError,
    PhoneMigrateError,
    SendCodeUnavailableError,
    SessionPasswordNeededError,
    UserMigrateError,
)
from telethon.sessions import MemorySession

from telegram.sandbox.address import SECOND_DC
from telegram.sandbox.control import AccountInfo, AccountKind, CodeKind, Freeze, SignInRules
from tests.telegram.sandbox_fixture import (
    RunningSandbox,
    SandboxClient,
    connected,
    make_client,
    peer_of,
    send,
    sign_in_by_code,
    signed_in_user,
)


async def new_user(sandbox: RunningSandbox, rules: SignInRules, **options: Any) -> AccountInfo:
    account = await sandbox.control.add_account(AccountKind.USER, name="Ada", **options)
    await sandbox.control.set_sign_in_rules(account.phone, rules)
    return account


def ask(client: SandboxClient, phone: str) -> Awaitable[Any]:
    result: Awaitable[Any] = client(functions.auth.SendCodeRequest(phone, 1, "hash", types.CodeSettings()))
    return result


async def test_codes_come_by_the_ways_of_the_rules_and_then_no_more(shared_sandbox: RunningSandbox) -> None:
    ways = (CodeKind.APP, CodeKind.WORD, CodeKind.PHRASE, CodeKind.CALL, CodeKind.MISSED_CALL, CodeKind.FRAGMENT)
    account = await new_user(shared_sandbox, SignInRules(kinds=ways, resend_after_s=7))
    async with connected(shared_sandbox.address) as client:
        sent = await ask(client, account.phone)
        seen = [type(sent.type).__name__]
        assert (sent.timeout, type(sent.next_type).__name__) == (7, "CodeTypeSms")
        while sent.next_type is not None:
            sent = await client(functions.auth.ResendCodeRequest(account.phone, sent.phone_code_hash))
            seen.append(type(sent.type).__name__)

        assert [name.removeprefix("SentCodeType") for name in seen] == [
            "App", "SmsWord", "SmsPhrase", "Call", "MissedCall", "FragmentSms",
        ]  # fmt: skip
        with pytest.raises(SendCodeUnavailableError):
            await client(functions.auth.ResendCodeRequest(account.phone, sent.phone_code_hash))
        code = await shared_sandbox.control.last_code(account.phone)
        request = functions.auth.SignInRequest(account.phone, sent.phone_code_hash, code)
        assert (await client(request)).user.id == account.user_id


async def test_a_code_expires_by_time(shared_sandbox: RunningSandbox) -> None:
    account = await new_user(shared_sandbox, SignInRules(code_lifetime_s=0))
    async with connected(shared_sandbox.address) as client:
        sent = await ask(client, account.phone)
        code = await shared_sandbox.control.last_code(account.phone)

        with pytest.raises(PhoneCodeExpiredError):
            await client(functions.auth.SignInRequest(account.phone, sent.phone_code_hash, code))


async def test_a_code_by_e_mail_signs_in(shared_sandbox: RunningSandbox) -> None:
    account = await new_user(shared_sandbox, SignInRules(kinds=(CodeKind.EMAIL,), email_pattern="m***@n***"))
    async with connected(shared_sandbox.address) as client:
        sent = await ask(client, account.phone)
        code = await shared_sandbox.control.last_code(account.phone)
        request = functions.auth.SignInRequest(
            account.phone, sent.phone_code_hash, email_verification=types.EmailVerificationCode(code)
        )

        assert (sent.type.email_pattern, sent.type.length) == ("m***@n***", 6)
        assert (await client(request)).user.id == account.user_id


async def test_an_e_mail_address_may_have_to_be_set_up_first(shared_sandbox: RunningSandbox) -> None:
    account = await new_user(shared_sandbox, SignInRules(kinds=(CodeKind.EMAIL_SETUP, CodeKind.SMS)))
    async with connected(shared_sandbox.address) as client:
        sent = await ask(client, account.phone)
        purpose = types.EmailVerifyPurposeLoginSetup(account.phone, sent.phone_code_hash)
        await client(functions.account.SendVerifyEmailCodeRequest(purpose, "mira@example.org"))
        code = await shared_sandbox.control.last_code(account.phone)
        done = await client(functions.account.VerifyEmailRequest(purpose, types.EmailVerificationCode(code)))

        assert isinstance(sent.type, types.auth.SentCodeTypeSetUpEmailRequired)
        assert isinstance(done.sent_code.type, types.auth.SentCodeTypeSms)


async def test_telegram_may_demand_a_fee_for_a_code(shared_sandbox: RunningSandbox) -> None:
    account = await new_user(shared_sandbox, SignInRules(has_fee=True))
    async with connected(shared_sandbox.address) as client:
        assert isinstance(await ask(client, account.phone), types.auth.SentCodePaymentRequired)


def session_in_second(sandbox: RunningSandbox) -> tuple[SandboxClient, MemorySession]:
    client = make_client(sandbox.address)
    client.session.set_dc(SECOND_DC, sandbox.address.host, sandbox.address.second_port)
    return client, client.session


async def test_an_account_of_the_other_data_centre_is_sent_there(shared_sandbox: RunningSandbox) -> None:
    user = await shared_sandbox.control.add_account(AccountKind.USER, name="Ada", dc_id=SECOND_DC)
    bot = await shared_sandbox.control.add_account(AccountKind.BOT, name="Shop", dc_id=SECOND_DC)
    async with connected(shared_sandbox.address) as client:
        with pytest.raises(PhoneMigrateError) as moved:
            await client._sender.send(functions.auth.SendCodeRequest(user.phone, 1, "hash", types.CodeSettings()))
        with pytest.raises(UserMigrateError):
            await client._sender.send(functions.auth.ImportBotAuthorizationRequest(0, 1, "hash", bot.bot_token))
        options = (await client(functions.help.GetConfigRequest())).dc_options

    assert moved.value.new_dc == SECOND_DC
    assert {option.id: option.port for option in options} == {
        2: shared_sandbox.address.port,
        SECOND_DC: shared_sandbox.address.second_port,
    }


async def test_a_session_opens_only_in_the_data_centre_of_its_key(shared_sandbox: RunningSandbox) -> None:
    bot = await shared_sandbox.control.add_account(AccountKind.BOT, name="Shop", dc_id=SECOND_DC)
    client, session = session_in_second(shared_sandbox)
    await client.connect()
    await client.sign_in(bot_token=bot.bot_token)
    await client.disconnect()
    session.set_dc(2, shared_sandbox.address.host, shared_sandbox.address.port)
    elsewhere = make_client(shared_sandbox.address, session)

    with pytest.raises((AuthKeyNotFound, ConnectionError)):
        await asyncio.wait_for(elsewhere.connect(), 20)
    await elsewhere.disconnect()


async def test_a_qr_code_of_an_account_of_the_other_data_centre_goes_on_there(
    shared_sandbox: RunningSandbox,
) -> None:
    account = await shared_sandbox.control.add_account(AccountKind.USER, name="Ada", dc_id=SECOND_DC, password="x")
    async with connected(shared_sandbox.address) as client:
        qr = await client.qr_login()
        assert qr.url.rstrip("=") in await shared_sandbox.control.list_qr_codes()
        assert await shared_sandbox.control.scan_qr_code(qr.url, account.user_id)
        answer = await client(functions.auth.ExportLoginTokenRequest(1, "hash", []))
    second, _ = session_in_second(shared_sandbox)
    await second.connect()

    assert answer.dc_id == SECOND_DC
    with pytest.raises(SessionPasswordNeededError):
        await second(functions.auth.ImportLoginTokenRequest(answer.token))
    await second.disconnect()


async def test_a_frozen_account_reads_and_does_not_write(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_user(shared_sandbox) as (client, account):
        [person] = await shared_sandbox.control.make_people(1, seed=1, account_ids=[account.user_id])
        peer = await peer_of(client, person.username)
        freeze = Freeze(since_s=1_700_000_000, until_s=1_700_600_000, appeal_url="https://t.me/spambot?start=1")

        await shared_sandbox.control.freeze_account(account.user_id, freeze)
        with pytest.raises(FrozenMethodInvalidError):
            await send(client, peer, "Hello", 1)
        config = (await client(functions.help.GetAppConfigRequest(0))).config
        await shared_sandbox.control.freeze_account(account.user_id, None)

        assert {item.key: item.value.value for item in config.value} == {
            "freeze_since_date": 1_700_000_000,
            "freeze_until_date": 1_700_600_000,
            "freeze_appeal_url": "https://t.me/spambot?start=1",
        }
        await send(client, peer, "Hello", 2)
        assert (await client(functions.help.GetAppConfigRequest(0))).config.value == []


async def test_a_limited_account_writes_to_its_contacts_only(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_user(shared_sandbox) as (client, account):
        [stranger, friend] = await shared_sandbox.control.make_people(2, seed=1, account_ids=[account.user_id])
        known = await peer_of(client, friend.username)
        contact = types.InputPhoneContact(1, friend.phone, "F", "")
        await client(functions.contacts.ImportContactsRequest([contact]))
        await shared_sandbox.control.limit_account(account.user_id)

        with pytest.raises(PeerFloodError):
            await send(client, await peer_of(client, stranger.username), "Hello", 1)
        await send(client, known, "Hello", 2)
        await shared_sandbox.control.limit_account(account.user_id, is_limited=False)
        await send(client, await peer_of(client, stranger.username), "Hello", 3)


async def test_freeze_and_limit_survive_a_restart(sandbox: RunningSandbox) -> None:
    async with signed_in_user(sandbox) as (client, account):
        await sandbox.control.freeze_account(account.user_id, Freeze(since_s=5, until_s=6))
        session = client.session
    await sandbox.restart()

    async with connected(sandbox.address, session) as client:
        assert len((await client(functions.help.GetAppConfigRequest(0))).config.value) == 3


async def test_a_young_session_may_be_forbidden_to_end_others(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_user(shared_sandbox) as (_, account), connected(shared_sandbox.address) as new:
        await sign_in_by_code(shared_sandbox, new, account)
        await shared_sandbox.control.let_young_sessions_end_others(False)
        try:
            with pytest.raises(FreshResetAuthorisationForbiddenError):
                await new(functions.auth.ResetAuthorizationsRequest())
        finally:
            await shared_sandbox.control.let_young_sessions_end_others(True)

        await new(functions.auth.ResetAuthorizationsRequest())
        assert len((await new(functions.account.GetAuthorizationsRequest())).authorizations) == 1
