"""Every way of signing in and every refusal, through the state machine, against the sandbox."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from core.domain.account import AccountKind
from core.domain.ids import AccountId
from core.domain.proxy import ProxyEndpoint
from core.errors import ProxyUnreachable, SecretStoreError, UserInputError
from telegram.sandbox.address import SECOND_DC
from telegram.sandbox.control import AccountKind as SandboxKind
from telegram.sandbox.control import Fault, FaultKind, Freeze, SignInRules
from telegram.session import SessionSecret
from telegram.sign_in import values as v
from telegram.sign_in.connection import go_as
from tests.fake_clock import FakeClock
from tests.fake_secrets import FakeSecrets
from tests.telegram.sandbox_fixture import RunningSandbox
from tests.telegram.sign_in.dialog import (
    Host,
    dialog,
    fail,
    give_phone,
    last_code,
    new_user,
    title,
    until_nobody_is_connected,
)

# What Telegram refuses


async def test_a_number_that_is_none_is_told_before_telegram_is_asked(shared_sandbox: RunningSandbox) -> None:
    async with dialog(shared_sandbox) as person:
        await person.next(v.AskPhone)
        assert title(await person.give(v.GivePhone(phone="12"), v.AskPhone)) == "This is no phone number"


async def test_a_number_without_an_account_is_refused_and_may_be_changed(shared_sandbox: RunningSandbox) -> None:
    async with dialog(shared_sandbox) as person:
        await person.next(v.AskPhone)
        await person.give(v.GivePhone(phone="+9996609998"), v.AskCode)
        code = await shared_sandbox.control.last_code("+9996609998")

        refused = await person.give(v.GiveCode(code=code), v.Refused)
        assert refused.problem.title == "This number has no Telegram account"
        await person.give(v.UsePhone(), v.AskPhone)


async def test_a_banned_number_is_refused(shared_sandbox: RunningSandbox) -> None:
    user = await new_user(shared_sandbox)
    await fail(shared_sandbox, "auth.sendCode", 400, "PHONE_NUMBER_BANNED")
    async with dialog(shared_sandbox) as person:
        refused = await give_phone(person, user, v.Refused)

    assert refused.problem.code == "banned"


async def test_a_fee_is_told_and_never_paid(shared_sandbox: RunningSandbox) -> None:
    user = await new_user(shared_sandbox, SignInRules(has_fee=True))
    async with dialog(shared_sandbox) as person:
        refused = await give_phone(person, user, v.Refused)
        assert "Nothing was paid" in refused.problem.message
        await person.give(v.UseQr(), v.ShowQr)


@pytest.mark.parametrize("answer", ["SEND_CODE_UNAVAILABLE", "UPDATE_APP_TO_LOGIN"])
async def test_where_telegram_sends_no_code_the_qr_code_is_shown(shared_sandbox: RunningSandbox, answer: str) -> None:
    user = await new_user(shared_sandbox)
    await fail(shared_sandbox, "auth.sendCode", 406, answer)
    async with dialog(shared_sandbox) as person:
        shown = await give_phone(person, user, v.ShowQr)
        assert title(shown) == "Telegram sends no more codes for this number"
        await shared_sandbox.control.scan_qr_code(shown.url, user.user_id)
        await person.next(v.Done)


async def test_a_demanded_wait_is_shown_with_its_end_and_then_the_number_is_asked_for_again(
    shared_sandbox: RunningSandbox,
) -> None:
    user, clock = await new_user(shared_sandbox), FakeClock()
    await shared_sandbox.control.inject(Fault(kind=FaultKind.FLOOD, method="auth.sendCode", seconds=90))
    async with dialog(shared_sandbox, clock=clock) as person:
        waiting = await give_phone(person, user, v.Waiting)
        assert waiting.until == clock.now() + timedelta(seconds=90)
        assert await person.give(v.GivePhone(phone=f"+{user.phone}"), v.Waiting) == waiting

        await asyncio.sleep(0)
        clock.advance(91)
        await person.next(v.AskPhone)


async def test_too_many_sign_ins_mean_tomorrow(shared_sandbox: RunningSandbox) -> None:
    user, clock = await new_user(shared_sandbox), FakeClock()
    await fail(shared_sandbox, "auth.sendCode", 406, "PHONE_PASSWORD_FLOOD")
    async with dialog(shared_sandbox, clock=clock) as person:
        waiting = await give_phone(person, user, v.Waiting)

    assert waiting.until == clock.now() + timedelta(days=1)
    assert waiting.reason.title == "Too many sign-in attempts"


# Second password


@pytest.mark.slow
async def test_the_second_password_is_asked_for_with_its_hint(shared_sandbox: RunningSandbox) -> None:
    user = await new_user(shared_sandbox, password="correct horse", password_hint="my horse")
    async with dialog(shared_sandbox) as person:
        await give_phone(person, user)
        asked = await person.give(await last_code(shared_sandbox, user), v.AskPassword)
        assert asked.hint == "my horse"

        assert title(await person.give(v.GivePassword(password=""), v.AskPassword)) == "There is no password"
        wrong = await person.give(v.GivePassword(password="battery"), v.AskPassword)
        assert title(wrong) == "The second password is wrong"
        assert wrong.hint == "my horse"
        await person.give(v.GivePassword(password="correct horse"), v.Done)


# Bots


async def test_a_bot_signs_in_by_its_token(shared_sandbox: RunningSandbox) -> None:
    bot = await shared_sandbox.control.add_account(SandboxKind.BOT, name="Shop", username="shop_signin_bot")
    async with dialog(shared_sandbox, v.Method.BOT) as person:
        await person.next(v.AskBotToken)
        assert title(await person.give(v.GiveBotToken(token="12:x"), v.AskBotToken)) == "This is no bot token"
        nobodys = v.GiveBotToken(token=f"123456:{'A' * 35}")
        assert "does not accept" in title(await person.give(nobodys, v.AskBotToken))

        pasted = f"Use this token to access the HTTP API:\n{bot.bot_token}\nKeep it secret"
        done = await person.give(v.GiveBotToken(token=pasted), v.Done)

    assert (done.kind, done.telegram_user_id, done.username) == (AccountKind.BOT, bot.user_id, "shop_signin_bot")


# QR codes


async def test_a_scanned_qr_code_signs_in(shared_sandbox: RunningSandbox) -> None:
    user = await new_user(shared_sandbox)
    async with dialog(shared_sandbox, v.Method.QR) as person:
        shown = await person.next(v.ShowQr)
        assert await shared_sandbox.control.scan_qr_code(shown.url, user.user_id)
        done = await person.next(v.Done)

    assert done.telegram_user_id == user.user_id


@pytest.mark.slow
async def test_a_scanned_qr_code_may_still_need_the_second_password(shared_sandbox: RunningSandbox) -> None:
    user = await new_user(shared_sandbox, password="correct horse", password_hint="my horse")
    async with dialog(shared_sandbox, v.Method.QR) as person:
        shown = await person.next(v.ShowQr)
        await shared_sandbox.control.scan_qr_code(shown.url, user.user_id)
        assert (await person.next(v.AskPassword)).hint == "my horse"
        await person.give(v.GivePassword(password="correct horse"), v.Done)


async def test_a_qr_code_is_drawn_anew_when_its_time_is_up(shared_sandbox: RunningSandbox) -> None:
    clock = FakeClock()
    async with dialog(shared_sandbox, v.Method.QR, clock=clock) as person:
        first = await person.next(v.ShowQr)
        await asyncio.sleep(0)
        clock.advance(31)
        second = await person.next(v.ShowQr)

    assert first.url != second.url
    assert second.valid_until > first.valid_until


async def test_a_qr_code_is_drawn_anew_when_the_link_was_lost(shared_sandbox: RunningSandbox) -> None:
    user = await new_user(shared_sandbox)
    async with dialog(shared_sandbox, v.Method.QR) as person:
        await person.next(v.ShowQr)
        await shared_sandbox.control.drop_links()
        shown = await person.next(v.ShowQr)
        await shared_sandbox.control.scan_qr_code(shown.url, user.user_id)
        await person.next(v.Done)


async def test_one_may_go_over_from_one_way_to_another(shared_sandbox: RunningSandbox) -> None:
    async with dialog(shared_sandbox, v.Method.QR) as person:
        await person.next(v.ShowQr)
        await person.give(v.UsePhone(), v.AskPhone)
        await person.give(v.UseBotToken(), v.AskBotToken)
        await person.give(v.GivePhone(phone="+9996600000"), v.AskBotToken)  # not what was asked for
        await person.give(v.UseQr(), v.ShowQr)


# Where the account lives


@pytest.mark.parametrize("method", list(v.Method))
async def test_an_account_is_signed_in_in_its_own_data_centre(
    shared_sandbox: RunningSandbox, method: v.Method
) -> None:
    kind = SandboxKind.BOT if method is v.Method.BOT else SandboxKind.USER
    made = await shared_sandbox.control.add_account(kind, name="Ada", dc_id=SECOND_DC)
    async with dialog(shared_sandbox, method) as person:
        match method:
            case v.Method.QR:
                shown = await person.next(v.ShowQr)
                await shared_sandbox.control.scan_qr_code(shown.url, made.user_id)
            case v.Method.PHONE:
                await give_phone(person, made)
                person.flow.give(await last_code(shared_sandbox, made))
            case v.Method.BOT:
                await person.next(v.AskBotToken)
                person.flow.give(v.GiveBotToken(token=made.bot_token))
        done = await person.next(v.Done)

    assert done.telegram_user_id == made.user_id
    assert SessionSecret.from_bytes(person.host.kept[0].session).dc_id == SECOND_DC


class NoProxyNow:
    """Routes of an account whose proxy is gone."""

    @asynccontextmanager
    async def hold(self, account_id: AccountId) -> AsyncIterator[ProxyEndpoint | None]:
        raise ProxyUnreachable
        yield None

    async def find(self, account_id: AccountId) -> ProxyEndpoint | None:
        raise ProxyUnreachable


async def test_an_account_that_has_to_use_a_proxy_never_signs_in_around_it(shared_sandbox: RunningSandbox) -> None:
    await until_nobody_is_connected(shared_sandbox)
    before = sum((await shared_sandbox.control.stats()).calls.values())
    async with dialog(shared_sandbox, v.Method.QR, route=go_as(AccountId(1), NoProxyNow(), FakeSecrets())) as person:
        assert (await person.next(v.Refused)).problem.code == ProxyUnreachable.code

    assert sum((await shared_sandbox.control.stats()).calls.values()) == before


# What the host says, and api_id with api_hash


async def test_an_account_that_may_not_be_kept_is_signed_out_again(shared_sandbox: RunningSandbox) -> None:
    user = await new_user(shared_sandbox)
    host = Host(refuse_with=UserInputError("Another one.", title="Another account signed in"))
    async with dialog(shared_sandbox, host=host) as person:
        await give_phone(person, user)
        refused = await person.give(await last_code(shared_sandbox, user), v.Refused)

    assert refused.problem.title == "Another account signed in"
    assert host.kept == []
    assert await shared_sandbox.control.forget_keys(user.user_id) == 0  # no session of theirs is left


async def test_a_session_that_cannot_be_kept_is_told(shared_sandbox: RunningSandbox) -> None:
    user = await new_user(shared_sandbox)
    async with dialog(shared_sandbox, host=Host(fail_with=SecretStoreError("Full."))) as person:
        await give_phone(person, user)
        refused = await person.give(await last_code(shared_sandbox, user), v.Refused)

    assert refused.problem.message == "Full."


async def test_the_pair_is_asked_for_first_and_again_when_telegram_refuses_it(shared_sandbox: RunningSandbox) -> None:
    await fail(shared_sandbox, "auth.exportLoginToken", 400, "API_ID_INVALID")
    async with dialog(shared_sandbox, v.Method.QR, api=None) as person:
        assert (await person.next(v.AskApi)).problem is None
        wrong = await person.give(v.GiveApi(api_id="12", api_hash="xyz"), v.AskApi)
        assert title(wrong) == "This is no api_hash"
        pair = v.GiveApi(api_id="12", api_hash="0123456789ABCDEF0123456789abcdef")
        assert "does not accept" in title(await person.give(pair, v.AskApi))
        await person.give(pair, v.ShowQr)

    assert person.host.pairs[-1].api_hash == "0123456789abcdef" * 2


@pytest.mark.slow
async def test_without_a_sandbox_the_sentence_is_plain_and_one_may_try_again(sandbox: RunningSandbox) -> None:
    await sandbox.stop()
    async with dialog(sandbox, v.Method.QR) as person:
        refused = await person.next(v.Refused)
        assert refused.problem.title == "The sandbox is not running"

        await sandbox.start()
        await person.give(v.UseQr(), v.ShowQr)


async def test_a_frozen_account_signs_in_and_the_last_state_says_until_when(shared_sandbox: RunningSandbox) -> None:
    user = await shared_sandbox.control.add_account(SandboxKind.USER, name="Ada")
    freeze = Freeze(since_s=1_790_000_000, until_s=1_800_000_000)
    await shared_sandbox.control.freeze_account(user.user_id, freeze)
    async with dialog(shared_sandbox) as person:
        await person.next(v.AskPhone)
        await person.give(v.GivePhone(phone=f"+{user.phone}"), v.AskCode)
        done = await person.give(v.GiveCode(code=await shared_sandbox.control.last_code(user.phone)), v.Done)

    assert done.frozen is not None
    assert "it will be deleted on 15 January 2027 unless you appeal" in done.frozen.message
    assert "t.me/spambot" in done.frozen.hint
