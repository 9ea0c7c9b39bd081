"""Test messages: planned like deliveries, but of no campaign's."""

import sqlite3
from datetime import datetime
from typing import Final

from campaigns.delivery import DeliveryState
from campaigns.message.media_rules import find_media_faults
from campaigns.message.send_tests import OrderedTest, ShownTest
from campaigns.message.variants import Choice
from campaigns.plan.planning import new_random_id
from campaigns.reasons import SENTENCES, DeliveryReason
from campaigns.report.event_kinds import EventKind
from core.domain.account import AccountKind
from core.domain.change import Subject
from core.domain.ids import AccountId, ContactId, DeliveryId, TelegramUserId
from core.domain.message import encode_content
from core.domain.peer import Peer
from core.errors import UserInputError
from core.logs import current_correlation_id
from core.missing import missing
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.accounts import get_account
from database.stores.events import write_event
from database.stores.peers import put_peers
from database.stores.rows import Row, from_ms, to_ms

_IS_HERE: Final = "SELECT removed_at IS NULL FROM account WHERE id = ?"
_PERSON: Final = """
SELECT k.telegram_user_id,
    ifnull((SELECT s.reason FROM suppression AS s WHERE s.contact_id = k.id),
           (SELECT s.reason FROM suppression AS s WHERE s.telegram_user_id = k.telegram_user_id)),
    EXISTS (SELECT 1 FROM consent AS c WHERE c.contact_id = k.id AND c.withdrawn_at IS NULL
            AND (c.account_id IS NULL OR c.account_id = ?2))
FROM contact AS k WHERE k.id = ?1
"""
_FIND: Final = "SELECT id FROM contact WHERE username = ? COLLATE NOCASE"
_ADD: Final = """
INSERT INTO outgoing (kind, test_of, contact_id, account_id, telegram_user_id, random_id, variant, language, inputs, content)
VALUES ('test', ?, ?, ?, ?, ?, ?, ?, '{}', ?) RETURNING id
"""
_VIEW: Final = """
SELECT id, account_id, contact_id, variant, language, state, reason, detail, not_before FROM outgoing
WHERE id = ? AND kind = 'test'
"""


class SendTestStore:
    """Implements `campaigns.message.send_tests.SendTestDesk`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, order: OrderedTest, *, actor: str, now: datetime) -> DeliveryId:
        """Plan the row, with an event. Raises UserInputError when it may not be sent."""
        correlation_id, at = current_correlation_id(), to_ms(now)

        def add(work: UnitOfWork) -> DeliveryId:
            raw = work.connection
            user_id = _person_of(raw, order, order.to) if order.to is not None else _own_peer(raw, order, at)
            choice = order.choice.variant, order.choice.language
            content = encode_content(order.content)
            row = (order.campaign_id, order.to, order.account_id, user_id, new_random_id(), *choice, content)
            (test_id,) = raw.execute(_ADD, row).fetchone()
            work.touch(Subject.ACCOUNT, order.account_id)
            write_event(
                work,
                EventKind.CAMPAIGN_TESTED,
                at=at,
                actor=actor,
                account_id=order.account_id,
                campaign_id=order.campaign_id,
                contact_id=order.to,
                correlation_id=correlation_id,
            )
            return DeliveryId(test_id)

        return await self._database.write(add)

    async def view(self, test_id: DeliveryId) -> ShownTest:
        """Raises UserInputError when there is no such test."""

        def read_row(raw: sqlite3.Connection) -> Row | None:
            row: Row | None = raw.execute(_VIEW, (test_id,)).fetchone()
            return row

        row = await self._database.read(read_row)
        if row is None:
            raise missing("test message", test_id)
        number, account_id, contact_id, variant, language, state, reason, detail, not_before = row
        return ShownTest(
            id=DeliveryId(number),
            account_id=AccountId(account_id),
            to=contact_id,
            choice=Choice(variant, language),
            state=DeliveryState(state),
            reason=None if reason is None else DeliveryReason(reason),
            detail=detail or "",
            not_before=from_ms(not_before),
        )

    async def find_contact(self, name: str) -> ContactId:
        """The contact with this @name. Raises UserInputError when there is none."""

        def read_row(raw: sqlite3.Connection) -> Row | None:
            row: Row | None = raw.execute(_FIND, (name.removeprefix("@"),)).fetchone()
            return row

        row = await self._database.read(read_row)
        if row is None:
            raise UserInputError("No contact has this name.", hint="Import the person with their consent first.")
        return ContactId(row[0])


def _person_of(raw: sqlite3.Connection, order: OrderedTest, to: ContactId) -> TelegramUserId | None:
    """Whom a test is for, as far as it is known. The claim asks all of it again."""
    _account_kind(raw, order)
    row = raw.execute(_PERSON, (to, order.account_id)).fetchone()
    if row is None:
        raise missing("person", to)
    user_id, suppression, has_consent = row
    reason = DeliveryReason(suppression) if suppression else None if has_consent else DeliveryReason.NO_CONSENT
    if reason is not None:
        raise UserInputError(
            SENTENCES[reason],
            title="This person may not be written to",
            hint="Send the test to yourself, or to somebody who agreed.",
        )
    return None if user_id is None else TelegramUserId(user_id)


def _own_peer(raw: sqlite3.Connection, order: OrderedTest, at: int) -> TelegramUserId:
    """The account itself, as a peer of its own."""
    if _account_kind(raw, order) is AccountKind.BOT:
        raise UserInputError(
            "A bot has no Saved Messages.", hint="Send the test to a contact who started the bot, such as yourself."
        )
    user_id = get_account(raw, order.account_id).telegram_user_id
    put_peers(raw, order.account_id, [Peer(user_id=user_id, access_hash=0)], now=at)
    return user_id


def _account_kind(raw: sqlite3.Connection, order: OrderedTest) -> AccountKind:
    account = get_account(raw, order.account_id)
    if not raw.execute(_IS_HERE, (order.account_id,)).fetchone()[0]:
        raise UserInputError("This account was removed.", hint="Choose another one.")
    if order.content.buttons and account.kind is not AccountKind.BOT:
        raise UserInputError(
            "The message has buttons, and the account is no bot.",
            title="Only bots can send buttons",
            hint="Send the test from a bot, or take the buttons away.",
        )
    media, buttons = order.content.media, order.content.buttons
    for fault in find_media_faults(media, has_buttons=bool(buttons), kinds=[account.kind]):
        raise fault.to_error()
    return account.kind
