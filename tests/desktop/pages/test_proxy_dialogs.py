"""Importing, assigning, releasing, editing and removing proxies through the dialogs, with real clicks and keys."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from core.domain.proxy import ProxyWish
from core.secrets.manager import Passphrase, SecretsManager
from database import ProxyStore
from desktop.dialogs.error_box import ErrorBox
from desktop.dialogs.passphrase import PassphraseDialog
from desktop.pages.proxies.account_dialogs import AssignDialog, ReleaseDialog
from desktop.pages.proxies.import_dialog import ImportDialog
from desktop.pages.proxies.import_preview import Fate, read_preview
from desktop.pages.proxies.page import ProxiesPage
from desktop.pages.proxies.proxy_dialogs import EditDialog, RemoveDialog
from desktop.widgets.empty import EmptyState
from tests.desktop.handler_meter import Handled, HandlerMeter, best_run
from tests.desktop.pages.conftest import Window, dialog_of
from tests.desktop.pages.proxies_fixture import fill_pool, keep_secrets, proxies_page
from tests.desktop.window import press_in, push, words
from tests.desktop.workspace_fixture import Filled

PASTED = """# from the provider
192.0.2.1:1080
socks5://user:p%40ss@127.0.0.1:1080
127.0.0.1:1081
127.0.0.1:01081
socks5://127.0.0.1:99999
tg://proxy?server=127.0.0.1&port=4432&secret=ee000102030405060708090a0b0c0d0e0f6578616d706c652e636f6d
"""
PASSPHRASE = "long enough words"


async def gone(window: Window[ProxiesPage], kind: type) -> None:
    await window.until(lambda: window.widget.findChild(kind) is None)
    await window.settle()


async def read(window: Window[ProxiesPage], count: int) -> ProxiesPage:
    await window.until(lambda: window.page.model.rowCount() == count)
    await window.settle()
    return window.page


async def choose(window: Window[ProxiesPage], *proxy_ids: int) -> None:
    page = window.page
    page.presenter.choose(proxy_ids)
    await window.until(page.panel.isVisible)
    await window.settle()


async def unlock(window: Window[ProxiesPage], qtbot: QtBot) -> None:
    dialog = await dialog_of(window, PassphraseDialog)
    qtbot.keyClicks(dialog.findChild(QLineEdit), PASSPHRASE)
    push(dialog, "Unlock")


async def preview(window: Window[ProxiesPage], qtbot: QtBot, text: str = PASTED) -> ImportDialog:
    qtbot.mouseClick(window.page.import_button, Qt.MouseButton.LeftButton)
    dialog = await dialog_of(window, ImportDialog)
    dialog.text.setPlainText(text)
    push(dialog, "Preview")
    await window.until(lambda: dialog.step == "preview")
    return dialog


def shown_lines(dialog: ImportDialog) -> list[tuple[str, str]]:
    model = dialog.lines.table.model()
    return [(model.cell(row, 0).words, model.cell(row, 1).words) for row in range(model.rowCount())]


# ------------------------------------------------------------------------------------------------- import


async def test_the_preview_tells_of_each_line_what_it_means_and_writes_nothing(filled: Filled, qtbot: QtBot) -> None:
    keep_secrets(filled)
    await fill_pool(filled)
    async with proxies_page(filled) as window:
        await read(window, 4)
        dialog = await preview(window, qtbot)

        assert shown_lines(dialog) == [
            ("2", "Here already"),
            ("3", "New"),
            ("4", "New"),
            ("5", "Duplicate"),
            ("6", "Refused"),
            ("7", "Refused"),
        ]
        model = dialog.lines.table.model()
        assert model.cell(1, 2).words == "SOCKS5 · 127.0.0.1:1080 · user:••••••"
        assert "fake TLS" in model.cell(5, 2).words
        assert model.cell(4, 2).detail == "Ports go from 1 to 65535."
        everything = (
            " ".join(model.cell(row, 2).spoken for row in range(6)) + dialog.text.toPlainText() + words(dialog)
        )
        assert "p@ss" not in everything
        assert "p%40ss" not in everything

        dialog.lines.chips[Fate.REFUSED].click()
        assert [line for line, _ in shown_lines(dialog)] == ["6", "7"]
        push(dialog, "Copy the refused lines")
        assert QGuiApplication.clipboard().text().startswith("6\tPort 99999 does not exist.\tPorts go")
        push(dialog, "Cancel")
        await gone(window, ImportDialog)
        assert len(await filled.services.get(ProxyStore).list_proxies()) == 4


async def test_an_import_keeps_passwords_in_the_vault_and_can_be_undone(filled: Filled, qtbot: QtBot) -> None:
    keep_secrets(filled)
    async with proxies_page(filled) as window:
        await window.until(lambda: isinstance(window.page.table.placeholder, EmptyState))
        dialog = await preview(window, qtbot)
        qtbot.keyClicks(dialog.fields.label, "gold")
        qtbot.keyClicks(dialog.fields.country, "d1")
        push(dialog, "Import 3 proxies")
        assert "Give two letters" in words(dialog.fields)
        dialog.fields.country.clear()
        qtbot.keyClicks(dialog.fields.country, "de")
        push(dialog, "Import 3 proxies")
        await unlock(window, qtbot)
        await window.until(lambda: dialog.step == "result")

        proxies = await filled.services.get(ProxyStore).list_proxies()
        assert [(one.label, one.country, one.capacity) for one in proxies] == [("gold", "DE", 1)] * 3
        vault = SecretsManager.open(filled.workspace, Passphrase(PASSPHRASE))
        assert [vault.get(name) for name in vault.list_names()] == [b"p@ss"]
        assert "3 proxies imported" in words(dialog)
        assert "2 refused with reasons" in words(dialog)

        push(dialog, "Undo the import")
        await window.until(lambda: "The import was taken back" in words(dialog))
        assert await filled.services.get(ProxyStore).list_proxies() == []
        assert vault.list_names() == []
        push(dialog, "Done")
        await gone(window, ImportDialog)


async def test_after_the_dialog_the_toast_still_undoes_what_no_account_uses(filled: Filled, qtbot: QtBot) -> None:
    async with proxies_page(filled) as window:
        await window.until(lambda: isinstance(window.page.table.placeholder, EmptyState))
        dialog = await preview(window, qtbot, "192.0.2.50:1080\n192.0.2.51:1080")
        push(dialog, "Import 2 proxies")
        await window.until(lambda: dialog.step == "result")
        push(dialog, "Done")
        await gone(window, ImportDialog)
        store = filled.services.get(ProxyStore)
        used = (await store.list_proxies())[0].id
        wish = ProxyWish(proxy_id=used)
        await store.assign(filled.accounts[0], wish, may_move=False, actor="bo", now=filled.clock.now())

        window.page.context.notifications.undo_last()

        await read(window, 1)
        assert [one.id for one in await store.list_proxies()] == [used]


async def test_without_a_store_the_dialog_says_which_passwords_are_not_kept(filled: Filled, qtbot: QtBot) -> None:
    async with proxies_page(filled) as window:
        await window.until(lambda: isinstance(window.page.table.placeholder, EmptyState))
        dialog = await preview(window, qtbot)

        assert "1 password cannot be kept" in words(dialog.secret_note)


@pytest.mark.parametrize("how", ["file", "drop"])
async def test_a_file_is_read_like_a_paste(filled: Filled, qtbot: QtBot, tmp_path: Path, how: str) -> None:
    path = tmp_path / "proxies.txt"
    path.write_bytes("\ufeff192.0.2.50:1080\r\n".encode("utf-16"))
    async with proxies_page(filled) as window:
        await window.until(lambda: isinstance(window.page.table.placeholder, EmptyState))
        if how == "drop":
            mime = QMimeData()
            mime.setUrls([QUrl.fromLocalFile(str(path))])
            window.page.acts.begin_import_of(mime)
            dialog = await dialog_of(window, ImportDialog)
        else:
            window.page.acts.begin_import()
            dialog = await dialog_of(window, ImportDialog)
            dialog.take_file(str(path))

        await window.until(lambda: dialog.step == "preview")
        assert shown_lines(dialog) == [("1", "New")]


async def test_what_is_no_list_is_told_and_the_dialog_stays(filled: Filled, qtbot: QtBot, tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"\x89PNG\xff\xfe\x80")
    async with proxies_page(filled) as window:
        await window.until(lambda: isinstance(window.page.table.placeholder, EmptyState))
        window.page.acts.begin_import()
        dialog = await dialog_of(window, ImportDialog)

        dialog.take_file(str(picture))
        assert "no text in UTF-8" in words(dialog.entry_note)
        dialog.take_file(str(tmp_path / "nowhere"))
        assert "There is no file" in words(dialog.entry_note)
        dialog.take_lines(["# nothing", ""])
        await window.until(lambda: "no proxy in it" in words(dialog.entry_note))
        assert dialog.step == "entry"


async def test_a_cancelled_import_leaves_nothing(filled: Filled, qtbot: QtBot) -> None:
    keep_secrets(filled)
    lines = "\n".join(f"192.0.{n // 200}.{n % 200}:1080:ann:pass{n}" for n in range(120))
    async with proxies_page(filled) as window:
        await window.until(lambda: isinstance(window.page.table.placeholder, EmptyState))
        dialog = await preview(window, qtbot, lines)
        push(dialog, "Import 120 proxies")
        await unlock(window, qtbot)
        await window.until(lambda: dialog.progress_words.text().startswith(("20 of", "40 of", "60 of")))

        push(dialog, "Cancel")

        await window.until(lambda: dialog.step == "preview")
        assert await filled.services.get(ProxyStore).list_proxies() == []
        assert SecretsManager.open(filled.workspace, Passphrase(PASSPHRASE)).list_names() == []


async def test_a_long_list_is_read_without_holding_the_window_up(handler_meter: HandlerMeter) -> None:
    lines = [f"socks5://user{n}:secret{n}@192.0.{n // 250}.{n % 250}:1080" for n in range(8000)]
    told: list[int] = []

    async def run() -> list[Handled]:
        await asyncio.sleep(0)  # what came before is no handler of ours
        handler_meter.clear()
        made = await read_preview(lines, frozenset(), told.append)
        assert (made.new_count, made.secret_count, told[-1]) == (8000, 8000, 8000)
        return handler_meter.late()

    assert not await best_run(run)


# ------------------------------------------------------------------------------------------------ accounts


async def test_accounts_are_ticked_and_given_a_proxy_of_a_group(filled: Filled, qtbot: QtBot) -> None:
    pool = await fill_pool(filled)
    async with proxies_page(filled) as window:
        await read(window, 4)
        qtbot.mouseClick(window.page.assign, Qt.MouseButton.LeftButton)
        dialog = await dialog_of(window, AssignDialog)
        assert not dialog.assign.isEnabled()
        assert not dialog.from_chosen.isVisible()

        qtbot.mouseClick(dialog.list.table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60, 60))
        assert dialog.list.count.text() == "1 of 2 accounts chosen"
        dialog.label_box.setCurrentText("gold")
        dialog.may_move.click()
        push(dialog, "Assign to 1 account")
        await gone(window, AssignDialog)

        assert await pool.proxy_of(filled.accounts[1]) == pool.spare
        routes = {one.account_id: one for one in await window.page.presenter.screen.accounts()}
        assert routes[filled.accounts[1]].may_move

        window.page.context.notifications.undo_last()
        await window.settle()
        assert await pool.proxy_of(filled.accounts[1]) is None, "the one it had is out of service, so it waits"


async def test_space_ticks_the_row_with_the_keyboard(filled: Filled, qtbot: QtBot) -> None:
    await fill_pool(filled)
    async with proxies_page(filled) as window:
        await read(window, 4)
        window.page.acts.begin_assign([])
        dialog = await dialog_of(window, AssignDialog)

        await press_in(dialog.list.table, "Down")
        await press_in(dialog.list.table, "Space")

        assert dialog.list.count.text() == "1 of 2 accounts chosen"


async def test_chosen_proxies_are_given_in_their_order_and_who_got_none_is_named(
    filled: Filled, qtbot: QtBot
) -> None:
    pool = await fill_pool(filled)
    async with proxies_page(filled) as window:
        await read(window, 4)
        await choose(window, pool.spare)
        qtbot.mouseClick(window.page.panel.assign, Qt.MouseButton.LeftButton)
        dialog = await dialog_of(window, AssignDialog)
        assert dialog.from_chosen.text() == "Only 192.0.2.2:1080"
        push(dialog, "All")
        push(dialog, "Assign to 2 accounts")

        box = await dialog_of(window, ErrorBox)
        assert "1 account leaves through a proxy. 1 account got none and stay as they are: Account 2." in words(box)
        assert "No proxy is free" in words(box)
        assert await pool.proxy_of(filled.accounts[0]) == pool.spare
        assert await pool.proxy_of(filled.accounts[1]) == pool.failing
        box.accept()


@pytest.mark.parametrize("direct", [False, True])
async def test_released_accounts_wait_unless_a_person_lets_them_connect_directly(
    filled: Filled, qtbot: QtBot, direct: bool
) -> None:
    pool = await fill_pool(filled)
    async with proxies_page(filled) as window:
        await read(window, 4)
        await choose(window, pool.held)
        qtbot.mouseClick(window.page.panel.release, Qt.MouseButton.LeftButton)
        dialog = await dialog_of(window, ReleaseDialog)
        assert not dialog.warning.isVisible()
        if direct:
            dialog.direct.click()
            assert "address of this computer" in words(dialog.warning)
        push(dialog, "Release 1 account")
        await gone(window, ReleaseDialog)

        route = await pool.store.route(filled.accounts[0])
        assert (route is None) is direct

        window.page.context.notifications.undo_last()
        await window.settle()
        assert await pool.proxy_of(filled.accounts[0]) == pool.held, "undo gives back the one it had"


# ------------------------------------------------------------------------------------------ edit and remove


async def test_an_edit_of_several_changes_only_what_was_touched(filled: Filled, qtbot: QtBot) -> None:
    pool = await fill_pool(filled)
    async with proxies_page(filled) as window:
        await read(window, 4)
        await choose(window, pool.held, pool.failing)
        qtbot.mouseClick(window.page.panel.edit, Qt.MouseButton.LeftButton)
        dialog = await dialog_of(window, EditDialog)
        assert dialog.fields.label.placeholderText() == "differ"
        assert not dialog.secret.isVisible()
        qtbot.keyClicks(dialog.fields.country, "fr")
        push(dialog, "Save")
        await gone(window, EditDialog)

        held, failing = await pool.store.get(pool.held), await pool.store.get(pool.failing)
        assert (held.label, held.country, held.capacity) == ("gold", "FR", 1)
        assert (failing.label, failing.country, failing.capacity) == ("", "FR", 3)


async def test_a_capacity_below_its_accounts_is_refused_in_words(filled: Filled, qtbot: QtBot) -> None:
    pool = await fill_pool(filled)
    wish = ProxyWish(proxy_id=pool.failing)
    now = filled.clock.now() + timedelta(hours=1)  # its quarantine is over
    await pool.store.assign(filled.accounts[0], wish, may_move=False, actor="bo", now=now)
    async with proxies_page(filled) as window:
        await read(window, 4)
        for typed, said in (("0", "From 1 to 1,000"), ("1", "")):
            window.page.acts.begin_edit([pool.failing])
            dialog = await dialog_of(window, EditDialog)
            dialog.fields.capacity.selectAll()
            qtbot.keyClicks(dialog.fields.capacity, typed)
            push(dialog, "Save")
            if said:
                assert said in words(dialog)
                dialog.reject()
            await gone(window, EditDialog)
        box = await dialog_of(window, ErrorBox)

        assert "2 accounts leave through one of them" in words(box)
        assert (await pool.store.get(pool.failing)).capacity == 3
        box.accept()


async def test_a_new_password_replaces_the_old_one_and_is_never_shown(filled: Filled, qtbot: QtBot) -> None:
    vault = keep_secrets(filled)
    vault.set("proxy/three", b"old one")
    pool = await fill_pool(filled)
    async with proxies_page(filled) as window:
        await read(window, 4)
        await choose(window, pool.failing)
        qtbot.mouseClick(window.page.panel.edit, Qt.MouseButton.LeftButton)
        dialog = await dialog_of(window, EditDialog)
        assert dialog.secret.echoMode() is QLineEdit.EchoMode.Password
        assert dialog.secret.text() == ""
        assert dialog.secret.placeholderText() == "•••••• is kept"
        qtbot.keyClicks(dialog.secret, "better one")
        push(dialog, "Save")
        await unlock(window, qtbot)
        await gone(window, PassphraseDialog)
        await window.settle()

        assert vault.get("proxy/three") == b"better one"
        (line,) = (await window.page.presenter.screen.lines([pool.failing])).values()
        assert line.next_check_at <= filled.clock.now()


async def test_a_removal_says_what_the_accounts_do_and_does_that(filled: Filled, qtbot: QtBot) -> None:
    pool = await fill_pool(filled)
    async with proxies_page(filled) as window:
        await read(window, 4)
        await choose(window, pool.held)
        qtbot.mouseClick(window.page.panel.remove, Qt.MouseButton.LeftButton)
        dialog = await dialog_of(window, RemoveDialog)
        assert "1 account leaves through it" in words(dialog)
        assert "It does not connect without a proxy." in words(dialog)
        push(dialog, "Keep it")
        await gone(window, RemoveDialog)
        assert len(await pool.store.list_proxies()) == 4

        qtbot.mouseClick(window.page.panel.remove, Qt.MouseButton.LeftButton)
        dialog = await dialog_of(window, RemoveDialog)
        dialog.to_move.click()
        push(dialog, "Remove it")
        await read(window, 3)

        assert await pool.proxy_of(filled.accounts[0]) == pool.spare
        assert not window.page.panel.isVisible()


async def test_removing_takes_the_password_out_of_the_vault_and_accounts_wait(filled: Filled, qtbot: QtBot) -> None:
    vault = keep_secrets(filled)
    vault.set("proxy/three", b"old one")
    pool = await fill_pool(filled)
    async with proxies_page(filled) as window:
        await read(window, 4)
        window.page.acts.begin_remove([pool.failing])
        dialog = await dialog_of(window, RemoveDialog)
        push(dialog, "Remove it")
        await unlock(window, qtbot)
        await read(window, 3)

        assert vault.list_names() == []
        assert await pool.proxy_of(filled.accounts[1]) is None


async def test_every_control_of_the_dialogs_has_a_name(filled: Filled, qtbot: QtBot) -> None:
    pool = await fill_pool(filled)
    async with proxies_page(filled) as window:
        page = await read(window, 4)
        await choose(window, pool.held)
        for begin, kind in (
            (page.acts.begin_import, ImportDialog),
            (lambda: page.acts.begin_assign([pool.held]), AssignDialog),
            (lambda: page.acts.begin_release([pool.held]), ReleaseDialog),
            (lambda: page.acts.begin_edit([pool.failing]), EditDialog),
            (lambda: page.acts.begin_remove([pool.held]), RemoveDialog),
        ):
            begin()
            dialog = await dialog_of(window, kind)
            assert nameless(dialog) == []
            dialog.reject()
            await gone(window, kind)
        assert nameless(page) == []


def nameless(widget: QWidget) -> list[str]:
    return [
        type(one).__name__
        for one in widget.findChildren(QWidget)
        if one.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not one.accessibleName()
        and not getattr(one, "text", lambda: "")()
        and one.isVisible()
        and one.objectName() != "qt_scrollarea_viewport"
    ]
