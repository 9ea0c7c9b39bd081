"""The hub that turns changed rows into signals."""

import asyncio
from collections.abc import Sequence

from core.domain.change import Change, Subject
from core.errors import StorageLocked
from desktop.changes import ChangeHub


class Feed:
    """Hands out what a test puts in."""

    def __init__(self) -> None:
        self.pages: list[Sequence[Change] | StorageLocked] = []
        self.polls = 0

    async def poll(self) -> Sequence[Change]:
        self.polls += 1
        page = self.pages.pop(0) if self.pages else []
        if isinstance(page, StorageLocked):
            raise page
        return page


async def test_a_poll_emits_each_kind_once() -> None:
    feed, heard = Feed(), []
    hub = ChangeHub(feed)
    hub.campaignsChanged.connect(lambda ids: heard.append(("campaigns", ids)))
    hub.lanesChanged.connect(lambda: heard.append("lanes"))
    hub.accountsChanged.connect(lambda: heard.append("accounts"))
    hub.eventsChanged.connect(lambda: heard.append("events"))
    hub.workerChanged.connect(lambda: heard.append("worker"))
    feed.pages = [
        [
            Change(seq=1, kind=Subject.CAMPAIGN, subject_id=7),
            Change(seq=2, kind=Subject.LANE, subject_id=1),
            Change(seq=3, kind=Subject.LANE, subject_id=2),
            Change(seq=4, kind=Subject.CAMPAIGN, subject_id=9),
            Change(seq=5, kind=Subject.EVENT, subject_id=0),
        ]
    ]

    await hub.poll_now()

    assert heard == [("campaigns", frozenset({7, 9})), "lanes", "events"]
    hub.deleteLater()


async def test_trouble_is_told_once_and_its_end_too() -> None:
    feed, heard = Feed(), []
    hub = ChangeHub(feed)
    hub.pollFailed.connect(lambda error: heard.append(error.code))
    hub.pollRecovered.connect(lambda: heard.append("recovered"))
    feed.pages = [StorageLocked(), StorageLocked(), []]

    for _ in range(3):
        await hub.poll_now()

    assert heard == ["storage_locked", "recovered"]
    hub.deleteLater()


async def test_a_started_hub_polls_until_stopped() -> None:
    feed = Feed()
    hub = ChangeHub(feed)
    hub.start()
    while feed.polls < 2:
        await asyncio.sleep(0.01)

    hub.stop()
    seen = feed.polls
    await asyncio.sleep(0.15)

    assert feed.polls == seen
    hub.deleteLater()
