"""Each way of signing in, through the dialog."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from core.domain.ids import AccountId
from core.secrets.choice import StoreKind
from database import AccountStore
from desktop.sign_in.answer_views import EmailView, PasswordView
from desktop.sign_in.code_view import CodeView
from desktop.sign_in.outcome_views import DoneView, RefusedView
from desktop.sign_in.way_views import PhoneView, ScanView, TokenView
from telegram.sandbox.address import SECOND_DC
from telegram.sandbox.control import CodeKind, Fault, FaultKind, Freeze, SignInRules
from telegram.sign_in import values as v
from tests.desktop.sign_in.conftest import Person, at_the_window
from tests.desktop.window import until
from tests.telegram.sandbox_fixture import RunningSandbox

pytestmark = pytest.mark.slow


async def by_phone(person: Person) -> PhoneView:
    person.open()
    await person.see(ScanView)
    person.press("Phone number")
    return await person.see(PhoneView)


async def to_code(person: Person, phone: str) -> CodeView:
    await by_phone(person)
    person.type(f"+{phone}")
    person.press("Send the code")
    return await person.see(CodeView)


def url_of(person: Person) -> str:
    step = person.dialog.step
    assert isinstance(step, v.ShowQr)
    return step.url


async def test_a_person_scans_the_qr_code(person: Person) -> None:
    import segno

    user = await person.user()
    person.open()
    scan = await person.see(ScanView)
    url = url_of(person)

    assert "Waiting for the scan" in person.said
    assert "New code in 0:" in person.said
    assert scan.qr.squares == tuple(tuple(map(bool, row)) for row in segno.make_qr(url, error="m").matrix)
    await person.control.scan_qr_code(url, user.user_id)

    await person.see(DoneView)
    assert "Ada" in person.said
    assert "It connects directly from this computer." in person.said
    [account] = await person.services.get(AccountStore).list_accounts()
    assert account.telegram_user_id == user.user_id
    assert len(person.started_with) == 1  # a worker is brought up for it
    person.press("Done")
    await person.closed()


async def test_the_qr_code_is_drawn_in_whole_pixels(person: Person) -> None:
    person.open()
    scan = await person.see(ScanView)
    picture = scan.qr.grab().toImage()
    side, count = scan.qr.square_px(), len(scan.qr.squares)
    first = (int(scan.qr.width() * picture.devicePixelRatio()) - side * count) // 2

    def colour(column: int, row: int) -> str:
        """Of a whole square; empty when its corners differ."""
        corners = [(x, y) for x in (0, side - 1) for y in (0, side - 1)]
        seen = {picture.pixelColor(first + column * side + x, first + row * side + y).name() for x, y in corners}
        return seen.pop() if len(seen) == 1 else ""

    seen = [[colour(column, row) for column in range(count)] for row in range(count)]
    dark = seen[0][0]  # a corner of the code always is

    assert {name for row in seen for name in row} == {dark, seen[1][1]}
    assert tuple(tuple(name == dark for name in row) for row in seen) == scan.qr.squares
    assert side >= 4


async def test_a_qr_code_is_drawn_anew_when_its_time_is_up(person: Person) -> None:
    await person.control.set_clock_offset(-28)  # codes are good for 30 s
    person.open()
    scan = await person.see(ScanView)
    first, before = url_of(person), scan.qr.squares

    assert "New code in 0:0" in person.said
    await until(lambda: url_of(person) != first, timeout_s=10)

    assert person.view is scan
    assert scan.qr.squares != before


async def test_a_scanned_account_may_need_its_second_password(person: Person) -> None:
    user = await person.user(password="correct horse", password_hint="my horse")
    person.open()
    await person.see(ScanView)
    await person.control.scan_qr_code(url_of(person), user.user_id)
    view = await person.see(PasswordView)
    assert "Your hint: my horse" in person.said

    person.type("battery staple")
    assert view.entry.echoMode() is QLineEdit.EchoMode.Password
    person.press("Show what is typed")
    assert view.entry.echoMode() is QLineEdit.EchoMode.Normal
    person.press("Sign in")
    await person.see(PasswordView, lambda shown: "The second password is wrong" in person.said)
    assert view.entry.text() == ""  # never shown after entry
    person.type("correct horse")
    person.key(Qt.Key.Key_Return)

    await person.see(DoneView)


async def test_a_number_is_judged_while_it_is_typed_and_the_code_signs_in(person: Person) -> None:
    user = await person.user()
    view = await by_phone(person)
    for typed, said in (
        ("+44 20", "United Kingdom"),
        ("+999661", "Goes on"),
        ("+1 12", "United States · goes on"),
        ("ab", "No phone"),
    ):
        person.type(typed)
        assert said in person.said, (typed, person.said)
        assert not person.dialog.primary.isEnabled()
    person.type("+44 20 7946 0123")
    assert "United Kingdom · +44 20 7946 0123" in person.said
    assert person.dialog.primary.isEnabled()

    person.type(f"+{user.phone}")
    person.press("Send the code")
    code = await person.see(CodeView)

    assert view is not code
    assert f"Sent to +{user.phone}" in person.said
    assert "in the chat “Telegram”" in person.said
    assert "Send it by SMS in" in person.said
    assert "The code is good until" in person.said
    person.type(await person.code(user))  # a full code is given at once
    await person.see(DoneView)


async def test_a_pasted_code_is_cleaned_and_a_wrong_one_may_be_given_again(person: Person) -> None:
    user = await person.user()
    view = await to_code(person, user.phone)
    code = await person.code(user)
    wrong = f"{(int(code) + 1) % 100_000:05d}"

    person.paste(f"Login code: {wrong[:2]} {wrong[2:]}. Do not give it to anyone.")
    await person.see(CodeView, lambda shown: "The code is wrong" in person.said)
    assert view.entry.text() == ""
    person.paste(f"{code[:3]}-{code[3:]}")

    await person.see(DoneView)


async def test_the_next_way_is_asked_for_when_its_time_has_come(person: Person) -> None:
    ways = (
        CodeKind.APP,
        CodeKind.SMS,
        CodeKind.CALL,
        CodeKind.MISSED_CALL,
        CodeKind.FRAGMENT,
        CodeKind.WORD,
        CodeKind.PHRASE,
    )
    user = await person.user(SignInRules(kinds=ways, resend_after_s=0))
    await to_code(person, user.phone)
    for button, said in (
        ("Send it by SMS", "As a text message (SMS) to this number."),
        ("Send it by a call", "a voice reads it"),
        ("Send it by a call", "the last digits of the number that calls"),
        ("Send it at fragment.com", "At fragment.com"),
    ):
        person.press(button)
        await person.see(CodeView, lambda _, said=said: said in person.said)  # type: ignore[misc]
    for said in ("with one word", "with a few words. It begins with"):
        step = person.dialog.step
        assert isinstance(step, v.AskCode)
        person.press(person.dialog.view.resend.accessibleName())  # type: ignore[union-attr]
        await person.see(CodeView, lambda _, said=said: said in person.said)  # type: ignore[misc]
    assert "Telegram has no other way for it" in person.said

    person.type(await person.code(user))
    person.press("Sign in")
    await person.see(DoneView)


async def test_a_code_that_is_too_old_is_replaced_by_a_new_one(person: Person) -> None:
    user = await person.user(SignInRules(code_lifetime_s=0))
    await to_code(person, user.phone)
    person.type(await person.code(user))
    await person.see(CodeView, lambda _: "The code is too old" in person.said)
    await person.control.set_sign_in_rules(user.phone, SignInRules())

    person.press("Send a new code")
    await person.see(CodeView, lambda _: "The code is good until" in person.said)
    person.type(await person.code(user))

    await person.see(DoneView)


async def test_the_number_may_be_changed(person: Person) -> None:
    wrong, right = await person.user(), await person.user()
    await to_code(person, wrong.phone)
    person.press("Change number")
    await person.see(PhoneView)
    assert await person.code(wrong) == ""  # made void

    person.type(f"+{right.phone}")
    person.key(Qt.Key.Key_Return)
    await person.see(CodeView)
    person.press("Use a QR code")
    await person.see(ScanView)
    assert await person.code(right) == ""


async def test_a_code_by_e_mail_signs_in(person: Person) -> None:
    user = await person.user(SignInRules(kinds=(CodeKind.EMAIL,), email_pattern="m***@n***"))
    await to_code(person, user.phone)
    assert "Sent to m***@n***" in person.said
    person.type("000000")
    await person.see(CodeView, lambda _: "The code is wrong" in person.said)

    person.type(await person.code(user))
    await person.see(DoneView)


async def test_who_cannot_reach_the_e_mail_reads_what_happens_and_gets_the_code_by_sms(person: Person) -> None:
    rules = SignInRules(kinds=(CodeKind.EMAIL, CodeKind.SMS), email_reset_after_s=0)
    user = await person.user(rules)
    await to_code(person, user.phone)
    assert "Ask Telegram to take it off" not in person.said

    person.press("I cannot reach this e-mail")
    assert "takes this address off the account" in person.said
    person.press("Ask Telegram to take it off")

    await person.see(CodeView, lambda _: "the code" in person.said.lower() and "SMS" in person.said)
    person.type(await person.code(user))
    await person.see(DoneView)


async def test_an_e_mail_address_is_set_up_and_the_login_code_follows(person: Person) -> None:
    user = await person.user(SignInRules(kinds=(CodeKind.EMAIL_SETUP, CodeKind.SMS)))
    await by_phone(person)
    person.type(f"+{user.phone}")
    person.press("Send the code")
    await person.see(EmailView)
    person.type("mira")
    assert not person.dialog.primary.isEnabled()
    refusal = Fault(kind=FaultKind.ERROR, method="account.sendVerifyEmailCode", code=400, text="EMAIL_NOT_ALLOWED")
    await person.control.inject(refusal)
    person.type("mira@example.org")
    person.press("Send a code there")
    await person.see(EmailView, lambda _: "does not accept this e-mail address" in person.said)
    person.press("Send a code there")
    first = await person.see(CodeView)
    assert "Sent to m***@e***" in person.said
    person.type(await person.code(user))
    await person.see(CodeView, lambda shown: shown is not first)
    assert "SMS" in person.said
    person.type(await person.code(user))

    await person.see(DoneView)


async def test_a_bot_signs_in_by_its_token_and_another_account_follows(person: Person) -> None:
    bot, user = await person.bot(), await person.user()
    person.open()
    await person.see(ScanView)
    person.press("Bot token")
    view = await person.see(TokenView)
    person.type("12:x")
    assert not person.dialog.primary.isEnabled()
    person.type(f"123456:{'A' * 35}")
    person.press("Sign in")
    await person.see(TokenView, lambda _: "does not accept" in person.said)
    assert view.entry.text() == ""
    person.paste(f"Use this token to access the HTTP API:\n{bot.bot_token}\nKeep it secret")
    person.press("Sign in")
    await person.see(DoneView)
    assert "Shop" in person.said

    person.press("Add another")
    await person.see(TokenView)
    person.press("QR code")
    await person.see(ScanView)
    await person.control.scan_qr_code(url_of(person), user.user_id)
    await person.see(DoneView, lambda _: "Ada" in person.said)

    assert len(await person.services.get(AccountStore).list_accounts()) == 2


async def test_an_account_of_another_data_centre_signs_in_unnoticed(person: Person) -> None:
    user = await person.user(dc_id=SECOND_DC)
    await to_code(person, user.phone)
    person.type(await person.code(user))

    await person.see(DoneView)


async def test_a_frozen_account_signs_in_and_is_told_with_its_dates(person: Person) -> None:
    user = await person.user()
    await person.control.freeze_account(user.user_id, Freeze(since_s=1_790_000_000, until_s=1_800_000_000))
    await to_code(person, user.phone)
    person.type(await person.code(user))

    await person.see(DoneView)
    assert "will be deleted on 15 January 2027 unless you appeal" in person.said
    assert "Appeal at https://t.me/spambot" in person.said


async def test_a_signed_out_account_gets_a_new_session_and_only_it(person: Person) -> None:
    bot, other = await person.bot(), await person.bot()
    person.open()
    await person.see(ScanView)
    person.press("Bot token")
    await person.see(TokenView)
    person.type(bot.bot_token)
    person.press("Sign in")
    await person.see(DoneView)
    person.press("Done")
    await person.closed()
    [before] = await person.services.get(AccountStore).list_accounts()

    person.open(AccountId(before.id))
    await person.see(TokenView)
    assert "Sign in again: Shop" in person.said
    assert person.dialog.ways is None  # a bot has one way only
    person.type(other.bot_token)
    person.press("Sign in")
    await person.see(RefusedView, lambda _: "Another Telegram account signed in" in person.said)
    person.press("Another token")
    await person.see(TokenView)
    person.type(bot.bot_token)
    person.press("Sign in")
    await person.see(DoneView)
    assert "Its deliveries stayed with it" in person.said

    [after] = await person.services.get(AccountStore).list_accounts()
    assert after.id == before.id
    assert after.session_secret != before.session_secret


async def test_the_sandbox_brings_a_made_up_person_by_every_way(
    tmp_path: Path, shared_sandbox: RunningSandbox, theme: object
) -> None:
    async with at_the_window(tmp_path / "w", shared_sandbox, StoreKind.MEMORY) as person:
        person.open()
        await person.see(ScanView)
        person.press("Scan it as a made-up person")
        await person.see(DoneView)
        person.press("Add another")
        await person.see(ScanView)
        person.press("Phone number")
        await person.see(PhoneView)
        person.press("Fill in a made-up number")
        await person.see(PhoneView, lambda _: person.dialog.primary.isEnabled())
        person.press("Send the code")
        await person.see(CodeView)
        person.press("Fill in the code")
        await person.see(DoneView)
        person.press("Add another")
        await person.see(PhoneView)
        person.press("Bot token")
        await person.see(TokenView)
        person.press("Fill in a made-up bot’s token")
        await person.see(TokenView, lambda _: person.dialog.primary.isEnabled())
        person.press("Sign in")
        await person.see(DoneView)

        accounts = await person.services.get(AccountStore).list_accounts()
    assert [account.kind.value for account in accounts] == ["user", "user", "bot"]
