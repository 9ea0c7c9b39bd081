"""Help with writing by a text model: what a person sees before anything leaves, takes, takes back, and is told."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QWidget
from pytestqt.qtbot import QtBot

from campaigns.drafting import DraftService
from desktop.pages.campaign.panel import CampaignPanel
from desktop.pages.campaigns.page import CampaignsPage
from desktop.pages.composer.assist.card import AssistCard
from desktop.pages.composer.assist.shown import Stage
from desktop.pages.composer.message_view import MessageView
from tests.ai.openai_server import OpenAiHandler
from tests.ai.script import Fault, Script, StandIn
from tests.desktop.pages.ai_fixture import LocalAi, with_ai
from tests.desktop.pages.conftest import Window, shown
from tests.desktop.pages.test_composer import begin, kept
from tests.desktop.window import button, click, open_window, press, press_in, until
from tests.desktop.workspace_fixture import Filled

LEFT = Qt.MouseButton.LeftButton
SOURCE = 'Hello {{ name | default("there") }}, the **autumn programme** is out, with 24 courses. STOP ends it.'
SHORT = 'Hello {{ name | default("there") }}, the **autumn programme** is out. STOP ends it.'


@pytest.fixture
def server() -> Iterator[StandIn]:
    with StandIn(OpenAiHandler) as made:
        yield made


class Writing:
    """A draft with a text in it, at the Message step."""

    def __init__(self, window: Window[CampaignsPage], panel: CampaignPanel, ai: LocalAi) -> None:
        self.window = window
        self.panel = panel
        self.ai = ai
        self.view: MessageView = panel.composer.message

    @property
    def card(self) -> AssistCard:
        return self.view.assist

    def choose(self, *words: str) -> None:
        """Through the menus."""
        menu: QMenu = self.view.assist_menu
        menu.opened.emit()
        *path, last = words
        for word in path:
            menu = next(one for one in menu.findChildren(QMenu) if one.title() == word)
        self.action(menu, last).trigger()

    def action(self, menu: QMenu, word: str) -> QAction:
        return next(action for action in menu.actions() if action.text() == word)

    async def at(self, stage: Stage) -> AssistCard:
        await self.window.until(lambda: self.view.has_assist and self.card.shown.stage is stage)
        return self.card

    async def agree(self) -> None:
        """The first request of a window is shown; let it go."""
        card = await self.at(Stage.READY)
        await click(card.ask)


@asynccontextmanager
async def writing(filled: Filled, server: StandIn, qtbot: QtBot, source: str = SOURCE) -> AsyncIterator[Writing]:
    async with with_ai(filled, server) as (with_model, ai), shown(with_model, CampaignsPage) as window:
        panel = await begin(window, qtbot)
        made = Writing(window, panel, ai)
        if source:
            made.view.editor.insert_source(source)
            await kept(window, panel)
        yield made
        panel.composer.assist.presenter.dismiss()
        await window.settle()


async def test_nothing_leaves_before_its_request_was_shown_once_and_what_is_shown_is_what_goes(
    filled: Filled, server: StandIn, qtbot: QtBot
) -> None:
    async with writing(filled, server, qtbot) as w:
        server.will(Script(pieces=(SHORT,)), Script(pieces=(SHORT,)))
        w.choose("Shorten")
        card = await w.at(Stage.READY)
        await w.window.until(card.ask.isEnabled)

        assert server.seen == []
        assert card.request.address.text() == f"POST {server.address}/chat/completions"
        shown_body = json.loads(card.request.body.toPlainText())
        await click(card.ask)
        await w.at(Stage.DRAFTS)
        assert json.loads(server.seen[0].body) == shown_body

        await click(card.dismiss)
        w.choose("Shorten")  # the provider is known now
        await w.at(Stage.DRAFTS)
        assert len(server.seen) == 2
        await click(card.look)
        assert card.request.isVisible()
        assert card.look.text() == "Hide the request"


async def test_a_draft_stands_beside_the_text_is_taken_whole_and_undone_by_the_key(
    filled: Filled, server: StandIn, qtbot: QtBot
) -> None:
    async with writing(filled, server, qtbot) as w:
        server.will(Script(pieces=(SHORT,)))
        w.choose("Shorten")
        await w.agree()
        card = await w.at(Stage.DRAFTS)

        assert w.view.editor.source() == SOURCE
        [item] = card.items
        assert item.text.accessibleName() == "The difference: 1 change"
        assert ", with 24 courses" in item.text.toPlainText()
        await click(button(card, "Use this"))
        await w.at(Stage.CLOSED)
        assert w.view.editor.source() == SHORT
        assert (await kept(w.window, w.panel)).message.template == SHORT

        await press_in(w.view.editor, "Ctrl+Z")
        assert w.view.editor.source() == SOURCE
        assert (await kept(w.window, w.panel)).message.template == SOURCE


async def test_one_change_is_taken_and_the_others_stay_open(filled: Filled, server: StandIn, qtbot: QtBot) -> None:
    friendly = SOURCE.replace("Hello", "Hi").replace("24 courses", "many courses")
    async with writing(filled, server, qtbot) as w:
        server.will(Script(pieces=(friendly,)))
        w.choose("Rewrite", "Friendlier")
        await w.agree()
        card = await w.at(Stage.DRAFTS)
        item = card.items[0]
        assert item.count.text() == "1 of 2"

        qtbot.mouseClick(item.next, LEFT)
        await click(item.only)
        await w.window.until(lambda: card.items[0] is not item)

        assert w.view.editor.source() == SOURCE.replace("24 courses", "many courses")
        assert card.items[0].text.accessibleName() == "The difference: 1 change"


async def test_the_text_comes_as_it_is_written_and_cancel_ends_the_request(
    filled: Filled, server: StandIn, qtbot: QtBot
) -> None:
    async with writing(filled, server, qtbot) as w:
        server.will(Script(pieces=("Hello {{ name }}", ", and more"), holds_after=1))
        w.choose("Shorten")
        await w.agree()
        card = await w.at(Stage.ASKING)

        await w.window.until(lambda: card.written.text() == "Hello {name}")
        await click(card.cancel)

        await w.at(Stage.CLOSED)
        assert await asyncio.to_thread(server.memory.hung_up.wait, 10)
        assert w.view.editor.source() == SOURCE


async def test_a_brief_becomes_a_draft_with_the_fields_that_people_have(
    filled: Filled, server: StandIn, qtbot: QtBot
) -> None:
    async with writing(filled, server, qtbot, source="") as w:
        server.will(Script(pieces=(SHORT,)))
        w.choose("Write from a brief…")
        card = await w.at(Stage.BRIEF)
        assert not card.ask.isEnabled()
        qtbot.keyClicks(card.form.what, "The autumn programme is out")
        await click(card.ask)
        await w.agree()
        await w.at(Stage.DRAFTS)

        assert "{{ name }}" in server.seen[0].body
        await click(button(card, "Use this"))
        assert w.view.editor.source() == SHORT


async def test_wordings_become_variants_and_translations_texts_of_their_language(
    filled: Filled, server: StandIn, qtbot: QtBot
) -> None:
    async with writing(filled, server, qtbot) as w:
        server.will(Script(pieces=(json.dumps({"texts": [SHORT]}),)))
        w.choose("Other wordings to compare", "One")
        await w.agree()
        await w.at(Stage.DRAFTS)
        await click(button(w.card, "Add as a variant: Wording 1"))
        message = (await kept(w.window, w.panel)).message
        assert [variant.texts[0].source for variant in message.variants] == [SOURCE, SHORT]

        german = 'Hallo {{ name | default("du") }}, das **Herbstprogramm** ist da. STOP beendet es.'
        server.will(Script(pieces=(german,)))
        w.choose("Translate into", "Another language", "German (de)")
        await w.at(Stage.DRAFTS)
        assert [item.title for item in w.card.shown.drafts] == ["German"]
        await click(button(w.card, "Use this: German"))
        message = (await kept(w.window, w.panel)).message
        assert message.languages == ("", "de")
        assert german in [text.source for _, text in message.texts()]

        said: list[str] = []
        w.window.page.context.notifications.toastRequested.connect(lambda toast: said.append(toast.text))
        server.will(Script(pieces=(json.dumps({"texts": [SHORT]}),)))
        w.choose("Other wordings to compare", "One")
        await w.at(Stage.DRAFTS)
        await click(button(w.card, "Add as a variant: Wording 1"))
        await until(lambda: any("In the base language it says what A says" in text for text in said))


async def test_findings_of_a_review_are_applied_one_by_one_and_taken_back(
    filled: Filled, server: StandIn, qtbot: QtBot
) -> None:
    findings = [
        {"kind": "too_long", "quote": ", with 24 courses", "suggestion": "", "why": "It can go."},
        {"kind": "unclear", "quote": "is out", "suggestion": "is there to read", "why": "Out where?"},
    ]
    async with writing(filled, server, qtbot) as w:
        server.will(Script(pieces=(json.dumps({"findings": findings}),)))
        await click(w.view.findings.review)
        await w.agree()
        card = await w.at(Stage.FINDINGS)
        assert card.progress.text() == "2 findings"

        await click(button(card, "Apply: Unclear"))
        assert w.view.editor.source() == SOURCE.replace("is out", "is there to read")
        await w.window.until(lambda: [button(card, "Take back: Unclear")])
        await click(button(card, "Apply: Too long"))
        await w.window.until(lambda: ", with" not in w.view.editor.source())
        await click(button(card, "Take back: Unclear"))

        assert w.view.editor.source() == SHORT


async def test_an_error_is_said_in_words_with_the_step_that_helps(
    filled: Filled, server: StandIn, qtbot: QtBot
) -> None:
    async with writing(filled, server, qtbot) as w:
        server.will(Script(fault=Fault.PROMPT_BLOCKED), Script(pieces=(SHORT,)))
        w.choose("Shorten")
        await w.agree()
        card = await w.at(Stage.FAILED)
        assert card.problem.text.text().startswith("The provider refuses this text.")
        assert not card.settings.isVisible()
        await click(card.again)
        await w.at(Stage.DRAFTS)

        w.ai.key = ""
        await w.ai.close()
        w.choose("Correct spelling and grammar")
        await w.at(Stage.FAILED)
        assert card.problem.text.text().startswith("The provider does not accept the key.")
        await click(card.settings)
        assert w.window.opened == [("settings", 1)]


async def test_all_of_it_goes_by_keys_and_every_control_has_a_name(filled: Filled, server: StandIn) -> None:
    async with with_ai(filled, server) as (with_model, _), open_window(with_model) as window:
        campaign_id = await filled.services.get(DraftService).begin(title="Autumn", actor="kaya")
        window.navigate("campaigns", campaign_id)
        page = window.page
        assert isinstance(page, CampaignsPage)
        await until(lambda: "24 people chosen" in page.subtitle)
        view, assist = page.panel.composer.message, page.panel.composer.assist
        view.editor.insert_source(SOURCE)
        await until(lambda: page.panel.composer.saved.startswith("Saved"))
        server.will(Script(pieces=(SHORT,)))

        await press_in(view.editor, "Ctrl+J")
        await until(view.assist_menu.isVisible)
        for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return):
            QTest.keyClick(view.assist_menu, key)
        await until(lambda: assist.presenter.stage is Stage.READY and view.assist.ask.isEnabled())
        await press(window, "Ctrl+Shift+J")
        await until(view.assist.ask.hasFocus)
        await press(window, "Space")
        await until(lambda: assist.presenter.stage is Stage.DRAFTS)
        unnamed = [
            control
            for control in view.assist.findChildren(QWidget)
            if control.focusPolicy() != Qt.FocusPolicy.NoFocus and control.isVisible() and not name_of(control)
        ]
        assert unnamed == []
        await press(window, "Ctrl+Shift+J")
        await until(lambda: button(view.assist, "Use this").hasFocus())
        await press(window, "Space")
        await until(lambda: view.editor.source() == SHORT)
        await press_in(view.editor, "Ctrl+Z")
        await until(lambda: view.editor.source() == SOURCE)

        server.will(Script(fault=Fault.SILENT))
        assist.review()
        await until(lambda: assist.presenter.stage is Stage.ASKING)
        for toast in window.toasts.toasts:
            toast.dismiss()
        await press_in(view.editor, "Esc")
        await until(lambda: assist.presenter.stage is Stage.CLOSED)
        assert page.is_open  # one thing at a time
        await until(lambda: not page.scope.tasks)


def name_of(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface is not None else ""


async def test_turned_off_the_composer_speaks_of_it_nowhere(filled: Filled, server: StandIn, qtbot: QtBot) -> None:
    filled.workspace.config_path.write_text("[ai]\nenabled = false\n")
    async with shown(filled, CampaignsPage) as window:
        panel = await begin(window, qtbot)
        view = panel.composer.message

        assert not view.toolbar.ai.isVisible()
        assert not view.findings.review.isVisible()
        assert not view.has_assist
        assert not panel.composer.assist.is_offered
        assert not any(key.keys == "Ctrl+J" for key in window.page.keys)
        await window.settle()
