"""What people did, committed with how far the account has read: peers, STOP, blocks, consents, replies.

Everything here may be handed in twice, because a batch whose acknowledgement was lost comes again.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from campaigns.inbox.conversations import MessageKind
from campaigns.inbox.reaction_rules import NO_REACTIONS, ReactionRules
from campaigns.inbox.stop_confirmation import StopConfirmations
from campaigns.ports import Incoming, IncomingBatch, IncomingKind
from campaigns.reasons import DeliveryReason
from campaigns.report.event_kinds import EventKind
from core.domain.account import Lease
from core.domain.change import Subject
from core.domain.ids import AccountId, CampaignId, ContactId, TelegramUserId
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.accounts import put_update_state
from database.stores.afterwards import (
    find_conversation,
    take_in_deletion,
    take_in_edit,
    take_in_own,
    take_in_own_read,
    take_in_reactions,
    take_in_typing,
)
from database.stores.conversation_writing import is_more_of_album, take_in_message
from database.stores.events import write_event
from database.stores.lease_check import check_lease
from database.stores.peers import note_wrote, put_peers
from database.stores.rows import to_ms
from database.stores.stop_confirmations import confirm_stop
from database.stores.suppression_keys import attach_suppressions
from database.stores.suppressions import suppress

# Contacts of the username under which the account knows a person, of whom no Telegram id is known yet.
_LEARN_CONTACTS: Final = """
UPDATE contact SET telegram_user_id = ?, updated_at = ? WHERE telegram_user_id IS NULL AND username = (
    SELECT username FROM peer WHERE account_id = ? AND user_id = ?)
"""
_CONTACTS: Final = "SELECT id FROM contact WHERE telegram_user_id = ? ORDER BY id"
# Not where one is in force, nor where this one has been withdrawn since.
_STARTED: Final = """
INSERT INTO consent (contact_id, basis, account_id, source, evidence, given_at, recorded_at)
SELECT ?1, 'started_bot', a.id, 'pressed Start', ifnull('@' || a.username, a.title), ?3, ?3
FROM account AS a WHERE a.id = ?2 AND NOT EXISTS (
    SELECT 1 FROM consent WHERE contact_id = ?1 AND basis = 'started_bot' AND account_id = ?2
        AND (withdrawn_at IS NULL OR withdrawn_at >= ?3))
"""
_WITHDRAW_START: Final = """
UPDATE consent SET withdrawn_at = ?3 WHERE contact_id = ?1 AND basis = 'started_bot' AND withdrawn_at IS NULL
    AND (account_id IS NULL OR account_id = ?2) AND given_at <= ?3
"""
# What this account sent to the person last: one look per campaign of the account (CROSS JOIN fixes this order).
LAST_SENT: Final = """
SELECT o.campaign_id, o.contact_id FROM campaign_account AS a
CROSS JOIN outgoing AS o ON o.campaign_id = a.campaign_id AND o.telegram_user_id = ?
WHERE a.account_id = ? AND o.account_id = a.account_id AND o.unknown_since IS NOT NULL
ORDER BY o.unknown_since DESC LIMIT 1
"""


_READ: Final = """
INSERT INTO read_mark (account_id, telegram_user_id, message_id, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING
"""
# Whose delivery it may be about: shown as read from now on.
_READERS: Final = """
SELECT DISTINCT campaign_id FROM outgoing
WHERE telegram_user_id = ? AND account_id = ? AND state = 'sent' AND campaign_id IS NOT NULL
"""


class IncomingStore:
    """The inbox of every account, as far as campaigns need it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def commit(
        self,
        lease: Lease,
        batch: IncomingBatch,
        stops: Sequence[Incoming],
        rules: ReactionRules = NO_REACTIONS,
        confirmations: StopConfirmations | None = None,
    ) -> None:
        """Peers, update state, suppressions, consents and events of a batch in one unit. Raises LeaseLost.

        `stops` are those messages of the batch that say STOP, also after an edit; they are no replies. Who blocked is
        suppressed as well. `rules`: which reactions do something. `confirmations`: what is answered to a STOP, once,
        by a row that leaves like every other.
        """
        said_stop = frozenset(stops)

        def commit_batch(work: UnitOfWork) -> None:
            check_lease(work.connection, lease)
            newest = max((to_ms(item.at) for item in batch.items), default=0)
            put_peers(work.connection, lease.account_id, batch.peers, now=newest)
            for item in batch.items:
                take_in = _TAKE_IN.get(item.kind)
                if take_in is not None:
                    take_in(work, lease.account_id, item)
                elif item.kind is IncomingKind.REACTED:
                    take_in_reactions(work, lease.account_id, item, rules)
                else:
                    _take_in(work, lease.account_id, item, is_stop=item in said_stop)
                if item in said_stop and confirmations is not None:
                    confirm_stop(work, lease.account_id, item, confirmations)
            if batch.state is not None:
                put_update_state(work.connection, lease.account_id, batch.state)

        await self._database.write(commit_batch)


def _take_in(work: UnitOfWork, account_id: AccountId, item: Incoming, *, is_stop: bool) -> None:
    if item.kind is IncomingKind.EDITED:
        if take_in_edit(work, account_id, item, is_stop=is_stop) and is_stop:
            contacts = _contacts_of(work.connection, account_id, item)
            _suppress(work, account_id, item, contacts, DeliveryReason.SAID_STOP)
        return
    contacts = _contacts_of(work.connection, account_id, item)
    if item.kind is IncomingKind.BLOCKED:
        for contact_id in contacts:
            work.connection.execute(_WITHDRAW_START, (contact_id, account_id, to_ms(item.at)))
        _suppress(work, account_id, item, contacts, DeliveryReason.BLOCKED_US)
        return
    note_wrote(work.connection, account_id, item.user_id, item.at)
    campaign_id, written_to = _last_sent(work.connection, account_id, item.user_id)
    known = written_to if written_to is not None else next(iter(contacts), None)
    if item.kind is IncomingKind.STARTED:
        kind = MessageKind.STARTED
        _record_start(work, account_id, item, contacts)
    elif is_stop:
        kind = MessageKind.STOP
        _suppress(work, account_id, item, contacts, DeliveryReason.SAID_STOP)
    else:
        kind = MessageKind.MEDIA if item.media else MessageKind.TEXT
        if not is_more_of_album(work.connection, account_id, item):
            _tell_reply(work, account_id, item, campaign_id, known)
    take_in_message(work, account_id, item, kind, contact_id=known, campaign_id=campaign_id)


def _note_read(work: UnitOfWork, account_id: AccountId, item: Incoming) -> None:
    mark = account_id, item.user_id, item.message_id, to_ms(item.at)
    if work.connection.execute(_READ, mark).rowcount:
        for (campaign_id,) in work.connection.execute(_READERS, (item.user_id, account_id)).fetchall():
            work.touch(Subject.CAMPAIGN, campaign_id)
        conversation_id = find_conversation(work.connection, account_id, item)
        if conversation_id is not None:
            work.touch(Subject.CONVERSATION, conversation_id)


def _contacts_of(raw: sqlite3.Connection, account_id: AccountId, item: Incoming) -> list[ContactId]:
    """The contacts that are this person, by Telegram id or by the username under which the account knows them."""
    learned = raw.execute(_LEARN_CONTACTS, (item.user_id, to_ms(item.at), account_id, item.user_id)).rowcount
    contacts = [ContactId(row[0]) for row in raw.execute(_CONTACTS, (item.user_id,)).fetchall()]
    if learned:
        for contact_id in contacts:
            attach_suppressions(raw, contact_id, contact_id)
    return contacts


def _suppress(
    work: UnitOfWork, account_id: AccountId, item: Incoming, contacts: Sequence[ContactId], reason: DeliveryReason
) -> None:
    campaign_id, written_to = _last_sent(work.connection, account_id, item.user_id)
    if campaign_id is not None:
        work.touch(Subject.CAMPAIGN, campaign_id)
    # The event is written for the first of them: for the one whom the campaign wrote to.
    known: Sequence[ContactId | None] = sorted(contacts, key=lambda one: one != written_to) or [None]
    for contact_id in known:
        suppress(
            work,
            contact_id=contact_id,
            user_id=item.user_id,
            reason=reason,
            account_id=account_id,
            at=to_ms(item.at),
            campaign_id=campaign_id,
        )


def _record_start(work: UnitOfWork, account_id: AccountId, item: Incoming, contacts: Sequence[ContactId]) -> None:
    at = to_ms(item.at)
    for contact_id in contacts:
        if work.connection.execute(_STARTED, (contact_id, account_id, at)).rowcount:
            work.touch(Subject.CONTACT, 0)
            write_event(work, EventKind.PERSON_STARTED, at=at, account_id=account_id, contact_id=contact_id)


def _tell_reply(
    work: UnitOfWork,
    account_id: AccountId,
    item: Incoming,
    campaign_id: CampaignId | None,
    contact_id: ContactId | None,
) -> None:
    if campaign_id is not None:
        work.touch(Subject.CAMPAIGN, campaign_id)
    write_event(
        work,
        EventKind.REPLY_RECEIVED,
        at=to_ms(item.at),
        account_id=account_id,
        campaign_id=campaign_id,
        contact_id=contact_id,
        message_id=item.message_id or None,
    )


def _last_sent(
    raw: sqlite3.Connection, account_id: AccountId, user_id: TelegramUserId
) -> tuple[CampaignId | None, ContactId | None]:
    row = raw.execute(LAST_SENT, (user_id, account_id)).fetchone()
    return (None, None) if row is None else (CampaignId(row[0]), ContactId(row[1]))


_TAKE_IN: Final[Mapping[IncomingKind, Callable[[UnitOfWork, AccountId, Incoming], None]]] = {
    IncomingKind.READ: _note_read,
    IncomingKind.DELETED: take_in_deletion,
    IncomingKind.OWN: take_in_own,
    IncomingKind.OWN_READ: take_in_own_read,
    IncomingKind.TYPING: take_in_typing,
}
