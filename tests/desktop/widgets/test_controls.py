"""Buttons, fields, choices and toasts answer to pointer and keyboard and say what they are."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QAccessible, QEnterEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from core.config import AppearanceSettings
from desktop.theme import Role, Theme, Token
from desktop.widgets.buttons import Button, IconButton, Kind
from desktop.widgets.choices import ChosenFilter, FilterChip, PaintedButton, Segments, Switch, Tabs
from desktop.widgets.fields import SEARCH_PAUSE_MS, Field, SearchField
from desktop.widgets.labels import ElidedLabel, label, set_token
from desktop.widgets.pills import key_caps
from desktop.widgets.steps import Steps, StepState
from desktop.widgets.toast import TOAST_MS, TOAST_WIDTH, Toast

Show = Callable[[QWidget], QWidget]


def test_a_button_has_its_word_as_name_without_the_blank_beside_the_icon(show: Show) -> None:
    button = Button("Pause", "mdi6.pause")
    show(button)
    assert button.accessibleName() == "Pause"
    assert button.height() == button.sizeHint().height() == 32


@pytest.mark.parametrize("kind", Kind)
def test_focus_makes_no_button_jump(kind: Kind, show: Show, qapp: QApplication) -> None:
    box = QWidget()
    row = QHBoxLayout(box)
    button, small = Button("Slow down", kind=kind), Button("Slow down", kind=kind, small=True)
    row.addWidget(button)
    row.addWidget(small)
    show(box)
    for one in (button, small):
        before = one.sizeHint()
        one.setFocus(Qt.FocusReason.TabFocusReason)
        qapp.processEvents()
        assert one.hasFocus()
        assert one.sizeHint() == before


def test_a_disabled_button_says_why() -> None:
    button = Button("Start")
    button.set_reason_disabled("Nobody has approved it yet")
    assert not button.isEnabled()
    assert button.toolTip() == "Nobody has approved it yet"
    button.set_reason_disabled("")
    assert button.isEnabled()


def test_an_icon_button_is_named_as_its_tool_tip() -> None:
    button = IconButton("mdi6.close", "Close")
    assert button.accessibleName() == button.toolTip() == "Close"


def test_the_pointer_does_not_take_the_focus_from_a_field(show: Show, qtbot: QtBot) -> None:
    box = QWidget()
    row = QHBoxLayout(box)
    field, button = QLineEdit(), Button("Look")
    row.addWidget(field)
    row.addWidget(button)
    show(box)
    field.setFocus()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert field.hasFocus()
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert button.hasFocus()


def test_a_search_asks_once_after_the_last_letter(show: Show, qtbot: QtBot) -> None:
    field = SearchField("Name, number, @name")
    show(field)
    asked: list[str] = []
    field.searched.connect(asked.append)
    qtbot.keyClicks(field, "kai")
    assert asked == []
    with qtbot.waitSignal(field.searched, timeout=SEARCH_PAUSE_MS * 10):
        qtbot.keyClicks(field, "sa")
    assert asked == ["kaisa"]
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert asked == ["kaisa"]
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert asked == ["kaisa", ""]
    assert field.accessibleName() == "Name, number, @name"


def test_a_field_says_its_error_in_the_place_of_the_hint(show: Show) -> None:
    edit = QLineEdit()
    field = Field("Phone number", edit, "With the country")
    show(field)
    assert (edit.accessibleName(), edit.accessibleDescription()) == ("Phone number", "With the country")
    field.set_error("Too short: 7 digits are missing")
    assert edit.accessibleDescription() == "Too short: 7 digits are missing"
    assert edit.property("wrong") == "true"
    field.set_error("")
    assert edit.accessibleDescription() == "With the country"


def test_chips_exclude_each_other_and_carry_their_count(show: Show, qtbot: QtBot) -> None:
    box = QWidget()
    row = QHBoxLayout(box)
    everything, failed = FilterChip("All", 31_482, on=True), FilterChip("Failed")
    row.addWidget(everything)
    row.addWidget(failed)
    show(box)
    qtbot.mouseClick(failed, Qt.MouseButton.LeftButton)
    assert failed.isChecked()
    assert not everything.isChecked()
    assert everything.accessibleName() == "All 31,482"
    failed.set_count(2)
    assert failed.text() == "Failed 2"
    failed.set_count(None)
    assert failed.text() == "Failed"
    assert everything.sizeHint().height() == 28


def test_a_chosen_filter_says_that_it_can_be_removed() -> None:
    assert ChosenFilter("Language: fi").accessibleName() == "Remove the filter Language: fi"


@pytest.mark.parametrize("maker", [Segments, Tabs])
def test_arrow_keys_move_between_choices(maker: type[Segments] | type[Tabs], show: Show, qtbot: QtBot) -> None:
    row = maker("Time", [("15m", "15 min"), ("day", "Day"), ("week", "7 d")])
    show(row)
    heard: list[str] = []
    row.valueChanged.connect(heard.append)
    first = row.findChildren(PaintedButton)[0]
    first.setFocus(Qt.FocusReason.TabFocusReason)
    assert row.value == "15m"
    qtbot.keyClick(first, Qt.Key.Key_Right)
    assert (row.value, heard) == ("day", ["day"])
    row.set_value("week")
    assert heard == ["day", "week"]
    with pytest.raises(KeyError):
        row.set_value("year")


def test_the_focus_ring_of_a_tab_lies_around_its_words_and_hides_nothing(show: Show, theme: Theme) -> None:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(20, 20, 20, 20)
    tabs = Tabs("Account", [("health", "Health"), ("devices", "Devices")])
    row.addWidget(tabs)
    show(holder)
    holder.setFocus()
    before = holder.grab().toImage()
    ground = before.pixelColor(2, 2)
    tab = tabs.findChildren(PaintedButton)[0]
    place = tab.mapTo(holder, tab.rect().topLeft())
    tab.setFocus(Qt.FocusReason.TabFocusReason)
    after = holder.grab().toImage()
    ring = theme.color(Token.FOCUS)
    spots = [(x, y) for x in range(before.width()) for y in range(before.height())]
    assert any(after.pixelColor(x, y) == ring and x < place.x() for x, y in spots)
    words = [(x, y) for x, y in spots if before.pixelColor(x, y) != ground and y > place.y() + 6]
    assert words
    assert all(before.pixelColor(x, y) == after.pixelColor(x, y) for x, y in words)
    holder.setFocus()
    assert holder.grab().toImage() == before


def test_a_tab_says_its_count() -> None:
    tabs = Tabs("Account", [("health", "Health"), ("devices", "Devices")])
    tabs.set_count("devices", 2)
    assert "Devices 2" in {tab.accessibleName() for tab in tabs.findChildren(PaintedButton)}


def test_a_switch_is_a_box_to_a_screen_reader_and_turns_with_space(show: Show, qtbot: QtBot) -> None:
    switch = Switch("Move by itself")
    show(switch)
    reader = QAccessible.queryAccessibleInterface(switch)
    assert reader.role() == QAccessible.Role.CheckBox
    qtbot.keyClick(switch, Qt.Key.Key_Space)
    assert switch.isChecked()
    assert reader.state().checked
    switch.set_locked("This cannot be turned off")
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert switch.isChecked()
    assert switch.toolTip() == "This cannot be turned off"


@pytest.mark.parametrize(
    "make", [lambda: Switch("On"), lambda: FilterChip("All", 4), lambda: ChosenFilter("Language: fi")]
)
def test_the_focus_ring_is_drawn(make: Callable[[], PaintedButton], show: Show, theme: Theme) -> None:
    widget = make()
    show(widget)
    widget.clearFocus()
    ring = theme.color(Token.FOCUS)

    def inks() -> int:
        image = widget.grab().toImage()
        return sum(image.pixelColor(x, y) == ring for x in range(image.width()) for y in range(image.height()))

    before = inks()
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    assert inks() > before + 20


def test_done_steps_stay_open_to_read(show: Show, qtbot: QtBot) -> None:
    steps = Steps("Road", [("message", "Message"), ("run", "Run"), ("report", "Report")])
    steps.set_states({"message": StepState.DONE, "run": StepState.CURRENT})
    show(steps)
    chosen: list[str] = []
    steps.stepChosen.connect(chosen.append)
    message, run, report = steps.findChildren(PaintedButton)
    for step in (message, report, run):
        qtbot.mouseClick(step, Qt.MouseButton.LeftButton)
    assert chosen == ["message", "run"]
    assert [step.accessibleDescription() for step in (message, run, report)] == ["done", "current", "to do"]
    with pytest.raises(KeyError):
        steps.set_states({"nowhere": StepState.DONE})


def test_a_toast_goes_by_itself_but_waits_for_the_pointer(show: Show, qtbot: QtBot) -> None:
    toast = Toast("Course reminder paused", "1,080 people wait, nothing is lost", action="Undo")
    toast.move(400, 400)  # away from the pointer
    show(toast)
    assert toast._timer.isActive()
    assert toast._timer.interval() == TOAST_MS == 6000
    point = QPointF(5, 5)
    QApplication.sendEvent(toast, QEnterEvent(point, point, point))
    assert not toast._timer.isActive()
    QApplication.sendEvent(toast, QEvent(QEvent.Type.Leave))
    assert toast._timer.isActive()
    with qtbot.waitSignal(toast.closed):
        toast._timer.timeout.emit()


def test_the_action_of_a_toast_acts_once_and_closes_it(show: Show, qtbot: QtBot) -> None:
    toast = Toast("Paused", action="Undo")
    show(toast)
    heard: list[str] = []
    toast.acted.connect(lambda: heard.append("acted"))
    toast.closed.connect(lambda: heard.append("closed"))
    undo = next(button for button in toast.findChildren(QPushButton) if button.text() == "Undo")
    qtbot.mouseClick(undo, Qt.MouseButton.LeftButton)
    toast.dismiss()
    assert heard == ["acted", "closed"]


def test_a_toast_is_as_high_as_its_words_need() -> None:
    short, long = (
        Toast("Saved"),
        Toast("Saved", "Everything that was changed is kept in the file of this workspace. " * 2),
    )
    assert short.sizeHint().width() == TOAST_WIDTH
    assert short.sizeHint().height() < 56 < long.sizeHint().height() < 110
    for toast in (short, long):
        toast.dismiss()


def test_names_of_people_are_never_markup() -> None:
    assert label("<b>Maja</b>").textFormat() is Qt.TextFormat.PlainText


def test_a_label_takes_another_colour_and_its_own_back(theme: Theme, show: Show) -> None:
    words = label("until 14:31", Role.HINT)
    show(words)
    set_token(words, Token.WARN)
    assert words.palette().windowText().color() == theme.color(Token.WARN)
    set_token(words, None)
    assert words.palette().windowText().color() == theme.color(Token.TEXT3)


def test_a_text_that_is_cut_is_whole_in_the_tool_tip(show: Show) -> None:
    words = ElidedLabel("Autumn programme for everyone in the south")
    show(words)
    words.resize(120, 20)
    assert words.text().endswith("…")
    assert words.toolTip() == words.accessibleName() == "Autumn programme for everyone in the south"
    words.resize(600, 20)
    assert words.text() == "Autumn programme for everyone in the south"
    assert words.toolTip() == ""


def test_the_keys_of_a_shortcut_are_caps_side_by_side() -> None:
    row = key_caps("Ctrl+Shift+Space")
    assert [cap.accessibleName() for cap in row.findChildren(QWidget)] == ["Ctrl", "Shift", "Space"]
    row = key_caps("Ctrl++")
    assert [cap.accessibleName() for cap in row.findChildren(QWidget)] == ["Ctrl", "+"]


def test_icons_wear_the_new_scheme(theme: Theme, show: Show) -> None:
    button = Button("Pause", "mdi6.pause")
    show(button)
    before = button.icon().pixmap(16, 16).toImage()
    theme.apply(AppearanceSettings(scheme="dark"))
    assert button.icon().pixmap(16, 16).toImage() != before


def test_what_clears_a_search_stands_at_the_end_of_its_field(qtbot: QtBot) -> None:
    field = SearchField("Name, number, @name")
    qtbot.addWidget(field)
    field.resize(300, 32)
    field.show()

    qtbot.keyClicks(field, "kaisa")

    clear = field.findChild(IconButton)
    assert clear.isVisible()
    assert field.rect().contains(clear.geometry())
    assert clear.geometry().right() > field.width() - 8
