"""The sign-in dialog: the ways of signing in on top, one view below them, and a foot that belongs to the view."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from core.clock import Clock
from core.domain.account import Account, AccountKind, DataCentre
from desktop.dialogs.dialog import Dialog
from desktop.formatting import Formats
from desktop.scope import Scope
from desktop.sign_in import steps as s
from desktop.sign_in.sandbox_help import Offer
from desktop.sign_in.view import StepView, WayChosen, focus_later
from desktop.sign_in.view_factory import ViewContext, make_view
from desktop.theme import Role
from desktop.widgets.buttons import Button, IconButton, Kind
from desktop.widgets.cards import IconLabel
from desktop.widgets.choices import Segments
from desktop.widgets.labels import label
from desktop.widgets.status import Glyph, State, Status, Tone
from telegram.sign_in import values as v

TICK_MS = 500
WIDTH = 640
_WAYS = {v.Method.QR: "QR code", v.Method.PHONE: "Phone number", v.Method.BOT: "Bot token"}
_GO = {v.Method.QR: v.UseQr(), v.Method.PHONE: v.UsePhone(), v.Method.BOT: v.UseBotToken()}


class SignInDialog(Dialog):
    """Shows steps and emits what a person answers; it decides nothing. It closes when `finish` is called."""

    answered = Signal(object)  # a command, or one of the values of desktop.sign_in.view
    cancelRequested = Signal()
    closeRequested = Signal()  # Esc and the cross: what is half done stays
    helpRequested = Signal()

    def __init__(self, parent: QWidget, clock: Clock, formats: Formats) -> None:
        super().__init__(parent, "Add an account", width=WIDTH)
        self._clock, self._formats = clock, formats
        self.scope = Scope(self)
        self.again: Account | None = None
        self.data_centre = DataCentre.SANDBOX
        self.route, self.can_change, self.method, self.proxy = "", False, v.Method.QR, ""
        self.view: StepView | None = None
        self.step: s.Step = s.Busy(work=s.Work.OPENING)
        self._may_close = False
        self._is_waiting = False  # an answer was given, and its next state has not come
        self._build_head()
        self._holder = QVBoxLayout()
        self.body.addLayout(self._holder)
        self.status = Status(State(Glyph.RUN, " "))
        self._foot_words = label("", Role.HINT)
        self.foot.insertWidget(0, self.status)
        self.foot.insertWidget(1, self._foot_words)
        self.cancel = self.add_action("Cancel")
        self.cancel.clicked.connect(self.cancelRequested)
        self.primary = self.add_action("Go on", kind=Kind.PRIMARY, is_default=True)
        self.primary.clicked.connect(self._submit)
        self.scope.timer(TICK_MS, self._tick)
        self.show_step(self.step)

    # ------------------------------------------------------------------------------------------------- steps

    def show_step(self, step: s.Step) -> None:
        """In place where the present view can, else by another one."""
        self.step = step
        self._is_waiting = False
        if self.view is None or not self.view.take(step):
            self._change_view(step)
        self._show_foot()
        self.refit()

    def show_offer(self, offer: Offer | None) -> None:
        """The band of the sandbox."""
        self._band.setVisible(offer is not None)
        if offer is not None:
            self._band_text.setText(offer.text)
            self.help.setVisible(bool(offer.action))
            self.help.set_text(offer.action or " ")
        self.refit()

    def fill(self, text: str) -> None:
        """Into the field of the view, as if it was typed."""
        entry = getattr(self.view, "entry", None)
        if entry is not None and text:
            entry.setFocus()
            entry.clear()
            entry.insert(text)
            entry.textEdited.emit(entry.text())

    def finish(self) -> None:
        """Close without a question."""
        self._may_close = True
        self.scope.close()
        self.accept()

    def refit(self) -> None:
        if self.isVisible():
            middle = self.geometry().center()
            self.fit()
            self.move(middle.x() - self.width() // 2, middle.y() - self.height() // 2)

    # ------------------------------------------------------------------------------------------------- building

    def _build_head(self) -> None:
        self.body.removeWidget(self.heading)
        self._subtitle = label("", Role.HINT, wrap=True)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.heading)
        words.addWidget(self._subtitle)
        self.cross = IconButton("mdi6.close", "Close")
        self.cross.clicked.connect(self.closeRequested)
        head = QHBoxLayout()
        head.addLayout(words, 1)
        head.addWidget(self.cross)
        self.body.addLayout(head)
        self._band = QFrame()
        self._band.setObjectName("note")
        self._band.setProperty("tone", Tone.ODD.value)
        row = QHBoxLayout(self._band)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(10)
        row.addWidget(IconLabel("mdi6.flask-outline", Tone.ODD.text))
        self._band_text = label("", Role.BODY, wrap=True)
        row.addWidget(self._band_text, 1)
        self.help = Button(" ", small=True)
        self.help.clicked.connect(self.helpRequested)
        row.addWidget(self.help)
        self._band.hide()
        self.body.addWidget(self._band)
        self.ways: Segments | None = None
        self._ways_row = QHBoxLayout()
        self.body.addLayout(self._ways_row)

    def _change_view(self, step: s.Step) -> None:
        context = ViewContext(
            clock=self._clock,
            formats=self._formats,
            again=self.again,
            data_centre=self.data_centre,
            route=self.route,
            can_change=self.can_change,
            method=self.method,
            proxy=self.proxy,
        )
        view = make_view(step, context)
        former, self.view = self.view, view
        if former is not None:
            former.hide()
            self._holder.removeWidget(former)
            former.deleteLater()
        view.acted.connect(self._answer)
        view.primaryChanged.connect(self._show_foot)
        view.resized.connect(self.refit)
        self._holder.addWidget(view)
        view.show()  # at once: a layout does it a turn later, and the dialog is fitted now
        self.heading.setText(view.title)
        self.setWindowTitle(view.title)
        self.setAccessibleName(view.title)
        self._subtitle.setText(view.subtitle)
        self._subtitle.setVisible(bool(view.subtitle))
        self._show_ways(view.method)
        # Where only Cancel could be pressed, nothing has the focus: Enter must not give up a sign-in.
        focus_later(view.first or (self.primary if view.primary else self))

    def _show_ways(self, method: v.Method | None) -> None:
        if self.ways is not None:
            self._ways_row.removeWidget(self.ways)
            self.ways.hide()
            self.ways.deleteLater()
            self.ways = None
        if method is None:
            return
        kinds = [way for way in _WAYS if self.again is None or (way is v.Method.BOT) is self._is_bot]
        if len(kinds) < 2:
            return
        self.ways = Segments("How to sign in", [(way.value, _WAYS[way]) for way in kinds])
        self.ways.set_value(method.value)
        self.ways.valueChanged.connect(self._choose_way)
        self._ways_row.addWidget(self.ways)
        self.ways.show()
        self._ways_row.addStretch(1)

    def _show_foot(self) -> None:
        view = self.view
        if view is None:
            return
        self.primary.setVisible(bool(view.primary))
        self.primary.set_text(view.primary or " ")
        reason = "An answer is on its way" if self._is_waiting else view.not_ready
        self.primary.set_reason_disabled(reason)
        self.cancel.setVisible(bool(view.cancel))
        self.cancel.set_text(view.cancel or " ")
        self.status.setVisible(view.status is not None)
        if view.status is not None:
            self.status.set_state(view.status)
        self._foot_words.setText(view.foot)

    @property
    def _is_bot(self) -> bool:
        return self.again is not None and self.again.kind is AccountKind.BOT

    # ------------------------------------------------------------------------------------------------- answers

    def _choose_way(self, key: str) -> None:
        method = v.Method(key)
        if isinstance(self.step, s.ChooseWay):
            self.method = method
            choose = getattr(self.view, "choose_method", None)
            if choose is not None:
                choose(method)
            return
        self._answer(_GO[method])

    def _submit(self) -> None:
        if self.view is not None and not self.view.not_ready and not self._is_waiting:
            self.view.submit()

    def _answer(self, answer: object) -> None:
        self._is_waiting = isinstance(answer, v.Command | WayChosen)
        self._show_foot()
        self.answered.emit(answer)

    def _tick(self) -> None:
        if self.view is not None:
            self.view.tick(self._clock.now())

    # ------------------------------------------------------------------------------------------------- Qt

    def reject(self) -> None:
        if self._may_close:
            super().reject()
        else:
            self.closeRequested.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._may_close:
            super().closeEvent(event)
        else:
            event.ignore()
            self.closeRequested.emit()
