"""Sending: what is certain, what is not, and that nothing leaves later."""

import asyncio
from collections.abc import Awaitable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from telethon.tl.functions.messages import SendMessageRequest
from telethon.tl.types import InputPeerUser, UpdateNewMessage

from campaigns.ports import SentMessage
from core import errors
from core.config import TimeoutSettings
from core.domain.account import AccountKind
from core.domain.message import (
    Entity,
    EntityKind,
    FormattedText,
    LinkPreview,
    OutgoingMessage,
    UrlButton,
    content_hash,
)
from core.timeouts import OperationType, use_timeouts
from telegram.sandbox.control import Fault, FaultKind, RepeatBehaviour
from tests.telegram.online import A_LONG_TIME_AGO, OnlineAccount, by_name, go_online, meet
from tests.telegram.sandbox_fixture import RunningSandbox

HELLO = OutgoingMessage(text=FormattedText("Hello"))
SEND = "messages.sendMessage"


def fault(online: OnlineAccount, kind: FaultKind, **options: object) -> Fault:
    return Fault(kind=kind, method=SEND, account_id=online.user_id, **options)  # type: ignore[arg-type]


async def fate_of(sending: Awaitable[object]) -> object:
    try:
        return await sending
    except errors.AppError as error:
        return error


@pytest.fixture
def short_send_timeout() -> Iterator[None]:
    """A tenth of a second for an answer."""
    use_timeouts(TimeoutSettings(send=0.1))
    yield
    use_timeouts(TimeoutSettings())


async def test_a_text_arrives_once_with_its_random_id(shared_sandbox: RunningSandbox) -> None:
    online, person = await meet(shared_sandbox)

    async with online.link() as link:
        sent = await link.send(await link.resolve(by_name(person)), HELLO, random_id=77)

    assert sent.message_id is not None
    assert sent.at is not None
    assert online.sent() == [(person.user_id, 77)]


@pytest.mark.parametrize("behaviour", list(RepeatBehaviour))
async def test_a_repeat_is_the_same_message(shared_sandbox: RunningSandbox, behaviour: RepeatBehaviour) -> None:
    online, person = await meet(shared_sandbox)
    await shared_sandbox.control.set_repeat_behaviour(behaviour)

    async with online.link() as link:
        peer = await link.resolve(by_name(person))
        first = await link.send(peer, HELLO, random_id=78)
        again = await link.send(peer, HELLO, random_id=78)
        assert not link.is_closed

    if behaviour is RepeatBehaviour.ECHO:
        assert again == first
    else:
        assert again.message_id is None
    assert online.sent() == [(person.user_id, 78)]


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        (420, "FLOOD_WAIT_37", errors.CooldownError),
        (420, "SLOWMODE_WAIT_8", errors.CooldownError),
        (400, "PEER_FLOOD", errors.AccountLimited),
        (420, "FROZEN_METHOD_INVALID", errors.AccountFrozen),
        (401, "SESSION_REVOKED", errors.AccountSignedOut),
        (401, "USER_DEACTIVATED_BAN", errors.AccountBanned),
        (406, "AUTH_KEY_DUPLICATED", errors.SessionUsedTwice),
        (403, "USER_PRIVACY_RESTRICTED", errors.PrivacyRestricted),
        (403, "USER_IS_BLOCKED", errors.RecipientBlockedUs),
        (400, "INPUT_USER_DEACTIVATED", errors.RecipientGone),
        (404, "PEER_ID_INVALID", errors.RecipientUnreachable),
        (403, "PRIVACY_PREMIUM_REQUIRED", errors.PremiumRequired),
        (403, "ALLOW_PAYMENT_REQUIRED_50", errors.PaymentRequired),
        (403, "CHAT_WRITE_FORBIDDEN", errors.WriteForbidden),
        (400, "MESSAGE_TOO_LONG", errors.MessageTooLong),
        (400, "ENTITY_BOUNDS_INVALID", errors.MessageRejected),
        (400, "BRAND_NEW_400", errors.RefusedByTelegram),
        (500, "BRAND_NEW_500", errors.ServerTrouble),
        (-503, "Timeout", errors.ServerTrouble),
    ],
)
async def test_a_refusal_is_translated_and_the_link_goes_on(
    shared_sandbox: RunningSandbox, code: int, text: str, expected: type[errors.AppError]
) -> None:
    online, person = await meet(shared_sandbox)

    async with online.link() as link:
        peer = await link.resolve(by_name(person))
        await shared_sandbox.control.inject(fault(online, FaultKind.ERROR, code=code, text=text))
        with pytest.raises(expected) as caught:
            await link.send(peer, HELLO, random_id=5)
        assert type(caught.value) is expected
        await link.send(peer, HELLO, random_id=6)  # no hidden flood cache, no closed link

    assert online.sent() == [(person.user_id, 6)]


@pytest.mark.parametrize(("kind", "stored"), [(FaultKind.DROP_BEFORE, 0), (FaultKind.DROP_AFTER, 1)])
async def test_a_link_that_breaks_leaves_the_fate_unknown_and_a_repeat_tells_it(
    shared_sandbox: RunningSandbox, kind: FaultKind, stored: int
) -> None:
    online, person = await meet(shared_sandbox)
    async with online.link() as link:
        peer = await link.resolve(by_name(person))
        await shared_sandbox.control.inject(fault(online, kind))

        with pytest.raises(errors.ConnectionLost) as caught:
            await link.send(peer, HELLO, random_id=9)

        assert not caught.value.is_definite
        assert link.is_closed
    assert len(online.sent()) == stored

    async with online.link() as link:
        sent = await link.send(peer, HELLO, random_id=9)
    assert sent.message_id is not None
    assert online.sent() == [(person.user_id, 9)]


@pytest.mark.usefixtures("short_send_timeout")
async def test_a_send_that_timed_out_never_goes_out_again(shared_sandbox: RunningSandbox) -> None:
    online, person = await meet(shared_sandbox)
    async with online.link() as link:
        peer = await link.resolve(by_name(person))
        await shared_sandbox.control.inject(fault(online, FaultKind.SWALLOW))

        with pytest.raises(errors.TimedOut):
            await link.send(peer, HELLO, random_id=10)

        assert link.is_closed
        with pytest.raises(errors.ConnectionLost):
            await link.send(peer, HELLO, random_id=11)

    async with online.link() as link:
        await link.send(peer, HELLO, random_id=12)
        await link.server_time()
    assert online.sent() == [(person.user_id, 12)]
    assert (await shared_sandbox.control.stats()).calls[SEND] >= 2


async def test_a_cancelled_send_ends_the_link_and_stays_a_cancel(shared_sandbox: RunningSandbox) -> None:
    online, person = await meet(shared_sandbox)
    async with online.link() as link:
        peer = await link.resolve(by_name(person))
        await shared_sandbox.control.inject(fault(online, FaultKind.SWALLOW))
        async with asyncio.TaskGroup() as group:
            sending = group.create_task(link.send(peer, HELLO, random_id=13))
            waiting = group.create_task(fate_of(link.send(peer, HELLO, random_id=14)))
            await asyncio.sleep(0)
            sending.cancel()
        assert isinstance(waiting.result(), errors.ConnectionLost)
        assert sending.cancelled()
        assert link.is_closed


async def test_closing_with_a_send_under_way_tells_its_caller_that_the_fate_is_unknown(
    shared_sandbox: RunningSandbox,
) -> None:
    online, person = await meet(shared_sandbox)
    async with online.link() as link:
        peer = await link.resolve(by_name(person))
        await shared_sandbox.control.inject(fault(online, FaultKind.SWALLOW, count=None))

        results = await asyncio.gather(
            *(link.send(peer, HELLO, random_id=number) for number in range(20, 25)),
            link.close(),
            return_exceptions=True,
        )

    assert [type(result) for result in results] == [errors.ConnectionLost] * 5 + [type(None)]


@pytest.mark.usefixtures("short_send_timeout")
async def test_a_servers_clock_that_jumps_costs_a_link_at_most_and_sends_nothing_twice(
    shared_sandbox: RunningSandbox,
) -> None:
    """Telethon drops what comes from the future, and with it the correction if both share a container."""
    online, person = await meet(shared_sandbox)
    async with online.link() as link:
        peer = await link.resolve(by_name(person))
        await shared_sandbox.control.set_clock_offset(3600)
        first = await fate_of(link.send(peer, HELLO, random_id=30))
        assert isinstance(first, SentMessage | errors.NetworkError)
    async with online.link() as link:  # connecting corrects the time
        sent = await link.send(peer, HELLO, random_id=30)

    assert sent.message_id is not None
    assert online.sent() == [(person.user_id, 30)]


TEXT = "A text 🎉 with every kind of formatting in it"
ENTITIES = {
    kind: Entity(
        kind=kind,
        offset=7,
        length=12,
        url="https://example.org/a?b=c" if kind is EntityKind.TEXT_LINK else "",
        language="python" if kind is EntityKind.PRE else "",
    )
    for kind in EntityKind
}


@pytest.mark.parametrize(
    "entities", [(), *((entity,) for entity in ENTITIES.values()), tuple(ENTITIES.values())[::-1]],
    ids=["plain", *(kind.value for kind in EntityKind), "all"],
)  # fmt: skip
async def test_what_was_sent_is_found_again_with_the_same_hash(
    shared_sandbox: RunningSandbox, entities: tuple[Entity, ...]
) -> None:
    online, person = await meet(shared_sandbox)
    message = FormattedText(TEXT, entities)
    async with online.link() as link:
        peer = await link.resolve(by_name(person))
        sent = await link.send(peer, OutgoingMessage(text=message), random_id=40)

        found = await link.find_own_messages(peer, since=A_LONG_TIME_AGO)

    assert [(item.message_id, item.text_hash, item.at) for item in found] == [
        (sent.message_id, content_hash(message), sent.at)
    ]


ADDRESS = FormattedText("See https://example.org")
BUTTONS = ((UrlButton(title="Seat", url="https://example.org/1"), UrlButton(title="App", url="tg://resolve")),)


@pytest.mark.parametrize(
    ("kind", "message", "arrived"),
    [
        (AccountKind.USER, OutgoingMessage(text=ADDRESS), (False, True, False)),
        (AccountKind.USER, OutgoingMessage(text=ADDRESS, preview=LinkPreview.ABOVE), (False, True, True)),
        (AccountKind.USER, OutgoingMessage(text=ADDRESS, preview=LinkPreview.OFF), (False, False, False)),
        (AccountKind.USER, OutgoingMessage(text=ADDRESS, is_silent=True), (True, True, False)),
        (AccountKind.BOT, OutgoingMessage(text=ADDRESS, buttons=BUTTONS), (False, True, False)),
    ],
    ids=["plain", "preview above", "no preview", "silent", "buttons"],
)
async def test_a_message_arrives_as_it_was_chosen(
    shared_sandbox: RunningSandbox,
    kind: AccountKind,
    message: OutgoingMessage,
    arrived: tuple[bool, bool, bool],
) -> None:
    online = await go_online(shared_sandbox, kind)
    person = await online.new_person()
    async with online.link() as link:
        peer = await link.resolve(by_name(person))
        await link.send(peer, message, random_id=2)
        # A repeat is answered with the message as it arrived.
        repeat = SendMessageRequest(InputPeerUser(peer.user_id, peer.access_hash), "", random_id=2)
        answer = await link._client.call(OperationType.SEND, repeat)
        got = next(update.message for update in answer.updates if isinstance(update, UpdateNewMessage))

    assert (got.message, (got.silent, got.media is not None, got.invert_media)) == (message.text.text, arrived)
    rows = got.reply_markup.rows if got.reply_markup else ()
    assert (
        tuple(tuple(UrlButton(title=b.text, url=b.type.url) for b in row.buttons) for row in rows) == message.buttons
    )


async def test_an_account_that_is_no_bot_cannot_send_buttons(shared_sandbox: RunningSandbox) -> None:
    online, person = await meet(shared_sandbox)
    async with online.link() as link:
        peer = await link.resolve(by_name(person))

        with pytest.raises(errors.MessageRejected):
            await link.send(peer, replace(HELLO, buttons=BUTTONS), random_id=60)


async def test_only_our_own_messages_since_then_are_found_newest_first(shared_sandbox: RunningSandbox) -> None:
    online, person = await meet(shared_sandbox)
    async with online.link() as link:
        peer = await link.resolve(by_name(person))
        for number in range(120):
            await link.send(peer, OutgoingMessage(text=FormattedText(f"Number {number}")), random_id=100 + number)
        await shared_sandbox.control.person_says(person.user_id, online.user_id, "An answer")

        found = await link.find_own_messages(peer, since=A_LONG_TIME_AGO)
        nothing = await link.find_own_messages(peer, since=found[0].at + timedelta(seconds=1))

    assert [item.text_hash for item in found] == [
        content_hash(FormattedText(f"Number {number}")) for number in range(119, 19, -1)
    ]
    assert nothing == []


async def test_many_sends_at_once_each_get_their_own_answer(shared_sandbox: RunningSandbox) -> None:
    online = await go_online(shared_sandbox, AccountKind.BOT)
    person = await online.new_person()
    async with online.link(caught_up=True) as link:
        peer = online.inbox.peers[person.user_id]
        answers = await asyncio.gather(*(link.send(peer, HELLO, random_id=number) for number in range(1, 101)))

    assert len({answer.message_id for answer in answers}) == 100
    assert online.sent() == [(person.user_id, number) for number in range(1, 101)]


async def test_a_stale_access_hash_is_the_recipients_trouble(shared_sandbox: RunningSandbox) -> None:
    online, person = await meet(shared_sandbox)
    async with online.link() as link:
        peer = await link.resolve(by_name(person))
        with pytest.raises(errors.RecipientUnreachable):
            await link.send(replace(peer, access_hash=1), HELLO, random_id=50)
