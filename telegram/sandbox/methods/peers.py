"""Who is meant by an input peer: an access hash counts only for the account that received it."""

from typing import Any

from telethon.tl import types

from telegram.sandbox.dispatch import Call, RpcRefusal

_SELF = (types.InputPeerSelf, types.InputUserSelf)
_USER = (types.InputPeerUser, types.InputUser)


def find_user_id(call: Call, peer: Any) -> int | None:
    """The user that this peer addresses, None if the account may not address them so.

    Without a hash a bot reaches the people it has a dialog with, and a user account its contacts.
    """
    if isinstance(peer, _SELF):
        return call.account_id
    if not isinstance(peer, _USER) or peer.user_id not in call.centre.state.users:
        return None
    user_id: int = peer.user_id
    if peer.access_hash == call.centre.state.access_hash(call.account_id, user_id):
        return user_id
    if peer.access_hash == 0:
        mailbox = call.centre.state.mailboxes[call.account_id]
        known = mailbox.dialogs if call.is_bot else mailbox.contacts
        return user_id if user_id in known else None
    return None


def get_user_id(call: Call, peer: Any) -> int:
    """As `find_user_id`, but refuses the call with PEER_ID_INVALID."""
    user_id = find_user_id(call, peer)
    if user_id is None:
        raise RpcRefusal(400, "PEER_ID_INVALID")
    return user_id
