"""What goes with the text of a message, by real clicks: buttons, shares, templates, photos and files."""

import asyncio
from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from campaigns.message.library import TemplateLibrary
from campaigns.message.variants import Message
from core.domain.media import MediaKind
from core.domain.message import UrlButton
from desktop.pages.campaigns.page import CampaignsPage
from desktop.pages.composer.message_edits import shares, with_shares, with_variant
from desktop.pages.composer.message_view import MessageView
from desktop.pages.composer.shares_dialog import SharesDialog
from desktop.pages.composer.templates_dialog import SaveTemplateDialog, TemplatesDialog
from tests.campaigns.message.pictures import write_picture
from tests.desktop.handler_meter import Handled, HandlerMeter, best_run
from tests.desktop.leaks import LeakCheck
from tests.desktop.pages.conftest import shown
from tests.desktop.pages.test_composer import begin, button, kept, step
from tests.desktop.workspace_fixture import Filled

LEFT = Qt.MouseButton.LeftButton


def texts_of(view: MessageView) -> list[str]:
    return [finding.text for finding in view.findings.shown if finding.blocks]


def drop(view: MessageView, *paths: Path) -> None:
    """As a file manager drops them."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    where, copy, none = QPointF(40, 40), Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(view, QDragEnterEvent(where.toPoint(), copy, data, LEFT, none))
    QApplication.sendEvent(view, QDropEvent(where, copy, data, LEFT, none))


async def test_buttons_are_written_put_in_rows_and_order_and_taken_out(filled: Filled, qtbot: QtBot) -> None:
    async with shown(filled, CampaignsPage) as window:
        panel = await begin(window, qtbot)
        view = panel.composer.message
        qtbot.keyClicks(view.editor, "Hello, answer STOP")
        for title, url in (("Programme", "example.org/p"), ("Book", "https://example.org/b")):
            qtbot.mouseClick(view.toolbar.button, LEFT)
            line = view.buttons.lines[-1]
            line.title.setText(title)
            line.url.setText(url)
            line.url.editingFinished.emit()
        qtbot.mouseClick(view.buttons.lines[1].beside, LEFT)
        programme, book = (
            UrlButton(title="Programme", url="https://example.org/p"),
            UrlButton(title="Book", url="https://example.org/b"),
        )
        assert view.preview.buttons.rows == ((programme, book),)
        qtbot.mouseClick(view.buttons.lines[1].up, LEFT)
        assert (await kept(window, panel)).message.variants[0].texts[0].buttons == ((book, programme),)

        qtbot.mouseClick(view.buttons.lines[0].remove, LEFT)
        assert view.preview.buttons.rows == ((programme,),)
        qtbot.mouseClick(panel.buttons.undo, LEFT)
        assert (await kept(window, panel)).message.variants[0].texts[0].buttons == ((book, programme),)
        await window.settle()


async def test_buttons_are_refused_in_words_while_a_user_account_sends(filled: Filled, qtbot: QtBot) -> None:
    bot = filled.accounts[1]
    await filled.world.database.write(
        lambda work: work.connection.execute("UPDATE account SET kind = 'bot' WHERE id = ?", (bot,))
    )
    async with shown(filled, CampaignsPage) as window:
        panel = await begin(window, qtbot)
        view = panel.composer.message
        qtbot.keyClicks(view.editor, "Hello, answer STOP")
        qtbot.mouseClick(view.toolbar.button, LEFT)
        wanted = "Only bots can send buttons. Take the buttons away, or send it from bots only."
        await window.until(lambda: wanted in texts_of(view))
        assert panel.composer.why_not_submit.startswith("Only bots")

        panel.composer.presenter.set_accounts(frozenset({filled.accounts[1]}))
        assert wanted not in texts_of(view)
        view.buttons.lines[0].url.setText("nowhere at all")
        view.buttons.lines[0].url.editingFinished.emit()
        assert texts_of(view) == ["A button has no address. Begin it with https:// and leave out blanks."]
        await kept(window, panel)
        await window.settle()


async def test_shares_are_typed_and_have_to_add_up_to_100(filled: Filled, qtbot: QtBot) -> None:
    async with shown(filled, CampaignsPage) as window:
        panel = await begin(window, qtbot)
        view = panel.composer.message
        qtbot.keyClicks(view.editor, "Hello, answer STOP")
        qtbot.mouseClick(view.tabs.add_variant, LEFT)
        qtbot.mouseClick(view.tabs.shares, LEFT)
        await window.until(lambda: window.widget.findChild(SharesDialog))
        dialog = window.widget.findChild(SharesDialog)
        dialog.entries[0].selectAll()
        qtbot.keyClicks(dialog.entries[0], "80")
        assert dialog.sum.text() == "They add up to 130: 30 too many"
        assert not dialog.keep.isEnabled()
        dialog.entries[1].selectAll()
        qtbot.keyClicks(dialog.entries[1], "20")
        qtbot.mouseClick(dialog.keep, LEFT)
        assert [chip.text() for chip in view.tabs.variants.values()] == ["A 80 %", "B 20 %"]
        assert [variant.weight for variant in (await kept(window, panel)).message.variants] == [80, 20]
        await window.settle()


def test_shown_shares_add_up_to_100_whatever_the_weights() -> None:
    three = with_variant(with_variant(Message.of_text("Hello")))
    assert list(shares(three)) == [34, 33, 33]
    assert list(shares(with_shares(three, [1, 1, 98]))) == [1, 1, 98]


async def test_a_message_is_kept_as_a_template_changed_used_again_and_brought_back_as_it_was(
    filled: Filled, qtbot: QtBot
) -> None:
    library = filled.services.get(TemplateLibrary)
    async with shown(filled, CampaignsPage) as window:
        panel = await begin(window, qtbot)
        view = panel.composer.message
        for text in ("First words, STOP", "Second words, STOP"):
            view.editor.selectAll()
            qtbot.keyClicks(view.editor, text)
            view.toolbar.template_menu.actions()[1].trigger()
            await window.until(lambda: window.widget.findChild(SaveTemplateDialog))
            dialog = window.widget.findChild(SaveTemplateDialog)
            assert dialog.entry.text() == "Autumn programme"
            qtbot.mouseClick(dialog.keep, LEFT)
            await window.settle()
        (kept_one,) = await library.find()
        assert (kept_one.title, kept_one.version) == ("Autumn programme", 2)

        view.toolbar.template_menu.actions()[0].trigger()
        await window.until(lambda: window.widget.findChild(TemplatesDialog))
        library_dialog = window.widget.findChild(TemplatesDialog)
        await window.until(lambda: library_dialog.version.count() == 2)
        library_dialog.version.setCurrentIndex(1)
        assert library_dialog.text.text() == "First words, STOP"
        qtbot.mouseClick(library_dialog.restore, LEFT)
        await window.until(lambda: library_dialog.version.count() == 3)
        await window.until(lambda: library_dialog.text.text() == "First words, STOP")
        qtbot.mouseClick(library_dialog.use, LEFT)
        await window.until(lambda: view.editor.source() == "First words, STOP")
        assert (await kept(window, panel)).message.template == "First words, STOP"
        qtbot.mouseClick(panel.buttons.undo, LEFT)
        assert view.editor.source() == "Second words, STOP"
        await kept(window, panel)
        await window.settle()


async def test_a_template_is_renamed_put_away_and_brought_back(filled: Filled, qtbot: QtBot) -> None:
    library = filled.services.get(TemplateLibrary)
    for title in ("Spring", "Winter"):
        await library.create(title, Message.of_text(f"{title} words"), actor="kaya")
    async with shown(filled, CampaignsPage) as window:
        panel = await begin(window, qtbot)
        panel.composer.message.toolbar.template_menu.actions()[0].trigger()
        await window.until(lambda: window.widget.findChild(TemplatesDialog))
        dialog = window.widget.findChild(TemplatesDialog)
        await window.until(lambda: dialog.model.stringList() == ["Spring", "Winter"] and dialog.version.count() == 1)

        dialog.title.selectAll()
        qtbot.keyClicks(dialog.title, "Winter")
        qtbot.keyClick(dialog.title, Qt.Key.Key_Return)
        await window.until(lambda: "taken" in dialog.problem.text() or "title" in dialog.problem.text())
        dialog.title.selectAll()
        qtbot.keyClicks(dialog.title, "April")
        dialog.title.editingFinished.emit()
        await window.until(lambda: dialog.model.stringList() == ["April", "Winter"])

        qtbot.mouseClick(dialog.away, LEFT)
        await window.until(lambda: dialog.model.stringList() == ["Winter"])
        dialog.which.set_value("away")
        await window.until(lambda: dialog.model.stringList() == ["April"] and dialog.version.count() == 1)
        qtbot.mouseClick(dialog.back, LEFT)
        await window.until(lambda: dialog.model.stringList() == [])
        assert [one.title for one in await library.find()] == ["April", "Winter"]
        dialog.reject()
        await window.settle()


async def test_dropped_photos_are_seen_put_in_order_and_their_caption_is_short(
    filled: Filled, qtbot: QtBot, tmp_path: Path
) -> None:
    first, second = (
        write_picture(tmp_path / name, width=width, form=form)
        for name, width, form in (("a.jpg", 90, "JPEG"), ("b.png", 60, "PNG"))
    )
    odd = tmp_path / "notes.png"
    odd.write_text("no picture")
    async with shown(filled, CampaignsPage) as window:
        panel = await begin(window, qtbot)
        view = panel.composer.message
        qtbot.keyClicks(view.editor, "Look, STOP")
        drop(view, first, second, odd)
        await window.until(lambda: len(view.media.lines) == 2)
        assert [line.name.whole_text for line in view.media.lines] == ["a.jpg", "b.png"]
        assert view.media.refused.text() == (
            "notes.png is no photo that Telegram takes: JPEG, PNG or WebP. Attach it as a file."
        )
        await window.until(lambda: len(view.preview.media.pictured) == 2)
        assert view.length.text().endswith("of 1,024")
        assert not view.preview.link_preview.isChecked()

        qtbot.mouseClick(view.media.lines[0].down, LEFT)
        media = (await kept(window, panel)).message.media
        assert [one.media.name for one in media] == ["b.png", "a.jpg"]
        assert [item.name for item in view.preview.media.items] == ["b.png", "a.jpg"]

        view.editor.insert_source("x" * 1025)
        assert any("1,024" in text for text in texts_of(view))
        view.editor.selectAll()
        qtbot.keyClick(view.editor, Qt.Key.Key_Delete)
        assert texts_of(view) == []

        write_picture(tmp_path / "a.jpg", width=91, form="JPEG")
        for key in ("people", "message"):
            qtbot.mouseClick(step(panel, key), LEFT)
        await window.until(
            lambda: (
                texts_of(view)
                == ["a.jpg is not the file that was attached any more. Attach it again to send it as it is now."]
            )
        )
        write_picture(tmp_path / "a.jpg", width=90, form="JPEG")
        qtbot.mouseClick(step(panel, "review"), LEFT)
        await window.until(lambda: texts_of(view) == [])
        qtbot.mouseClick(step(panel, "message"), LEFT)

        view.media.kind.set_value("file")
        await window.until(lambda: view.preview.media.items and not view.preview.media.items[0].width)
        qtbot.mouseClick(view.media.lines[1].remove, LEFT)
        (one,) = (await kept(window, panel)).message.media
        assert (one.media.kind, one.media.name) == (MediaKind.FILE, "b.png")
        qtbot.mouseClick(button(view.media, "Take b.png out"), LEFT)
        assert view.media.isHidden() or view.media.refused.isVisible()
        assert (await kept(window, panel)).message.media == ()
        await window.settle()


async def test_no_handler_takes_more_than_a_frame_with_buttons_photos_and_templates(
    filled: Filled, handler_meter: HandlerMeter, qtbot: QtBot, tmp_path: Path
) -> None:
    photos = [write_picture(tmp_path / f"{number}.jpg", width=1200, height=800 + number) for number in range(6)]
    library = filled.services.get(TemplateLibrary)
    await library.create("Long", Message.of_text("Words of a template. " * 60), actor="kaya")

    async def run() -> list[Handled]:
        async with shown(filled, CampaignsPage) as window:
            for _ in window.page.prepare():
                await asyncio.sleep(0)
            panel = await begin(window, qtbot)
            view = panel.composer.message
            qtbot.keyClicks(view.editor, "Hello, answer STOP")
            await kept(window, panel)
            handler_meter.clear()

            for _ in range(3):
                qtbot.mouseClick(view.toolbar.button, LEFT)
                await asyncio.sleep(0.01)
            drop(view, *photos)
            await window.until(lambda: len(view.preview.media.pictured) == 6)
            qtbot.mouseClick(view.media.lines[0].down, LEFT)
            await kept(window, panel)
            view.toolbar.template_menu.actions()[0].trigger()
            await window.until(lambda: window.widget.findChild(TemplatesDialog))
            dialog = window.widget.findChild(TemplatesDialog)
            await window.until(lambda: dialog.chosen is not None)
            qtbot.mouseClick(dialog.use, LEFT)
            await kept(window, panel)
            await window.settle()
            return handler_meter.late()

    assert not await best_run(run)


async def test_dialogs_of_the_message_leave_nothing_behind(filled: Filled, qtbot: QtBot, no_leaks: LeakCheck) -> None:
    async with shown(filled, CampaignsPage) as window:
        panel = await begin(window, qtbot)
        view = panel.composer.message
        view.tabs.variantAdded.emit()

        def asks() -> list[QDialog]:
            return [one for one in window.widget.findChildren(QDialog) if one.isVisible()]

        for ask in (
            view.toolbar.template_menu.actions()[0].trigger,
            view.toolbar.template_menu.actions()[1].trigger,
            view.tabs.shares.click,
        ):
            ask()
            await window.until(asks)
            await asyncio.sleep(0.05)
            asks()[0].reject()
            await window.until(lambda: not asks())
        await kept(window, panel)
        await window.settle()
