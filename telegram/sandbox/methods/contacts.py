"""Finding people: by id, by username, by phone; and whether they may be written to."""

from typing import Any

from telethon.tl import functions, types

from telegram.sandbox import records
from telegram.sandbox.dispatch import Call, Caller, RpcRefusal, answers
from telegram.sandbox.methods.peers import find_user_id
from telegram.sandbox.objects import user_object, user_objects, vector
from telegram.sandbox.phones import normalise_phone

MIN_USERNAME_LENGTH = 4


@answers(functions.users.GetUsersRequest)
def get_users(call: Call, request: Any) -> Any:
    """Users by id and hash; userEmpty where the hash is wrong."""
    state = call.centre.state
    found = [(peer, find_user_id(call, peer)) for peer in request.id]
    return vector(
        [
            types.UserEmpty(getattr(peer, "user_id", 0))
            if user_id is None
            else user_object(state, call.account_id, user_id)
            for peer, user_id in found
        ]
    )


@answers(functions.users.GetRequirementsToContactRequest, Caller.USER)
def get_requirements_to_contact(call: Call, request: Any) -> Any:
    """Nobody here demands Premium or a payment."""
    return vector([types.RequirementToContactEmpty() for _ in request.id])


@answers(functions.contacts.ResolveUsernameRequest)
def resolve_username(call: Call, request: Any) -> Any:
    """The user behind a name, in any case of its letters."""
    name = request.username.removeprefix("@").lower()
    if len(name) < MIN_USERNAME_LENGTH or not name.replace("_", "").isalnum() or not name.isascii():
        raise RpcRefusal(400, "USERNAME_INVALID")
    user_id = call.centre.state.user_id_by_username.get(name)
    if user_id is None:
        raise RpcRefusal(400, "USERNAME_NOT_OCCUPIED")
    users = user_objects(call.centre.state, call.account_id, [user_id])
    return types.contacts.ResolvedPeer(types.PeerUser(user_id), chats=[], users=users)


@answers(functions.contacts.ImportContactsRequest, Caller.USER)
def import_contacts(call: Call, request: Any) -> Any:
    """Add the phones that belong to somebody to the account's contacts; the others are left out of the answer."""
    state = call.centre.state
    imported: list[Any] = []
    for contact in request.contacts:
        user_id = state.user_id_by_phone.get(normalise_phone(contact.phone))
        if user_id is None:
            continue
        if user_id not in state.mailboxes[call.account_id].contacts:
            call.centre.turn.record(records.ContactAdded(call.account_id, user_id))
        imported.append(types.ImportedContact(user_id, contact.client_id))
    return types.contacts.ImportedContacts(
        imported=imported,
        popular_invites=[],
        retry_contacts=[],
        users=user_objects(state, call.account_id, [entry.user_id for entry in imported]),
    )
