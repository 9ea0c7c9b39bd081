"""Signing in by a code, by app, message, call or e-mail, through the state machine, against the sandbox."""

import asyncio
from datetime import timedelta

import pytest

from core.clock import SystemClock
from core.domain.account import AccountKind
from telegram.sandbox.control import CodeKind, Fault, FaultKind, SignInRules
from telegram.session import SessionSecret
from telegram.sign_in import values as v
from tests.fake_clock import FakeClock
from tests.telegram.sandbox_fixture import RunningSandbox
from tests.telegram.sign_in.dialog import (
    dialog,
    fail,
    give_phone,
    last_code,
    new_user,
    title,
    until_nobody_is_connected,
)


async def test_a_code_signs_in_and_the_session_is_kept_unconnected(shared_sandbox: RunningSandbox) -> None:
    user = await new_user(shared_sandbox)
    async with dialog(shared_sandbox) as person:
        asked = await give_phone(person, user)
        done = await person.give(await last_code(shared_sandbox, user), v.Done)

    assert (asked.kind, asked.length, asked.next_kind, asked.sent_to) == ("app", 5, "sms", f"+{user.phone}")
    assert 0 < asked.resend_in_s <= 60
    assert (done.telegram_user_id, done.kind, done.name, done.account_id) == (
        user.user_id,
        AccountKind.USER,
        "Ada",
        7,
    )
    assert len(SessionSecret.from_bytes(person.host.kept[0].session).key) == 256
    await until_nobody_is_connected(shared_sandbox)


async def test_a_pasted_code_is_cleaned_and_a_wrong_one_may_be_given_again(shared_sandbox: RunningSandbox) -> None:
    user = await new_user(shared_sandbox)
    async with dialog(shared_sandbox) as person:
        await give_phone(person, user)
        code = (await last_code(shared_sandbox, user)).code
        wrong = f"{(int(code) + 1) % 100_000:05d}"

        assert title(await person.give(v.GiveCode(code="12"), v.AskCode)) == "This is not the code"
        assert title(await person.give(v.GiveCode(code=wrong), v.AskCode)) == "The code is wrong"
        await person.give(v.GiveCode(code=f"Login code: {code[:2]} {code[2:]}. Do not share it."), v.Done)


async def test_the_next_ways_are_taken_one_after_the_other(shared_sandbox: RunningSandbox) -> None:
    ways = (CodeKind.APP, CodeKind.SMS, CodeKind.CALL, CodeKind.MISSED_CALL, CodeKind.PHRASE)
    user = await new_user(shared_sandbox, SignInRules(kinds=ways, resend_after_s=0))
    async with dialog(shared_sandbox) as person:
        asked = await give_phone(person, user)
        seen = [asked.kind]
        while asked.next_kind is not None:
            asked = await person.give(v.Resend(), v.AskCode)
            seen.append(asked.kind)

        assert seen == ["app", "sms", "call", "missed_call", "phrase"]
        assert asked.length == 0
        assert asked.clue
        refused = await person.give(v.Resend(), v.AskCode)
        assert title(refused) == "Telegram has no other way to send this code"
        await person.give(await last_code(shared_sandbox, user), v.Done)


async def test_a_code_is_not_sent_again_before_its_time(shared_sandbox: RunningSandbox) -> None:
    user = await new_user(shared_sandbox, SignInRules(resend_after_s=60))
    async with dialog(shared_sandbox) as person:
        await give_phone(person, user)
        before = (await last_code(shared_sandbox, user)).code

        asked = await person.give(v.Resend(), v.AskCode)

        assert asked.kind == "app"
        assert asked.resend_in_s > 0
        assert (await last_code(shared_sandbox, user)).code == before


async def test_a_code_that_telegram_finds_too_old_is_replaced_by_a_new_one(shared_sandbox: RunningSandbox) -> None:
    user = await new_user(shared_sandbox, SignInRules(code_lifetime_s=0))
    async with dialog(shared_sandbox) as person:
        await give_phone(person, user)
        asked = await person.give(await last_code(shared_sandbox, user), v.AskCode)
        assert title(asked) == "The code is too old"

        await shared_sandbox.control.set_sign_in_rules(user.phone, SignInRules())
        await person.give(v.Resend(), v.AskCode)
        await person.give(await last_code(shared_sandbox, user), v.Done)


async def test_a_code_that_nobody_enters_is_called_too_old_by_itself(shared_sandbox: RunningSandbox) -> None:
    user, clock = await new_user(shared_sandbox), FakeClock()
    async with dialog(shared_sandbox, clock=clock) as person:
        asked = await give_phone(person, user)
        assert asked.valid_until == clock.now() + timedelta(minutes=5)

        await asyncio.sleep(0)
        clock.advance(301)
        assert title(await person.next(v.AskCode)) == "The code is too old"


async def test_changing_the_number_makes_the_code_void(shared_sandbox: RunningSandbox) -> None:
    wrong, right = await new_user(shared_sandbox), await new_user(shared_sandbox)
    async with dialog(shared_sandbox) as person:
        await give_phone(person, wrong)
        await person.give(v.UsePhone(), v.AskPhone)
        assert await shared_sandbox.control.last_code(wrong.phone) == ""

        await person.give(v.GivePhone(phone=f"+{right.phone}"), v.AskCode)
        done = await person.give(await last_code(shared_sandbox, right), v.Done)
        assert done.telegram_user_id == right.user_id


async def test_giving_up_makes_the_code_void(shared_sandbox: RunningSandbox) -> None:
    user = await new_user(shared_sandbox)
    async with dialog(shared_sandbox) as person:
        await give_phone(person, user)
        await person.give(v.Cancel(), v.Cancelled)

    assert await shared_sandbox.control.last_code(user.phone) == ""


async def test_a_lost_answer_to_the_right_code_costs_no_second_code(shared_sandbox: RunningSandbox) -> None:
    user = await new_user(shared_sandbox)
    await shared_sandbox.control.inject(Fault(kind=FaultKind.DROP_AFTER, method="auth.signIn"))
    async with dialog(shared_sandbox) as person:
        await give_phone(person, user)
        code = await last_code(shared_sandbox, user)

        assert (await person.give(code, v.AskCode)).problem is not None
        await person.give(code, v.Done)


# E-mail


async def test_a_code_by_e_mail_signs_in(shared_sandbox: RunningSandbox) -> None:
    user = await new_user(shared_sandbox, SignInRules(kinds=(CodeKind.EMAIL,), email_pattern="m***@n***"))
    async with dialog(shared_sandbox) as person:
        asked = await give_phone(person, user, v.AskEmailCode)
        assert (asked.sent_to, asked.length, asked.is_set_up) == ("m***@n***", 6, False)
        assert title(await person.give(v.GiveCode(code="000000"), v.AskEmailCode)) == "The code is wrong"
        await person.give(await last_code(shared_sandbox, user), v.Done)


async def test_who_cannot_reach_the_e_mail_gets_the_code_another_way(shared_sandbox: RunningSandbox) -> None:
    rules = SignInRules(kinds=(CodeKind.EMAIL, CodeKind.SMS), email_reset_after_s=0)
    user = await new_user(shared_sandbox, rules)
    async with dialog(shared_sandbox) as person:
        asked = await give_phone(person, user, v.AskEmailCode)
        assert (asked.reset_in_s, asked.reset_at) == (0.0, None)

        sent = await person.give(v.ResetEmail(), v.AskCode)

        assert sent.kind is v.CodeKind.SMS
        await person.give(await last_code(shared_sandbox, user), v.Done)


async def test_an_e_mail_that_is_taken_off_later_says_when_and_is_not_asked_for_twice(
    shared_sandbox: RunningSandbox,
) -> None:
    rules = SignInRules(kinds=(CodeKind.EMAIL,), email_reset_after_s=0, email_reset_takes_s=7 * 86_400)
    user = await new_user(shared_sandbox, rules)
    async with dialog(shared_sandbox) as person:
        await give_phone(person, user, v.AskEmailCode)
        asked = await person.give(v.ResetEmail(), v.AskEmailCode)
        assert asked.reset_in_s is None
        assert asked.reset_at is not None
        assert timedelta(days=6) < asked.reset_at - SystemClock().now() < timedelta(days=8)

        again = await person.give(v.ResetEmail(), v.AskEmailCode)

        assert (again.problem, again.reset_at) == (None, asked.reset_at)
        await person.give(await last_code(shared_sandbox, user), v.Done)


@pytest.mark.parametrize("after_s", [None, 3600])
async def test_an_e_mail_is_not_taken_off_before_telegram_allows_it(
    shared_sandbox: RunningSandbox, after_s: int | None
) -> None:
    user = await new_user(shared_sandbox, SignInRules(kinds=(CodeKind.EMAIL,), email_reset_after_s=after_s))
    async with dialog(shared_sandbox) as person:
        await give_phone(person, user, v.AskEmailCode)
        asked = await person.give(v.ResetEmail(), v.AskEmailCode)
        assert (asked.reset_in_s is None) is (after_s is None)
        await person.give(await last_code(shared_sandbox, user), v.Done)


async def test_an_e_mail_address_is_set_up_and_the_login_code_follows(shared_sandbox: RunningSandbox) -> None:
    user = await new_user(shared_sandbox, SignInRules(kinds=(CodeKind.EMAIL_SETUP, CodeKind.SMS)))
    async with dialog(shared_sandbox) as person:
        await give_phone(person, user, v.AskEmail)
        assert title(await person.give(v.GiveEmail(address="mira"), v.AskEmail)) == "This is no e-mail address"
        await fail(shared_sandbox, "account.sendVerifyEmailCode", 400, "EMAIL_NOT_ALLOWED")
        refused = await person.give(v.GiveEmail(address="mira@example.org"), v.AskEmail)
        assert title(refused) == "Telegram does not accept this e-mail address"

        asked = await person.give(v.GiveEmail(address="mira@example.org"), v.AskEmailCode)
        assert (asked.sent_to, asked.is_set_up) == ("m***@e***", True)
        assert title(await person.give(v.GiveCode(code="000000"), v.AskEmailCode)) == "The code is wrong"
        assert (await person.give(await last_code(shared_sandbox, user), v.AskCode)).kind == "sms"
        await person.give(await last_code(shared_sandbox, user), v.Done)
