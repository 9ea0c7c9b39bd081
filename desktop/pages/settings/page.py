"""Settings: groups left, one card of lines right; a search shows what matches of all groups."""

import asyncio
from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QScrollArea, QVBoxLayout, QWidget

from ai.child.control import AiControl
from campaigns.worker_control import WorkerControl
from core.config import Config, SettingInfo
from core.config_file import read_config
from core.workspace import Workspace
from desktop.ai_keys import AiKeys
from desktop.pages.local_formats import local_formats
from desktop.pages.page import Page, PageContext
from desktop.pages.settings.ai_lines import AiLines
from desktop.pages.settings.line import SettingLine
from desktop.pages.settings.lock_lines import LockLines
from desktop.pages.settings.presenter import SettingsPresenter
from desktop.pages.settings.values import AI_GROUP, AT_ONCE, FROM_NEXT_START, UNTAGGED, WEBHOOK_GROUP, matches
from desktop.pages.settings.webhooks.lines import WebhookLines, WebhookParts
from desktop.scope import Scope
from desktop.theme import Role, Theme
from desktop.vault_access import VaultAccess
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.cards import Card
from desktop.widgets.fields import SearchField
from desktop.widgets.labels import label
from webhooks.service import WebhookService

ICONS = {
    "appearance": "mdi6.palette-outline",
    "delivery": "mdi6.send-outline",
    "executor": "mdi6.cogs",
    "inbox": "mdi6.inbox-outline",
    "lock": "mdi6.lock-outline",
    "notifications": "mdi6.bell-outline",
    "logs": "mdi6.text-box-outline",
    "proxies": "mdi6.shield-outline",
    "review": "mdi6.clipboard-check-outline",
    "ai": "mdi6.creation",
    "retry": "mdi6.refresh",
    "timeouts": "mdi6.timer-sand",
    "webhooks": "mdi6.webhook",
    "worker": "mdi6.server-network",
}
# What people look for comes first, machinery after it.
FIRST = ("appearance", "notifications", "lock", "worker", "review", "inbox", "ai", "webhooks", "delivery")
GROUPS_WIDTH, CARD_WIDTH = 198, 820
LINES_A_TURN = 2


class SettingsPage(Page):
    """Every change is written at once and can be undone."""

    def __init__(self, context: PageContext, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._theme = Theme.of_application()
        config_path = workspace.config_path
        self.lock_lines = LockLines(workspace, context.clock, context.notifications, context.lock_now, self)
        self.lock_lines.hide()  # until its card is made
        self._control = context.services.get(AiControl)
        vault = VaultAccess(self, workspace, context.services.get(WorkerControl))
        self.ai_lines = AiLines(
            self._control,
            AiKeys(vault, workspace),
            lambda: read_config(config_path).ai,
            context.notifications,
            context.clock,
            context.actor,
            self,
        )
        self.ai_lines.hide()  # until its card is made
        self.ai_lines.modelChosen.connect(self._choose_model)
        self.webhook_lines = WebhookLines(
            WebhookParts(
                service=context.services.get(WebhookService),
                vault=vault,
                worker=context.services.get(WorkerControl),
                notifications=context.notifications,
                clock=context.clock,
                formats=local_formats(),
                actor=context.actor,
            ),
            self,
        )
        self.webhook_lines.hide()  # until its card is made
        self.presenter = SettingsPresenter(config_path, context, self._apply, self)
        self._lines: dict[str, SettingLine] = {}
        self._cards: dict[str, Card] = {}
        self._infos: list[SettingInfo] = []
        self._sections: list[str] = []
        self._wanted = ""
        self._restarts: list[Button] = []
        self._is_worker_up = False
        self._scope = Scope(self)
        self._search = SearchField("Search settings")
        self._search.setParent(self)
        self._search.setFixedWidth(222)
        self._search.searched.connect(self._find)
        self._groups = QListWidget()
        self._groups.setObjectName("plain")
        self._groups.setAccessibleName("Groups of settings")
        self._groups.setFixedWidth(self._theme.px(GROUPS_WIDTH))
        self._groups.setIconSize(QSize(18, 18))
        self._groups.currentItemChanged.connect(self._choose)
        self._nothing = label("", wrap=True)
        self._build()
        self.presenter.loaded.connect(self._show_infos)
        self.presenter.refused.connect(self._show_refused)
        self.presenter.workerSeen.connect(self._show_worker)
        self._theme.changed.connect(self._restyle)
        self._scope.connect(context.hub.webhooksChanged, self._read_webhooks)
        self.set_heading("Settings", f"Kept in {config_path.name}, one file of this workspace")

    @property
    def header_actions(self) -> Sequence[QWidget]:
        return (self._search,)

    @property
    def search_field(self) -> SearchField:
        return self._search

    @property
    def panes(self) -> Sequence[QWidget]:
        return (self._groups, self._scroll)

    def refresh(self) -> None:
        self.presenter.load()

    def line(self, name: str) -> SettingLine:
        """The line of "section.key"."""
        section, key = name.split(".")
        return self._ensure_line(next(info for info in self._infos if (info.section, info.key) == (section, key)))

    def show_subject(self, subject_id: int) -> None:
        if subject_id == AI_GROUP:
            self._want("ai")
        elif subject_id == WEBHOOK_GROUP:
            self._want("webhooks")

    def _want(self, section: str) -> None:
        self._wanted = section  # when the groups are not listed yet
        self.show_section(section)

    def show_section(self, section: str) -> None:
        for row in range(self._groups.count()):
            if self._groups.item(row).data(Qt.ItemDataRole.UserRole) == section:
                self._groups.setCurrentRow(row)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.lock_lines.refresh()
        if self.ai_lines.isVisible():
            self.ai_lines.refresh()
        self.presenter.load()  # also again: a dialog may have remembered an answer meanwhile

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 6, 24, 0)
        row.setSpacing(24)
        row.addWidget(self._groups)
        holder = QWidget()
        holder.setObjectName("scrolled")
        self._column = QVBoxLayout(holder)
        self._column.setContentsMargins(0, 0, 0, 16)
        self._column.setSpacing(12)
        self._column.addWidget(self._nothing)
        self._column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(holder)
        self._scroll.setMaximumWidth(self._theme.px(CARD_WIDTH))
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        row.addWidget(self._scroll, 1)
        row.addStretch(0)

    def _show_infos(self, infos: list[SettingInfo]) -> None:
        self._infos = infos
        if not self._groups.count():
            self._list_groups(infos)
        for info in infos:
            line = self._lines.get(f"{info.section}.{info.key}")
            if line is not None:
                line.show_info(info)

    def _list_groups(self, infos: list[SettingInfo]) -> None:
        titles = {info.section: info.section_title for info in infos}
        self._sections = sorted(titles, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))
        for section in self._sections:
            item = QListWidgetItem(titles[section])
            item.setData(Qt.ItemDataRole.UserRole, section)
            item.setSizeHint(QSize(0, self._theme.px(34)))
            self._groups.addItem(item)
        self._restyle()
        self._groups.setCurrentRow(0)
        self.show_section(self._wanted)

    def _ensure_card(self, section: str) -> Card:
        """Its card, made when it is first looked at; lines come later."""
        if section in self._cards:
            return self._cards[section]
        card = Card(next(info.section_title for info in self._infos if info.section == section))
        card.hide()
        card.body.setContentsMargins(0, 10, 0, 4)
        card.body.setSpacing(0)
        card.head.setContentsMargins(16, 0, 12, 8)
        if section not in UNTAGGED:
            careful = Button("Careful values", kind=Kind.LINK, small=True)
            careful.setToolTip("Take all of this card back to the careful values")
            careful.setObjectName(section)
            careful.clicked.connect(self._make_careful)
            card.add_to_head(careful)
        if section not in AT_ONCE:
            card.head.insertWidget(1, label(FROM_NEXT_START, Role.HINT))
            restart = Button("Restart worker", kind=Kind.LINK, small=True)
            restart.setToolTip("It answers what is under way, ends, and starts with the settings of now")
            restart.setVisible(self._is_worker_up)
            restart.clicked.connect(self.context.restart_worker)
            self._restarts.append(restart)
            card.add_to_head(restart)
        before = [made for made in self._sections[: self._sections.index(section)] if made in self._cards]
        if section == "lock":
            card.body.addWidget(self.lock_lines)
            self.lock_lines.show()
        if section == "ai":
            card.body.addWidget(self.ai_lines)
            self.ai_lines.show()
            self.ai_lines.refresh()
        if section == "webhooks":
            card.body.addWidget(self.webhook_lines)
            card.add_to_head(self.webhook_lines.add)
            self.webhook_lines.show()
            self.webhook_lines.refresh()
        self._cards[section] = card
        self._column.insertWidget(1 + len(before), card)  # the first place is that of "nothing matches"
        return card

    def _ensure_line(self, info: SettingInfo) -> SettingLine:
        name = f"{info.section}.{info.key}"
        if name not in self._lines:
            line = SettingLine(info)
            line.changed.connect(self.presenter.change)
            self._lines[name] = line
            self._ensure_card(info.section).body.addWidget(line)
        return self._lines[name]

    def _make_careful(self) -> None:
        section = self.sender().objectName()
        self.presenter.make_careful([info for info in self._infos if info.section == section])

    def _choose(self) -> None:
        if not self._search.text():
            self._find("")

    def _find(self, words: str) -> None:
        self._scope.task(self._reveal(words), "show settings", is_latest=True)

    async def _reveal(self, words: str) -> None:
        """Without words the chosen group, else every line that matches, whatever its group.

        A line costs about 2 ms of CPU to make and show, so a few at a time: no turn of the loop is felt.
        """
        row = self._groups.currentRow()
        chosen = str(self._groups.item(row).data(Qt.ItemDataRole.UserRole)) if row >= 0 else ""
        wanted = self._sections if words else [section for section in self._sections if section == chosen]
        for section, card in self._cards.items():
            card.setVisible(not card.isHidden() and section in wanted)
        for section in wanted:
            infos = [info for info in self._infos if info.section == section]
            fitting = [info for info in infos if matches(info, words)]
            self._ensure_card(section).setVisible(bool(fitting))
            for number, info in enumerate(infos):
                self._ensure_line(info).setVisible(info in fitting)
                if number % LINES_A_TURN == LINES_A_TURN - 1:
                    await asyncio.sleep(0)
            await asyncio.sleep(0)
        self._nothing.setText(f"Nothing matches “{words}”.")
        self._nothing.setVisible(all(card.isHidden() for card in self._cards.values()))

    def _show_refused(self, name: str, reason: str) -> None:
        self._lines[name].show_refused(reason)

    def _show_worker(self, is_up: bool) -> None:
        self._is_worker_up = is_up
        for button in self._restarts:
            button.setVisible(is_up)

    def _read_webhooks(self) -> None:
        if "webhooks" in self._cards:
            self.webhook_lines.refresh()

    def _choose_model(self, model: str) -> None:
        info = next(info for info in self._infos if (info.section, info.key) == ("ai", "model"))
        self.presenter.change(info, model)

    def _apply(self, config: Config) -> None:
        self._theme.apply(config.appearance)
        if "ai" in self._cards:
            self.ai_lines.refresh()  # another provider has another key
        if not config.ai.enabled:
            self._scope.task(self._control.close(), "end the child that asks the model")

    def _restyle(self) -> None:
        for row in range(self._groups.count()):
            item = self._groups.item(row)
            icon = ICONS.get(str(item.data(Qt.ItemDataRole.UserRole)), "mdi6.tune")
            item.setIcon(self._theme.icon(icon, size=18))
