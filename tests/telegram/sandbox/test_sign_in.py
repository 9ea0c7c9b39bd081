"""Every way in and out of an account, with the stock client."""

import asyncio

import pytest
from telethon import functions, types
from telethon.errors import (
    AccessTokenInvalidError,
    AuthKeyDuplicatedError,
    AuthKeyUnregisteredError,
    PasswordHashInvalidError,
    PhoneCodeExpiredError,
    PhoneCodeInvalidError,
    PhoneNumberInvalidError,
    PhoneNumberUnoccupiedError,
    SessionPasswordNeededError,
)
from telethon.sessions import MemorySession

from telegram.sandbox.control import AccountKind
from tests.telegram.sandbox_fixture import (
    RunningSandbox,
    connected,
    sign_in_by_code,
    signed_in_bot,
    signed_in_user,
)


def copy_of(session: MemorySession) -> MemorySession:
    """A second session with the same auth key."""
    copy = MemorySession()
    copy.set_dc(session.dc_id, session.server_address, session.port)
    copy.auth_key = session.auth_key
    return copy


async def test_a_user_signs_in_by_code(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_user(shared_sandbox) as (client, account):
        me = await client.get_me()

    assert (me.id, me.first_name, me.phone, me.bot) == (account.user_id, "Ada", account.phone, False)


async def test_a_wrong_code_is_refused_and_the_right_one_still_works(shared_sandbox: RunningSandbox) -> None:
    account = await shared_sandbox.control.add_account(AccountKind.USER, name="Ada")
    async with connected(shared_sandbox.address) as client:
        await client.send_code_request(account.phone)
        code = await shared_sandbox.control.last_code(account.phone)

        with pytest.raises(PhoneCodeInvalidError):
            await client.sign_in(account.phone, f"{(int(code) + 1) % 100_000:05d}")
        assert (await client.sign_in(account.phone, code)).id == account.user_id


async def test_a_new_code_makes_the_one_before_void(shared_sandbox: RunningSandbox) -> None:
    account = await shared_sandbox.control.add_account(AccountKind.USER, name="Ada")
    async with connected(shared_sandbox.address) as client:
        first = await client.send_code_request(account.phone)
        code = await shared_sandbox.control.last_code(account.phone)
        second = await client(functions.auth.ResendCodeRequest(account.phone, first.phone_code_hash))

        assert isinstance(second.type, types.auth.SentCodeTypeSms)
        assert second.next_type is None
        with pytest.raises(PhoneCodeExpiredError):
            await client(functions.auth.SignInRequest(account.phone, first.phone_code_hash, code))


async def test_a_cancelled_code_is_void(shared_sandbox: RunningSandbox) -> None:
    account = await shared_sandbox.control.add_account(AccountKind.USER, name="Ada")
    async with connected(shared_sandbox.address) as client:
        sent = await client.send_code_request(account.phone)
        code = await shared_sandbox.control.last_code(account.phone)
        assert await client(functions.auth.CancelCodeRequest(account.phone, sent.phone_code_hash)) is True

        with pytest.raises(PhoneCodeExpiredError):
            await client.sign_in(account.phone, code)


async def test_a_phone_without_an_account_would_have_to_sign_up(shared_sandbox: RunningSandbox) -> None:
    async with connected(shared_sandbox.address) as client:
        await client.send_code_request("+999660009999")
        code = await shared_sandbox.control.last_code("+999660009999")

        with pytest.raises(PhoneNumberUnoccupiedError):
            await client.sign_in("+999660009999", code)


async def test_a_phone_that_is_none_is_refused(shared_sandbox: RunningSandbox) -> None:
    async with connected(shared_sandbox.address) as client:
        with pytest.raises(PhoneNumberInvalidError):
            await client(functions.auth.SendCodeRequest("12", 1, "hash", types.CodeSettings()))


async def test_a_second_password_is_asked_for_and_checked(shared_sandbox: RunningSandbox) -> None:
    account = await shared_sandbox.control.add_account(AccountKind.USER, name="Ada", password="correct horse")
    async with connected(shared_sandbox.address) as client:
        with pytest.raises(SessionPasswordNeededError):
            await sign_in_by_code(shared_sandbox, client, account)
        with pytest.raises(SessionPasswordNeededError):
            await client(functions.updates.GetStateRequest())
        with pytest.raises(PasswordHashInvalidError):
            await client.sign_in(password="wrong horse")

        assert (await client.sign_in(password="correct horse")).id == account.user_id


async def test_a_qr_code_signs_in_once_a_phone_has_scanned_it(shared_sandbox: RunningSandbox) -> None:
    account = await shared_sandbox.control.add_account(AccountKind.USER, name="Ada")
    async with connected(shared_sandbox.address) as client:
        qr = await client.qr_login()
        async with asyncio.TaskGroup() as tasks:
            waiting = tasks.create_task(qr.wait(10))
            while not client.list_event_handlers():
                await asyncio.sleep(0)
            assert await shared_sandbox.control.scan_qr_code(qr.url, account.user_id)

        assert waiting.result().id == account.user_id
        assert not await shared_sandbox.control.scan_qr_code(qr.url, account.user_id)  # used up


async def test_another_device_accepts_a_qr_code_and_a_password_is_still_asked_for(
    shared_sandbox: RunningSandbox,
) -> None:
    account = await shared_sandbox.control.add_account(AccountKind.USER, name="Ada", password="horse")
    async with connected(shared_sandbox.address) as phone, connected(shared_sandbox.address) as client:
        with pytest.raises(SessionPasswordNeededError):
            await sign_in_by_code(shared_sandbox, phone, account)
        await phone.sign_in(password="horse")
        qr = await client.qr_login()
        await phone(functions.auth.AcceptLoginTokenRequest(qr.token))

        with pytest.raises(SessionPasswordNeededError):
            await client(functions.auth.ExportLoginTokenRequest(1, "hash", []))
        assert (await client.sign_in(password="horse")).id == account.user_id


async def test_a_wrong_bot_token_is_refused(shared_sandbox: RunningSandbox) -> None:
    async with connected(shared_sandbox.address) as client:
        with pytest.raises(AccessTokenInvalidError):
            await client.sign_in(bot_token="1:nobody")


async def test_methods_need_a_sign_in(shared_sandbox: RunningSandbox) -> None:
    async with connected(shared_sandbox.address) as client:
        assert not await client.is_user_authorized()
        with pytest.raises(AuthKeyUnregisteredError):
            await client(functions.contacts.ResolveUsernameRequest("person_00001"))


async def test_after_logging_out_the_key_is_worth_nothing(shared_sandbox: RunningSandbox) -> None:
    session = MemorySession()
    async with signed_in_user(shared_sandbox, session) as (client, _):
        kept = copy_of(session)
        assert await client.log_out()

    async with connected(shared_sandbox.address, kept) as client:
        with pytest.raises(AuthKeyUnregisteredError):
            await client(functions.updates.GetStateRequest())


async def test_another_session_can_be_listed_and_ended(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_user(shared_sandbox, device_model="Old laptop") as (old, account):
        async with connected(shared_sandbox.address, device_model="New laptop") as new:
            await sign_in_by_code(shared_sandbox, new, account)
            listed = (await new(functions.account.GetAuthorizationsRequest())).authorizations

            assert {entry.device_model: entry.hash == 0 for entry in listed} == {
                "Old laptop": False,
                "New laptop": True,
            }
            [other] = [entry for entry in listed if not entry.current]
            await new(functions.account.ResetAuthorizationRequest(other.hash))
            assert len((await new(functions.account.GetAuthorizationsRequest())).authorizations) == 1
        await asyncio.wait_for(asyncio.gather(old.disconnected, return_exceptions=True), 20)


async def test_a_key_in_use_twice_is_dead_for_both(shared_sandbox: RunningSandbox) -> None:
    session = MemorySession()
    async with signed_in_bot(shared_sandbox, session) as (first, _):
        with pytest.raises(AuthKeyDuplicatedError):
            async with connected(shared_sandbox.address, copy_of(session)):
                pass
        await asyncio.wait_for(asyncio.gather(first.disconnected, return_exceptions=True), 20)

    with pytest.raises(AuthKeyDuplicatedError):
        async with connected(shared_sandbox.address, copy_of(session)):
            pass


async def test_a_key_used_again_right_after_its_link_was_closed_is_no_second_use(
    shared_sandbox: RunningSandbox,
) -> None:
    session = MemorySession()
    async with signed_in_bot(shared_sandbox, session) as (_, bot):
        pass

    for _ in range(20):
        async with connected(shared_sandbox.address, session) as client:
            assert (await client.get_me()).id == bot.user_id
