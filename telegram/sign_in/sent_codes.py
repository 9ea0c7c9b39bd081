"""What Telegram says about a code that it sent, as our values."""

from datetime import datetime, timedelta
from typing import Any

from telethon.tl.types import auth

from telegram.sign_in.half_done import PendingCode
from telegram.sign_in.values import AskCode, AskEmail, AskEmailCode, CodeKind, Problem

CODE_LIFETIME = timedelta(minutes=5)
"""Telegram names no time and refuses late codes by itself; after this long a new code is the better advice."""

_KINDS: dict[type, CodeKind] = {
    auth.SentCodeTypeApp: CodeKind.APP,
    auth.SentCodeTypeSms: CodeKind.SMS,
    auth.SentCodeTypeFirebaseSms: CodeKind.SMS,
    auth.SentCodeTypeSmsWord: CodeKind.WORD,
    auth.SentCodeTypeSmsPhrase: CodeKind.PHRASE,
    auth.SentCodeTypeCall: CodeKind.CALL,
    auth.SentCodeTypeFlashCall: CodeKind.FLASH_CALL,
    auth.SentCodeTypeMissedCall: CodeKind.MISSED_CALL,
    auth.SentCodeTypeFragmentSms: CodeKind.FRAGMENT,
    auth.SentCodeTypeEmailCode: CodeKind.EMAIL,
    auth.SentCodeTypeSetUpEmailRequired: CodeKind.EMAIL,
}

_NEXT_KINDS: dict[type, CodeKind] = {
    auth.CodeTypeSms: CodeKind.SMS,
    auth.CodeTypeCall: CodeKind.CALL,
    auth.CodeTypeFlashCall: CodeKind.FLASH_CALL,
    auth.CodeTypeMissedCall: CodeKind.MISSED_CALL,
    auth.CodeTypeFragmentSms: CodeKind.FRAGMENT,
}

_CLUES = ("beginning", "prefix", "pattern", "email_pattern", "url")


def read_sent_code(sent: Any, phone: str, now: datetime) -> PendingCode:
    """An auth.SentCode. `next_kind` is None where there is no other way."""
    clue = next((value for name in _CLUES if (value := getattr(sent.type, name, None))), "")
    # auth.sentCodeTypeEmailCode: after so many seconds auth.resetLoginEmail may be called; or it was, and is due then.
    reset_after_s = getattr(sent.type, "reset_available_period", None)
    return PendingCode(
        phone=phone,
        code_hash=sent.phone_code_hash,
        kind=_KINDS[type(sent.type)],
        length=getattr(sent.type, "length", 0),
        clue=clue,
        valid_until=now + CODE_LIFETIME,
        next_kind=_NEXT_KINDS.get(type(sent.next_type)),
        resend_at=None if sent.next_type is None else now + timedelta(seconds=sent.timeout or 0),
        is_set_up=isinstance(sent.type, auth.SentCodeTypeSetUpEmailRequired),
        reset_from=None if reset_after_s is None else now + timedelta(seconds=reset_after_s),
        reset_at=getattr(sent.type, "reset_pending_date", None),
    )


def state_of(
    code: PendingCode,
    now: datetime,
    *,
    survives_restart: bool,
    is_resumed: bool = False,
    problem: Problem | None = None,
) -> AskCode | AskEmail | AskEmailCode:
    """What is asked of the person while this code is pending."""
    can_reset = code.reset_from is not None and code.reset_at is None and not code.is_set_up
    reset_in_s = max(0.0, (code.reset_from - now).total_seconds()) if can_reset and code.reset_from else None
    resend_in_s = max(0.0, (code.resend_at - now).total_seconds()) if code.resend_at else 0.0
    if code.is_set_up and not code.email:
        return AskEmail(problem=problem)
    if code.kind is CodeKind.EMAIL:
        return AskEmailCode(
            length=code.length,
            sent_to=code.clue,
            valid_until=code.valid_until,
            is_set_up=code.is_set_up,
            reset_in_s=reset_in_s,
            reset_at=code.reset_at,
            next_kind=code.next_kind,
            resend_in_s=resend_in_s,
            survives_restart=survives_restart,
            is_resumed=is_resumed,
            problem=problem,
        )
    return AskCode(
        kind=code.kind,
        length=code.length,
        sent_to=code.phone,
        valid_until=code.valid_until,
        clue=code.clue,
        next_kind=code.next_kind,
        resend_in_s=resend_in_s,
        survives_restart=survives_restart,
        is_resumed=is_resumed,
        problem=problem,
    )
