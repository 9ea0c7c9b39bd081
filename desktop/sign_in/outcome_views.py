"""What is shown when nothing is asked: work under way, a wait, a refusal with its next step, the end."""

from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from core.clock import Clock
from core.domain.account import AccountKind
from desktop.formatting import Formats, duration
from desktop.sign_in import steps as s
from desktop.sign_in.view import Choice, StepView, problem_note
from desktop.theme import Role
from desktop.widgets.buttons import Button
from desktop.widgets.cards import IconLabel, Note
from desktop.widgets.labels import label
from desktop.widgets.progress import Drain
from desktop.widgets.status import Glyph, State, StatusGlyph, Tone
from telegram.sign_in import values as v

_ANEW = {v.Method.QR: v.UseQr(), v.Method.PHONE: v.UsePhone(), v.Method.BOT: v.UseBotToken()}
_ANEW_WORDS = {v.Method.QR: "Try again", v.Method.PHONE: "Another number", v.Method.BOT: "Another token"}
_OTHER_WORDS = {v.Method.QR: "Use a QR code", v.Method.PHONE: "Use the phone number", v.Method.BOT: "Use a bot token"}
_LEADS_TO_QR = ("payment required",)


class BusyView(StepView):
    """Work that takes a moment."""

    def __init__(self, step: s.Busy, title: str) -> None:
        super().__init__(title)
        self._line = label(step.work.value, Role.DIM)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(StatusGlyph(Glyph.RUN))
        row.addWidget(self._line, 1)
        self.column.addLayout(row)
        self.column.addSpacing(40)

    def take(self, step: s.Step) -> bool:
        if not isinstance(step, s.Busy):
            return False
        self._line.setText(step.work.value)
        return True


class WaitView(StepView):
    """Telegram demanded a wait: the moment at which it ends, and nothing to press."""

    def __init__(self, state: v.Waiting, clock: Clock, formats: Formats) -> None:
        super().__init__(state.reason.title)
        self._until, self._formats = state.until, formats
        self._life_s = max(1.0, (state.until - clock.now()).total_seconds())
        self.status = State(Glyph.CLOCK, "Waiting")
        self.add_text("Telegram asked for this wait. It goes on here by itself, and nothing can shorten it.")
        self._when, self._left = label("", Role.NUM2), label("", Role.DIM)
        self.drain = Drain("Until it goes on")
        for widget in (self._when, self.drain, self._left):
            self.column.addWidget(widget)
        self.tick(clock.now())

    def tick(self, now: datetime) -> None:
        left = self._until - now
        self._when.setText(f"Until {self._formats.until(self._until, now)}")
        self._left.setText(f"{duration(left)} left")
        self.drain.set_left(left.total_seconds() / self._life_s, self._left.text())


class RefusedView(StepView):
    """This way leads nowhere: why, and the ways that are left."""

    def __init__(self, state: v.Refused, method: v.Method, *, is_bot: bool | None) -> None:
        """`is_bot`: of an account that signs in again; None: a new one, which may be either."""
        problem = state.problem
        best = v.Method.QR if problem.detail in _LEADS_TO_QR else method
        super().__init__(problem.title, primary=_ANEW_WORDS[best] if best is method else _OTHER_WORDS[best])
        self._best = best
        for text in (problem.message, problem.hint):
            if text:
                self.add_text(text)
        self.status = State(Glyph.WARNING, "Not signed in")
        row = QHBoxLayout()
        for other in v.Method:
            if other is best or (is_bot is not None and (other is v.Method.BOT) is not is_bot):
                continue
            button = Button(_ANEW_WORDS[other] if other is method else _OTHER_WORDS[other])
            button.clicked.connect(lambda _=False, chosen=other: self.acted.emit(_ANEW[chosen]))
            row.addWidget(button)
        row.addStretch(1)
        self.column.addLayout(row)

    def submit(self) -> None:
        self.acted.emit(_ANEW[self._best])


class EndedView(StepView):
    """The sign-in ended by itself or could not begin."""

    def __init__(self, step: s.Ended) -> None:
        super().__init__(step.problem.title, primary="Start again")
        self.status = State(Glyph.CROSS, "Ended")
        for text in (step.problem.message, step.problem.hint):
            if text:
                self.add_text(text)

    def submit(self) -> None:
        self.acted.emit(Choice.START)


class DoneView(StepView):
    """Signed in: who, how it leaves, and what is to be known at once."""

    def __init__(self, step: s.SignedIn, *, is_again: bool) -> None:
        done = step.done
        super().__init__("Signed in", primary="Done")
        self.cancel = "" if is_again else "Add another"
        kind = "bot" if done.kind is AccountKind.BOT else "account"
        username = f"@{done.username} · " if done.username else ""
        names = QVBoxLayout()
        names.setSpacing(2)
        names.addWidget(label(done.name or done.username or "No name", Role.H3))
        names.addWidget(label(f"{username}{kind} {done.account_id}", Role.HINT))
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(IconLabel("mdi6.check-circle-outline", Tone.GOOD.text, 28), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(names, 1)
        self.column.addLayout(row)
        if is_again:
            self.add_text("Its deliveries stayed with it and go on.")
        if done.frozen is None and not step.needs_proxy:
            self.add_text("It is ready: a worker that runs takes it up at once.")
        if done.frozen is not None:
            self.column.addWidget(problem_note(done.frozen, Tone.BAD))
        if step.needs_proxy:
            self.column.addWidget(Note(step.route, "mdi6.shield-lock-outline", Tone.WARN))
        else:
            self.add_text(step.route, Role.HINT)

    def submit(self) -> None:
        self.acted.emit(Choice.CLOSE)
