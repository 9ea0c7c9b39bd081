"""A campaign written in the window: what a person types and clicks, what they read, and what is kept."""

from datetime import UTC, datetime

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from campaigns.campaign import Campaign, CampaignState
from campaigns.schedule.campaign_plan import CampaignPlan, Canary, CanaryAdvance
from core.domain.ids import CampaignId
from desktop.dialogs.confirm import ConfirmDialog
from desktop.pages.campaign.panel import CampaignPanel
from desktop.pages.campaigns.page import CampaignsPage
from desktop.pages.composer.dialogs import LinkDialog
from desktop.pages.composer.message_edits import message_words
from desktop.pages.composer.name_dialog import NameDialog
from desktop.pages.composer.people_view import EXCLUDE
from desktop.pages.composer.plan_cards import CanaryCard
from desktop.pages.composer.start_dialog import StartDialog
from desktop.pages.composer.test_send_dialog import TestSendDialog
from tests.desktop.pages.conftest import Window, shown
from tests.desktop.window import click, press_in
from tests.desktop.workspace_fixture import Filled

LEFT = Qt.MouseButton.LeftButton


def step(panel: CampaignPanel, key: str) -> QWidget:
    found = panel.road.findChild(QWidget, key)
    assert found is not None
    return found


def button(widget: QWidget, name: str) -> QAbstractButton:
    found = [one for one in widget.findChildren(QAbstractButton) if one.accessibleName() == name]
    assert len(found) == 1, f"{len(found)} buttons named {name!r}"
    return found[0]


async def begin(window: Window[CampaignsPage], qtbot: QtBot, title: str = "Autumn programme") -> CampaignPanel:
    """Press New campaign, name it, wait until its draft is open."""
    page = window.page
    page.ask_new()
    await window.until(lambda: window.widget.findChild(NameDialog))
    dialog = window.widget.findChild(NameDialog)
    qtbot.keyClicks(dialog.entry, title)
    qtbot.mouseClick(dialog.keep, LEFT)
    await window.until(lambda: page.title == title and "24 people chosen" in page.subtitle)
    return page.panel


async def kept(window: Window[CampaignsPage], panel: CampaignPanel) -> Campaign:
    """The campaign as it is in the database once everything is saved."""
    await window.until(lambda: panel.composer.saved.startswith("Saved"))
    campaign_id = panel.presenter.campaign_id
    assert campaign_id is not None
    return await window.filled.world.desk.get(CampaignId(campaign_id))


async def test_a_new_draft_says_what_is_missing_and_its_text_is_kept_as_it_is_typed(
    filled: Filled, qtbot: QtBot
) -> None:
    async with shown(filled, CampaignsPage) as window:
        panel = await begin(window, qtbot)
        message = panel.composer.message
        assert [finding.text for finding in message.findings.shown] == ["The message has no text yet"]

        qtbot.keyClicks(message.editor, "Hi {{ name }}, answer STOP to end it")
        assert (await kept(window, panel)).message.template == "Hi {{ name }}, answer STOP to end it"

        assert message.length.text().endswith("of 4,096")
        bubble = message.preview.bubble.message.text
        assert bubble.startswith("Hi ")
        assert bubble.endswith("answer STOP to end it")
        assert message.preview.place.text() == "Person 1 of 24"
        qtbot.mouseClick(message.preview.next, LEFT)
        await window.until(lambda: message.preview.place.text() == "Person 2 of 24")
        assert message.preview.bubble.message.text != bubble

    async with shown(filled, CampaignsPage) as window:
        campaign_id = panel.presenter.campaign_id
        assert campaign_id is not None
        window.page.show_subject(campaign_id)
        await window.until(lambda: "name" in window.page.panel.composer.message.editor.source())
        await window.settle()


async def test_a_mistake_is_named_at_its_place_and_holds_the_approval_back(filled: Filled, qtbot: QtBot) -> None:
    async with shown(filled, CampaignsPage) as window:
        panel = await begin(window, qtbot)
        message = panel.composer.message
        qtbot.keyClicks(message.editor, "Hi {{ name | shout }}, answer STOP")

        (finding,) = message.findings.shown
        assert finding.text.startswith("There is no filter shout.")
        assert message.editor.wrong_chip == 3
        assert "mistake" in message.preview.problem.text.text()
        assert not message.preview.bubble.isVisible()
        await kept(window, panel)

        qtbot.mouseClick(step(panel, "review"), LEFT)
        assert not panel.buttons.submit.isEnabled()
        assert panel.buttons.submit.toolTip().startswith("There is no filter shout.")
        qtbot.mouseClick(button(panel.composer.review, f"Go there: {finding.text}"), LEFT)
        assert panel.composer.message.isVisible()
        await window.settle()


async def test_tools_and_dialogs_write_the_source(filled: Filled, qtbot: QtBot) -> None:
    async with shown(filled, CampaignsPage) as window:
        panel = await begin(window, qtbot)
        message = panel.composer.message
        editor = message.editor
        qtbot.keyClicks(editor, "programme")
        editor.selectAll()
        await press_in(editor, "Ctrl+B")
        editor.moveCursor(QTextCursor.MoveOperation.End)
        qtbot.mouseClick(message.toolbar.link, LEFT)
        await window.until(lambda: window.widget.findChild(LinkDialog))
        dialog = window.widget.findChild(LinkDialog)
        qtbot.keyClicks(dialog.text, "all of it")
        qtbot.keyClicks(dialog.address, "no address")
        qtbot.mouseClick(dialog.keep, LEFT)
        assert dialog.isVisible()
        dialog.address.setText("example.org/autumn")
        qtbot.mouseClick(dialog.keep, LEFT)
        qtbot.mouseClick(button(message.findings, "Add a line: It does not say how to opt out"), LEFT)

        campaign = await kept(window, panel)
        assert campaign.message.template == (
            "**programme**[all of it](https://example.org/autumn)\n\nAnswer STOP and we will not write again."
        )


async def test_the_plan_is_chosen_by_clicks_said_in_words_kept_and_undone(filled: Filled, qtbot: QtBot) -> None:
    async with shown(filled, CampaignsPage) as window:
        panel = await begin(window, qtbot)
        qtbot.mouseClick(step(panel, "plan"), LEFT)
        plan = panel.composer.plan
        await window.until(lambda: plan.accounts.model.rowCount() == 2 and plan.when.zone.count() > 100)

        plan.when.kind.set_value("windows")
        qtbot.mouseClick(plan.when.rows[0].days.chips[4], LEFT)
        qtbot.mouseClick(plan.when.own_zone, LEFT)
        qtbot.mouseClick(plan.pace.has_cap, LEFT)
        qtbot.mouseClick(plan.canary.is_on, LEFT)
        assert plan.words.sentences == [
            "It sends Mon to Thu, 09:00 to 20:00, by each person's own clock; UTC where that is unknown.",
            "Nobody gets more than 2 messages of all campaigns together in any 7 days.",
            "The first 50 people get it alone; then it pauses until you have looked at how it went and resume it.",
        ]
        qtbot.mouseClick(plan.accounts.none, LEFT)
        assert panel.composer.why_not_submit.startswith("The message has no text")
        assert not panel.composer.is_whole("plan")

        campaign = await kept(window, panel)
        assert campaign.plan.schedule.in_own_zone
        assert campaign.plan.canary is not None
        assert campaign.account_ids == ()

        for _ in range(6):
            qtbot.mouseClick(panel.buttons.undo, LEFT)
        await window.until(lambda: not panel.composer.presenter.can_undo)
        campaign = await kept(window, panel)
        assert campaign.plan == CampaignPlan()
        assert campaign.account_ids == filled.accounts
        assert plan.words.sentences == ["It sends at any time of the day."]


def test_a_percentage_that_a_command_set_is_kept_until_another_is_typed(qtbot: QtBot) -> None:
    card = CanaryCard()
    qtbot.addWidget(card)
    canary = Canary(percent=2.5, max_failed_percent=0.4, advance=CanaryAdvance.BY_ITSELF)

    card.show_canary(canary)
    assert card.canary() == canary
    card.number.setText("4")

    assert card.canary() == Canary(percent=4, max_failed_percent=0.4, advance=CanaryAdvance.BY_ITSELF)


async def test_an_end_that_cannot_be_read_is_named_and_not_kept(filled: Filled, qtbot: QtBot) -> None:
    async with shown(filled, CampaignsPage) as window:
        panel = await begin(window, qtbot)
        qtbot.mouseClick(step(panel, "plan"), LEFT)
        plan = panel.composer.plan
        qtbot.mouseClick(plan.when.has_end, LEFT)
        plan.when.end.setText("at Christmas")
        plan.when.end.editingFinished.emit()
        assert plan.wrong.text.text().startswith("The end is written as year, month, day and time")

        plan.when.end.setText("2027-12-24 18:00")
        plan.when.end.editingFinished.emit()
        assert plan.wrong.isHidden()
        assert (await kept(window, panel)).plan.schedule.ends_at is not None

        qtbot.mouseClick(plan.when.has_start, LEFT)
        plan.when.start.setText("2027-12-24 09:00")
        plan.when.start.editingFinished.emit()
        assert plan.words.sentences[1].startswith("It begins on 24 December 2027 09:00 (UTC)")
        assert (await kept(window, panel)).plan.schedule.starts_at == datetime(2027, 12, 24, 9, tzinfo=UTC)


async def test_what_was_approved_is_frozen_until_a_person_takes_it_back(filled: Filled, qtbot: QtBot) -> None:
    async with shown(filled, CampaignsPage) as window:
        panel = await begin(window, qtbot)
        qtbot.keyClicks(panel.composer.message.editor, "Hello, answer STOP to end it")
        qtbot.mouseClick(step(panel, "review"), LEFT)
        await click(panel.buttons.submit)
        await window.until(lambda: panel.buttons.approve in window.page.header_actions)
        assert panel.composer.message.editor.isReadOnly()

        review = panel.composer.review
        facts = {one.accessibleName(): one.text() for one in review.content.findChildren(QLabel)}
        assert [facts[word] for word in ("Message", "Fields")] == [
            "“Hello, answer STOP to end it”",
            "none: everybody gets the same text",
        ]
        review.name.setText("Bo")
        review.comment.setText("Go")
        await click(panel.buttons.approve)
        await window.until(lambda: panel.buttons.start in window.page.header_actions)
        campaign = await filled.world.desk.get(CampaignId(panel.presenter.campaign_id or 0))
        assert (campaign.message.template, campaign.approved_by) == ("Hello, answer STOP to end it", "Bo")

        await click(panel.buttons.start_later)
        await window.until(lambda: window.widget.findChild(StartDialog))
        dialog = window.widget.findChild(StartDialog)
        dialog.moment.setText("2020-01-01 09:00")
        qtbot.mouseClick(dialog.keep, LEFT)
        assert dialog.isVisible()
        dialog.reject()

        await click(panel.buttons.edit)
        await window.until(lambda: window.widget.findChild(ConfirmDialog))
        qtbot.mouseClick(button(window.widget.findChild(ConfirmDialog), "Make it a draft"), LEFT)
        await window.until(lambda: not panel.composer.message.editor.isReadOnly())
        await window.until(lambda: panel.presenter.state is CampaignState.DRAFT)
        await window.settle()


async def test_languages_and_variants_are_written_apart_and_the_message_says_how_it_arrives(
    filled: Filled, qtbot: QtBot
) -> None:
    async with shown(filled, CampaignsPage) as window:
        panel = await begin(window, qtbot)
        message = panel.composer.message
        qtbot.keyClicks(message.editor, "Hello, answer STOP")
        message.tabs.languageAdded.emit("fi")
        message.editor.selectAll()
        qtbot.keyClicks(message.editor, "Hei, STOP")
        qtbot.mouseClick(message.tabs.add_variant, LEFT)
        qtbot.mouseClick(message.tabs.variants["B"], LEFT)
        assert message.editor.source() == "Hei, STOP"
        qtbot.keyClicks(message.editor, "!")
        qtbot.mouseClick(message.tabs.languages[""], LEFT)
        assert message.editor.source() == "Hello, answer STOP"
        qtbot.mouseClick(message.preview.silent, LEFT)
        qtbot.mouseClick(message.preview.link_preview, LEFT)

        kept_message = (await kept(window, panel)).message
        assert {(variant.name, text.language): text.source for variant, text in kept_message.texts()} == {
            ("A", ""): "Hello, answer STOP",
            ("A", "fi"): "Hei, STOP",
            ("B", ""): "Hello, answer STOP",
            ("B", "fi"): "Hei, STOP!",
        }
        assert (kept_message.is_silent, kept_message.preview.value) == (True, "off")
        assert message_words(kept_message) == (
            "“Hello, answer STOP” · 2 variants: A 50 % and B 50 % · 2 languages: everybody else and fi"
            " · without a link preview · without a sound"
        )

        message.tabs.languages["fi"].click()
        qtbot.mouseClick(message.tabs.remove_language, LEFT)
        qtbot.mouseClick(message.tabs.remove_variant, LEFT)
        kept_message = (await kept(window, panel)).message
        assert kept_message.languages == ("",)
        assert len(kept_message.variants) == 1
        await window.settle()


async def test_an_approved_campaign_starts_at_the_moment_that_was_typed(filled: Filled, qtbot: QtBot) -> None:
    async with shown(filled, CampaignsPage) as window:
        panel = await begin(window, qtbot)
        qtbot.keyClicks(panel.composer.message.editor, "Hello, answer STOP to end it")
        qtbot.mouseClick(step(panel, "review"), LEFT)
        await click(panel.buttons.submit)
        await window.until(lambda: panel.buttons.approve in window.page.header_actions)
        await click(panel.buttons.approve)
        await window.until(lambda: panel.buttons.start_later in window.page.header_actions)
        await click(panel.buttons.start_later)
        await window.until(lambda: window.widget.findChild(StartDialog))
        dialog = window.widget.findChild(StartDialog)
        dialog.moment.setText("2030-12-05 09:00")
        qtbot.mouseClick(dialog.keep, LEFT)
        await window.until(lambda: panel.presenter.state is CampaignState.SCHEDULED)
        campaign = await filled.world.desk.get(CampaignId(panel.presenter.campaign_id or 0))
        assert campaign.start_at is not None
        assert campaign.start_at.year == 2030
        await window.settle()


async def test_a_test_of_the_previewed_text_is_planned_once_from_the_chosen_account(
    filled: Filled, qtbot: QtBot
) -> None:
    async with shown(filled, CampaignsPage) as window:
        panel = await begin(window, qtbot)
        qtbot.keyClicks(panel.composer.message.editor, "Hello {{ name }}, answer STOP to end it")
        await window.until(lambda: panel.composer.presenter.preview.person_name)
        await kept(window, panel)
        await click(panel.buttons.test_send)
        await window.until(lambda: window.widget.findChild(TestSendDialog))
        dialog = window.widget.findChild(TestSendDialog)
        assert dialog.account.count() == 2
        qtbot.mouseClick(dialog.send, LEFT)
        await window.settle()
        assert len(await filled.world.rows("SELECT id FROM outgoing WHERE kind = 'test'")) == 1


async def test_an_audience_is_found_among_many_and_left_out(filled: Filled, qtbot: QtBot) -> None:
    async with shown(filled, CampaignsPage) as window:
        audiences, now = window.page._services.audiences, filled.clock.now()
        for number in range(12):
            await audiences.create_list(f"List {number}", [1, 2], actor="kaya", now=now)
        panel = await begin(window, qtbot)
        qtbot.mouseClick(step(panel, "people"), LEFT)
        people = panel.composer.people
        await window.until(lambda: len(people.rows) == 13)
        qtbot.keyClicks(people.search, "list 11")
        await window.until(lambda: [row.choice.title for row in people.rows.values()] == ["List 11"])
        row = next(iter(people.rows.values()))
        row.role.set_value(EXCLUDE)
        people.search.clear()
        await window.until(lambda: len(people.rows) == 13)
        assert people.sentence.text() == "Who is in Everyone, without List 11."
        await window.until(lambda: people.people.text() == "22")
        await window.settle()
