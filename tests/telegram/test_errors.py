"""The table of Telegram's errors: what each means for us, driven with the exceptions Telethon really makes."""

import asyncio

import pytest
from telethon.errors import (
    AuthKeyNotFound,
    BadMessageError,
    InvalidBufferError,
    TypeNotFoundError,
    rpc_message_to_error,
)
from telethon.tl.functions.messages import SendMessageRequest
from telethon.tl.types import InputPeerSelf, RpcError

from core import errors
from core.errors import AppError, Scope
from telegram.errors import ends_link, rpc_name, telegram_errors, translate

_A, _R, _C, _N = Scope.ACCOUNT, Scope.RECIPIENT, Scope.CAMPAIGN, Scope.NONE

TABLE = [
    (420, "FLOOD_WAIT_37", errors.CooldownError, _A),
    (420, "FLOOD_PREMIUM_WAIT_12", errors.CooldownError, _A),
    (420, "SLOWMODE_WAIT_8", errors.CooldownError, _A),
    (420, "BRAND_NEW_WAIT_9", errors.CooldownError, _A),
    (420, "BRAND_NEW", errors.CooldownError, _A),
    (400, "PEER_FLOOD", errors.AccountLimited, _A),
    (420, "FROZEN_METHOD_INVALID", errors.AccountFrozen, _A),
    (400, "FROZEN_PARTICIPANT_MISSING", errors.AccountFrozen, _A),
    (401, "USER_DEACTIVATED", errors.AccountBanned, _A),
    (401, "USER_DEACTIVATED_BAN", errors.AccountBanned, _A),
    (400, "PHONE_NUMBER_BANNED", errors.AccountBanned, _A),
    (401, "AUTH_KEY_UNREGISTERED", errors.AccountSignedOut, _A),
    (401, "SESSION_REVOKED", errors.AccountSignedOut, _A),
    (401, "SESSION_EXPIRED", errors.AccountSignedOut, _A),
    (401, "BRAND_NEW_401", errors.AccountSignedOut, _A),
    (406, "AUTH_KEY_DUPLICATED", errors.SessionUsedTwice, _A),
    (403, "USER_PRIVACY_RESTRICTED", errors.PrivacyRestricted, _R),
    (403, "USER_IS_BLOCKED", errors.RecipientBlockedUs, _R),
    (400, "YOU_BLOCKED_USER", errors.WeBlockedThem, _R),
    (400, "INPUT_USER_DEACTIVATED", errors.RecipientGone, _R),
    (400, "PEER_ID_INVALID", errors.RecipientUnreachable, _R),
    (404, "PEER_ID_INVALID", errors.RecipientUnreachable, _R),
    (400, "USER_ID_INVALID", errors.RecipientUnreachable, _R),
    (403, "PRIVACY_PREMIUM_REQUIRED", errors.PremiumRequired, _R),
    (403, "ALLOW_PAYMENT_REQUIRED_50", errors.PaymentRequired, _R),
    (406, "ALLOW_PAYMENT_REQUIRED", errors.PaymentRequired, _R),
    (400, "BALANCE_TOO_LOW", errors.PaymentRequired, _R),
    (403, "CHAT_WRITE_FORBIDDEN", errors.WriteForbidden, _R),
    (403, "CHAT_SEND_PLAIN_FORBIDDEN", errors.WriteForbidden, _R),
    (403, "CHAT_ADMIN_REQUIRED", errors.WriteForbidden, _R),
    (400, "CHAT_RESTRICTED", errors.WriteForbidden, _R),
    (400, "USER_BANNED_IN_CHANNEL", errors.WriteForbidden, _R),
    (400, "CHANNEL_PRIVATE", errors.WriteForbidden, _R),
    (400, "TOPIC_CLOSED", errors.WriteForbidden, _R),
    (400, "USER_IS_BOT", errors.RecipientIsBot, _R),
    (400, "USERNAME_NOT_OCCUPIED", errors.RecipientNotFound, _R),
    (400, "USERNAME_INVALID", errors.RecipientNotFound, _R),
    (400, "MESSAGE_ID_INVALID", errors.MessageGone, _R),
    (400, "MESSAGE_EDIT_TIME_EXPIRED", errors.EditTooLate, _R),
    (403, "MESSAGE_DELETE_FORBIDDEN", errors.DeleteForbidden, _R),
    (400, "MESSAGE_EMPTY", errors.MessageRejected, _C),
    (400, "MESSAGE_TOO_LONG", errors.MessageTooLong, _C),
    (400, "ENTITY_BOUNDS_INVALID", errors.MessageRejected, _C),
    (400, "REPLY_MARKUP_INVALID", errors.MessageRejected, _C),
    (400, "ENTITIES_TOO_LONG", errors.MessageRejected, _C),
    (500, "RPC_CALL_FAIL", errors.ServerTrouble, _N),
    (500, "BRAND_NEW_500", errors.ServerTrouble, _N),
    (-500, "No workers running", errors.ServerTrouble, _N),
    (-503, "Timeout", errors.ServerTrouble, _N),
    (400, "MSG_WAIT_FAILED", errors.ServerTrouble, _N),
    (-500, "MSG_WAIT_TIMEOUT", errors.ServerTrouble, _N),
    (0, "WHAT_IS_THIS", errors.ServerTrouble, _N),
    (400, "BRAND_NEW_400", errors.RefusedByTelegram, _R),
    (403, "BRAND_NEW_403", errors.RefusedByTelegram, _R),
    (406, "BRAND_NEW_406", errors.RefusedByTelegram, _R),
    (400, "PHONE_NUMBER_INVALID", errors.UserInputError, Scope.APP),
    (400, "PHONE_NUMBER_UNOCCUPIED", errors.UserInputError, Scope.APP),
    (400, "PHONE_NUMBER_FLOOD", errors.CooldownError, _A),
    (406, "PHONE_PASSWORD_FLOOD", errors.CooldownError, _A),
    (400, "PHONE_CODE_INVALID", errors.UserInputError, Scope.APP),
    (400, "PHONE_CODE_EMPTY", errors.UserInputError, Scope.APP),
    (400, "PHONE_CODE_EXPIRED", errors.UserInputError, Scope.APP),
    (401, "SESSION_PASSWORD_NEEDED", errors.TwoFactorRequired, _A),
    (400, "PASSWORD_HASH_INVALID", errors.UserInputError, Scope.APP),
    (406, "SEND_CODE_UNAVAILABLE", errors.UserInputError, Scope.APP),
    (406, "UPDATE_APP_TO_LOGIN", errors.UserInputError, Scope.APP),
    (400, "ACCESS_TOKEN_INVALID", errors.UserInputError, Scope.APP),
    (400, "ACCESS_TOKEN_EXPIRED", errors.UserInputError, Scope.APP),
    (400, "API_ID_INVALID", errors.ConfigurationError, Scope.APP),
    (400, "API_ID_PUBLISHED_FLOOD", errors.ConfigurationError, Scope.APP),
]


def telethon_error(code: int, text: str) -> Exception:
    """The exception that Telethon raises for this answer."""
    request = SendMessageRequest(InputPeerSelf(), "a body that no error may hold", random_id=1)
    return rpc_message_to_error(RpcError(error_code=code, error_message=text), request)


@pytest.mark.parametrize(("code", "text", "expected", "scope"), TABLE, ids=[f"{c}-{t}" for c, t, *_ in TABLE])
def test_each_answer_of_telegram_has_one_meaning(
    code: int, text: str, expected: type[AppError], scope: Scope
) -> None:
    original = telethon_error(code, text)

    with pytest.raises(AppError) as caught, telegram_errors:
        raise original

    error = caught.value
    assert type(error) is expected
    assert error.scope is scope
    assert error.__cause__ is original
    assert error.title
    assert not ends_link(error)
    assert error.is_definite is (expected is not errors.ServerTrouble)
    assert "a body that no error may hold" not in f"{error} {error.detail}"


@pytest.mark.parametrize(
    ("text", "wait_s", "is_one_chat"),
    [
        ("FLOOD_WAIT_37", 37, False),
        ("FLOOD_PREMIUM_WAIT_12", 12, False),
        ("SLOWMODE_WAIT_8", 8, True),
        ("BRAND_NEW_WAIT_9", 9, False),
        ("FLOOD_WAIT_0", 0, False),
        ("BRAND_NEW", 300, False),
    ],
)
def test_a_demanded_wait_keeps_its_length_and_its_place(text: str, wait_s: float, is_one_chat: bool) -> None:
    error = translate(telethon_error(420, text))

    assert isinstance(error, errors.CooldownError)
    assert error.wait_s == wait_s
    assert error.is_one_chat is is_one_chat


def test_the_price_of_a_message_is_told() -> None:
    error = translate(telethon_error(403, "ALLOW_PAYMENT_REQUIRED_50"))

    assert error is not None
    assert "50 Stars" in error.message


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (ConnectionResetError("gone"), errors.ConnectionLost),
        (OSError("no route"), errors.ConnectionLost),
        (asyncio.IncompleteReadError(b"", 4), errors.ConnectionLost),
        (TimeoutError(), errors.TimedOut),
        (AuthKeyNotFound(), errors.ConnectionLost),
        (InvalidBufferError((-429).to_bytes(4, "little", signed=True)), errors.ConnectionLost),
        (InvalidBufferError((-404).to_bytes(4, "little", signed=True)), errors.ConnectionLost),
        (InvalidBufferError(b"x"), errors.ConnectionLost),
        (BadMessageError(None, 20), errors.ConnectionLost),
        (TypeNotFoundError(0x12345678, b""), errors.ServerTrouble),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value.__name__,
)
def test_whatever_is_no_answer_leaves_the_fate_unknown(raised: Exception, expected: type[AppError]) -> None:
    with pytest.raises(errors.NetworkError) as caught, telegram_errors:
        raise raised

    assert type(caught.value) is expected
    assert not caught.value.is_definite
    assert ends_link(caught.value) is (expected is not errors.ServerTrouble)


def test_our_own_mistakes_are_not_dressed_up() -> None:
    with pytest.raises(KeyError), telegram_errors:
        raise KeyError("a bug")


def test_our_own_errors_pass_unchanged() -> None:
    with pytest.raises(errors.SecretStoreLocked), telegram_errors:
        raise errors.SecretStoreLocked


async def test_a_cancel_of_the_task_is_never_swallowed() -> None:
    async def wait_for_ever() -> None:
        with telegram_errors:
            await asyncio.Event().wait()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(wait_for_ever())
        await asyncio.sleep(0)
        task.cancel()

    assert task.cancelled()


async def test_a_request_that_telethon_dropped_has_an_unknown_fate() -> None:
    future = asyncio.get_running_loop().create_future()
    future.cancel()

    with pytest.raises(errors.ConnectionLost), telegram_errors:
        await future


async def test_a_time_out_around_a_request_stays_a_time_out() -> None:
    async def unanswered() -> None:
        async with asyncio.timeout(0):
            with telegram_errors:
                await asyncio.Event().wait()

    with pytest.raises(errors.TimedOut), telegram_errors:
        await unanswered()


def test_names_are_those_of_telegram_for_known_and_unknown_errors() -> None:
    assert rpc_name(telethon_error(400, "PEER_FLOOD")) == "PEER_FLOOD"
    assert rpc_name(telethon_error(420, "FLOOD_WAIT_37")) == "FLOOD_WAIT_X"
    assert rpc_name(telethon_error(403, "PRIVACY_PREMIUM_REQUIRED")) == "PRIVACY_PREMIUM_REQUIRED"
