"""Opens fonts before the first text needs them, in pieces that no handler feels.

The first word in a script that no installed font can shape makes Qt ask every font there is, again for each size and
weight: 8 to 13 ms of CPU with 39 families (measured), in the middle of a painting. Qt keeps what it found as long as a
QFont of that size lives, and the theme's fonts live as long as the program.
"""

from collections.abc import Iterator

from PySide6.QtGui import QFont, QFontDatabase, QFontMetrics

from desktop.theme.theme import Theme
from desktop.theme.type_roles import Role, find_missing_scripts, list_scripts

# What people are called and wrote, and the titles that an operator chose. Other roles show our own words.
_ROLES = (Role.BODY, Role.STRONG, Role.HINT, Role.LABEL, Role.TITLE, Role.H2, Role.H3)
_FACES = (28, 38)  # how high faces in lists are: those of 40 have letters of the same size


def warm_fonts(theme: Theme) -> Iterator[None]:
    """Each step opens one font or shapes a word of one script: 1 to 7 ms of CPU."""
    words = [QFontDatabase.writingSystemSample(script) for script in list_scripts()]
    families = QFontDatabase.families() if find_missing_scripts() else []
    for kept in (*map(theme.font, _ROLES), *map(theme.face_font, _FACES)):
        # Asking 39 fonts that are open takes 1 ms a script, opening them 0.1 ms each.
        for family in families:
            font = QFont(kept)
            font.setFamilies([family])
            QFontMetrics(font).horizontalAdvance("a")
            yield
        for word in words:
            # Measured with the theme's own font, not drawn: a painter uses a copy that keeps nothing.
            QFontMetrics(QFont(kept)).horizontalAdvance(word)
            yield
