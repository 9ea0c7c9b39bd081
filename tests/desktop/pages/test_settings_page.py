"""Settings: written at once, undone from the toast, explained when they cannot be used."""

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit

from core.config import Config, SettingInfo, SettingKind, list_settings
from core.config_file import read_config
from desktop.main_window import MainWindow
from desktop.pages.settings.page import SettingsPage
from desktop.pages.settings.values import FROM_NEXT_START, parse_value, show_value
from desktop.theme import Scheme, Theme
from desktop.widgets.buttons import Button
from tests.desktop.handler_meter import Handled, HandlerMeter, best_run, own_turn
from tests.desktop.pages.conftest import running_worker
from tests.desktop.window import button, open_window, texts, until
from tests.desktop.workspace_fixture import Filled

pytestmark = pytest.mark.usefixtures("theme")


def open_settings(window: MainWindow, section: str) -> SettingsPage:
    window.navigate("settings")
    page = window.page
    assert isinstance(page, SettingsPage)
    page.show_section(section)
    return page


def enter(page: SettingsPage, name: str, text: str) -> None:
    """Type a value into a setting and leave the field."""
    control = page.line(name).control
    assert isinstance(control, QLineEdit)
    control.setFocus()
    control.selectAll()
    QTest.keyClicks(control, text)
    QTest.keyClick(control, Qt.Key.Key_Return)


def toml(filled: Filled) -> Path:
    return filled.workspace.config_path


async def test_a_change_is_in_the_file_at_once_and_its_undo_too(filled: Filled) -> None:
    async with open_window(filled) as window:
        page = open_settings(window, "delivery")
        enter(page, "delivery.in_flight", "3")
        await until(lambda: window.toasts.toasts)

        assert read_config(toml(filled)).delivery.in_flight == 3
        assert "in_flight = 3" in toml(filled).read_text(encoding="utf-8")
        assert window.toasts.toasts[0].accessibleName() == "Sends under way: 3"
        assert "The careful value is 5." in page.line("delivery.in_flight").why

        button(window.toasts.toasts[0], "Undo").click()
        await until(lambda: read_config(toml(filled)).delivery.in_flight == 5)
        await until(lambda: "careful value" not in page.line("delivery.in_flight").why)


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("delivery.in_flight", "99", "Allowed: a whole number from 1 to 20."),
        ("delivery.in_flight", "many", "Allowed: a whole number from 1 to 20."),
        ("delivery.lease_s", "700", "Allowed: a number from 5 to 600 s."),
    ],
)
async def test_a_value_that_cannot_be_used_says_what_can(filled: Filled, name: str, typed: str, said: str) -> None:
    async with open_window(filled) as window:
        page = open_settings(window, "delivery")
        enter(page, name, typed)
        await until(lambda: page.line(name).why == said)

        assert read_config(toml(filled)) == Config()
        assert page.line(name).control.property("wrong") == "true"


async def test_two_settings_that_do_not_go_together_say_so(filled: Filled) -> None:
    async with open_window(filled) as window:
        page = open_settings(window, "delivery")
        enter(page, "delivery.heartbeat_s", "20")

        await until(lambda: "at least three times" in page.line("delivery.heartbeat_s").why)
        assert read_config(toml(filled)) == Config()


async def test_appearance_acts_at_once(filled: Filled, theme: Theme) -> None:
    async with open_window(filled) as window:
        page = open_settings(window, "appearance")
        control = page.line("appearance.scheme").control
        assert isinstance(control, QComboBox)

        control.setCurrentText("dark")

        await until(lambda: theme.scheme is Scheme.DARK)
        assert read_config(toml(filled)).appearance.scheme == "dark"


async def test_a_whole_card_goes_back_to_the_careful_values(filled: Filled) -> None:
    async with open_window(filled) as window:
        page = open_settings(window, "retry")
        for name, value in (("retry.factor", "3"), ("retry.jitter", "0.5")):
            enter(page, name, value)
            await until(lambda name=name: "careful value" in page.line(name).why)

        (careful,) = [one for one in page.findChildren(Button) if one.objectName() == "retry"]
        careful.click()

        await until(lambda: read_config(toml(filled)) == Config())


async def test_a_search_finds_settings_of_every_group_and_repeats_what_finds_none(filled: Filled) -> None:
    async with open_window(filled) as window:
        page = open_settings(window, "appearance")
        field = page.search_field

        field.setText("threads")
        QTest.keyClick(field, Qt.Key.Key_Return)
        await until(lambda: page.line("executor.threads").isVisible())
        assert not page.line("appearance.scheme").isVisible()

        field.setText("kaisa")
        QTest.keyClick(field, Qt.Key.Key_Return)
        await until(lambda: "Nothing matches “kaisa”." in texts(page))

        QTest.keyClick(field, Qt.Key.Key_Escape)
        await until(lambda: page.line("appearance.scheme").isVisible())
        assert page.line("appearance.scheme").isVisible()


async def test_no_group_takes_more_than_a_frame_to_show(filled: Filled, handler_meter: HandlerMeter) -> None:
    async def run() -> list[Handled]:
        async with open_window(filled) as window:
            await own_turn()
            handler_meter.clear()
            page = open_settings(window, "appearance")
            await own_turn()
            page.search_field.setText("time")
            await own_turn()
            QTest.keyClick(page.search_field, Qt.Key.Key_Return)
            await until(lambda: "Find a person" in texts(page))
            await asyncio.sleep(0.05)
            return [one for one in handler_meter.late() if one.receiver == "_PreciseTimers"]

    assert not await best_run(run)


async def test_every_setting_has_a_line_with_its_unit_and_a_named_control(filled: Filled) -> None:
    async with open_window(filled) as window:
        page = open_settings(window, "delivery")

        for info in list_settings(Config()):
            line = page.line(f"{info.section}.{info.key}")
            assert line.control.accessibleName() == info.title
            assert info.title in texts(line)
        await asyncio.sleep(0)


@pytest.mark.parametrize("info", list_settings(Config()), ids=lambda info: f"{info.section}.{info.key}")
def test_what_a_field_shows_is_read_back_as_the_same_value(info: SettingInfo) -> None:
    if info.kind not in (SettingKind.SWITCH, SettingKind.CHOICE):
        assert parse_value(info, show_value(info.value)) == info.value


async def test_a_change_and_its_undo_stand_in_activity(filled: Filled) -> None:
    async with open_window(filled) as window:
        page = open_settings(window, "delivery")
        enter(page, "delivery.in_flight", "3")
        await until(lambda: window.toasts.toasts)
        button(window.toasts.toasts[0], "Undo").click()
        await until(lambda: "careful value" not in page.line("delivery.in_flight").why)

        rows = await filled.world.rows("SELECT actor, data FROM event WHERE kind = 'setting.changed' ORDER BY id")
        assert [tuple(row.values()) for row in rows] == [
            ("kaya", '{"setting":"delivery.in_flight","before":"5","after":"3"}'),
            ("kaya", '{"setting":"delivery.in_flight","before":"3","after":"5"}'),
        ]


async def test_what_acts_later_says_so_and_a_worker_that_runs_can_be_restarted(filled: Filled) -> None:
    async with running_worker(filled), open_window(filled) as window:
        asked: list[bool] = []
        page = open_settings(window, "delivery")
        window.presenter.begin_restarting_worker = lambda: asked.append(True)  # type: ignore[method-assign, assignment, return-value]
        await until(lambda: FROM_NEXT_START in texts(page))
        restart = button(page, "Restart worker")
        await until(restart.isVisible)

        restart.click()

        assert asked == [True]


async def test_without_a_worker_there_is_none_to_restart(filled: Filled) -> None:
    async with open_window(filled) as window:
        page = open_settings(window, "delivery")
        await until(lambda: FROM_NEXT_START in texts(page))

        assert not button(page, "Restart worker").isVisible()
