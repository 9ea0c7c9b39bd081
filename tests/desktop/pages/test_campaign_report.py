"""The Report step: what people did, groups with intervals and a sentence, and exports that can be cancelled."""

import asyncio
from datetime import timedelta
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from campaigns.ports import Incoming, IncomingBatch, IncomingKind
from campaigns.report.figures import CampaignFigures, GroupFigures, Measure, Slice, collect
from desktop.formatting import Formats
from desktop.pages.campaign.report_groups import Grouping, make_groups
from desktop.pages.campaigns.page import CampaignsPage
from desktop.widgets.status import Tone
from tests.database.stores.world import NOW, user_id
from tests.desktop.pages.conftest import Window, run_exports, shown
from tests.desktop.workspace_fixture import PEOPLE, Filled


async def did(filled: Filled, *items: Incoming, stops: int = 0) -> None:
    lease = await filled.world.take(filled.accounts[0])
    await filled.world.incoming.commit(
        lease, IncomingBatch(items=items, peers=(), state=None), list(items[len(items) - stops :])
    )


async def first_reader(filled: Filled) -> tuple[int, int]:
    """Number of a person who has the message, and the id of the message."""
    (row, *_) = await filled.world.rows(
        "SELECT contact_id, message_id FROM outgoing WHERE state = 'sent' ORDER BY contact_id"
    )
    return int(str(row["contact_id"])), int(str(row["message_id"]))


async def report(window: Window[CampaignsPage]) -> CampaignsPage:
    page = window.page
    page.show_subject(window.filled.running)
    await window.until(lambda: page.panel.title)
    page.panel._choose_step("report")
    await window.until(lambda: page.panel.report.groups.intervals.rows)
    return page


async def test_what_people_did_stands_in_cards_and_rows_and_comes_while_one_looks(filled: Filled) -> None:
    number, message_id = await first_reader(filled)
    who = user_id(number)
    await did(filled, Incoming(kind=IncomingKind.READ, user_id=who, at=NOW, message_id=message_id))
    async with shown(filled, CampaignsPage) as window:
        page = await report(window)
        view = page.panel.report
        assert view.read.accessibleName() == "Read: 1"
        assert view.read.accessibleDescription() == "20 % who share it"
        assert view.replied.accessibleName() == "Replied: 0"

        at = NOW + timedelta(minutes=2)
        await did(filled, Incoming(kind=IncomingKind.MESSAGE, user_id=who, at=at, message_id=90))

        await window.until(lambda: view.replied.accessibleName() == "Replied: 1")
        model = view.people.model
        row = next(row for row in range(model.rowCount()) if model.cell(row, 6).words)
        page.panel.report_presenter.search("Person")
        await window.settle()
        assert model.cell(row, 7).words == "12:02"


async def test_another_grouping_and_measure_are_a_click_away(filled: Filled, qtbot: QtBot) -> None:
    async with shown(filled, CampaignsPage) as window:
        page = await report(window)
        card = page.panel.report.groups
        assert card.accessibleName() == "Variants: who replied?"
        assert card.note.text.text() == "There is one group only, so nothing is compared."

        card.groupings.set_value("account")
        card.measures.set_value("opted_out")

        assert card.accessibleName() == "Accounts: who opted out?"
        assert [row.name for row in card.intervals.rows] == ["Account 1"]


def groups_of(*replied: int, people: int = 1_000) -> CampaignFigures:
    names = "ABCDEFGH"
    slices = [
        Slice(
            variant=names[number],
            language="",
            account="one",
            figures=GroupFigures(name="", people=people, sent=people, replied=count),
        )
        for number, count in enumerate(replied)
    ]
    return collect(slices)


def test_a_certain_winner_is_green_and_a_possible_one_is_not() -> None:
    def tones(*replied: int) -> list[Tone]:
        figures = groups_of(*replied)
        return [row.tone for row in make_groups(figures, Grouping.VARIANT, Measure.REPLIED, Formats()).rows]

    assert tones(50, 81) == [Tone.ACCENT, Tone.GOOD]
    assert tones(50, 55) == [Tone.ACCENT, Tone.ACCENT]


def test_more_groups_than_fit_are_counted_and_the_rest_is_in_the_export() -> None:
    groups = make_groups(groups_of(1, 2, 3, 4, 5, 6, 7), Grouping.VARIANT, Measure.REPLIED, Formats())

    assert len(groups.rows) == 4
    assert groups.sentence.endswith("3 more in the export.")


async def test_an_export_is_cancelled_by_its_own_button_and_begun_again(
    filled: Filled, qtbot: QtBot, tmp_path: Path, exports_wait: None
) -> None:
    async with shown(filled, CampaignsPage) as window:
        page, toasts = await report(window), []
        page.context.notifications.toastRequested.connect(toasts.append)
        people = page.panel.report.people
        for _ in range(2):
            people.export.click()
            chooser = next(one for one in window.widget.findChildren(QFileDialog) if one.isVisible())
            chooser.fileSelected.emit(str(tmp_path / "everyone.csv"))
            chooser.reject()
            await window.until(lambda: people.export.accessibleName() == "Cancel · 0 written")
            if not toasts:
                qtbot.mouseClick(people.export, Qt.MouseButton.LeftButton)
                async with asyncio.timeout(40):
                    while await filled.world.column("SELECT is_cancel_asked FROM export") != [1]:
                        await asyncio.sleep(0.01)
            await run_exports(window)
            await window.until(lambda: people.export.accessibleName() == "Export…")
            assert (tmp_path / "everyone.csv").exists() is (len(toasts) == 2)

    assert [toast.title for toast in toasts] == ["The report was not exported", "Report exported"]
    assert toasts[1].text == f"{PEOPLE} people in everyone.csv"


async def test_the_end_of_the_name_follows_the_chosen_form(filled: Filled) -> None:
    async with shown(filled, CampaignsPage) as window:
        page = await report(window)
        page.panel.report.people.export.click()
        chooser = next(one for one in window.widget.findChildren(QFileDialog) if one.isVisible())

        chooser.filterSelected.emit("Pages with charts (*.html)")

        assert chooser.defaultSuffix() == "html"
        chooser.reject()
