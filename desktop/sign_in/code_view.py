"""Entering a login code or a code from an e-mail: where it went, how long it is good, and the next way for it."""

from datetime import datetime, timedelta

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout

from core.clock import Clock
from core.errors import UserInputError
from desktop.formatting import Formats
from desktop.sign_in import steps as s
from desktop.sign_in.view import StepView, problem_text
from desktop.sign_in.words import MEMORY_ONLY, STAYS, countdown, next_way, sent_to, way_of
from desktop.theme import Role
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.code_boxes import CodeBoxes
from desktop.widgets.fields import Field
from desktop.widgets.labels import label
from desktop.widgets.progress import Drain
from telegram.sign_in import values as v

_BOXED = range(3, 9)  # digits that fit as boxes
_HELP = "Pasting works: blanks and dashes are dropped. Never forward a code to anyone: Telegram voids it."


class CodeView(StepView):
    """AskCode and AskEmailCode. A full code is given at once; a wrong one may be entered again."""

    def __init__(self, state: v.AskCode | v.AskEmailCode, clock: Clock, formats: Formats) -> None:
        title = "Enter the code from the e-mail" if isinstance(state, v.AskEmailCode) else "Enter the code"
        super().__init__(title, primary="Sign in")
        self._clock, self._formats = clock, formats
        self._length = state.length
        self.foot = "Then the second password, if one is set"
        self._sent_to, self._way = label("", Role.H3, wrap=True), label("", Role.DIM, wrap=True)
        self.entry: QLineEdit
        self._field = self._build_field()
        self._more = QFrame()
        self._more.setObjectName("note")
        self._question = label("No code yet?", Role.STRONG)
        self.resend = Button("", kind=Kind.LINK, small=True)
        self.resend.clicked.connect(self._ask_again)
        self._resend_in = label("", Role.DIM)
        self.drain = Drain("Until the next way")
        self._good = label("", Role.HINT)
        self._keeps = label("", Role.HINT, wrap=True)
        self.no_mail = Button("I cannot reach this e-mail", kind=Kind.LINK, small=True)
        self.reset = Button("Ask Telegram to take it off", small=True)
        self._reset_words = label("", Role.DIM, wrap=True)
        self._build_more()
        self.column.addWidget(self._sent_to)
        self.column.addWidget(self._way)
        self.column.addWidget(self._field)
        self.column.addWidget(self._more)
        self.column.addWidget(self._keeps)
        self.first = self.entry
        self._state = state
        self._wait_s = 1.0
        self._reset_from: datetime | None = None
        self._wants_reset = False
        self.take(state)

    def take(self, step: s.Step) -> bool:
        if not isinstance(step, v.AskCode | v.AskEmailCode) or step.length != self._length:
            return False
        if isinstance(step, v.AskEmailCode) != isinstance(self._state, v.AskEmailCode):
            return False
        self._state = step
        self._resend_at = self._clock.now() + timedelta(seconds=step.resend_in_s)
        self._wait_s = max(1.0, step.resend_in_s)
        reset_in_s = step.reset_in_s if isinstance(step, v.AskEmailCode) else None
        self._reset_from = None if reset_in_s is None else self._clock.now() + timedelta(seconds=reset_in_s)
        self.no_mail.setVisible(self._reset_from is not None)
        self._wants_reset = False
        self._sent_to.setText(("Going on where it was. " if step.is_resumed else "") + sent_to(step))
        self._way.setText(way_of(step))
        self._keeps.setText(STAYS if step.survives_restart else MEMORY_ONLY)
        self.entry.clear()
        self._field.set_error("" if step.problem is None else problem_text(step.problem))
        self._judge()
        self.tick(self._clock.now())
        self.resized.emit()
        return True

    def submit(self) -> None:
        self.acted.emit(v.GiveCode(code=self.entry.text()))
        self.entry.setReadOnly(True)

    def tick(self, now: datetime) -> None:
        state = self._state
        left_s = (self._resend_at - now).total_seconds()
        is_over = now >= state.valid_until
        can_resend = is_over or (state.next_kind is not None and left_s <= 0)
        if is_over:
            self.resend.set_text("Send a new code")
        elif state.next_kind is not None:
            self.resend.set_text(next_way(state.next_kind))
            self._resend_in.setText(f"{next_way(state.next_kind)} in {countdown(left_s)}")
        else:
            self._resend_in.setText("Telegram has no other way for it")
        self.resend.setVisible(can_resend)
        self._resend_in.setVisible(not can_resend)
        self.drain.setVisible(not is_over and state.next_kind is not None and left_s > 0)
        self.drain.set_left(left_s / self._wait_s, self._resend_in.text())
        self._show_reset(now)
        until = self._formats.time(state.valid_until)
        self._good.setText("The code is too old" if is_over else f"The code is good until {until}")

    def _show_reset(self, now: datetime) -> None:
        reset_at = self._state.reset_at if isinstance(self._state, v.AskEmailCode) else None
        left_s = 0.0 if self._reset_from is None else (self._reset_from - now).total_seconds()
        if reset_at is not None:
            when = self._formats.moment(reset_at, now)
            words = f"Telegram takes this address off the account {when}. Ask for a new code after that."
        elif left_s > 0:
            words = f"In {countdown(left_s)} you can ask Telegram to take this address off the account."
        else:
            words = (
                "Telegram then takes this address off the account and sends the code to its phone, at once or some days "
                "later."
            )
        self._reset_words.setText(words)
        self._reset_words.setVisible(reset_at is not None or self._wants_reset)
        self.reset.setVisible(self._wants_reset and left_s <= 0)

    def _tell_of_reset(self) -> None:
        self._wants_reset = True
        self.no_mail.hide()
        self._show_reset(self._clock.now())
        self.resized.emit()

    def _build_field(self) -> Field:
        if self._length in _BOXED:
            boxes = CodeBoxes(self._length, self._clean)
            boxes.completed.connect(self._complete)
            self.entry = boxes
            field = Field("Code", boxes, _HELP)
            boxes.setAccessibleName(f"Code, {self._length} digits")
        else:
            self.entry = QLineEdit()
            field = Field("The word or the words", self.entry, _HELP)
        self.entry.textChanged.connect(self._judge)
        return field

    def _build_more(self) -> None:
        top, below = QHBoxLayout(), QHBoxLayout()
        top.addWidget(self._question, 1)
        top.addWidget(self._resend_in)
        top.addWidget(self.resend)
        below.addWidget(self._good, 1)
        for text, command in (("Change number", v.UsePhone()), ("Use a QR code", v.UseQr())):
            link = Button(text, kind=Kind.LINK, small=True)
            link.clicked.connect(lambda _=False, given=command: self.acted.emit(given))
            below.addWidget(link)
        column = QVBoxLayout(self._more)
        column.setContentsMargins(14, 10, 14, 8)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self.drain)
        column.addLayout(below)
        column.addWidget(self.no_mail, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._reset_words)
        column.addWidget(self.reset, 0, Qt.AlignmentFlag.AlignLeft)
        self.no_mail.clicked.connect(self._tell_of_reset)
        self.reset.clicked.connect(lambda: self.acted.emit(v.ResetEmail()))

    def _clean(self, text: str) -> str:
        from telegram.sign_in.entries import clean_code

        try:
            return clean_code(text, self._length)
        except UserInputError as error:
            raise ValueError(error.title) from None

    def _judge(self) -> None:
        self.entry.setReadOnly(False)
        text = self.entry.text()
        if self._length in _BOXED:
            missing = self._length - len(text)
            self.set_ready(f"{missing} digits are missing" if missing else "")
        else:
            self.set_ready("" if text.strip() else "Enter it first")
        if text:
            self._field.set_error("")

    def _complete(self, _: str) -> None:
        self.submit()

    def _ask_again(self) -> None:
        self.acted.emit(v.Resend())
