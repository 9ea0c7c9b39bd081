"""The theme of the running application: answers for colours, fonts and icons, and tells when they changed."""

from collections.abc import Callable, Hashable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QIcon, QPixmap
from PySide6.QtWidgets import QApplication

from core.config import AppearanceSettings
from desktop.theme.icons import IconStore
from desktop.theme.palette import make_palette
from desktop.theme.qss import make_style_sheet
from desktop.theme.tokens import Scheme, Token, colours
from desktop.theme.type_roles import Role, load_fonts, make_font, quieten_font_search

_MOST_PICTURES = 1_000  # of some kB each
_FADE_MS = 120  # palette, toast and panel


class Theme(QObject):
    """Owned by the application. After `changed`, painted widgets ask again; styled ones are repolished by Qt."""

    changed = Signal()

    def __init__(self, app: QApplication, appearance: AppearanceSettings) -> None:
        super().__init__(app)
        self._app = app
        self._icons = IconStore()
        self._colors: dict[Token, QColor] = {}
        self._fonts: dict[Role, QFont] = {}
        self._face_fonts: dict[int, QFont] = {}  # by size in px
        self._pictures: dict[Hashable, QPixmap] = {}
        self._appearance = appearance
        self._wear()
        app.styleHints().colorSchemeChanged.connect(self._system_changed)

    @staticmethod
    def of_application() -> "Theme":
        """The installed theme. Raises RuntimeError before `install_theme`."""
        app = QApplication.instance()
        theme = app.findChild(Theme, options=Qt.FindChildOption.FindDirectChildrenOnly) if app else None
        if theme is None:
            raise RuntimeError("install_theme(app, appearance) comes before the first widget.")
        return theme

    @property
    def appearance(self) -> AppearanceSettings:
        return self._appearance

    @property
    def scheme(self) -> Scheme:
        """The scheme that is worn; "system" is resolved, and a system that does not say means light."""
        chosen = self._appearance.scheme
        if chosen == "system":
            dark = self._app.styleHints().colorScheme() is Qt.ColorScheme.Dark
            return Scheme.DARK if dark else Scheme.LIGHT
        return Scheme(chosen)

    @property
    def scale(self) -> float:
        """The setting "Text size" as a factor, 0.9 to 1.3."""
        return self._appearance.text_size / 100

    @property
    def fade_ms(self) -> int:
        """How long something takes to appear; 0 with "Reduce motion"."""
        return 0 if self._appearance.reduce_motion else _FADE_MS

    def px(self, length: int) -> int:
        """A height or width that holds text, at the present text size."""
        return round(length * self.scale)

    def color(self, token: Token) -> QColor:
        return QColor(self._colors[token])

    def tint(self, token: Token, alpha: float) -> QColor:
        """A colour that lets `1 - alpha` of what is below through: the area under a line."""
        color = QColor(self._colors[token])
        color.setAlphaF(alpha)
        return color

    def font(self, role: Role) -> QFont:
        return QFont(self._fonts[role])

    def face_font(self, height: float) -> QFont:
        """Of the letters in a face so high. Kept: what Qt finds out about scripts lives as long as a font of its size."""
        size = max(9, round(height * 0.36))
        if size not in self._face_fonts:
            font = self._face_fonts[size] = self.font(Role.H3)
            font.setPixelSize(size)
        return QFont(self._face_fonts[size])

    def pixmap(self, name: str, token: Token = Token.TEXT2, size: int = 16) -> QPixmap:
        """A kept picture of an icon, such as "mdi6.pause". Raises ValueError for an unknown name."""
        return self._icons.pixmap(name, self._colors[token], self.px(size))

    def kept_picture(self, key: Hashable, make: Callable[[], QPixmap]) -> QPixmap:
        """What was painted before under this key; made anew when the theme changes."""
        if key not in self._pictures:
            if len(self._pictures) >= _MOST_PICTURES:
                self._pictures.clear()
            self._pictures[key] = make()
        return self._pictures[key]

    def icon(self, name: str, token: Token = Token.TEXT2, size: int = 16) -> QIcon:
        """The same for a button or menu, with its disabled form. Raises ValueError for an unknown name."""
        return self._icons.icon(name, self._colors[token], self._colors[Token.TEXT3], self.px(size))

    def apply(self, appearance: AppearanceSettings) -> None:
        """Wear other settings at once; does nothing when they are the same."""
        if appearance != self._appearance:
            self._appearance = appearance
            self._wear()
            self.changed.emit()

    def _system_changed(self) -> None:
        if self._appearance.scheme == "system":
            self._wear()
            self.changed.emit()

    def _wear(self) -> None:
        worn = colours(self.scheme, self._appearance.more_contrast)
        self._colors = {token: QColor(value) for token, value in worn.items()}
        self._fonts = {role: make_font(role, self.scale) for role in Role}
        self._face_fonts = {}
        self._pictures = {}
        self._app.setPalette(make_palette(worn))
        self._app.setFont(self._fonts[Role.BODY])
        self._app.setStyleSheet(make_style_sheet(worn, self.scheme, self.scale))


def install_theme(app: QApplication, appearance: AppearanceSettings | None = None) -> Theme:
    """Dress the application; a second call applies other settings to the same theme.

    Raises FileNotFoundError when the installation lacks its font files.
    """
    chosen = appearance or AppearanceSettings()
    kept = app.findChild(Theme, options=Qt.FindChildOption.FindDirectChildrenOnly)
    if kept is not None:
        kept.apply(chosen)
        return kept
    app.setStyle("Fusion")
    quieten_font_search()
    load_fonts()
    return Theme(app, chosen)
