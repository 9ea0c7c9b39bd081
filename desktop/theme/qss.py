"""The style sheet, generated from the table of colours and the text size.

Heights in QSS are without the border, so every rule that thickens the border on focus takes the same from height and
padding, or the text would jump. A QLineEdit gives its placeholder half of its own colour unless told otherwise.
"""

from collections.abc import Mapping
from pathlib import Path

from desktop.theme.tokens import Scheme, Token
from desktop.theme.type_roles import FAMILY, STYLES

_IMAGES = Path(__file__).parent / "images"


def make_style_sheet(worn: Mapping[Token, str], scheme: Scheme, scale: float) -> str:
    """The whole style sheet of the application in the colours `worn`; `scale` is the text size as a factor."""
    writer = _Writer(worn, scheme, scale)
    parts = (_labels, _buttons, _tool_buttons, _inputs, _combo, _choices, _frames, _scrolling, _floating)
    return "\n".join(part(writer) for part in parts)


class _Writer:
    """What the rules ask for: colours by name (`w.text2`), scaled lengths, images of the scheme."""

    def __init__(self, worn: Mapping[Token, str], scheme: Scheme, scale: float) -> None:
        self._worn = {token.value: value for token, value in worn.items()}
        self._scheme = scheme
        self._scale = scale

    def __getattr__(self, name: str) -> str:
        try:
            return self._worn[name]
        except KeyError:
            raise AttributeError(name) from None

    def px(self, length: int) -> str:
        return f"{round(length * self._scale)}px"

    def image(self, name: str) -> str:
        return f'url("{(_IMAGES / f"{self._scheme}-{name}.svg").as_posix()}")'


def _labels(w: _Writer) -> str:
    rules = [
        f'QLabel[role="{role}"] {{ font-family: "{FAMILY}"; font-size: {w.px(style.px)};'
        f" font-weight: {int(style.weight)}; color: {getattr(w, style.token)}; }}"
        for role, style in STYLES.items()
    ]
    tones = ("text", "text2", "text3", "accent_text", "on_accent", "good", "warn", "bad", "odd", "mute")
    rules += [f'QLabel[tone="{tone}"] {{ color: {getattr(w, tone)}; }}' for tone in tones]
    return "\n".join(rules)


def _buttons(w: _Writer) -> str:
    return f"""
QPushButton {{ min-height: {w.px(30)}; padding: 0 13px; border: 1px solid {w.line2}; border-radius: 7px;
    background: {w.raised}; color: {w.text}; font-weight: 500; }}
QPushButton:hover {{ background: {w.hover}; }}
QPushButton:pressed, QPushButton:checked {{ background: {w.press}; }}
QPushButton:focus {{ min-height: {w.px(28)}; border: 2px solid {w.focus}; padding: 0 12px; }}
QPushButton:disabled {{ background: {w.hover}; border-color: {w.line}; color: {w.text3}; }}
QPushButton[kind="primary"] {{ background: {w.accent}; border-color: {w.accent}; color: {w.on_accent}; }}
QPushButton[kind="primary"]:hover, QPushButton[kind="primary"]:pressed
    {{ background: {w.accent_hi}; border-color: {w.accent_hi}; }}
QPushButton[kind="danger"] {{ background: {w.danger}; border-color: {w.danger}; color: {w.on_accent}; }}
QPushButton[kind="danger"]:hover, QPushButton[kind="danger"]:pressed
    {{ background: {w.bad_fill}; border-color: {w.bad_fill}; }}
QPushButton[kind="primary"]:focus, QPushButton[kind="danger"]:focus {{ border-color: {w.text}; }}
QPushButton[kind="primary"]:disabled, QPushButton[kind="danger"]:disabled
    {{ background: {w.hover}; border-color: {w.line}; color: {w.text3}; }}
QPushButton[kind="stop"] {{ color: {w.bad}; }}
QPushButton[kind="stop"]:disabled {{ color: {w.text3}; }}
QPushButton[kind="quiet"], QPushButton[kind="link"]
    {{ background: transparent; border-color: transparent; color: {w.text2}; padding: 0 9px; }}
QPushButton[kind="quiet"]:focus {{ padding: 0 8px; }}
QPushButton[kind="quiet"]:hover {{ background: {w.hover}; }}
QPushButton[kind="quiet"]:pressed {{ background: {w.press}; }}
QPushButton[kind="link"] {{ padding: 0 4px; min-height: {w.px(24)}; color: {w.accent_text}; }}
QPushButton[kind="link"]:hover {{ text-decoration: underline; }}
QPushButton[kind="link"]:focus {{ padding: 0 3px; min-height: {w.px(22)}; }}
QPushButton[kind="quiet"]:focus, QPushButton[kind="link"]:focus {{ border-color: {w.focus}; }}
QPushButton[kind="quiet"]:disabled, QPushButton[kind="link"]:disabled
    {{ background: transparent; border-color: transparent; color: {w.text3}; text-decoration: none; }}
QPushButton[small="true"] {{ min-height: {w.px(24)}; padding: 0 9px; border-radius: 6px; font-size: {w.px(12)}; }}
QPushButton[small="true"]:focus {{ padding: 0 8px; min-height: {w.px(22)}; }}
"""


def _tool_buttons(w: _Writer) -> str:
    return f"""
QToolButton {{ min-width: {w.px(24)}; min-height: {w.px(24)}; padding: 1px; border: 1px solid transparent;
    border-radius: 6px; background: transparent; color: {w.text2}; font-weight: 600; }}
QToolButton:hover {{ background: {w.hover}; }}
QToolButton:pressed, QToolButton:checked {{ background: {w.press}; }}
QToolButton:focus {{ border: 2px solid {w.focus}; padding: 0; }}
QToolButton:disabled {{ color: {w.text3}; background: transparent; }}
QToolButton::menu-indicator {{ image: none; }}
"""


def _inputs(w: _Writer) -> str:
    return f"""
QLineEdit, QPlainTextEdit, QTextEdit, QComboBox {{ border: 1px solid {w.line2};
    border-radius: 7px; background: {w.raised}; color: {w.text}; placeholder-text-color: {w.text3};
    selection-background-color: {w.accent}; selection-color: {w.on_accent}; }}
QLineEdit, QComboBox {{ min-height: {w.px(30)}; padding: 0 9px; }}
QPlainTextEdit {{ padding: 5px 7px; }}
QTextEdit {{ padding: 3px 5px; }}
QLineEdit:focus, QComboBox:focus
    {{ min-height: {w.px(28)}; border: 2px solid {w.focus}; padding: 0 8px; }}
QPlainTextEdit:focus {{ border: 2px solid {w.focus}; padding: 4px 6px; }}
QTextEdit:focus {{ border: 2px solid {w.focus}; padding: 2px 4px; }}
QTextEdit#plain {{ border: 2px solid transparent; border-radius: 5px; padding: 0; background: transparent; }}
QTextEdit#plain:focus {{ border-color: {w.focus}; padding: 0; }}
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled
    {{ background: {w.hover}; border-color: {w.line}; color: {w.text3}; }}
QLineEdit:read-only {{ background: {w.sunken}; }}
QLineEdit[wrong="true"], QComboBox[wrong="true"] {{ border-color: {w.bad}; }}
QLineEdit[bare="true"], QLineEdit[bare="true"]:focus
    {{ border: none; background: transparent; padding: 0; min-height: {w.px(20)}; }}
"""


def _combo(w: _Writer) -> str:
    return f"""
QComboBox {{ padding: 0 4px 0 9px; combobox-popup: 0; }}
QComboBox:focus {{ padding: 0 3px 0 8px; }}
QComboBox::drop-down {{ border: none; width: 22px; }}
QComboBox::down-arrow {{ image: {w.image("down")}; width: 12px; height: 12px; }}
QComboBox QAbstractItemView {{ background: {w.surface}; border: 1px solid {w.line2}; outline: none; padding: 4px;
    selection-background-color: {w.select}; selection-color: {w.text}; }}
QComboBox QAbstractItemView::item {{ min-height: {w.px(28)}; padding: 0 6px; border-radius: 5px; color: {w.text}; }}
QComboBox QAbstractItemView::item:selected, QComboBox QAbstractItemView::item:hover {{ background: {w.select}; }}
"""


def _choices(w: _Writer) -> str:
    return f"""
QCheckBox, QRadioButton {{ spacing: 8px; min-height: {w.px(28)}; color: {w.text2}; }}
QCheckBox:disabled, QRadioButton:disabled {{ color: {w.text3}; }}
QCheckBox::indicator, QRadioButton::indicator, QListView::indicator {{ width: 14px; height: 14px; border: 1px solid {w.ctl};
    background: {w.raised}; }}
QCheckBox::indicator, QListView::indicator {{ border-radius: 4px; }}
QRadioButton::indicator {{ border-radius: 8px; }}
QCheckBox::indicator:hover, QRadioButton::indicator:hover {{ background: {w.hover}; }}
QCheckBox::indicator:checked, QListView::indicator:checked
    {{ background: {w.accent}; border-color: {w.accent}; image: {w.image("check")}; }}
QRadioButton::indicator:checked {{ border-color: {w.accent}; image: {w.image("dot")}; }}
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {{ border-color: {w.line2}; background: {w.hover}; }}
QRadioButton::indicator:checked:disabled {{ image: {w.image("dot-off")}; }}
QCheckBox::indicator:checked:disabled, QListView::indicator:checked:disabled {{ background: {w.ctl}; }}
QCheckBox:focus, QRadioButton:focus {{ outline: none; }}
QCheckBox::indicator:focus, QRadioButton::indicator:focus
    {{ border: 2px solid {w.focus}; width: 12px; height: 12px; }}
"""


def _frames(w: _Writer) -> str:
    tones = "".join(
        f'#note[tone="{tone}"], #banner[tone="{tone}"] {{ background: {getattr(w, f"{tone}_bg")}; border: none; }}\n'
        for tone in ("accent", "good", "warn", "bad", "odd")
    )
    return f"""
QMainWindow {{ background: {w.canvas}; }}
#sideBar {{ background: {w.chrome}; border: none; border-right: 1px solid {w.line}; }}
#statusBar {{ background: {w.chrome}; border: none; border-top: 1px solid {w.line}; }}
#page {{ background: {w.canvas}; }}
#card {{ background: {w.surface}; border: 1px solid {w.line}; border-radius: 10px; }}
#tableCard {{ background: {w.surface}; border: 1px solid {w.line}; border-radius: 10px; }}
#panel {{ background: {w.surface}; border: none; border-left: 1px solid {w.line}; }}
#outlined {{ background: transparent; border: 1px solid {w.line}; border-radius: 10px; }}
#note {{ background: {w.sunken}; border: 1px solid {w.line}; border-radius: 8px; }}
#banner {{ background: {w.sunken}; border-radius: 10px; }}
{tones}
#hairline {{ background: {w.line}; border: none; }}
#scrim {{ background: {w.scrim}; }}
#dialog, #toast, #palette {{ background: {w.surface}; border: 1px solid {w.line}; border-radius: 12px; }}
#toast {{ border-radius: 10px; }}
"""


def _scrolling(w: _Writer) -> str:
    return f"""
QScrollArea, QAbstractScrollArea#plain {{ border: none; background: transparent; }}
QScrollArea > QWidget > QWidget#scrolled {{ background: transparent; }}
QScrollBar {{ border: none; background: transparent; }}
QScrollBar:vertical {{ width: 12px; }}
QScrollBar:horizontal {{ height: 12px; }}
QScrollBar::handle {{ background: {w.line2}; border-radius: 3px; margin: 3px; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::handle:hover {{ background: {w.ctl}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QTableView {{ border: none; background: {w.surface}; outline: none; }}
QListView {{ border: none; background: transparent; outline: none; color: {w.text}; }}
QListView::item {{ min-height: {w.px(32)}; padding: 0 8px; border-radius: 7px; }}
QListView::item:hover {{ background: {w.hover}; }}
QListView::item:selected {{ background: {w.select}; color: {w.text}; }}
"""


def _floating(w: _Writer) -> str:
    return f"""
QMenu {{ background: {w.surface}; border: 1px solid {w.line2}; padding: 4px; }}
QMenu::item {{ min-height: {w.px(28)}; padding: 0 24px 0 10px; border-radius: 5px; color: {w.text}; }}
QMenu::item:selected {{ background: {w.select}; }}
QMenu::item:disabled {{ color: {w.text3}; }}
QMenu::icon {{ padding-left: 8px; }}
QMenu::separator {{ height: 1px; background: {w.line}; margin: 4px 6px; }}
QToolTip {{ background: {w.tip_bg}; color: {w.tip_text}; border: 1px solid {w.tip_bg}; padding: 4px 6px;
    font-size: {w.px(12)}; }}
"""
