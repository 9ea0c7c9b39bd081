"""What Telegram and Telethon say, translated into our errors: the only table of its kind.

Decided on (code, name), never on Telethon's English text. What is listed nowhere has a defined meaning too:
an unknown 4xx is a definite refusal, everything else leaves the fate of the request unknown.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from telethon.errors import AuthKeyNotFound, BadMessageError, InvalidBufferError, RPCError, TypeNotFoundError
from telethon.errors.rpcerrorlist import rpc_errors_dict, rpc_errors_re

from core.errors import (
    AccountBanned,
    AccountFrozen,
    AccountLimited,
    AccountSignedOut,
    AppError,
    ConfigurationError,
    ConnectionLost,
    CooldownError,
    DeleteForbidden,
    EditTooLate,
    MediaExpired,
    MessageGone,
    MessageRejected,
    MessageTooLong,
    NetworkError,
    PaymentRequired,
    PremiumRequired,
    PrivacyRestricted,
    RecipientBlockedUs,
    RecipientGone,
    RecipientIsBot,
    RecipientNotFound,
    RecipientUnreachable,
    RefusedByTelegram,
    RequestFailed,
    ServerTrouble,
    SessionUsedTwice,
    TimedOut,
    TwoFactorRequired,
    UserInputError,
    WeBlockedThem,
    WriteForbidden,
)

_UNNAMED_WAIT_S = 300.0
"""For a 420 without a number: no duration is given, and probing makes limits grow (facts of Telegram, chapter 6)."""

_A_DAY_S = 86_400.0
"""About 5 sign-ins per number and day are allowed; after that Telegram only says "flood" (auth.html)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refusal:
    """One row of the table: the error, and its words where they differ from the class's own."""

    error: type[AppError]
    title: str = ""
    message: str = ""
    hint: str = ""


def _rows(
    error: type[AppError], *names: str, title: str = "", message: str = "", hint: str = ""
) -> dict[str, _Refusal]:
    return dict.fromkeys(names, _Refusal(error=error, title=title, message=message, hint=hint))


_TABLE: Mapping[str, _Refusal] = {
    # The account.
    **_rows(AccountLimited, "PEER_FLOOD"),
    **_rows(AccountFrozen, "FROZEN_METHOD_INVALID", "FROZEN_PARTICIPANT_MISSING"),
    **_rows(AccountBanned, "USER_DEACTIVATED", "USER_DEACTIVATED_BAN", "PHONE_NUMBER_BANNED"),
    **_rows(AccountSignedOut, "AUTH_KEY_UNREGISTERED", "SESSION_REVOKED", "SESSION_EXPIRED"),
    **_rows(SessionUsedTwice, "AUTH_KEY_DUPLICATED"),
    # Its devices.
    **_rows(
        RequestFailed,
        "FRESH_RESET_AUTHORISATION_FORBIDDEN",
        title="This session is too young to end others",
        message="Telegram allows it 24 hours after signing in. Nothing was ended.",
        hint="Try again tomorrow, or end the device in the official app.",
    ),
    **_rows(
        RequestFailed,
        "HASH_INVALID",
        title="This device is not signed in any more",
        hint="Look at the list of devices again.",
    ),
    # The recipient.
    **_rows(PrivacyRestricted, "USER_PRIVACY_RESTRICTED"),
    **_rows(RecipientBlockedUs, "USER_IS_BLOCKED"),
    **_rows(WeBlockedThem, "YOU_BLOCKED_USER"),
    **_rows(RecipientGone, "INPUT_USER_DEACTIVATED"),
    **_rows(RecipientUnreachable, "PEER_ID_INVALID", "USER_ID_INVALID"),
    **_rows(PremiumRequired, "PRIVACY_PREMIUM_REQUIRED"),
    **_rows(PaymentRequired, "ALLOW_PAYMENT_REQUIRED", "BALANCE_TOO_LOW", message="Nothing was sent."),
    **_rows(
        WriteForbidden,
        "CHAT_WRITE_FORBIDDEN",
        "CHAT_SEND_PLAIN_FORBIDDEN",
        "CHAT_SEND_MEDIA_FORBIDDEN",
        "CHAT_SEND_PHOTOS_FORBIDDEN",
        "CHAT_SEND_DOCS_FORBIDDEN",
        "CHAT_ADMIN_REQUIRED",
        "CHAT_RESTRICTED",
        "USER_BANNED_IN_CHANNEL",
        "CHANNEL_PRIVATE",
        "TOPIC_CLOSED",
    ),
    **_rows(RecipientIsBot, "USER_IS_BOT"),
    # A message of ours that was to be changed.
    **_rows(MessageGone, "MESSAGE_ID_INVALID"),
    **_rows(EditTooLate, "MESSAGE_EDIT_TIME_EXPIRED"),
    **_rows(DeleteForbidden, "MESSAGE_DELETE_FORBIDDEN"),
    **_rows(RecipientNotFound, "USERNAME_NOT_OCCUPIED", "USERNAME_INVALID"),
    # The campaign: every send of it would fail alike.
    **_rows(MessageTooLong, "MESSAGE_TOO_LONG", "MEDIA_CAPTION_TOO_LONG"),
    **_rows(MessageRejected, "MESSAGE_EMPTY", "ENTITY_BOUNDS_INVALID", "ENTITIES_TOO_LONG"),
    **_rows(MessageRejected, "REPLY_MARKUP_INVALID", "REPLY_MARKUP_TOO_LONG", "BUTTON_INVALID", "BUTTON_URL_INVALID"),
    **_rows(
        MessageRejected,
        "IMAGE_PROCESS_FAILED",
        "PHOTO_INVALID",
        "PHOTO_INVALID_DIMENSIONS",
        "PHOTO_EXT_INVALID",
        "PHOTO_SAVE_FILE_INVALID",
        "MEDIA_INVALID",
        "MEDIA_GROUPED_INVALID",
        "MULTI_MEDIA_TOO_LONG",
        "DOCUMENT_INVALID",
        "FILE_PARTS_INVALID",
        "FILE_CONTENT_TYPE_INVALID",
        message="It does not take one of its photos or files.",
        hint="Look at them, or attach them as files.",
    ),
    # What was uploaded has to be uploaded again. Those of an album carry the number of the item: see `_translate_rpc`.
    **_rows(
        MediaExpired,
        "FILE_REFERENCE_EXPIRED",
        "FILE_REFERENCE_INVALID",
        "FILE_REFERENCE_EMPTY",
        "FILEREF_UPGRADE_NEEDED",
        "MEDIA_EMPTY",
    ),
    # Telegram's own trouble under a 4xx code.
    **_rows(ServerTrouble, "MSG_WAIT_FAILED", "MSG_WAIT_TIMEOUT", "MD5_CHECKSUM_INVALID"),
    # Signing in.
    **_rows(
        UserInputError,
        "PHONE_NUMBER_INVALID",
        title="This phone number is not right",
        hint="Enter it with the country code.",
    ),
    **_rows(
        UserInputError,
        "PHONE_NUMBER_UNOCCUPIED",
        title="This number has no Telegram account",
        hint="Make the account in the official app first.",
    ),
    **_rows(
        UserInputError, "PHONE_CODE_INVALID", "PHONE_CODE_EMPTY", title="The code is wrong", hint="Enter it again."
    ),
    **_rows(UserInputError, "PHONE_CODE_EXPIRED", title="The code is too old", hint="Ask for a new code."),
    **_rows(UserInputError, "CODE_INVALID", title="The code is wrong", hint="Enter it again."),
    **_rows(
        UserInputError,
        "EMAIL_INVALID",
        "EMAIL_NOT_ALLOWED",
        title="Telegram does not accept this e-mail address",
        hint="Enter another one.",
    ),
    **_rows(
        UserInputError,
        "TASK_ALREADY_EXISTS",
        title="Telegram takes this address off already",
        hint="Wait until then, and ask for a new code.",
    ),
    **_rows(
        UserInputError, "EMAIL_VERIFY_EXPIRED", title="The code is too old", hint="Enter the e-mail address again."
    ),
    **_rows(
        UserInputError,
        "AUTH_TOKEN_EXPIRED",
        "AUTH_TOKEN_INVALID",
        "AUTH_TOKEN_ALREADY_ACCEPTED",
        title="The QR code was too old",
        hint="Scan the new one.",
    ),
    **_rows(
        UserInputError,
        "SRP_ID_INVALID",
        "SRP_PASSWORD_CHANGED",
        title="The second password was changed meanwhile",
        hint="Enter it again.",
    ),
    **_rows(TwoFactorRequired, "SESSION_PASSWORD_NEEDED"),
    **_rows(UserInputError, "PASSWORD_HASH_INVALID", title="The second password is wrong", hint="Enter it again."),
    **_rows(
        UserInputError,
        "SEND_CODE_UNAVAILABLE",
        "UPDATE_APP_TO_LOGIN",
        title="Telegram sends no more codes for this number",
        hint="Sign in with the QR code.",
    ),
    **_rows(
        UserInputError,
        "ACCESS_TOKEN_INVALID",
        "ACCESS_TOKEN_EXPIRED",
        title="Telegram does not accept this bot token",
        hint="Copy it again from @BotFather.",
    ),
    **_rows(
        ConfigurationError,
        "API_ID_INVALID",
        "API_ID_PUBLISHED_FLOOD",
        title="Telegram does not accept the api_id and api_hash",
        message="The pair is wrong or was published.",
        hint="Check both in the settings; your own pair is at my.telegram.org.",
    ),
}

_SIGN_IN_FLOODS = frozenset({"PHONE_NUMBER_FLOOD", "PHONE_PASSWORD_FLOOD"})
_PAYMENT_OF = re.compile(r"ALLOW_PAYMENT_REQUIRED_(\d+)")
_REFERENCE_OF = re.compile(r"FILE_REFERENCE_\d+_(EXPIRED|INVALID|EMPTY)")
_PART_OF = re.compile(r"FILE_PART_(\d+|X)_MISSING")
_WAIT_OF = re.compile(r".*_WAIT_(\d+)")


def _names_by_class() -> dict[type[RPCError], str]:
    """Telethon's own map, the other way round; the number of a parametrised name becomes X."""
    names = {cls: pattern.replace("(\\d+)", "X") for pattern, cls in rpc_errors_re}
    return names | {cls: name for name, cls in rpc_errors_dict.items()}


_NAMES = _names_by_class()


def rpc_name(error: RPCError) -> str:
    """Telegram's name for it. For a class of Telethon's `message` is only the base text ("FLOOD", "BAD_REQUEST")."""
    return _NAMES.get(type(error)) or str(error.message or "")


def translate(error: BaseException) -> AppError | None:
    """Our error for what Telethon, the socket or a time-out raised; None for what is none of theirs."""
    if isinstance(error, RPCError):
        return _translate_rpc(error)
    if isinstance(error, TimeoutError):  # before OSError, which is its base
        return TimedOut()
    if isinstance(error, AuthKeyNotFound):
        # A request that was under way may have had its effect before the key was forgotten: fate unknown. Only the
        # gateway, which sees it while connecting, may call the account signed out.
        return ConnectionLost("Telegram does not know this session.", detail="transport -404")
    if isinstance(error, InvalidBufferError):
        if error.code == 429:
            return ConnectionLost(title="Too many connections from this address", detail="transport 429")
        return ConnectionLost(detail=f"transport -{error.code}" if error.code else "unreadable packet")
    if isinstance(error, TypeNotFoundError):
        return ServerTrouble("Its answer could not be read.", detail=f"type {error.invalid_constructor_id:08x}")
    if isinstance(error, BadMessageError):
        return ConnectionLost(detail=f"bad message {error.code}")
    if isinstance(error, (OSError, EOFError)):  # ConnectionError and IncompleteReadError are among them
        return ConnectionLost(detail=type(error).__name__)
    return None


def _translate_rpc(error: RPCError) -> AppError:
    name, code = rpc_name(error), abs(error.code or 0)  # -500 and -503 occur beside 500 and 503
    row = _TABLE.get(name)
    if row is not None:
        return row.error(row.message, title=row.title, hint=row.hint, detail=name)
    if name in _SIGN_IN_FLOODS:
        return CooldownError("Try again tomorrow.", wait_s=_A_DAY_S, title="Too many sign-in attempts", detail=name)
    if code == 420:
        return _translate_wait(error, name)
    if match := _PAYMENT_OF.fullmatch(name):
        return PaymentRequired(f"This person charges {match[1]} Stars per message. Nothing was sent.", detail=name)
    if _REFERENCE_OF.fullmatch(name):
        return MediaExpired(detail=name)
    if _PART_OF.fullmatch(name):
        return ServerTrouble("It has lost a part of an upload.", detail=name)
    if code == 401:
        return AccountSignedOut(detail=name)
    if 400 <= code < 500:
        return RefusedByTelegram(detail=f"{code} {name}")
    return ServerTrouble(detail=f"{code} {name}")


def _translate_wait(error: RPCError, name: str) -> CooldownError:
    """Telethon's classes carry the number; an unknown name may end in it."""
    match = _WAIT_OF.fullmatch(name)
    seconds = getattr(error, "seconds", None)
    wait_s = float(seconds if seconds is not None else match[1] if match else _UNNAMED_WAIT_S)
    title = "Telegram slowed this account down (Premium would lift it)" if name.startswith("FLOOD_PREMIUM") else ""
    return CooldownError(
        f"It asked for {wait_s:.0f} seconds.",
        wait_s=wait_s,
        is_one_chat=name.startswith("SLOWMODE"),
        title=title,
        detail=name,
    )


class _TelegramErrors:
    """Inside only Telethon's exceptions, outside only ours, with the original as the cause.

    A cancel of the running task passes. Telethon also *cancels the future* of a request that it drops when the
    link ends; that is no cancel of ours and becomes ConnectionLost: fate unknown.
    """

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if isinstance(error, asyncio.CancelledError):
            task = asyncio.current_task()
            if task is not None and not task.cancelling():
                raise ConnectionLost(detail="dropped with the link") from error
        elif isinstance(error, Exception) and not isinstance(error, AppError):
            translated = translate(error)
            if translated is not None:
                raise translated from error


telegram_errors: Final = (
    _TelegramErrors()
)  # has no state, and a generator for each send would cost three times as much


def ends_link(error: AppError) -> bool:
    """Whether the link on which this happened may not be used any more."""
    return isinstance(error, NetworkError) and not isinstance(error, ServerTrouble)
