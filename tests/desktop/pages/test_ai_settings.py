"""Writing with AI on the settings page: the key goes in and is not shown again, models are the provider's, a test says."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from campaigns.worker_control import WorkerControl
from core.config_file import read_config
from core.secrets.choice import StoreKind
from core.secrets.manager import SecretsManager, remembered_kind
from desktop.dialogs.ai_key import AiKeyDialog
from desktop.main_window import MainWindow
from desktop.pages.settings.ai_lines import AiLines
from desktop.pages.settings.page import SettingsPage
from desktop.pages.settings.values import AI_GROUP
from desktop.sign_in.store_dialog import StoreDialog
from tests.ai.openai_server import OpenAiHandler
from tests.ai.script import KEY, Script, StandIn
from tests.desktop.pages.ai_fixture import LocalAi, with_ai
from tests.desktop.window import click, open_window, shown, texts, until
from tests.desktop.workspace_fixture import Filled

pytestmark = pytest.mark.usefixtures("theme")


@pytest.fixture
def server() -> Iterator[StandIn]:
    with StandIn(OpenAiHandler) as made:
        yield made


@asynccontextmanager
async def settings(filled: Filled, server: StandIn) -> AsyncIterator[tuple[MainWindow, AiLines, LocalAi]]:
    """The group AI, as a link from elsewhere opens it."""
    async with with_ai(filled, server) as (with_model, ai), open_window(with_model) as window:
        window.navigate("settings", AI_GROUP)
        page = window.page
        assert isinstance(page, SettingsPage)
        await until(lambda: page.ai_lines.isVisible() and page.ai_lines.key_words.text())
        yield window, page.ai_lines, ai


async def test_a_key_is_typed_unseen_kept_in_the_secret_store_and_forgotten(filled: Filled, server: StandIn) -> None:
    secrets = SecretsManager.create(filled.workspace, StoreKind.MEMORY)
    filled.services.get(WorkerControl).remember_key(secrets.key_line())
    async with settings(filled, server) as (window, lines, _):
        assert lines.key_words.text().startswith("No key is stored.")
        await click(lines.store)
        await until(lambda: shown(window, AiKeyDialog))
        dialog = shown(window, AiKeyDialog)
        assert dialog is not None
        QTest.keyClicks(dialog.entry, "two words")
        await click(dialog.keep)
        await until(lambda: any("This is no key" in text for text in texts(dialog)))
        dialog.entry.clear()
        QTest.keyClicks(dialog.entry, KEY)
        QTest.keyClick(dialog.entry, Qt.Key.Key_Return)

        await until(lambda: lines.key_words.text().startswith("A key is in the secret store."))
        assert secrets.get("ai/openai") == KEY.encode()
        assert not any(KEY in text for text in texts(window))
        await click(lines.forget)
        await until(lambda: lines.key_words.text().startswith("No key is stored."))
        assert secrets.list_names() == []


async def test_a_workspace_without_a_secret_store_gets_one_while_the_key_is_stored(
    filled: Filled, server: StandIn
) -> None:
    async with settings(filled, server) as (window, lines, _):
        await click(lines.store)
        await until(lambda: shown(window, AiKeyDialog))
        dialog = shown(window, AiKeyDialog)
        assert dialog is not None
        QTest.keyClicks(dialog.entry, KEY)
        await click(dialog.keep)
        await until(lambda: shown(window, StoreDialog))
        left = shown(window, StoreDialog)
        assert left is not None
        left.reject()
        await until(lambda: dialog.keep.isEnabled())
        assert remembered_kind(filled.workspace) is None

        await click(dialog.keep)
        await until(lambda: shown(window, StoreDialog) not in (None, left))
        store = shown(window, StoreDialog)
        assert store is not None
        store.view.choose(StoreKind.MEMORY)
        await click(store.keep)

        await until(lambda: lines.key_words.text().startswith("A key is in the secret store."))
        assert remembered_kind(filled.workspace) is StoreKind.MEMORY
        assert filled.services.get(WorkerControl).key_line is not None


async def test_a_model_is_chosen_of_those_that_the_provider_lists_and_the_test_says_who_answered(
    filled: Filled, server: StandIn
) -> None:
    async with settings(filled, server) as (_, lines, ai):
        await click(lines.list)
        await until(lines.menu.isVisible)
        actions = {action.text(): action for action in lines.menu.actions()}
        assert list(actions) == ["stand-in:8b", "other"]
        assert actions["stand-in:8b"].isChecked()
        actions["other"].trigger()
        lines.menu.close()
        await until(lambda: read_config(filled.workspace.config_path).ai.model == "other")

        server.will(Script(pieces=("ready",)))
        await click(lines.test)
        await until(lambda: lines.try_words.text().startswith("other at "))
        ai.key = "of-somebody-else"
        await ai.close()
        await click(lines.test)
        await until(lambda: lines.try_words.text().startswith("The provider does not accept the key."))
