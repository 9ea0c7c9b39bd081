"""auth.* and account.getPassword: by code, by QR code, as a bot, with a second password."""

import secrets
from datetime import UTC, datetime
from typing import Any

from telethon.tl import functions, types

from telegram.sandbox import records
from telegram.sandbox.commands import CodeKind, SignInRules
from telegram.sandbox.dispatch import Call, Caller, RpcRefusal, answers
from telegram.sandbox.objects import TRUE, user_object
from telegram.sandbox.passwords import PasswordRecord, make_challenge, proves_password
from telegram.sandbox.phones import normalise_phone
from telegram.sandbox.primes import DH_GENERATOR, DH_PRIME
from telegram.sandbox.records import AccountMade
from telegram.sandbox.sign_ins import SentCode

MIN_PHONE_DIGITS = 7

_NEXT_TYPES = {
    CodeKind.SMS: types.auth.CodeTypeSms,
    CodeKind.WORD: types.auth.CodeTypeSms,
    CodeKind.PHRASE: types.auth.CodeTypeSms,
    CodeKind.CALL: types.auth.CodeTypeCall,
    CodeKind.MISSED_CALL: types.auth.CodeTypeMissedCall,
    CodeKind.FRAGMENT: types.auth.CodeTypeFragmentSms,
}


@answers(functions.auth.SendCodeRequest, Caller.ANYBODY)
def send_code(call: Call, request: Any) -> Any:
    """Make a code; the control channel tells it. Where the phone's account lives elsewhere, the client is sent there."""
    phone = normalise_phone(request.phone_number)
    if len(phone) < MIN_PHONE_DIGITS:
        raise RpcRefusal(406, "PHONE_NUMBER_INVALID")
    _check_home(call, call.centre.state.user_id_by_phone.get(phone, 0), "PHONE")
    rules = call.centre.sign_ins.rules_of(phone)
    sent = call.centre.sign_ins.send_code(phone, rules.kinds, call.centre.clock.unix_s())
    if rules.has_fee:
        return types.auth.SentCodePaymentRequired(
            "code.fee", sent.code_hash, "sms@example.org", "Code", 7, "EUR", 199
        )
    return _sent_object(call, phone, sent)


@answers(functions.auth.ResendCodeRequest, Caller.ANYBODY)
def resend_code(call: Call, request: Any) -> Any:
    """A new code by the next way; after the last one there is none."""
    sent = _get_code(call, request)
    if not sent.later:
        raise RpcRefusal(406, "SEND_CODE_UNAVAILABLE")
    phone = normalise_phone(request.phone_number)
    return _sent_object(call, phone, call.centre.sign_ins.send_code(phone, sent.later, call.centre.clock.unix_s()))


@answers(functions.auth.CancelCodeRequest, Caller.ANYBODY)
def cancel_code(call: Call, request: Any) -> Any:
    """Make the code void."""
    _get_code(call, request)
    del call.centre.sign_ins.codes[normalise_phone(request.phone_number)]
    return TRUE


@answers(functions.auth.ResetLoginEmailRequest, Caller.ANYBODY)
def reset_login_email(call: Call, request: Any) -> Any:
    """Take the e-mail address off the account, at once or later; then codes come another way."""
    sent, sign_ins = _get_code(call, request), call.centre.sign_ins
    phone, now_s = normalise_phone(request.phone_number), call.centre.clock.unix_s()
    rules = sign_ins.rules_of(phone)
    if sent.kind is not CodeKind.EMAIL or rules.email_reset_after_s is None:
        raise RpcRefusal(400, "EMAIL_INVALID")
    if phone in sign_ins.email_gone_at_s or now_s < sent.sent_at_s + rules.email_reset_after_s:
        raise RpcRefusal(400, "TASK_ALREADY_EXISTS")
    sign_ins.email_gone_at_s[phone] = now_s + rules.email_reset_takes_s
    if rules.email_reset_takes_s:
        return _sent_object(call, phone, sent)
    return _sent_object(call, phone, sign_ins.send_code(phone, rules.kinds, now_s))


@answers(functions.account.SendVerifyEmailCodeRequest, Caller.ANYBODY)
def send_verify_email_code(call: Call, request: Any) -> Any:
    """Send a code to the e-mail address that is to be set up while signing in."""
    sent = _get_code(call, request.purpose)
    if "@" not in request.email:
        raise RpcRefusal(400, "EMAIL_INVALID")
    sent.email = request.email
    name, _, domain = request.email.partition("@")
    return types.account.SentEmailCode(f"{name[:1]}***@{domain[:1]}***", len(sent.code))


@answers(functions.account.VerifyEmailRequest, Caller.ANYBODY)
def verify_email(call: Call, request: Any) -> Any:
    """The address is set up; the sign-in goes on with a code that is sent there."""
    sent = _get_code(call, request.purpose)
    if not sent.email:
        raise RpcRefusal(400, "EMAIL_VERIFY_EXPIRED")
    if getattr(request.verification, "code", "") != sent.code:
        raise RpcRefusal(400, "CODE_INVALID")
    phone = normalise_phone(request.purpose.phone_number)
    later = sent.later or (CodeKind.EMAIL,)
    following = call.centre.sign_ins.send_code(phone, later, call.centre.clock.unix_s())
    return types.account.EmailVerifiedLogin(sent.email, _sent_object(call, phone, following))


@answers(functions.auth.SignInRequest, Caller.ANYBODY)
def sign_in(call: Call, request: Any) -> Any:
    """Sign in by code. A phone without an account is asked to sign up, which is not possible here."""
    sent = _get_code(call, request)
    by_email = getattr(request.email_verification, "code", "")
    code = by_email if sent.kind is CodeKind.EMAIL else request.phone_code
    if not code or sent.kind is CodeKind.EMAIL_SETUP:
        raise RpcRefusal(400, "PHONE_CODE_EMPTY")
    if code != sent.code:
        raise RpcRefusal(400, "PHONE_CODE_INVALID")
    phone = normalise_phone(request.phone_number)
    user_id = call.centre.state.user_id_by_phone.get(phone)
    account = call.centre.state.accounts.get(user_id or 0)
    if account is None:
        return types.auth.AuthorizationSignUpRequired()
    del call.centre.sign_ins.codes[phone]
    return _enter(call, account)


@answers(functions.auth.ImportBotAuthorizationRequest, Caller.ANYBODY)
def import_bot_authorization(call: Call, request: Any) -> Any:
    """Sign in as a bot."""
    user_id = call.centre.state.account_id_by_bot_token.get(request.bot_auth_token)
    if user_id is None:
        raise RpcRefusal(400, "ACCESS_TOKEN_INVALID")
    _check_home(call, user_id, "USER")
    return _bind(call, user_id)


@answers(functions.auth.ExportLoginTokenRequest, Caller.ANYBODY)
def export_login_token(call: Call, request: Any) -> Any:
    """A token for a QR code; once another device has accepted it, the sign-in, or where to go on with it."""
    sign_ins = call.centre.sign_ins
    user_id = sign_ins.accepted.pop(call.link.key_id, None)
    if user_id is not None:
        home = call.centre.state.accounts[user_id].dc_id
        if home != call.link.dc_id:
            return types.auth.LoginTokenMigrateTo(home, sign_ins.make_transfer(user_id))
        return types.auth.LoginTokenSuccess(_enter(call, call.centre.state.accounts[user_id]))
    token, entry = sign_ins.make_token(call.link.key_id, call.centre.clock.unix_s())
    return types.auth.LoginToken(expires=int(entry.valid_until_s), token=token)


@answers(functions.auth.ImportLoginTokenRequest, Caller.ANYBODY)
def import_login_token(call: Call, request: Any) -> Any:
    """Go on with a QR sign-in that began in another data centre."""
    user_id = call.centre.sign_ins.transfers.pop(request.token, None)
    if user_id is None:
        raise RpcRefusal(400, "AUTH_TOKEN_EXPIRED")
    return types.auth.LoginTokenSuccess(_enter(call, call.centre.state.accounts[user_id]))


@answers(functions.auth.AcceptLoginTokenRequest, Caller.USER)
def accept_login_token(call: Call, request: Any) -> Any:
    """Another device of the account scanned the QR code."""
    if not call.centre.accept_login_token(request.token, call.account_id):
        raise RpcRefusal(400, "AUTH_TOKEN_INVALID")
    return types.Authorization(0, "", "", "", 0, "", "", 0, 0, "", "", "")


@answers(functions.account.GetPasswordRequest, Caller.ANYBODY)
def get_password(call: Call, request: Any) -> Any:
    """The challenge for the second password of the account that is signing in, or is signed in."""
    user_id = call.centre.sign_ins.password_owed.get(call.link.key_id, call.account_id)
    account = call.centre.state.accounts.get(user_id)
    if account is None:
        raise RpcRefusal(401, "AUTH_KEY_UNREGISTERED")
    result = types.account.Password(
        new_algo=_algorithm(secrets.token_bytes(8), secrets.token_bytes(16)),
        new_secure_algo=types.SecurePasswordKdfAlgoUnknown(),
        secure_random=secrets.token_bytes(256),
    )
    if account.password_verifier:
        exponent, public = make_challenge(_password_record(account))
        srp_id = secrets.randbits(62)
        call.centre.sign_ins.srp[srp_id] = (account.user_id, exponent)
        result.has_password = True
        result.current_algo = _algorithm(account.password_salt1, account.password_salt2)
        result.srp_B, result.srp_id = public, srp_id
        result.hint = account.password_hint or None
    return result


@answers(functions.auth.CheckPasswordRequest, Caller.ANYBODY)
def check_password(call: Call, request: Any) -> Any:
    """Finish a sign-in that owes the second password."""
    sign_ins = call.centre.sign_ins
    proof = request.password
    user_id, exponent = sign_ins.srp.pop(getattr(proof, "srp_id", 0), (0, 0))
    if not user_id or sign_ins.password_owed.get(call.link.key_id) != user_id:
        raise RpcRefusal(400, "SRP_ID_INVALID")
    account = call.centre.state.accounts[user_id]
    if not proves_password(_password_record(account), exponent, proof.A, proof.M1):
        raise RpcRefusal(400, "PASSWORD_HASH_INVALID")
    del sign_ins.password_owed[call.link.key_id]
    return _bind(call, user_id)


def _get_code(call: Call, request: Any) -> SentCode:
    phone = normalise_phone(request.phone_number)
    sent = call.centre.sign_ins.find_code(phone, request.phone_code_hash, call.centre.clock.unix_s())
    if sent is None:
        raise RpcRefusal(400, "PHONE_CODE_EXPIRED")
    return sent


def _check_home(call: Call, user_id: int, what: str) -> None:
    account = call.centre.state.accounts.get(user_id)
    if account is not None and account.dc_id != call.link.dc_id:
        raise RpcRefusal(303, f"{what}_MIGRATE_{account.dc_id}")


def _sent_object(call: Call, phone: str, sent: SentCode) -> Any:
    rules = call.centre.sign_ins.rules_of(phone)
    next_type = _NEXT_TYPES.get(sent.later[0]) if sent.later else None
    return types.auth.SentCode(
        _sent_type(sent, rules, call.centre.sign_ins.email_gone_at_s.get(phone)),
        sent.code_hash,
        next_type=next_type() if next_type else None,
        timeout=rules.resend_after_s if sent.later else None,
    )


def _sent_type(sent: SentCode, rules: SignInRules, email_gone_at_s: float | None) -> Any:
    length = len(sent.code)
    match sent.kind:
        case CodeKind.APP:
            return types.auth.SentCodeTypeApp(length)
        case CodeKind.SMS:
            return types.auth.SentCodeTypeSms(length)
        case CodeKind.WORD:
            return types.auth.SentCodeTypeSmsWord(beginning=sent.code[0])
        case CodeKind.PHRASE:
            return types.auth.SentCodeTypeSmsPhrase(beginning=sent.code.split()[0])
        case CodeKind.CALL:
            return types.auth.SentCodeTypeCall(length)
        case CodeKind.MISSED_CALL:
            return types.auth.SentCodeTypeMissedCall(prefix="+999", length=length)
        case CodeKind.FRAGMENT:
            return types.auth.SentCodeTypeFragmentSms("https://fragment.com", length)
        case CodeKind.EMAIL:
            gone_at = None if email_gone_at_s is None else datetime.fromtimestamp(email_gone_at_s, UTC)
            after_s = rules.email_reset_after_s
            return types.auth.SentCodeTypeEmailCode(
                rules.email_pattern, length, reset_available_period=after_s, reset_pending_date=gone_at
            )
        case CodeKind.EMAIL_SETUP:
            return types.auth.SentCodeTypeSetUpEmailRequired()


def _enter(call: Call, account: AccountMade) -> Any:
    """Sign in, unless the account has a second password."""
    if account.password_verifier:
        call.centre.sign_ins.password_owed[call.link.key_id] = account.user_id
        raise RpcRefusal(401, "SESSION_PASSWORD_NEEDED")
    return _bind(call, account.user_id)


def _bind(call: Call, user_id: int) -> Any:
    device = call.link.device
    call.centre.turn.record(
        records.KeyBound(
            key_id=call.link.key_id,
            user_id=user_id,
            device_model=device.device_model if device else "",
            system_version=device.system_version if device else "",
            app_version=device.app_version if device else "",
            api_id=device.api_id if device else 0,
            at_ms=call.centre.clock.unix_ms(),
        )
    )
    return types.auth.Authorization(user=user_object(call.centre.state, user_id, user_id))


def _algorithm(salt1: bytes, salt2: bytes) -> Any:
    prime = DH_PRIME.to_bytes(256)
    return types.PasswordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow(salt1, salt2, DH_GENERATOR, prime)


def _password_record(account: AccountMade) -> PasswordRecord:
    return PasswordRecord(account.password_salt1, account.password_salt2, account.password_verifier)
