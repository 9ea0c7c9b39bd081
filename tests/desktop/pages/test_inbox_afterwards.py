"""What became of messages, as the open conversation and the list show it."""

from dataclasses import replace
from datetime import timedelta

from PySide6.QtWidgets import QAbstractSlider

from campaigns.ports import NOBODY, Incoming, IncomingBatch, IncomingKind
from desktop.pages.inbox.page import InboxPage
from desktop.widgets.pills import Tag
from tests.database.stores.world import NOW, user_id
from tests.desktop.pages.conftest import Window, shown
from tests.desktop.pages.test_inbox_page import lines, opened, ready, say
from tests.desktop.workspace_fixture import Filled

EDIT = Incoming(
    kind=IncomingKind.EDITED, user_id=user_id(1), at=NOW + timedelta(hours=1), message_id=90, text="Is it open today?"
)


async def happen(filled: Filled, *items: Incoming) -> None:
    lease = await filled.world.take(filled.accounts[0])
    await filled.world.incoming.commit(lease, IncomingBatch(items=items, peers=(), state=None), [])


def tags(window: Window[InboxPage]) -> list[str]:
    found = window.page.thread_view.lines[-1].findChildren(Tag)
    return [tag.accessibleName() for tag in found if tag.isVisibleTo(window.page)]


async def test_edits_reactions_and_deletions_change_the_bubble_in_its_place(filled: Filled) -> None:
    await say(filled, 1, "Is it open?", message_id=90)
    async with shown(filled, InboxPage) as window:
        await ready(window, 1)
        page = await opened(window)
        bubble = page.thread_view.bubbles[-1]

        await happen(filled, EDIT, replace(EDIT, kind=IncomingKind.REACTED, theirs="👍", ours="🔥"))
        await window.until(lambda: bubble.message.text == "Is it open today?")
        assert page.thread_view.bubbles[-1] is bubble
        assert "edited" in bubble.foot
        await window.until(lambda: tags(window) == ["👍, 🔥 from us"])
        await window.until(lambda: "Is it open today?" in lines(page)[0])

        await happen(filled, replace(EDIT, kind=IncomingKind.DELETED, user_id=NOBODY))
        await window.until(lambda: bubble.message.text == "This message was deleted")
        assert "deleted in Telegram" in bubble.foot
        await window.until(lambda: "This message was deleted" in lines(page)[0])


async def test_what_was_written_on_another_device_and_read_says_so(filled: Filled) -> None:
    await say(filled, 1, "Is it open?", message_id=90)
    async with shown(filled, InboxPage) as window:
        await ready(window, 1)
        page = await opened(window)

        own = replace(EDIT, kind=IncomingKind.OWN, message_id=95, text="Until eight", media="photo")
        await happen(filled, own, replace(EDIT, kind=IncomingKind.READ, message_id=95))

        await window.until(lambda: page.thread_view.bubbles[-1].message.text == "Photo\nUntil eight")
        await window.until(lambda: "on another device · read" in page.thread_view.bubbles[-1].foot)


async def test_a_message_without_a_text_is_named_by_what_it_carries(filled: Filled) -> None:
    await say(filled, 2, "first", message_id=89)
    voice = Incoming(kind=IncomingKind.MESSAGE, user_id=user_id(1), at=EDIT.at, message_id=91)
    await happen(filled, replace(voice, media="voice message 0:12"))
    async with shown(filled, InboxPage) as window:
        page = await ready(window, 2)

        assert "Voice message 0:12" in lines(page)[0]


async def test_typing_is_shown_until_it_is_over(filled: Filled) -> None:
    await say(filled, 1, "Is it open?", message_id=90)
    async with shown(filled, InboxPage) as window:
        await ready(window, 1)
        page = await opened(window)
        via = page.thread_view.via
        assert via.text().startswith("via ")

        began = filled.clock.now() - timedelta(seconds=5)  # over soon
        await happen(filled, replace(EDIT, kind=IncomingKind.TYPING, at=began, message_id=0, text=""))

        await window.until(lambda: via.text() == "typing…")
        await window.until(lambda: via.text().startswith("via "))


async def test_the_newest_message_stays_in_view_unless_somebody_reads_above(filled: Filled) -> None:
    for number in range(12):
        await say(filled, 1, f"Line {number}\nand more\nand more", message_id=80 + number, minutes=number)
    async with shown(filled, InboxPage) as window:
        await ready(window, 1)
        page = await opened(window)
        bar = page.thread_view.area.verticalScrollBar()
        await window.until(lambda: bar.maximum() > 0 and bar.value() == bar.maximum())
        before = bar.maximum()

        await say(filled, 1, "Newest\nand more", message_id=95, minutes=60)
        await window.until(lambda: bar.maximum() > before and bar.value() == bar.maximum())

        bar.triggerAction(QAbstractSlider.SliderAction.SliderToMinimum)
        before = bar.maximum()
        await say(filled, 1, "Newer\nand more", message_id=96, minutes=61)
        await window.until(lambda: bar.maximum() > before)
        assert bar.value() == 0
