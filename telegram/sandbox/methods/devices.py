"""The sessions of an account: list them, end one, end all others, log out."""

from typing import Any

from telethon.tl import functions, types

from telegram.sandbox.dispatch import Call, Caller, RpcRefusal, answers
from telegram.sandbox.objects import TRUE
from telegram.sandbox.state import KeyHolder

FRESH_S = 86_400  # core.telegram.org/method/account.resetAuthorization: 24 hours


def _hash(key_id: int) -> int:
    return key_id & (1 << 63) - 1


@answers(functions.account.GetAuthorizationsRequest, Caller.USER)
def get_authorizations(call: Call, request: Any) -> Any:
    """All sessions of the account; the present one has the hash 0."""
    holders = call.centre.holders(call.account_id)
    return types.account.Authorizations(180, [_authorization(call, holder) for holder in holders])


@answers(functions.account.ResetAuthorizationRequest, Caller.USER)
def reset_authorization(call: Call, request: Any) -> Any:
    """End another session. A session younger than 24 h may do so too, unless the control channel forbids it."""
    _check_age(call)
    for holder in call.centre.holders(call.account_id):
        if _hash(holder.auth_key.key_id) == request.hash and holder is not call.holder:
            call.centre.end_key(holder.auth_key.key_id, "logged_out")
            return TRUE
    raise RpcRefusal(400, "HASH_INVALID")


@answers(functions.auth.ResetAuthorizationsRequest, Caller.USER)
def reset_authorizations(call: Call, request: Any) -> Any:
    """End all other sessions; the same rule."""
    _check_age(call)
    for holder in call.centre.holders(call.account_id):
        if holder is not call.holder:
            call.centre.end_key(holder.auth_key.key_id, "logged_out")
    return TRUE


@answers(functions.auth.LogOutRequest)
def log_out(call: Call, request: Any) -> Any:
    """End this session; the link stays."""
    call.centre.end_key(call.link.key_id, "logged_out", except_link=call.link)
    return types.auth.LoggedOut()


def _check_age(call: Call) -> None:
    device = call.holder.device
    assert device is not None, "a signed-in key has a device"
    is_young = call.centre.now_s() - device.at_ms // 1000 < FRESH_S
    if is_young and not call.centre.may_young_sessions_end_others:
        raise RpcRefusal(406, "FRESH_RESET_AUTHORISATION_FORBIDDEN")


def _authorization(call: Call, holder: KeyHolder) -> Any:
    device = holder.device
    assert device is not None, "a signed-in key has a device"
    is_current = holder is call.holder
    return types.Authorization(
        hash=0 if is_current else _hash(holder.auth_key.key_id),
        device_model=device.device_model,
        platform="",
        system_version=device.system_version,
        api_id=device.api_id,
        app_name="Wireroom",
        app_version=device.app_version,
        date_created=device.at_ms // 1000,
        date_active=call.centre.now_s(),
        ip="127.0.0.1",
        country="",
        region="",
        current=is_current or None,
    )
