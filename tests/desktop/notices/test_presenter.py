"""When the desktop is told: not while somebody looks, once for a burst, not in quiet hours, no names while locked."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

import msgspec
import pytest

from campaigns.inbox.service import Inbox
from campaigns.ports import Incoming, IncomingBatch, IncomingKind
from core.config import NotificationSettings
from core.domain.account import Lease
from core.domain.ids import ConversationId
from database.stores.conversation_acts import ConversationActs
from database.stores.inbox_news import InboxNewsStore
from desktop.formatting import Formats
from desktop.notices.presenter import GAP_S, HOUR_S, SETTLE_S, InboxNotices
from desktop.notices.words import Notice
from tests.database.stores.world import NOW, World, peer, person, user_id
from tests.fake_clock import FakeClock

EAST = timezone(timedelta(hours=2))


@dataclass
class Desktop:
    """Somebody at a desk, and an inbox into which people write."""

    world: World
    lease: Lease
    clock: FakeClock
    settings: NotificationSettings = field(default_factory=NotificationSettings)
    looked_at: bool = False
    locked: bool = False
    shown: list[Notice] = field(default_factory=list)
    taken_back: int = 0
    written: int = 0

    def __post_init__(self) -> None:
        self.inbox = Inbox(ConversationActs(self.world.database), self.clock)
        self.notices = InboxNotices(
            InboxNewsStore(self.world.database), lambda: self.settings, self.clock, Formats(zone=EAST), "Kim", self
        )

    def is_looked_at(self) -> bool:
        return self.looked_at and not self.locked

    def is_locked(self) -> bool:
        return self.locked

    async def show(self, notice: Notice) -> None:
        self.shown.append(notice)

    async def take_back(self) -> None:
        self.taken_back += 1

    def choose(self, **settings: object) -> None:
        self.settings = msgspec.structs.replace(self.settings, **settings)

    async def write(self, *texts: str, who: int = 1, kind: IncomingKind = IncomingKind.MESSAGE) -> None:
        items = []
        for text in texts:
            self.written += 1
            at = NOW + timedelta(seconds=self.written)
            items.append(Incoming(kind=kind, user_id=user_id(who), at=at, message_id=self.written, text=text))
        stops = [item for item in items if item.text == "STOP"]
        batch = IncomingBatch(items=tuple(items), peers=tuple(peer(n) for n in range(1, 6)), state=None)
        await self.world.incoming.commit(self.lease, batch, stops)
        self.notices.changed()

    async def after(self, seconds: float) -> list[tuple[str, str]]:
        """What was told in this time; what was told before is forgotten."""
        self.shown.clear()
        for step in (SETTLE_S, seconds - SETTLE_S) if seconds > SETTLE_S else (seconds,):
            self.clock.advance(step)
            await self.notices.look()
        return [(one.title, one.body) for one in self.shown]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desktop]:
    world = await World.make(tmp_path)
    account_id = await world.add_account()
    await world.import_people([person(number) for number in range(1, 6)])
    made = Desktop(world, await world.take(account_id), FakeClock(NOW))
    await made.notices.look()
    yield made
    await world.database.close()


async def test_a_new_message_is_told_by_name_and_never_with_its_text(desk: Desktop) -> None:
    await desk.write("My secret question")

    assert await desk.after(1) == []  # there may be more
    ((title, body),) = await desk.after(SETTLE_S)

    assert (title, body) == ("Person 1", "New message via Account 1")
    assert desk.shown[0].conversation_id == ConversationId(1)
    assert "secret" not in repr(desk.shown)


async def test_the_text_stands_there_only_where_it_was_chosen(desk: Desktop) -> None:
    desk.choose(show_text=True)
    await desk.write("Is it\nopen?")
    assert await desk.after(60) == [("Person 1", "Is it open?")]
    await desk.write("x" * 500, who=2)
    ((title, body),) = await desk.after(60)
    assert title == "2 new messages from 2 people"
    assert body.startswith("Person 2: xxx")
    assert len(body) < 220


async def test_a_burst_is_one_notification(desk: Desktop) -> None:
    for who in range(1, 6):
        await desk.write("a", "b", who=who)
    assert await desk.after(GAP_S) == [("10 new messages from 5 people", "Person 5, Person 4, Person 3 and 2 more")]
    assert desk.shown[0].conversation_id == ConversationId(5)


async def test_what_comes_soon_after_is_told_with_what_was_told_in_one_place(desk: Desktop) -> None:
    await desk.write("a")
    await desk.after(SETTLE_S)
    await desk.write("b", who=2)
    assert await desk.after(GAP_S - SETTLE_S) == []
    assert await desk.after(SETTLE_S) == [("2 new messages from 2 people", "Person 2 and Person 1")]
    assert await desk.after(HOUR_S) == []


async def test_nothing_is_told_while_somebody_looks_and_what_was_told_goes(desk: Desktop) -> None:
    desk.looked_at = True
    await desk.write("a")
    assert await desk.after(60) == []

    desk.looked_at = False
    await desk.write("b", who=2)
    assert await desk.after(60) == [("Person 2", "New message via Account 1")]
    desk.looked_at = True
    await desk.after(60)
    assert desk.taken_back == 1
    desk.looked_at = False
    await desk.write("c", who=3)
    assert await desk.after(60) == [("Person 3", "New message via Account 1")], "counted from the last look"


async def test_what_was_there_before_the_start_is_no_news(desk: Desktop) -> None:
    await desk.write("a")
    later = Desktop(desk.world, desk.lease, desk.clock, written=desk.written)
    await later.notices.look()
    later.notices.changed()
    assert await later.after(60) == []


async def test_whoever_pressed_start_said_stop_or_was_read_elsewhere_is_no_news(desk: Desktop) -> None:
    await desk.write("/start", who=1, kind=IncomingKind.STARTED)
    await desk.write("STOP", who=2)
    await desk.write("a", who=3)
    await desk.inbox.mark_read(ConversationId(3))
    assert await desk.after(60) == []


async def test_quiet_hours_end_with_one_notification_of_all_that_came(desk: Desktop) -> None:
    desk.choose(quiet=True, quiet_from="22:00", quiet_to="07:00")
    local = datetime(2026, 11, 20, 21, 59, tzinfo=EAST)
    desk.clock.advance((local - desk.clock.now()).total_seconds())
    await desk.write("a")
    assert len(await desk.after(60)) == 1  # 22:00

    await desk.write("b", who=2)
    assert await desk.after(60) == []
    await desk.write("c", who=3)
    assert await desk.after(8 * HOUR_S) == []  # 06:00
    assert await desk.after(HOUR_S) == [("3 new messages from 3 people", "Person 3, Person 2 and Person 1")]
    assert await desk.after(HOUR_S) == []


async def test_only_mine_leaves_what_is_somebody_elses(desk: Desktop) -> None:
    desk.choose(which="mine or nobody's")
    await desk.write("a", who=1)
    await desk.write("b", who=2)
    await desk.write("c", who=3)
    await desk.inbox.assign(ConversationId(1), "Ann")
    await desk.inbox.assign(ConversationId(2), "Kim")
    assert await desk.after(60) == [("2 new messages from 2 people", "Person 3 and Person 2")]
    await desk.write("d", who=1)
    assert await desk.after(60) == []


async def test_a_locked_window_tells_a_number_and_nobody(desk: Desktop) -> None:
    desk.choose(show_text=True)
    desk.locked = desk.looked_at = True  # it is in front, and shows nothing
    await desk.write("a")
    assert await desk.after(60) == [("New message", "Unlock Wireroom to read.")]
    await desk.write("b", "c", who=2)
    assert await desk.after(60) == [("3 new messages", "Unlock Wireroom to read.")]
    assert desk.shown[0].conversation_id is None


async def test_an_hour_without_notifications_ends_with_one(desk: Desktop) -> None:
    desk.notices.mute(on=True)
    await desk.write("a")
    assert await desk.after(HOUR_S - 60) == []
    assert desk.notices.is_muted
    assert len(await desk.after(120)) == 1
    assert not desk.notices.is_muted


async def test_switched_off_nothing_is_told_nor_kept_for_later(desk: Desktop) -> None:
    desk.choose(enabled=False)
    await desk.write("a")
    assert await desk.after(60) == []
    desk.choose(enabled=True)
    desk.notices.changed()
    assert await desk.after(60) == []
