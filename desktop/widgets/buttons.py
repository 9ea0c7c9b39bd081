"""Buttons: one primary per view, the rest quiet. Icons take the colour that the kind of the button asks for."""

from enum import StrEnum

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from desktop.theme import Theme, Token

_ICON_PX = 16


class Kind(StrEnum):
    """What a button is for."""

    PRIMARY = "primary"  # the one next step
    DEFAULT = "default"
    QUIET = "quiet"  # without a frame
    LINK = "link"
    STOP = "stop"  # asks before something is lost
    DANGER = "danger"  # cannot be undone

    @property
    def icon_token(self) -> Token:
        return _ICON_TOKENS[self]


_ICON_TOKENS = {
    Kind.PRIMARY: Token.ON_ACCENT,
    Kind.DEFAULT: Token.TEXT2,
    Kind.QUIET: Token.TEXT2,
    Kind.LINK: Token.ACCENT_TEXT,
    Kind.STOP: Token.BAD,
    Kind.DANGER: Token.ON_ACCENT,
}


class Button(QPushButton):
    """A button with a word, 32 px high (26 when small). The pointer does not take the focus away from a field."""

    def __init__(
        self,
        text: str,
        icon: str = "",
        *,
        kind: Kind = Kind.DEFAULT,
        small: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon_name = icon
        self._kind = kind
        self._theme = Theme.of_application()
        self.setProperty("kind", kind.value)
        if small:
            self.setProperty("small", "true")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAutoDefault(False)
        self.set_text(text)
        if icon:
            self._restyle()
            self._theme.changed.connect(self._restyle)

    def set_text(self, text: str) -> None:
        # Icon and text are 4 px apart and a style sheet cannot change it: a blank makes it 8.
        self.setText(f" {text}" if self._icon_name else text)
        self.setAccessibleName(text)

    def set_icon(self, icon: str) -> None:
        """Another icon on a button that was made with one."""
        self._icon_name = icon
        self._restyle()

    def set_reason_disabled(self, reason: str) -> None:
        """Disable with the reason in the tool tip; an empty reason enables."""
        self.setEnabled(not reason)
        self.setToolTip(reason)

    def _restyle(self) -> None:
        size = self._theme.px(_ICON_PX)
        self.setIconSize(QSize(size, size))
        self.setIcon(self._theme.icon(self._icon_name, self._kind.icon_token))


class IconButton(QToolButton):
    """A tool without a word, 28 px; its name is its tool tip and what a screen reader says."""

    def __init__(self, icon: str, name: str, *, checkable: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name = icon
        self._theme = Theme.of_application()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCheckable(checkable)
        self.set_name(name)
        self._restyle()
        self._theme.changed.connect(self._restyle)

    def set_name(self, name: str) -> None:
        self.setAccessibleName(name)
        self.setToolTip(name)

    def set_icon(self, icon: str) -> None:
        self._icon_name = icon
        self._restyle()

    def _restyle(self) -> None:
        size = self._theme.px(_ICON_PX)
        self.setIconSize(QSize(size, size))
        self.setIcon(self._theme.icon(self._icon_name))
