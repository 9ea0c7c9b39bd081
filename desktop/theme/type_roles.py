"""The roles of type and the bundled font: Inter with tabular figures everywhere, so that numbers stand still."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QLoggingCategory
from PySide6.QtGui import QFont, QFontDatabase

from desktop.theme.tokens import Token

FAMILY = "Inter"
_FOLDER = Path(__file__).parent.parent / "fonts"


class Role(StrEnum):
    """What a text is on the page."""

    HERO = "hero"  # welcome only
    TITLE = "title"  # one per page
    H2 = "h2"  # card title
    H3 = "h3"  # group in a dialog
    BODY = "body"
    STRONG = "strong"  # the name in a row
    DIM = "dim"  # second column, explanations
    LABEL = "label"  # above inputs
    HINT = "hint"  # second line of a row, units, times
    TINY = "tiny"  # chart axes, key caps, tags; nothing smaller
    NUM = "num"  # the number of a card
    NUM2 = "num2"


@dataclass(frozen=True, slots=True)
class TypeStyle:
    """Size in px at a text size of 100 %, weight, colour, and letter spacing in percent."""

    px: int
    weight: QFont.Weight
    token: Token
    spacing: float = 100.0


STYLES: dict[Role, TypeStyle] = {
    Role.HERO: TypeStyle(26, QFont.Weight.DemiBold, Token.TEXT, 98.5),
    Role.TITLE: TypeStyle(19, QFont.Weight.DemiBold, Token.TEXT, 98.5),
    Role.H2: TypeStyle(15, QFont.Weight.DemiBold, Token.TEXT),
    Role.H3: TypeStyle(13, QFont.Weight.DemiBold, Token.TEXT),
    Role.BODY: TypeStyle(13, QFont.Weight.Normal, Token.TEXT),
    Role.STRONG: TypeStyle(13, QFont.Weight.Medium, Token.TEXT),
    Role.DIM: TypeStyle(13, QFont.Weight.Normal, Token.TEXT2),
    Role.LABEL: TypeStyle(12, QFont.Weight.Medium, Token.TEXT2),
    Role.HINT: TypeStyle(12, QFont.Weight.Normal, Token.TEXT3),
    Role.TINY: TypeStyle(11, QFont.Weight.Medium, Token.TEXT3),
    Role.NUM: TypeStyle(24, QFont.Weight.DemiBold, Token.TEXT),
    Role.NUM2: TypeStyle(18, QFont.Weight.DemiBold, Token.TEXT),
}


def load_fonts() -> None:
    """Make the bundled font known to Qt. Raises FileNotFoundError when the installation lacks its font files."""
    files = sorted(_FOLDER.glob("*.otf"))
    if not files or any(QFontDatabase.addApplicationFont(str(file)) < 0 for file in files):
        raise FileNotFoundError(f"The font files in {_FOLDER} are missing or damaged. Install Wireroom again.")


def list_scripts() -> list[QFontDatabase.WritingSystem]:
    """The scripts that Qt tells apart."""
    none = (
        QFontDatabase.WritingSystem.Any,
        QFontDatabase.WritingSystem.Symbol,
        QFontDatabase.WritingSystem.WritingSystemsCount,
    )
    return [script for script in QFontDatabase.WritingSystem if script not in none]


def find_missing_scripts() -> list[QFontDatabase.WritingSystem]:
    """Scripts that no installed font has: their words are shown as boxes."""
    return [script for script in list_scripts() if not QFontDatabase.families(script)]


def quieten_font_search() -> None:
    """Qt tells for each font that it lacks a script: thousands of lines. `doctor` says it once."""
    QLoggingCategory.setFilterRules("qt.text.font.db.info=false")


def make_font(role: Role, scale: float) -> QFont:
    style = STYLES[role]
    font = QFont(FAMILY)
    font.setPixelSize(round(style.px * scale))
    font.setWeight(style.weight)
    font.setFeature(QFont.Tag("tnum"), 1)
    if style.spacing != 100.0:
        font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, style.spacing)
    return font
