"""A report as a file: everyone once, nothing in a name that would run, complete or not there."""

import asyncio
import csv
import json
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from campaigns.delivery import DeliveryState
from campaigns.jobs import Tell, quiet
from campaigns.ports import Incoming, IncomingBatch, IncomingKind
from campaigns.reasons import DeliveryReason
from campaigns.report.comparison import Share
from campaigns.report.export import ReportFile, export_report
from campaigns.report.export_forms import COLUMNS, escape_cell
from campaigns.report.figures import Measure
from core.domain.ids import CampaignId
from core.errors import StorageError, UserInputError
from tests.database.stores.world import NOW, World, peer, person, user_id

S, R = DeliveryState, DeliveryReason


@pytest.mark.parametrize("text", ["=1+1", "+49", "-2", "@SUM(A1)", "\t=1"])
def test_what_looks_like_a_formula_is_a_text(text: str) -> None:
    assert escape_cell(text) == "'" + text


def test_other_texts_stay(tmp_path: Path) -> None:
    assert escape_cell("Ann = Ben") == "Ann = Ben"


def into(told: list[int]) -> Tell:
    async def tell(written: int) -> None:
        told.append(written)

    return tell


async def planned(world: World, people: int) -> CampaignId:
    account = await world.add_account(1)
    await world.import_people([person(1, name="=cmd()"), *(person(number) for number in range(2, people + 1))])
    await world.know(account, *[peer(number) for number in range(1, people + 1)])
    return await world.run([account])


async def test_everyone_is_in_the_file_once_with_state_and_named_columns(world: World, tmp_path: Path) -> None:
    campaign_id = await planned(world, 1_100)
    told: list[int] = []
    file = tmp_path / "report.csv"

    count = await export_report(world.reports, campaign_id, file, now=NOW, tell=into(told))

    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert count == len(rows) == len({row["username"] for row in rows}) == 1_100
    assert tuple(rows[0]) == COLUMNS
    assert rows[0]["person"] == "'=cmd()"
    assert {row["state"] for row in rows} == {"planned"}
    assert told == [500, 1_000, 1_100]


async def test_a_file_that_cannot_be_written_is_a_clear_error_and_leaves_nothing(
    world: World, tmp_path: Path
) -> None:
    campaign_id = await planned(world, 2)

    with pytest.raises(StorageError):
        await export_report(world.reports, campaign_id, tmp_path / "absent" / "report.csv", now=NOW, tell=quiet)

    assert list(tmp_path.glob("**/*.part")) == []


async def lively(world: World) -> CampaignId:
    """Two sent, of which one read, replied and said STOP; one failed; one unknown; names that try to run."""
    account = await world.add_account(1)
    names = ("<script>alert(1)</script>", "</td><img src=x onerror=alert(1)>", "نور", "=cmd()")
    await world.import_people([person(number + 1, name=name) for number, name in enumerate(names)])
    await world.know(account, *[peer(number) for number in range(1, 5)])
    campaign_id = await world.run([account])
    lease = await world.take(account)
    rows = {row.contact_id: row.id for row in await world.ahead(account, campaign_id)}
    ends = ((S.SENT, None), (S.SENT, None), (S.FAILED, R.PRIVACY), (S.UNCERTAIN, R.NOT_IN_HISTORY))
    for (contact_id, row_id), (state, reason) in zip(sorted(rows.items()), ends, strict=True):
        await world.claim(lease, row_id)
        message_id = 10 + contact_id if state is S.SENT else None
        await world.record(lease, row_id, state, reason=reason, message_id=message_id)
    did = [
        Incoming(kind=IncomingKind.READ, user_id=user_id(1), at=NOW + timedelta(minutes=1), message_id=11),
        Incoming(kind=IncomingKind.MESSAGE, user_id=user_id(1), at=NOW + timedelta(minutes=2), message_id=12),
        Incoming(kind=IncomingKind.MESSAGE, user_id=user_id(1), at=NOW + timedelta(minutes=3), message_id=13),
    ]
    await world.incoming.commit(lease, IncomingBatch(items=tuple(did), peers=(), state=None), [did[2]])
    return campaign_id


async def test_figures_count_people_who_read_replied_and_left(world: World) -> None:
    figures = await world.reports.figures(await lively(world))

    total = figures.total
    assert (total.people, total.sent, total.failed, total.uncertain) == (4, 2, 1, 1)
    assert (total.readable, total.read, total.replied, total.opted_out) == (2, 1, 1, 1)
    assert [one.name for one in figures.by_account] == ["Account 1"]
    assert figures.by_account[0].share(Measure.REPLIED) == Share("Account 1", 1, 2)


async def test_a_mark_that_came_before_the_answer_to_the_send_counts(world: World) -> None:
    account = await world.add_account(1)
    await world.import_people(1)
    await world.know(account, peer(1))
    campaign_id = await world.run([account])
    lease = await world.take(account)
    (row,) = await world.ahead(account, campaign_id)
    await world.claim(lease, row.id)
    mark = Incoming(kind=IncomingKind.READ, user_id=user_id(1), at=NOW, message_id=20)
    await world.incoming.commit(lease, IncomingBatch(items=(mark,), peers=(), state=None), [])
    await world.record(lease, row.id, S.SENT, message_id=19)

    assert (await world.reports.figures(campaign_id)).total.read == 1


async def test_what_people_did_stands_in_every_row(world: World, tmp_path: Path) -> None:
    file = tmp_path / "report.csv"
    await export_report(world.reports, await lively(world), file, now=NOW, tell=quiet)

    with file.open(encoding="utf-8-sig", newline="") as lines:
        first, second, *_ = csv.DictReader(lines)
    assert first["read_at"] == "2026-11-20T12:01:00+00:00"
    assert (first["replied_at"], first["opted_out_at"]) == ("2026-11-20T12:02:00+00:00", "2026-11-20T12:03:00+00:00")
    assert (second["read_at"], second["replied_at"], second["tried_at"]) == ("", "", "2026-11-20T12:00:00+00:00")


async def test_json_is_one_object_with_figures_and_everybody(world: World, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    count = await export_report(world.reports, await lively(world), file, now=NOW, tell=quiet)

    report = json.loads(file.read_text(encoding="utf-8"))
    assert len(report["people"]) == count == 4
    assert report["people"][0]["person"] == "<script>alert(1)</script>"
    assert report["total"]["replied"] == 1
    assert report["total"]["replied_share_95"][0] < 0.5 < report["total"]["replied_share_95"][1]


async def test_a_page_loads_nothing_and_runs_no_name(world: World, tmp_path: Path) -> None:
    file = tmp_path / "report.HTML"
    await export_report(world.reports, await lively(world), file, now=NOW, tell=quiet)

    text = file.read_text(encoding="utf-8")
    found = _Elements(text)
    assert not found.names & {"script", "img", "link", "iframe", "object"}
    assert not [name for name in found.attributes if name.startswith("on") or name in ("src", "href")]
    assert "default-src 'none'" in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "نور" in text
    assert text.count("<svg") == text.count("</svg>") >= 3
    assert "prefers-color-scheme: dark" in text
    assert text.rstrip().endswith("</html>")


async def test_a_campaign_that_nobody_has_yet_is_a_page_as_well(world: World, tmp_path: Path) -> None:
    account = await world.add_account(1)
    campaign_id = await world.desk.create(title="Later", template="Hi", account_ids=[account], actor="ann", now=NOW)

    for ending in ReportFile:
        file = tmp_path / f"report.{ending}"
        assert await export_report(world.reports, campaign_id, file, now=NOW, tell=quiet) == 0
        assert file.exists()


async def test_a_cancelled_export_leaves_nothing(world: World, tmp_path: Path) -> None:
    campaign_id = await planned(world, 1_100)
    told = asyncio.Event()
    file = tmp_path / "report.csv"

    async def tell(_: int) -> None:
        told.set()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(export_report(world.reports, campaign_id, file, now=NOW, tell=tell), name="export")
        await told.wait()
        task.cancel()

    assert task.cancelled()
    assert list(tmp_path.glob("*report*")) == []


async def test_another_ending_is_refused(world: World, tmp_path: Path) -> None:
    with pytest.raises(UserInputError, match="pdf"):
        await export_report(world.reports, CampaignId(1), tmp_path / "report.pdf", now=NOW, tell=quiet)


class _Elements(HTMLParser):
    """The names of all elements and attributes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
