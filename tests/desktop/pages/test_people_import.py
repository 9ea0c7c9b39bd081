"""People come in through the window: preview, mapping, basis, the job process, cancel, refused rows, undo, by clicks."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import openpyxl
import pytest
import shiboken6
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox

from campaigns.audience.imports import ImportState
from core.domain.consent import ConsentBasis
from database import ImportStore
from desktop.dialogs.confirm import ConfirmDialog
from desktop.pages.audiences.import_dialog import PeopleImportDialog
from desktop.pages.audiences.import_preview import BASIS, COLUMNS
from desktop.pages.audiences.offers import OFFERS
from desktop.pages.audiences.page import IMPORTS, AudiencesPage
from desktop.widgets.buttons import Button
from desktop.widgets.empty import EmptyState
from desktop.widgets.labels import ElidedLabel
from desktop.widgets.table import Table
from tests.desktop.handler_meter import Handled, HandlerMeter, best_run, own_turn
from tests.desktop.pages.conftest import Window, shown
from tests.desktop.workspace_fixture import PEOPLE, Filled

WITH_REASONS = (
    "name,username,city,consent_basis,consent_source,consent_at\n"
    "Ada,ada_lovelace,London,agreed,the counter,2026-01-02\n"
    "Bo,,Oslo,agreed,the counter,2026-01-02\n"
    "Cy,cyrus_bell,Graz,,,\n"
    '=cmd(),dee_dee_1,"a ""b"", c",agreed,a form,2026-01-02\n'
)
JOB_S = 30.0


def column(table: Table, place: int) -> list[str]:
    model = table.model()
    return [str(model.index(row, place).data()) for row in range(model.rowCount())]


def choose(combo: QComboBox, data: object) -> None:
    """As by the list that it opens."""
    combo.setCurrentIndex(combo.findData(data))
    combo.activated.emit(combo.currentIndex())


class Opened:
    """The dialog over the page, and the waits of its steps."""

    def __init__(self, window: Window[AudiencesPage], dialog: PeopleImportDialog) -> None:
        self.window, self.dialog = window, dialog

    async def read(self, path: Path) -> None:
        self.dialog.take_file(str(path))
        await self.step("preview", "entry")
        await self.settled()

    async def settled(self) -> None:
        await self.window.until(lambda: not self.dialog.scope.tasks)

    async def step(self, *steps: str) -> None:
        await self.window.until(lambda: self.dialog.step in steps, JOB_S)

    async def press(self, button: Button, *steps: str) -> None:
        assert button.isVisible(), button.text()
        assert button.isEnabled(), button.toolTip()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        await self.step(*steps)
        await self.settled()


@asynccontextmanager
async def opened(filled: Filled) -> AsyncIterator[Opened]:
    async with shown(filled, AudiencesPage) as window:
        window.page.begin_import.click()
        dialog = window.page.findChildren(PeopleImportDialog)[0]
        yield Opened(window, dialog)
        if shiboken6.isValid(dialog):
            dialog.done(0)


@pytest.mark.slow
async def test_a_file_is_seen_imported_saved_where_refused_and_taken_back(filled: Filled, tmp_path: Path) -> None:
    path = tmp_path / "guests.csv"
    path.write_text(WITH_REASONS)
    async with opened(filled) as at:
        dialog = at.dialog
        assert dialog.step == "entry"
        await at.read(path)

        preview = dialog.preview
        assert column(preview.people, 1)[:2] == ["Ada", "There is neither a username nor a phone number."]
        assert column(preview.people, 1)[3] == "=cmd()", "a formula is plain text"
        assert column(preview.people, 2) == ["Consent", "Refused", "No basis", "Consent"]
        assert (
            "1 of the 4 rows has no basis. People without one are kept and cannot be written to"
            in preview.note.text.text()
        )
        assert dialog.go.text() == "Import 3 rows"
        await at.press(dialog.go, "result")

        cards = dialog.outcome.cards
        assert [card.accessibleName() for card in cards.values()] == [
            "Added: 3",
            "Updated: 0",
            "Unchanged: 0",
            "Refused: 1",
        ]
        assert column(dialog.outcome.table, 0) == ["3"]
        assert "neither a username" in column(dialog.outcome.table, 1)[0]
        await at.window.until(lambda: at.window.page.list.model.rowCount() == PEOPLE + 3)
        saved = tmp_path / "refused.csv"
        dialog.save_refused(str(saved))
        await at.window.until(lambda: saved.exists(), timeout_s=60)
        assert saved.read_text("utf-8-sig").splitlines()[1].startswith("Bo,,Oslo,agreed,the counter,2026-01-02,3,")

        await at.press(dialog.undo, "asking")
        assert "Who got a message meanwhile" in " ".join(s.text.text() for s in dialog.findChildren(EmptyState))
        await at.press(dialog.back, "result")
        await at.press(dialog.undo, "asking")
        await at.press(dialog.go, "undone")
        assert dialog.undone.text.text() == "Nothing of it is left."
        await at.window.until(lambda: at.window.page.list.model.rowCount() == PEOPLE)


def write_list(folder: Path) -> Path:
    path = folder / "list.txt"
    path.write_text("@ada_lovelace\n+9996610077\nhttps://t.me/cyrus_bell\n")
    return path


def write_workbook(folder: Path) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["name", "username"], ["Ada", "ada_lovelace"], ["Bo", "bo_oslo_1"]):
        book.active.append(row)
    book.save(folder / "people.xlsx")
    return folder / "people.xlsx"


def write_cards(folder: Path) -> Path:
    path = folder / "cards.vcf"
    path.write_text("BEGIN:VCARD\nVERSION:3.0\nFN:Ada\nTEL:+9996610077\nEND:VCARD\n")
    return path


def write_export(folder: Path) -> Path:
    one = {"first_name": "Ada", "last_name": "", "phone_number": "+9996610077", "date": "2024-01-01T10:00:00"}
    path = folder / "result.json"
    path.write_text(json.dumps({"contacts": {"about": "", "list": [one]}}))
    return path


def write_wide(folder: Path) -> Path:
    path = folder / "wide.txt"
    path.write_bytes("name\tusername\nЮлия\tada_lovelace\n".encode("utf-16"))
    return path


@pytest.mark.parametrize(
    ("write", "form", "count", "has_encoding"),
    [
        (write_list, "list", 3, True),
        (write_workbook, "Excel", 2, False),
        (write_cards, "vCard", 1, True),
        (write_export, "Telegram export", 1, False),
        (write_wide, "CSV", 1, True),
    ],
)
async def test_every_form_of_list_says_how_it_was_read(
    filled: Filled, tmp_path: Path, write: Callable[[Path], Path], form: str, count: int, has_encoding: bool
) -> None:
    async with opened(filled) as at:
        await at.read(write(tmp_path))
        preview = at.dialog.preview
        assert at.dialog.step == "preview"
        assert preview.file_facts.text().startswith(form)
        assert len(column(preview.people, 0)) == count
        assert preview.encoding.isVisible() is has_encoding
        assert "Nobody in it has a basis" in preview.note.text.text()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "This file is empty"),
        (b"name,username\n", "There is nobody in this file"),
        (b"\xd0\xcf\x11\xe0old", "before 2007"),
        (b'name,username\n"Ada,ada\n', "open quotation mark"),
        (b"PK\x03\x04nothing", "damaged"),
    ],
)
async def test_a_file_that_is_no_list_is_refused_in_words(
    filled: Filled, tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "odd"
    path.write_bytes(content)
    async with opened(filled) as at:
        await at.read(path)
        assert at.dialog.step == "entry"
        assert at.dialog.entry_note.isVisible()
        assert words in at.dialog.entry_note.text.text()


@pytest.mark.slow
async def test_columns_are_mapped_and_the_mapping_is_remembered_for_these_headings(
    filled: Filled, tmp_path: Path
) -> None:
    path = tmp_path / "handys.csv"
    path.write_text("Wer;Handy\nAnna;0171 2345678\n")
    async with opened(filled) as at:
        dialog = at.dialog
        await at.read(path)
        preview = dialog.preview
        assert preview.tabs.value == COLUMNS, "nothing says how to reach people: the columns are shown"
        assert "does not say how to reach people" in preview.problem.text.text()
        assert not dialog.go.isEnabled()

        preview.columns.selectRow(1)
        choose(preview.meaning, "phone")
        await at.settled()
        preview.columns.selectRow(0)
        choose(preview.meaning, "name")
        await at.settled()
        assert not preview.problem.isVisible()
        assert column(preview.columns, 2) == ["Name", "Phone number"]
        assert "no country code" in column(preview.people, 1)[0]
        assert dialog.go.toolTip() == "Not one row of it can be taken"
        preview.country.setFocus()
        QTest.keyClicks(preview.country, "de")
        preview.country.clearFocus()
        await at.window.until(lambda: column(preview.people, 1) == ["Anna"])
        await at.settled()
        await at.press(dialog.go, "result")
        dialog.accept()

    async with opened(filled) as at:
        preview = at.dialog.preview
        await at.read(path)
        assert column(preview.columns, 2) == ["Name", "Phone number"]
        assert "no country code" in column(preview.people, 1)[0], "the people are read as it says"
        preview.columns.selectRow(0)
        choose(preview.meaning, "wer")
        await at.settled()
        choose(preview.encoding, "cp1252")
        await at.settled()
        assert column(preview.columns, 2)[0] != "Name", "what was chosen stays when the file is read again"


async def test_another_encoding_and_delimiter_read_the_file_again(filled: Filled, tmp_path: Path) -> None:
    path = tmp_path / "bars.csv"
    path.write_bytes("name|username;city\nЮлия|yulia_k;x\n".encode("cp1251"))
    async with opened(filled) as at:
        preview = at.dialog.preview
        await at.read(path)
        choose(preview.delimiter, "|")
        choose(preview.encoding, "cp1251")
        await at.settled()
        assert column(preview.columns, 0) == ["name", "username;city"]
        choose(preview.delimiter, ";")
        await at.settled()
        choose(preview.encoding, "utf-8")
        await at.settled()
        assert "cannot be read" in preview.problem.text.text()
        assert not at.dialog.go.isEnabled()
        choose(preview.encoding, "cp1251")
        await at.settled()
        assert column(preview.columns, 0) == ["name|username", "city"]


async def test_a_basis_stated_once_holds_for_rows_without_one_and_needs_its_proof(
    filled: Filled, tmp_path: Path
) -> None:
    async with opened(filled) as at:
        dialog = at.dialog
        await at.read(write_list(tmp_path))
        basis = dialog.preview.basis
        dialog.preview.tabs.set_value(BASIS)
        choose(basis.basis, ConsentBasis.AGREED)
        await at.settled()
        QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
        assert dialog.step == "preview"
        assert basis.source.accessibleDescription() == "Say where they agreed, or in which words."

        QTest.keyClicks(basis.source, "Guest book 2026")
        assert basis.source.accessibleDescription() == "A form, a counter, a call", "what was wrong is mended"
        basis.source.clearFocus()
        basis.source.editingFinished.emit()
        await at.settled()
        assert column(dialog.preview.people, 2) == ["Consent"] * 3
        assert not dialog.preview.note.isVisible()
        QTest.keyClicks(basis.day, "0")
        QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
        assert basis.day.accessibleDescription() == "This is no day up to today."


@pytest.mark.slow
async def test_cancel_leaves_nothing_behind(filled: Filled, tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text("username\n" + "".join(f"somebody_{number}\n" for number in range(60_000)))
    async with opened(filled) as at:
        dialog = at.dialog
        await at.read(path)
        assert dialog.go.text() == "Import all rows"
        QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
        await at.window.until(lambda: dialog.progress_words.text()[:1] in tuple("123456789"), JOB_S)
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        assert dialog.isVisible(), "it stays until nothing is left"
        await at.step("preview")
        await at.settled()
        assert "The import was cancelled" in dialog.preview.problem.text.text()
        view = (await filled.services.get(ImportStore).list_recent(1))[0]
        assert (view.state, view.rows > 0) == (ImportState.CANCELLED, True)
        await at.window.until(lambda: at.window.page.list.model.rowCount() == PEOPLE)
        at.window.page.tabs.set_value(IMPORTS)
        listed = at.window.page.imports_view.table
        await at.window.until(lambda: column(listed, 1) == ["Cancelled", "Done"])
        assert column(listed, 2) == ["", str(PEOPLE)], "nothing is left, so nothing was added"


async def test_the_imports_there_were_are_listed_and_one_is_taken_back_later(filled: Filled) -> None:
    async with shown(filled, AudiencesPage) as window:
        page = window.page
        page.tabs.set_value(IMPORTS)
        view = page.imports_view
        await window.until(lambda: column(view.table, 1) == ["Done"])
        assert column(view.table, 2) == [str(PEOPLE)]
        assert not view.undo.isVisible()
        view.table.selectRow(0)
        assert view.undo.isVisible()
        assert not view.save.isVisible(), "no row was refused"
        QTest.mouseClick(view.undo, Qt.MouseButton.LeftButton)
        await window.until(lambda: window.widget.findChildren(ConfirmDialog))
        window.widget.findChildren(ConfirmDialog)[0].accept()
        await window.until(lambda: column(view.table, 1) == ["Taken back"])
        detail = view.table.model().index(0, 1).data(Qt.ItemDataRole.AccessibleTextRole)
        assert "stay" in detail, "who got a message stays"
        assert not view.undo.isVisible()


async def test_a_dialog_that_is_closed_leaves_nothing_alive(filled: Filled, tmp_path: Path, no_leaks: None) -> None:
    async with opened(filled) as at:
        await at.read(write_list(tmp_path))
        QTest.keyClick(at.dialog, Qt.Key.Key_Escape)
        await at.window.until(lambda: not at.window.page.findChildren(PeopleImportDialog))


async def test_a_file_is_dropped_and_the_palette_opens_the_dialog(filled: Filled, tmp_path: Path) -> None:
    async with shown(filled, AudiencesPage) as window:
        offer = next(offer for offer in OFFERS if offer.title == "Import people…")
        offer.act(window.page)
        dialog = window.page.findChildren(PeopleImportDialog)[0]
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(write_list(tmp_path)))])
        no = Qt.KeyboardModifier.NoModifier
        dialog.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, no))
        await window.until(lambda: dialog.step == "preview")
        await window.until(lambda: not dialog.scope.tasks)
        assert dialog.findChildren(ElidedLabel)[0].whole_text == "list.txt"
        dialog.done(0)


@pytest.mark.slow
async def test_no_handler_of_the_dialog_takes_a_frame(
    filled: Filled, tmp_path: Path, handler_meter: HandlerMeter
) -> None:
    path = tmp_path / "many.csv"
    path.write_text("name,username,city,x1,x2\n" + "".join(f"N,somebody_{i},O,1,2\n" for i in range(1_500)))

    async def run() -> list[Handled]:
        async with shown(filled, AudiencesPage) as window:
            await window.settle()
            handler_meter.clear()
            await own_turn()
            dialog = window.page.imports.open()
            at = Opened(window, dialog)
            await own_turn()
            await at.read(path)
            dialog.preview.tabs.set_value(COLUMNS)
            await own_turn()
            dialog.preview.columns.selectRow(3)
            await own_turn()
            choose(dialog.preview.meaning, "-")
            await at.settled()
            dialog.preview.tabs.set_value(BASIS)
            await at.settled()
            await at.press(dialog.go, "result")
            window.page.tabs.set_value(IMPORTS)
            await window.settle()
            missed = handler_meter.late()
            dialog.done(0)
            return missed

    assert not await best_run(run)
