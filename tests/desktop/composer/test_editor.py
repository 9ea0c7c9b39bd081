"""The editor: what is typed and clicked, and the source that comes out."""

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.domain.message import EntityKind
from desktop.pages.composer.editor import MessageEditor
from desktop.pages.composer.places import Place
from desktop.pages.composer.tags import Field
from tests.desktop.leaks import LeakCheck


@pytest.fixture
def editor(theme: object, qtbot: QtBot) -> MessageEditor:
    made = MessageEditor()
    made.resize(600, 300)
    made.show()
    qtbot.addWidget(made)
    return made


def document(editor: MessageEditor) -> str:
    return editor.document().toRawText().replace("\u2029", "\n")


@pytest.mark.parametrize(
    "source",
    [
        "",
        "Hello\n\nthere",
        'Hi {{ name | default("you") }}{% if city %}, {{ city }}{% endif %}! 🍂',
        "{{ a }}{{ a }}{{ a }}",
        "**{{ name }}**\u00a0and [x](https://example.org)",
        "سلام {{ name }} 你好",
    ],
)
def test_a_source_comes_out_as_it_went_in(editor: MessageEditor, source: str) -> None:
    editor.set_source(source)
    assert editor.source() == source
    assert "{" not in document(editor)


def test_a_tag_that_is_typed_becomes_a_chip_and_undo_takes_it_back(editor: MessageEditor, qtbot: QtBot) -> None:
    qtbot.keyClicks(editor, "Hi {{ name }}!")
    assert document(editor) == "Hi \ufffc!"
    assert editor.source() == "Hi {{ name }}!"

    qtbot.keyClick(editor, Qt.Key.Key_Backspace)
    qtbot.keyClick(editor, Qt.Key.Key_Backspace)
    assert editor.source() == "Hi "
    editor.undo()
    assert editor.source().startswith("Hi {{ name }}")


def test_what_is_typed_beside_a_chip_is_text(editor: MessageEditor, qtbot: QtBot) -> None:
    editor.set_source("{{ name }}")
    editor.moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClicks(editor, ", hi")
    assert editor.source() == "{{ name }}, hi"


def test_a_tool_keeps_the_chips_inside_the_selection(editor: MessageEditor) -> None:
    editor.set_source("🍂 Hello {{ name }}!")
    editor.selectAll()
    editor.toggle_format(EntityKind.BOLD)
    assert editor.source() == "**🍂 Hello {{ name }}!**"
    assert EntityKind.BOLD in editor.active_kinds()
    editor.toggle_format(EntityKind.BOLD)
    assert editor.source() == "🍂 Hello {{ name }}!"


def test_copy_and_paste_carry_the_source(editor: MessageEditor) -> None:
    editor.set_source('Hi {{ name | default("you") }} 🍂')
    editor.selectAll()
    editor.copy()
    assert QApplication.clipboard().text() == 'Hi {{ name | default("you") }} 🍂'
    editor.moveCursor(QTextCursor.MoveOperation.End)
    editor.paste()
    assert editor.source() == 'Hi {{ name | default("you") }} 🍂' * 2


def test_what_is_copied_is_qts_own_and_outlives_the_interpreter(editor: MessageEditor) -> None:
    # One made in Python, which the clipboard deletes after the interpreter has ended, crashes the program.
    editor.set_source("Hi **{{ name }}**")
    editor.selectAll()
    editor.cut()

    held = QApplication.clipboard().mimeData()
    assert not shiboken6.createdByPython(held)
    assert (held.formats(), held.text()) == (["text/plain"], "Hi **{{ name }}**")


def test_a_mistake_is_marked_at_its_place(editor: MessageEditor) -> None:
    editor.set_source("Hello {{ name }}\nand {{ oops | nothing }} 🍂 here")
    editor.mark_mistake(Place(2, 5, "There is no filter"))
    assert editor.wrong_chip == document(editor).rindex("\ufffc")

    editor.mark_mistake(Place(1, 1, "odd"))
    assert editor.wrong_chip == -1
    assert editor.extraSelections()[0].cursor.selectedText() == "Hello"
    editor.mark_mistake(None)
    assert not editor.extraSelections()


def test_pressing_a_field_asks_for_it_and_the_answer_takes_its_place(editor: MessageEditor, qtbot: QtBot) -> None:
    editor.set_source("Hi {{ name }}!")
    cursor = QTextCursor(editor.document())
    cursor.setPosition(3)
    point = editor.cursorRect(cursor).center()
    point.setX(point.x() + 12)
    with qtbot.waitSignal(editor.fieldPressed) as asked:
        qtbot.mouseClick(editor.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert asked.args[0] == Field("name", None)

    editor.replace_pressed(Field("name", "you").source())
    assert editor.source() == 'Hi {{ name | default("you") }}!'


def test_nothing_changes_what_is_frozen(editor: MessageEditor, qtbot: QtBot) -> None:
    editor.set_source("Hi")
    editor.setReadOnly(True)
    editor.toggle_format(EntityKind.BOLD)
    editor.insert_field(Field("name", None))
    qtbot.keyClicks(editor, "x")
    assert editor.source() == "Hi"


def test_an_editor_leaves_nothing_behind(theme: object, no_leaks: LeakCheck, qapp: QApplication) -> None:
    editor = MessageEditor()
    editor.show()
    editor.set_source("Hi {{ name }} **bold**")
    editor.deleteLater()
