"""The page of audiences: what a person reads, and the rules they put together by clicking."""

import asyncio
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from campaigns.audience.rules import (
    Activity,
    Group,
    Match,
    OnActivity,
    OnAudience,
    OnLanguage,
    OnTag,
    Rule,
    Within,
)
from campaigns.audience.views import EVERYONE_ID, AudienceChoices
from core.domain.account import AccountKind
from core.domain.ids import AudienceId
from database.stores.audiences import AudienceStore
from desktop.dialogs.confirm import ConfirmDialog
from desktop.pages.audiences.list_dialogs import AudienceTitleDialog
from desktop.pages.audiences.page import AudiencesPage
from desktop.pages.audiences.rule_group import RuleGroup
from desktop.pages.audiences.rule_line import RuleLine
from desktop.pages.audiences.rule_lines import LineWords, to_condition, to_line
from tests.database.stores.test_audience_rules import every_condition
from tests.database.stores.world import NOW
from tests.desktop.handler_meter import Handled, HandlerMeter, best_run
from tests.desktop.pages.conftest import Window, shown
from tests.desktop.workspace_fixture import Filled

SPRING = Rule(include=(Group(parts=(OnTag(tag="spring"),)),))


async def counted(window: Window[AudiencesPage], rows: int) -> None:
    """The tab is open, and everything in it is counted."""
    window.page.tabs.set_value("saved")
    await window.until(lambda: len(words(window.page, 2)) == rows and "…" not in words(window.page, 2))


async def save(filled: Filled, title: str, rule: Rule = SPRING) -> AudienceId:
    """An audience of a rule; five people are tagged "spring"."""
    for number in range(1, 6):
        await filled.world.execute("INSERT OR IGNORE INTO contact_tag VALUES (?, 'spring')", number)
    return await AudienceStore(filled.world.database).create_rule(title, rule, actor="kaya", now=NOW)


def words(page: AudiencesPage, column: int) -> list[str]:
    model = page.saved.list.model
    return [model.cell(row, column).words for row in range(model.rowCount())]


def choose(combo: QComboBox | object, key: str) -> None:
    assert isinstance(combo, QComboBox)
    combo.setCurrentIndex(combo.findData(key))


async def test_the_list_says_who_is_in_each_how_many_and_who_may_be_written_to(filled: Filled) -> None:
    await filled.world.add_account(9, kind=AccountKind.BOT)
    await save(filled, "Spring people")
    async with shown(filled, AudiencesPage) as window:
        await counted(window, 3)

        assert words(window.page, 0) == ["Everyone", "People who started @account_9", "Spring people"]
        assert words(window.page, 1)[2] == "People tagged “spring”."
        assert (words(window.page, 2), words(window.page, 3)) == (["24", "0", "5"], ["23", "0", "5"])
        assert words(window.page, 4)[2] == "–"
        assert words(window.page, 4)[0] != "–"
        assert window.page.subtitle == "3 audiences"


async def test_what_is_chosen_is_explained_with_some_of_its_people(filled: Filled) -> None:
    spring = await save(filled, "Spring people")
    async with shown(filled, AudiencesPage) as window:
        page = window.page
        await counted(window, 2)
        page.show_audience(spring)

        side = page.saved.list
        await window.until(lambda: side.facts.number.text() == "5")
        assert side.facts.sentence.text() == "People tagged “spring”."
        assert side.facts.share.text() == "5 may be written to, 100 %"
        assert side.edit.isVisible()
        page.show_audience(EVERYONE_ID)
        assert not side.edit.isVisible()
        assert not side.delete.isVisible()
        assert page.escape()
        assert side.side.isHidden()


async def test_a_rule_is_put_together_by_clicking_and_counted_as_it_stands(filled: Filled, qtbot: QtBot) -> None:
    await save(filled, "Spring people")
    async with shown(filled, AudiencesPage) as window:
        page, section = window.page, window.page.saved
        await counted(window, 2)
        qtbot.mouseClick(section.new, Qt.MouseButton.LeftButton)
        await window.until(lambda: section.is_inside and section.builder.facts.number.text() == "24")
        builder = section.builder
        assert builder.facts.sentence.text() == "Everyone."
        assert page.title == "New audience"

        qtbot.mouseClick(builder.include.add, Qt.MouseButton.LeftButton)
        line = builder.include.groups[0].parts[0]
        assert isinstance(line, RuleLine)
        choose(line.value, "spring")
        await window.until(lambda: builder.facts.number.text() == "5")

        qtbot.mouseClick(builder.include.groups[0].add_line, Qt.MouseButton.LeftButton)
        second = builder.include.groups[0].parts[1]
        assert isinstance(second, RuleLine)
        choose(second.subject, "field:username")
        choose(second.relation, "contains")
        assert isinstance(second.value, QLineEdit)
        await window.until(lambda: "has no value" in builder.facts.sentence.text())
        qtbot.keyClicks(second.value, "person_3")
        await window.until(lambda: builder.facts.number.text() == "1")
        assert builder.facts.sentence.text() == "People tagged “spring” whose username contains “person_3”."

        qtbot.keyClicks(builder.title, "Third")
        qtbot.mouseClick(section.save, Qt.MouseButton.LeftButton)
        await window.until(lambda: not section.is_inside and "Third" in words(page, 0))
        await window.settle()
        assert section.list.chosen is not None
        assert section.list.chosen.title == "Third"


async def test_sets_are_left_out_and_groups_stand_in_groups(filled: Filled, qtbot: QtBot) -> None:
    await save(filled, "Spring people")
    async with shown(filled, AudiencesPage) as window:
        section = window.page.saved
        await counted(window, 2)
        section.presenter.begin()
        await window.until(lambda: section.is_inside and section.builder.facts.number.text() == "24")
        builder = section.builder

        qtbot.mouseClick(builder.exclude.add, Qt.MouseButton.LeftButton)
        group = builder.exclude.groups[0]
        line = group.parts[0]
        assert isinstance(line, RuleLine)
        choose(line.subject, "activity:got")
        assert isinstance(line.value, QLineEdit)
        assert line.value.text() == "30"
        line.value.setText("7")
        qtbot.mouseClick(group.add_group, Qt.MouseButton.LeftButton)
        inner = group.parts[1]
        assert isinstance(inner, RuleGroup)
        choose(group.match, Match.ANY)
        choose(inner.match, Match.NONE)
        choose(inner.parts[0].value, "spring")  # type: ignore[union-attr]
        await window.until(
            lambda: (
                builder.facts.sentence.text()
                == "Everyone, without those who have not had a message for 7 days or are not tagged “spring”."
            )
        )
        await window.until(lambda: builder.facts.number.isVisible() and builder.facts.number.text() != "Counting …")

        qtbot.mouseClick(inner.remove, Qt.MouseButton.LeftButton)
        qtbot.mouseClick(line.remove, Qt.MouseButton.LeftButton)
        await window.until(lambda: "no condition yet" in builder.facts.sentence.text())
        qtbot.mouseClick(group.remove, Qt.MouseButton.LeftButton)
        await window.until(lambda: builder.facts.sentence.text() == "Everyone.")


async def test_an_audience_is_duplicated_renamed_edited_and_deleted_by_keys_and_clicks(
    filled: Filled, qtbot: QtBot
) -> None:
    spring = await save(filled, "Spring people")
    async with shown(filled, AudiencesPage) as window:
        page, section = window.page, window.page.saved
        await counted(window, 2)
        page.show_audience(spring)
        keys: dict[str, Callable[[], object]] = {key.keys: key.act for key in page.keys}

        qtbot.mouseClick(section.list.duplicate, Qt.MouseButton.LeftButton)
        await window.until(lambda: "Spring people, copy" in words(page, 0))
        await window.settle()

        keys["F2"]()
        await window.until(lambda: bool(window.widget.findChildren(AudienceTitleDialog)))
        dialog = window.widget.findChildren(AudienceTitleDialog)[0]
        dialog.entry.setText("Autumn people")
        dialog.accept()
        await window.until(lambda: "Autumn people" in words(page, 0))
        await window.settle()

        qtbot.mouseClick(section.list.edit, Qt.MouseButton.LeftButton)
        await window.until(lambda: section.is_inside and section.builder.facts.number.text() == "5")
        assert section.builder.title.text() == "Autumn people"
        assert section.builder.rule == SPRING
        page.go_back()

        keys["Del"]()
        await window.until(lambda: bool(window.widget.findChildren(ConfirmDialog)))
        window.widget.findChildren(ConfirmDialog)[0].accept()
        await window.until(lambda: words(page, 0) == ["Everyone", "Spring people"])


async def test_a_title_that_is_taken_is_said_at_its_field(filled: Filled, qtbot: QtBot) -> None:
    await save(filled, "Spring people")
    async with shown(filled, AudiencesPage) as window:
        section = window.page.saved
        await counted(window, 2)
        section.presenter.begin()
        await window.until(lambda: section.is_inside and section.builder.facts.number.text() == "24")
        section.builder.title.setText("spring PEOPLE")

        qtbot.keyClick(section.builder.title, Qt.Key.Key_Return)

        await window.until(lambda: "taken" in section.builder.title.accessibleDescription())
        assert section.is_inside


async def test_no_match_repeats_the_question_and_offers_to_clear(filled: Filled) -> None:
    async with shown(filled, AudiencesPage) as window:
        section = window.page.saved
        await counted(window, 1)
        assert section.list._hint.isVisible()  # none of one's own yet

        section.list.search.setText("kaisa")
        section.list.search.returnPressed.emit()

        placeholder = section.list.table.placeholder
        assert placeholder is not None
        assert "No audience matches “kaisa”" in placeholder.title.text()


def test_every_condition_is_a_line_and_the_line_is_the_condition(qtbot: QtBot) -> None:
    choices = AudienceChoices(
        fields=("city", "age"), tags=("SPRING",), accounts={1: "a"}, campaigns={1: "c"}, audiences={1: "Everyone"}
    )
    line_words = LineWords(choices)
    for condition in every_condition():
        line = to_line(condition)  # type: ignore[arg-type]
        assert to_line(to_condition(line)) == line

        made = RuleLine(line_words, line)
        qtbot.addWidget(made)

        said = made.line
        assert said == line or (line.value and not said.value) or to_line(to_condition(said)) == said, condition
        assert made.subject.accessibleName()


async def test_no_handler_takes_more_than_a_frame_while_a_big_rule_is_opened(
    filled: Filled, handler_meter: HandlerMeter
) -> None:
    parts = (
        OnTag(tag="spring"),
        OnLanguage(language="de"),
        OnAudience(audience=1),
        OnActivity(activity=Activity.GOT, relation=Within.NOT_WITHIN, days=30),
    )
    spring = await save(filled, "Big", Rule(include=(Group(parts=parts * 3),), exclude=(Group(parts=parts * 2),)))

    async def run() -> list[Handled]:
        async with shown(filled, AudiencesPage) as window:
            page, section = window.page, window.page.saved
            await counted(window, 2)
            for _ in page.prepare():
                pass
            page.show_audience(spring)
            await window.settle()
            await asyncio.sleep(0.01)  # what came before was in a handler of its own
            handler_meter.clear()
            section.presenter.edit()
            await window.until(lambda: section.is_inside and section.builder.facts.number.text() == "0")
            assert len(section.builder.include.groups[0].parts) == 12
            return handler_meter.late()

    assert not await best_run(run)
