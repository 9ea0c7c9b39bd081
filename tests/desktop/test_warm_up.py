"""What is paid ahead of the first sight of a page, in pieces that nobody feels."""

import time
from collections.abc import Iterator
from itertools import chain

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QFontDatabase, QFontMetrics
from PySide6.QtWidgets import QApplication

from desktop.frame.warm_up import WarmUp
from desktop.theme import Role, Theme
from desktop.theme.font_warming import warm_fonts
from desktop.theme.type_roles import find_missing_scripts, list_scripts
from tests.desktop.handler_meter import (
    RUNS,
    Handled,
    HandlerMeter,
    best_pieces,
    best_run,
    costs_of,
    garbage_as_in_the_console,
    own_turn,
)
from tests.desktop.window import open_window, until
from tests.desktop.workspace_fixture import Filled

FELT_MS = 2.0  # of a name in a list that paints twenty


async def test_one_piece_a_turn_in_the_order_of_asking(qapp: QApplication) -> None:
    done: list[str] = []

    def pieces(name: str, count: int) -> Iterator[None]:
        for number in range(count):
            done.append(f"{name}{number}")
            yield

    owner = QObject()
    warm_up = WarmUp(owner)
    assert warm_up.is_done
    warm_up.add(pieces("a", 2))
    assert done == []
    warm_up.add(pieces("b", 1))
    await until(lambda: warm_up.is_done)
    assert done == ["a0", "a1", "b0"]

    warm_up.add(pieces("c", 1))
    await until(lambda: warm_up.is_done)
    assert done[-1] == "c0"


def measure(theme: Theme, role: Role, word: str) -> float:
    """CPU of laying out one name, in ms."""
    start = time.thread_time()
    QFontMetrics(theme.font(role)).elidedText(word, Qt.TextElideMode.ElideRight, 200)
    return (time.thread_time() - start) * 1000


def test_a_name_in_any_script_costs_a_list_nothing_once_fonts_are_warm(theme: Theme) -> None:
    for _ in warm_fonts(theme):
        pass

    for role in (Role.BODY, Role.STRONG, Role.HINT, Role.TITLE):
        for script in list_scripts():
            word = QFontDatabase.writingSystemSample(script)
            cost_ms = min(measure(theme, role, word) for _ in range(RUNS))
            assert cost_ms < FELT_MS, f"{script.name} in {role}"


def test_a_script_is_missing_when_no_family_has_it(theme: Theme) -> None:
    missing = find_missing_scripts()

    assert QFontDatabase.WritingSystem.Latin not in missing
    assert all(QFontDatabase.families(script) == [] for script in missing)


@pytest.mark.slow
async def test_each_piece_of_preparing_takes_less_than_a_frame(filled: Filled, theme: Theme) -> None:

    async def run() -> list[float]:
        async with open_window(filled) as window:
            return await costs_of(chain(window.frame.pages.prepare(), warm_fonts(theme)))

    with garbage_as_in_the_console():
        assert not await best_pieces(run)


@pytest.mark.slow
async def test_no_handler_takes_more_than_a_frame_at_the_first_sight_of_every_page(
    filled: Filled, theme: Theme, handler_meter: HandlerMeter
) -> None:
    async def run() -> list[Handled]:
        async with open_window(filled) as window:
            window.prepare()
            await until(lambda: window.warm_up.is_done, timeout_s=60)
            handler_meter.clear()
            for key in (*window.specs, "campaigns"):
                window.navigate(key, filled.running if key == "campaigns" else None)
                page = window.frame.pages.currentWidget()
                await until(page.isVisible)
                await window.presenter.refresh()
                await own_turn()
            await until(lambda: window.page is not None and window.page.title == "Spring")
            return handler_meter.late()

    assert not await best_run(run)
