"""What is made when it is opened for the first time, before anything was prepared: no handler takes more than a frame."""

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QDialog

from database import Database
from desktop.pages.accounts.page import AccountsPage
from desktop.pages.accounts.panel_words import Step
from desktop.pictures.sample_accounts import add_sample_accounts
from tests.desktop.handler_meter import Handled, HandlerMeter, best_run
from tests.desktop.pages.accounts_fixture import OWN, choose, ready
from tests.desktop.pages.conftest import Window, running_worker, shown
from tests.desktop.pages.proxies_fixture import fill_pool, proxies_page
from tests.desktop.workspace_fixture import Filled


async def open_and_close(window: Window, ask: Callable[[], object]) -> None:  # type: ignore[type-arg]  # any page
    def dialogs() -> list[QDialog]:
        return [one for one in window.widget.findChildren(QDialog) if one.isVisible()]

    ask()
    await window.until(dialogs)
    for dialog in dialogs():
        dialog.reject()
    await window.until(lambda: not dialogs())


@pytest.mark.slow
async def test_an_account_its_parts_and_its_dialogs(filled: Filled, handler_meter: HandlerMeter) -> None:
    ids = await add_sample_accounts(filled.services.get(Database), now=filled.clock.now(), actor="ann")

    async def run() -> list[Handled]:
        async with shown(filled, AccountsPage) as window:
            await ready(window, len(ids) + OWN)
            page = window.page
            handler_meter.clear()

            await choose(window, ids[:1])
            assert page.panel.health.isVisible()
            for tab, content in (("limits", "limits"), ("history", "history")):
                page.panel.tabs.set_value(tab)
                await window.until(getattr(page.panel, content).isVisible)
                await window.settle()
            for step in (Step.LABELS, Step.LIMITS, Step.PROXY, Step.REMOVE):
                await open_and_close(window, lambda step=step: page.do(step))  # type: ignore[misc]
            await choose(window, ids[:3])

            assert page.bulk.isVisible()
            return handler_meter.late()

    async with running_worker(filled):
        assert not await best_run(run)


@pytest.mark.slow
async def test_a_proxy_and_its_dialogs(filled: Filled, handler_meter: HandlerMeter) -> None:
    pool = await fill_pool(filled)

    async def run() -> list[Handled]:
        async with proxies_page(filled) as window:
            page = window.page
            await window.until(lambda: page.model.rowCount() == 4)
            handler_meter.clear()

            page.show_subject(pool.held)
            await window.until(lambda: page._has_panel and page.panel.isVisible())
            page.panel.tabs.set_value("accounts")
            await window.until(page.panel.accounts.isVisible)
            for ask in (
                page.import_button.click,
                page.panel.assign.click,
                page.panel.release.click,
                page.panel.edit.click,
                page.panel.remove.click,
            ):
                await open_and_close(window, ask)
            return handler_meter.late()

    assert not await best_run(run)
