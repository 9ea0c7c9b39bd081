"""Icons from qtawesome as kept pixmaps: drawing one anew costs a hundred times the price of a kept one."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPixmap


class IconStore:
    """Pixmaps by name, colour, size and device ratio. Colours are part of the key, so a change of scheme needs no care."""

    def __init__(self) -> None:
        self._pixmaps: dict[tuple[str, int, int, float], QPixmap] = {}

    def pixmap(self, name: str, color: QColor, size: int) -> QPixmap:
        """An icon `size` px wide and high, sharp on the finest screen. Raises ValueError for an unknown name."""
        ratio = QGuiApplication.instance().devicePixelRatio()  # type: ignore[union-attr]
        key = (name, color.rgba(), size, ratio)
        kept = self._pixmaps.get(key)
        if kept is None:
            import qtawesome  # 140 ms: paid by the first icon, not by every import of the theme

            try:
                icon: QIcon = qtawesome.icon(name, color=color)
            except Exception as error:  # qtawesome raises bare Exception for a name that its font lacks
                raise ValueError(f"There is no icon named {name}.") from error
            kept = icon.pixmap(QSize(size, size), ratio)
            self._pixmaps[key] = kept
        return kept

    def icon(self, name: str, color: QColor, disabled: QColor, size: int) -> QIcon:
        icon = QIcon(self.pixmap(name, color, size))
        icon.addPixmap(self.pixmap(name, disabled, size), QIcon.Mode.Disabled)
        return icon
