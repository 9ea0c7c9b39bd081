"""The card of the text model below the message: what is asked, what comes, and the ways to take it."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from core.errors import AppError
from desktop.formatting import count_of
from desktop.pages.composer.assist.brief_form import BriefForm
from desktop.pages.composer.assist.difference_view import with_chips
from desktop.pages.composer.assist.draft_item import DraftItem
from desktop.pages.composer.assist.finding_item import FindingItem
from desktop.pages.composer.assist.request_view import RequestView
from desktop.pages.composer.assist.shown import DraftShown, FindingShown, NextStep, Shown, Stage, next_step
from desktop.theme import Role, Theme, Token
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.cards import Card, IconLabel
from desktop.widgets.labels import ElidedLabel, label
from desktop.widgets.layouts import clear_layout
from desktop.widgets.pills import Tag
from desktop.widgets.status import Glyph, StatusGlyph, Tone

MOST_HEIGHT, LEAST_HEIGHT = 236, 64  # of what scrolls
NARROW = 580  # of the card: below it not everything stands in one row
WRITTEN_MS = 100  # what comes in pieces is shown at most ten times a second


class AssistCard(Card):
    """Shows and emits."""

    askRequested = Signal()
    againRequested = Signal()
    lookRequested = Signal()
    cancelRequested = Signal()
    dismissRequested = Signal()
    settingsRequested = Signal()
    useRequested = Signal(int)
    useAllRequested = Signal()
    changeRequested = Signal(int, int)
    applyRequested = Signal(int)
    takeBackRequested = Signal(int)

    def __init__(self) -> None:
        super().__init__("AI")
        self._theme = Theme.of_application()
        self.shown = Shown(stage=Stage.CLOSED)
        self._pending = ""
        self._written_timer = QTimer(self, singleShot=True, interval=WRITTEN_MS)
        self._written_timer.timeout.connect(self._show_pending)
        self._fit_timer = QTimer(self, singleShot=True, interval=0)
        self._fit_timer.timeout.connect(self._fit)
        self.facts = ElidedLabel("", Role.HINT)
        self.facts_below = label("", Role.HINT, wrap=True)
        self.facts_below.hide()
        self.body.addWidget(self.facts_below)
        self.tag = Tag("fields go as placeholders", Tone.ODD)
        self.tag.setToolTip("Names and other values of people are filled in on this computer, never sent")
        self.head.insertWidget(0, IconLabel("mdi6.creation", Token.ODD, 18))
        self.head.takeAt(2)  # the stretch of a card without facts
        self.head.addWidget(self.facts, 1)
        self.head.addWidget(self.tag, 0, Qt.AlignmentFlag.AlignRight)
        self.form = BriefForm()
        self.request = RequestView()
        self.written = label("", wrap=True)
        self.written.setAccessibleName("The text as it is written")
        self.problem = _Problem()
        self.items: list[QWidget] = []
        self._build()

    def _build(self) -> None:
        inside = QWidget()
        inside.setObjectName("scrolled")
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 4, 0)
        self._column.setSpacing(8)
        self._items = QVBoxLayout()
        self._items.setSpacing(12)
        for part in (self.problem, self.form, self.written):
            self._column.addWidget(part)
        self._column.addLayout(self._items)
        self._column.addWidget(self.request)
        self._column.addStretch(1)
        self._scroll = _Room()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the texts in it take it, and scroll into sight
        self._scroll.setWidget(inside)
        inside.installEventFilter(self)
        self.body.addWidget(self._scroll)
        self._rows = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._rows.setSpacing(8)
        self._foot = QHBoxLayout()
        self._foot.setSpacing(8)
        self._own = QHBoxLayout()  # the buttons of the only draft
        self._rows.addLayout(self._own)
        self._rows.addLayout(self._foot, 1)
        self.ask = Button("Ask", "mdi6.creation", kind=Kind.PRIMARY, small=True)
        self.ask.clicked.connect(self.askRequested)
        self.use_all = Button("Use all", "mdi6.check", kind=Kind.PRIMARY, small=True)
        self.use_all.clicked.connect(self.useAllRequested)
        self.settings = Button(NextStep.SETTINGS.value, "mdi6.cog-outline", kind=Kind.PRIMARY, small=True)
        self.settings.clicked.connect(self.settingsRequested)
        self.again = Button("Again", "mdi6.refresh", kind=Kind.QUIET, small=True)
        self.again.clicked.connect(self.againRequested)
        self.progress = label("", Role.HINT)
        self.look = Button("What will be sent?", kind=Kind.LINK, small=True)
        self.look.clicked.connect(self.lookRequested)
        self.cancel = Button("Cancel", small=True)
        self.cancel.setToolTip("Stop asking (Esc)")
        self.cancel.clicked.connect(self.cancelRequested)
        self.dismiss = Button("Dismiss", kind=Kind.QUIET, small=True)
        self.dismiss.setToolTip("Close it; the message stays as it is (Esc)")
        self.dismiss.clicked.connect(self.dismissRequested)
        for button in (self.ask, self.use_all, self.settings, self.again):
            self._foot.addWidget(button)
        self._foot.addWidget(self.progress)
        self._foot.addStretch(1)
        for button in (self.look, self.cancel, self.dismiss):
            self._foot.addWidget(button)
        self.body.addLayout(self._rows)
        self.form.changed.connect(self._show_can_ask)

    # ----------------------------------------------------------------------------------------------- showing

    def show_assist(self, shown: Shown) -> None:
        """All of it, as it is now."""
        former, self.shown = self.shown, shown
        stage = shown.stage
        self.title.setText(f"AI: {shown.title[:1].lower()}{shown.title[1:]}")
        self.setAccessibleName(self.title.text())
        self.facts.set_text(shown.facts)
        self.facts_below.setText(shown.facts)
        self.form.setVisible(stage is Stage.BRIEF)
        self.request.setVisible(shown.is_request_asked)
        if shown.is_request_asked:
            self.request.show_request(shown.request, shown.request_note)
        if stage is not Stage.ASKING or former.stage is not Stage.ASKING or former.progress != shown.progress:
            self._written_timer.stop()
            self.written.clear()
            self.written.hide()
        self.problem.show_problem(shown.problem)
        if (former.drafts, former.findings, former.stage) != (shown.drafts, shown.findings, stage):
            self._show_items(former, shown)
        self._show_foot(shown)
        self.setVisible(stage is not Stage.CLOSED)
        self._fit_timer.start()

    def show_written(self, text: str) -> None:
        """As it comes: the whole text so far."""
        self._pending = text
        if not self._written_timer.isActive():
            self._written_timer.start()

    def focus_first(self) -> None:
        """The first thing that can be done."""
        rows = [item.buttons if isinstance(item, DraftItem) else item for item in self.items]
        of_items = [button for row in rows for button in row.findChildren(Button)]
        foot = (self.settings, self.again, self.cancel, self.dismiss)
        for widget in (self.form.what, self.ask, self.use_all, *of_items, *foot):
            if widget.isVisible() and widget.isEnabled():
                widget.setFocus()
                return

    # ------------------------------------------------------------------------------------------------ inside

    def _show_pending(self) -> None:
        if self.shown.stage is Stage.ASKING:
            self.written.setText(with_chips(self._pending))
            self.written.show()

    def _show_items(self, former: Shown, shown: Shown) -> None:
        """Findings stay and change their state; drafts are made anew, and the focus is not lost by it."""
        lines = [item for item in self.items if isinstance(item, FindingItem)]
        same = [one.finding for one in former.findings] == [one.finding for one in shown.findings]
        if shown.stage is Stage.FINDINGS and lines and same:
            for line, finding in zip(lines, shown.findings, strict=True):
                line.show_state(finding.state)
            return
        had_focus = any(button.hasFocus() for button in self.findChildren(Button))
        clear_layout(self._items)
        clear_layout(self._own)
        self.items = []
        if shown.stage is Stage.DRAFTS:
            self._add_drafts(shown.drafts)
        elif shown.stage is Stage.FINDINGS:
            self._add_findings(shown.findings)
        if had_focus:
            QTimer.singleShot(0, self, self.focus_first)

    def _add_drafts(self, drafts: Sequence[DraftShown]) -> None:
        for place, draft in enumerate(drafts):
            item = DraftItem(draft, is_only=len(drafts) == 1)
            item.useRequested.connect(partial(self.useRequested.emit, place))
            item.changeRequested.connect(partial(self.changeRequested.emit, place))
            self._add(item)
            (self._own if len(drafts) == 1 else self._items).addWidget(item.buttons)

    def _add_findings(self, findings: Sequence[FindingShown]) -> None:
        for place, finding in enumerate(findings):
            line = FindingItem(finding)
            line.applyRequested.connect(partial(self.applyRequested.emit, place))
            line.takeBackRequested.connect(partial(self.takeBackRequested.emit, place))
            self._add(line)
        if not findings:
            self._add(label("Nothing that a reader would stumble over was found.", Role.BODY, Token.GOOD))

    def _add(self, item: QWidget) -> None:
        self.items.append(item)
        self._items.addWidget(item)

    def _show_foot(self, shown: Shown) -> None:
        stage = shown.stage
        step = next_step(shown.problem) if shown.problem is not None else NextStep.NONE
        open_drafts = [draft for draft in shown.drafts if not draft.is_taken]
        self.ask.setVisible(stage in (Stage.BRIEF, Stage.READY))
        self.ask.set_text("Write" if stage is Stage.BRIEF else "Send it")
        self.use_all.setVisible(
            stage is Stage.DRAFTS
            and len(open_drafts) > 1
            and all(draft.action == "Use this" for draft in open_drafts)
        )
        self.settings.setVisible(step is NextStep.SETTINGS)
        self.again.set_text("Review again" if stage is Stage.FINDINGS else "Ask again" if shown.problem else "Again")
        self.again.setVisible(
            stage in (Stage.DRAFTS, Stage.FINDINGS) or (stage is Stage.FAILED and step is NextStep.AGAIN)
        )
        asking = f"Asking for {shown.progress} …" if shown.progress else "Asking …"
        count = sum(1 for _ in shown.findings)
        self.progress.setText(
            asking if stage is Stage.ASKING else count_of(str(count), "finding", "findings") if count else ""
        )
        verb = "What was sent?" if shown.was_sent else "What will be sent?"
        self.look.set_text("Hide the request" if shown.is_request_asked else verb)
        self.look.setVisible(stage in (Stage.BRIEF, Stage.DRAFTS, Stage.FINDINGS))
        self.cancel.setVisible(stage is Stage.ASKING)
        self.dismiss.setVisible(stage is not Stage.ASKING)
        self._show_can_ask()

    def _show_can_ask(self) -> None:
        if self.shown.stage is Stage.BRIEF:
            missing = "" if self.form.text else "Say first what to write"
            self.ask.set_reason_disabled(missing)
            self.look.set_reason_disabled(missing)
        else:
            self.ask.set_reason_disabled("" if self.shown.request is not None else "The request is being prepared")
            self.look.set_reason_disabled("")

    def _fit(self) -> None:
        """As high as what is in it, up to a limit: the text above stays in sight."""
        layout = self._column
        layout.activate()
        width = self._scroll.viewport().width()
        wanted = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.sizeHint().height()
        most = self._theme.px(MOST_HEIGHT)
        self._scroll.set_wanted(min(wanted, most), min(wanted, self._theme.px(LEAST_HEIGHT)))
        self._scroll.setVisible(wanted > 0)
        if self.shown.stage is Stage.ASKING:  # the end of what comes stays in sight
            bar = self._scroll.verticalScrollBar()
            bar.setValue(bar.maximum())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < self._theme.px(NARROW)
        direction = QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight
        if direction is not self._rows.direction():
            self._rows.setDirection(direction)
        self.facts.setVisible(not is_narrow)
        self.facts_below.setVisible(is_narrow)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self._fit_timer.start()  # texts know their height once they have their width
        return False


class _Room(QScrollArea):
    """Asks for the height of its content, and takes less where there is less."""

    def set_wanted(self, height: int, least: int) -> None:
        self._wanted = height
        self.setMinimumHeight(least)
        self.setMaximumHeight(height)
        self.updateGeometry()

    _wanted = 0

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._wanted)


class _Problem(QWidget):
    """What went wrong, in its words."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(StatusGlyph(Glyph.CROSS, "Failed"))
        self.text = label("", Role.BODY, Token.BAD, wrap=True)
        row.addWidget(self.text, 1)

    def show_problem(self, error: AppError | None) -> None:
        self.setVisible(error is not None)
        self.text.setText("" if error is None else str(error))
