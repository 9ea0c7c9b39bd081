"""Conversations that are months old: the same messages in the journal of a sandbox that has ended and in the database.

The rows are written by the store that a worker writes with, under a lease of each account; the journal by the records
that the sandbox writes. Only the protocol between the two is left out.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import msgspec

from bench.world import OPERATOR, World
from campaigns.inbox.service import Inbox
from campaigns.ports import Incoming, IncomingBatch, IncomingKind
from core.domain.account import Account, AccountKind, UpdateState
from core.domain.ids import ConversationId, TelegramUserId, WorkerId
from core.domain.peer import Peer
from database import ConversationActs, IncomingStore, LeaseStore
from telegram.sandbox.journal import Journal
from telegram.sandbox.people import START
from telegram.sandbox.records import AnyRecord, PersonWrote
from telegram.sandbox.server import JOURNAL_NAME
from telegram.sandbox.state import Message, State

BATCH = 200  # of one unit, as the reader of updates hands them over
AGE = timedelta(days=60)
RESOLVED, READ = 0.3, 0.5  # of all conversations
TEXT = (
    "hello is there still a place for the course in march thank you I would like to know whether the price changed and "
    "where we meet my sister wants to come too could you send the programme again how long does it last what should I "
    "bring can I pay by transfer see you on friday Straße möchte ещё вопрос спасибо gracias mañana días ありがとう 予約"
)
WORDS = tuple(TEXT.split())


@dataclass(frozen=True, slots=True)
class Pair:
    """A person and the account (by Telegram id) to which they write."""

    person_id: int
    account_id: int


def sentence(random: Random) -> str:
    """What somebody writes: 3 to 18 words."""
    return " ".join(random.choices(WORDS, k=random.randint(3, 18)))


async def fill(world: World, messages: int) -> None:
    """Before a worker has run: the sandbox starts again with `messages` on both sides, and every account has read all."""
    await world.control.close()
    await world.sandbox.stop()
    state = _write_journal(world, messages)
    await _write_rows(world, state)
    await _use(world)
    await world.start_sandbox()


def read_state(world: World) -> State:
    """What the sandbox holds. It must have ended."""
    state = State()
    with _opened(world.workspace.sandbox / JOURNAL_NAME) as journal:
        for record in journal.replay():
            state.apply(record)
    return state


async def read_pairs(world: World) -> Sequence[Pair]:
    """Who writes to whom: whoever is in the inbox already."""
    sql = "SELECT v.telegram_user_id, a.telegram_user_id FROM conversation AS v JOIN account AS a ON a.id = v.account_id"
    return await world.database.read(lambda raw: [Pair(*row) for row in raw.execute(sql).fetchall()], is_long=True)


def written(state: State) -> Iterator[tuple[int, Message]]:
    """Every message of a person, with the account (by Telegram id) in whose mailbox it lies."""
    for mailbox in state.mailboxes.values():
        for message in mailbox.messages.values():
            if not message.is_outgoing:
                yield mailbox.owner_id, message


def _write_journal(world: World, messages: int) -> State:
    """Who writes first did so when it all began; the rest is spread over the time since."""
    path, random = world.workspace.sandbox / JOURNAL_NAME, Random(world.seed)
    begin_ms = int((world.clock.now() - AGE).timestamp() * 1000)
    with _opened(path) as former:
        records = [_at(record, begin_ms) for record in former.replay()]
    path.unlink()
    state = State()
    with _opened(path) as journal:

        def add(record: AnyRecord) -> None:
            state.apply(record)
            journal.add(record)

        for record in records:
            add(record)
        pairs = [Pair(person, box.owner_id) for box in state.mailboxes.values() for person in box.dialogs]
        missing = messages - sum(1 for _ in written(state))
        step_ms = AGE / timedelta(milliseconds=1) / max(1, missing)
        for number in range(missing):
            pair = random.choice(pairs)
            message_id = state.mailboxes[pair.account_id].last_message_id + 1
            at_ms = begin_ms + int(number * step_ms)
            add(PersonWrote(pair.person_id, pair.account_id, message_id, at_ms, sentence(random)))
        journal.commit()
    return state


def _at(record: AnyRecord, at_ms: int) -> AnyRecord:
    return msgspec.structs.replace(record, at_ms=at_ms) if isinstance(record, PersonWrote) else record


async def _write_rows(world: World, state: State) -> None:
    database = world.database
    leases, incoming = LeaseStore(database), IncomingStore(database)
    now = world.clock.now()
    for account in await world.accounts.list_accounts():
        lease = await leases.take(account.id, WorkerId("bench"), until=now + timedelta(hours=1))
        for batch in _batches(state, account, now):
            await incoming.commit(lease, batch, ())
        await leases.release(lease)


def _batches(state: State, account: Account, now: datetime) -> Iterator[IncomingBatch]:
    """What the reader of updates would have handed over; the last one says how far the account has read."""
    telegram_id = int(account.telegram_user_id)
    mailbox = state.mailboxes[telegram_id]
    is_bot = account.kind is AccountKind.BOT
    items = [_incoming(message, is_bot=is_bot) for message in mailbox.messages.values() if not message.is_outgoing]
    reached = UpdateState(pts=mailbox.pts, qts=mailbox.qts if is_bot else 0, date=now, seq=0)
    for start in range(0, len(items), BATCH):
        part = tuple(items[start : start + BATCH])
        peers = {item.user_id: _peer(state, telegram_id, item) for item in part}
        yield IncomingBatch(
            items=part, peers=tuple(peers.values()), state=reached if start + BATCH >= len(items) else None
        )


def _incoming(message: Message, *, is_bot: bool) -> Incoming:
    return Incoming(
        kind=IncomingKind.STARTED if is_bot and message.text == START else IncomingKind.MESSAGE,
        user_id=TelegramUserId(message.peer_id),
        at=datetime.fromtimestamp(message.at_s, UTC),
        message_id=message.message_id,
        text=message.text,
    )


def _peer(state: State, account_id: int, item: Incoming) -> Peer:
    person = state.people[item.user_id]
    return Peer(
        user_id=item.user_id,
        access_hash=state.access_hash(account_id, item.user_id),
        username=person.username or None,
        name=f"{person.first_name} {person.last_name}".strip(),
        wrote_at=item.at,
    )


async def _use(world: World) -> None:
    """A team has worked here: some are resolved, some read."""
    acts, random = Inbox(ConversationActs(world.database), world.clock), Random(world.seed)
    ids = await world.database.read(
        lambda raw: [ConversationId(row[0]) for row in raw.execute("SELECT id FROM conversation")]
    )
    random.shuffle(ids)
    resolved, read = int(len(ids) * RESOLVED), int(len(ids) * (RESOLVED + READ))
    await asyncio.gather(*(acts.resolve(each, actor=OPERATOR) for each in ids[:resolved]))
    await asyncio.gather(*(acts.mark_read(each) for each in ids[resolved:read]))


@contextmanager
def _opened(path: Path) -> Iterator[Journal]:
    journal = Journal(path)
    try:
        yield journal
    finally:
        journal.close()
