"""A trial run of a draft: a real worker delivers a sample through a sandbox of its own, and nothing of it stays."""

import asyncio
import json
from typing import Any

import pytest

from campaigns.message.variants import Message, Text, Variant
from campaigns.service import CampaignService
from campaigns.trial.views import TrialLine, TrialProgress, TrialResult
from core.domain.account import AccountKind, WorkspaceKind
from core.domain.ids import CampaignId
from core.domain.message import UrlButton
from core.workspace import open_workspace
from database import Database
from main import MainHouse
from tests.cli.program import Program
from tests.database.stores.world import World, person

pytestmark = pytest.mark.slow
PEOPLE, SAMPLE = 30, 6
TEXT = "Hello **{{ name }}** ({{ username }}), your city is {{ city }}"


async def draft(program: Program, kind: AccountKind = AccountKind.BOT, text: str = TEXT) -> CampaignId:
    """For 30 people, of whom the first has no city and the last did not agree."""
    house, workspace = MainHouse(), open_workspace(program.workspace)
    async with house.services(workspace, kind=WorkspaceKind.SANDBOX) as services:
        world = World(services.get(Database), workspace.folder)
        account_id = await world.add_account(1, kind=kind)
        everybody = [person(n, fields={"city": f"City {n}"} if n > 1 else {}) for n in range(1, PEOPLE)]
        await world.import_people([*everybody, person(PEOPLE, consent=None, fields={"city": "Lund"})])
        service = services.get(CampaignService)
        campaign_id = await service.create(title="Autumn", template=text, account_ids=[account_id], actor="ann")
        buttons = ((UrlButton(title="Read it", url="https://example.org/a"),),) if kind is AccountKind.BOT else ()
        message = Message(variants=(Variant(name="A", texts=(Text(source=text, buttons=buttons),)),))
        await service.set_message(campaign_id, message, actor="ann")
        return campaign_id


def rows_of(program: Program, sql: str) -> list[tuple[Any, ...]]:
    async def read() -> list[tuple[Any, ...]]:
        async with MainHouse().services(open_workspace(program.workspace)) as services:
            found: list[tuple[Any, ...]] = await services.get(Database).read(lambda raw: raw.execute(sql).fetchall())
            return found

    return asyncio.run(read())


def test_a_sample_arrives_as_it_will_and_nothing_of_it_counts(program: Program) -> None:
    campaign_id = asyncio.run(draft(program))
    before = rows_of(program, "SELECT count(*) FROM event")
    work = open_workspace(program.workspace).run

    done = program.run(
        "campaign", "trial", str(campaign_id), "--people", str(SAMPLE), "--lines", "--workspace", str(program.workspace),
        standard_input="",
    )  # fmt: skip
    assert done.code == 0, done.errors

    # Input was closed at once: whoever closes it wants it to end.
    assert json.loads(done.output.splitlines()[-1])["code"] == "cancelled"
    whole = program.json("campaign", "trial", str(campaign_id), "--people", str(SAMPLE), timeout_s=90)

    assert whole.code == 0, whole.output + whole.errors
    result = whole.result
    assert (result["members"], result["people"], result["delivered"]) == (PEOPLE, SAMPLE, SAMPLE - 1)
    first, second, *_ = result["ends"]
    assert (first["state"], first["reason"], first["text"]) == ("skipped", "missing_field", None)
    assert (
        second["text"]
        == f"Hello Person {second['contact']} (person_{second['contact']}), your city is City {second['contact']}"
    )
    assert (second["state"], second["buttons"]) == ("sent", 1)
    assert second["after_ms"] >= 0
    assert rows_of(program, "SELECT count(*) FROM outgoing") == [(0,)]
    assert rows_of(program, "SELECT count(*) FROM event") == before
    assert rows_of(program, "SELECT state FROM campaign") == [("draft",)]
    assert [path.name for path in work.iterdir() if path.name.startswith("trial-")] == []


def test_a_text_that_cannot_be_sent_is_told_in_words(program: Program) -> None:
    campaign_id = asyncio.run(draft(program, AccountKind.USER, "x" * 5000))

    error = program.json("campaign", "trial", str(campaign_id), timeout_s=90).error

    assert "4,096" in error["message"] + error["title"] + error["hint"]


def test_lines_can_be_read_back() -> None:
    import msgspec

    decoder = msgspec.json.Decoder(TrialLine)
    progress = TrialProgress(stage="sending", done=1, people=2)  # type: ignore[arg-type]
    result = TrialResult(members=3, people=(), seconds=1.5, notes=())

    assert decoder.decode(msgspec.json.encode(result)) == result
    assert decoder.decode(msgspec.json.encode(progress)).done == 1
