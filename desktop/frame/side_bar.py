"""The left side: workspace, go or do, pages, worker."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.frame.facts import Badge, WorkspaceLabel
from desktop.frame.navigation import NavigationItem
from desktop.frame.worker_card import WorkerCard
from desktop.opening_window import SIDE_BAR_WIDTH
from desktop.pages.page import PageSpec
from desktop.theme import Role, Theme, Token
from desktop.widgets.buttons import IconButton
from desktop.widgets.cards import IconLabel
from desktop.widgets.identity import Mark
from desktop.widgets.labels import ElidedLabel, label
from desktop.widgets.pills import key_caps


class PressableFrame(QFrame):
    """A row of labels that is one button: by mouse, Enter and Space."""

    pressed = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("outlined")
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonRelease:
            self.pressed.emit()
            return True
        if event.type() == QEvent.Type.KeyPress and event.key() in (  # type: ignore[attr-defined]  # a QKeyEvent
            Qt.Key.Key_Return,
            Qt.Key.Key_Enter,
            Qt.Key.Key_Space,
        ):
            self.pressed.emit()
            return True
        return False


class SideBar(QFrame):
    """Says what the person wants; the window does it."""

    pageRequested = Signal(str)
    paletteRequested = Signal()
    workspaceMenuRequested = Signal()

    def __init__(self, workspace: WorkspaceLabel, pages: Sequence[PageSpec]) -> None:
        super().__init__()
        self.setObjectName("sideBar")
        self.setAccessibleName("Pages and worker")
        self._theme = Theme.of_application()
        self.setFixedWidth(self._theme.px(SIDE_BAR_WIDTH))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(10, 14, 10, 12)
        self._column.setSpacing(1)
        self._column.addLayout(self._build_workspace(workspace))
        self._column.addSpacing(10)
        self._column.addWidget(self._build_go_or_do())
        self._column.addSpacing(9)
        self.items: dict[str, NavigationItem] = {}
        for number, spec in enumerate(pages, start=1):
            item = NavigationItem(spec.key, spec.title, spec.icon, number)
            item.clicked.connect(self._on_clicked)
            self.items[spec.key] = item
            self._column.addWidget(item)
        self._column.addStretch(1)
        self.worker_card = WorkerCard()
        self._column.addWidget(self.worker_card)
        self._theme.changed.connect(self._restyle)

    def show_page(self, key: str) -> None:
        """Mark this page as the current one."""
        if key in self.items:
            self.items[key].setChecked(True)

    def show_badges(self, badges: Mapping[str, Badge]) -> None:
        for key, item in self.items.items():
            item.set_badge(badges.get(key))

    def _build_workspace(self, workspace: WorkspaceLabel) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(10, 4, 4, 4)
        row.setSpacing(10)
        row.addWidget(Mark(28, sandbox=workspace.is_sandbox))
        names = QVBoxLayout()
        names.setSpacing(0)
        name = ElidedLabel(workspace.name, Role.H3)
        name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        names.addWidget(name)
        # Violet says sandbox, everywhere; production never wears it.
        token = Token.ODD if workspace.is_sandbox else None
        names.addWidget(label("Sandbox" if workspace.is_sandbox else "Production", Role.HINT, token))
        row.addLayout(names, 1)
        self.workspace_button = IconButton("mdi6.unfold-more-horizontal", "Workspace: open another, show its folder")
        self.workspace_button.clicked.connect(self.workspaceMenuRequested)
        row.addWidget(self.workspace_button)
        return row

    def _build_go_or_do(self) -> PressableFrame:
        frame = PressableFrame("Go to or do something (Ctrl+K)")
        frame.setFixedHeight(self._theme.px(32))
        row = QHBoxLayout(frame)
        row.setContentsMargins(9, 0, 6, 0)
        row.setSpacing(6)
        row.addWidget(IconLabel("mdi6.magnify"))
        row.addWidget(label("Go to or do …", Role.DIM), 1)
        row.addWidget(key_caps("Ctrl+K"))
        frame.pressed.connect(self.paletteRequested)
        self._go_or_do = frame
        self._restyle()
        return frame

    def _on_clicked(self) -> None:
        item = self.sender()
        if isinstance(item, NavigationItem):
            self.pageRequested.emit(item.key)

    def _restyle(self) -> None:
        self.setFixedWidth(self._theme.px(SIDE_BAR_WIDTH))
        self._go_or_do.setFixedHeight(self._theme.px(32))
