"""The three ways in: the QR code, the phone number, the bot token; and the choice among them and of a proxy."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout

from core.clock import Clock
from core.domain.account import DataCentre
from core.domain.proxy import Proxy
from core.errors import UserInputError
from desktop.sign_in import steps as s
from desktop.sign_in.view import Choice, SecretEntry, StepView, WayChosen, numbered, problem_note, problem_text
from desktop.sign_in.words import countdown, has_room, proxy_name, way_out
from desktop.theme import Role
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.cards import Note
from desktop.widgets.fields import Field
from desktop.widgets.labels import label
from desktop.widgets.layouts import clear_layout
from desktop.widgets.progress import Drain
from desktop.widgets.qr_view import SIDE_PX, QrView
from desktop.widgets.status import Glyph, State
from telegram.sign_in import values as v

ADD = "Add an account"
STAYS_HERE = "It stays signed in on this computer."

_PRIMARY = {v.Method.QR: "Show the QR code", v.Method.PHONE: "Enter the number", v.Method.BOT: "Enter the token"}


class WayView(StepView):
    """Before anything connects: which way, and through which proxy."""

    def __init__(self, step: s.ChooseWay, title: str, chosen: str) -> None:
        super().__init__(title, STAYS_HERE, primary=_PRIMARY[v.Method.QR], method=v.Method.QR)
        self._proxies: Sequence[Proxy] = step.proxies
        self.combo = QComboBox()
        free = [proxy for proxy in step.proxies if has_room(proxy) and proxy.failure is None]
        self.combo.addItem("No proxy: directly from this computer", "")
        if free:
            self.combo.addItem(f"From the pool: any healthy one of {len(free)} with room", v.ANY_PROXY)
        for proxy in free:
            self.combo.addItem(proxy_name(proxy), str(proxy.id))
        place = self.combo.findData(chosen)
        # Who had chosen a proxy that is full by now is not sent around it by a default.
        self.combo.setCurrentIndex(place if place >= 0 else self.combo.findData(v.ANY_PROXY) if free else 0)
        self.combo.currentIndexChanged.connect(self._explain)
        self._field = Field("Connect through", self.combo, " ")
        self._route = label("", Role.HINT, wrap=True)
        if step.problem is not None:
            self.column.addWidget(problem_note(step.problem))
        self.column.addWidget(self._field)
        self.column.addWidget(
            Note(
                "The proxy is used from the very first connection on, and the account keeps it. When it fails, the account "
                "waits; it never goes around it.",
                "mdi6.shield-lock-outline",
            )
        )
        self.first = self.combo
        self._explain()

    def choose_method(self, method: v.Method) -> None:
        self.method, self.primary = method, _PRIMARY[method]
        self.primaryChanged.emit()

    def submit(self) -> None:
        assert self.method is not None
        self.acted.emit(WayChosen(method=self.method, proxy=self.combo.currentData()))

    def _explain(self) -> None:
        self._field.set_hint(way_out(self.combo.currentData(), self._proxies))


class RouteLine(QHBoxLayout):
    """How this sign-in leaves, and the way to choose again."""

    def __init__(self, view: StepView, route: str, *, can_change: bool) -> None:
        super().__init__()
        self.setSpacing(8)
        self.addWidget(label(route, Role.HINT, wrap=True), 1)
        if can_change:
            change = Button("Change…", kind=Kind.LINK, small=True)
            change.setAccessibleName("Change how it connects")
            change.clicked.connect(lambda: view.acted.emit(Choice.START_ANEW))
            self.addWidget(change)


class ScanView(StepView):
    """ShowQr: the code, the steps on the phone, and how long it is good."""

    def __init__(self, state: v.ShowQr, clock: Clock, title: str, route: str, *, can_change: bool) -> None:
        super().__init__(title, STAYS_HERE, method=v.Method.QR)
        self._clock = clock
        self.status = State(Glyph.RUN, "Waiting for the scan")
        self.qr = QrView()
        self.left = label("", Role.HINT)
        self.drain = Drain("Until the next code")
        self.drain.setFixedWidth(SIDE_PX)
        code = QVBoxLayout()
        code.setSpacing(8)
        code.addWidget(self.qr)
        code.addWidget(self.left)
        code.addWidget(self.drain)
        words = QVBoxLayout()
        words.setSpacing(10)
        words.addWidget(label("Scan with a phone where this account is signed in", Role.H3, wrap=True))
        steps = (
            "Open Telegram on that phone",
            "Settings → Devices → Link desktop device",
            "Point the camera at this code",
        )
        words.addLayout(numbered(steps))
        words.addWidget(
            Note("The session key goes straight into the key store. It is never shown and never copied.",
                 "mdi6.shield-check-outline")
        )  # fmt: skip
        words.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(24)
        row.addLayout(code)
        row.addLayout(words, 1)
        self._problems = QVBoxLayout()
        self.column.addLayout(self._problems)
        self.column.addLayout(row)
        self.column.addLayout(RouteLine(self, route, can_change=can_change))
        self.take(state)

    def take(self, step: s.Step) -> bool:
        if not isinstance(step, v.ShowQr):
            return False
        self._until = step.valid_until
        self._life_s = max(1.0, (step.valid_until - self._clock.now()).total_seconds())
        clear_layout(self._problems)
        if step.problem is not None:
            self._problems.addWidget(problem_note(step.problem))
        self.qr.show_content(step.url)
        self.tick(self._clock.now())
        self.resized.emit()
        return True

    def tick(self, now: datetime) -> None:
        left_s = (self._until - now).total_seconds()
        if left_s <= 0:
            self.qr.show_content("")  # a code that is over leads nowhere
            self.left.setText("The next code is on its way…")
        else:
            self.left.setText(f"New code in {countdown(left_s)}")
        self.drain.set_left(left_s / self._life_s, self.left.text())


class PhoneView(StepView):
    """AskPhone: judged while it is typed, with its country."""

    def __init__(
        self, state: v.AskPhone, data_centre: DataCentre, title: str, route: str, *, can_change: bool
    ) -> None:
        super().__init__(title, STAYS_HERE, primary="Send the code", method=v.Method.PHONE)
        self._data_centre = data_centre
        self.entry = QLineEdit()
        self.entry.setPlaceholderText("+44 20 7946 0123")
        self.entry.setInputMethodHints(Qt.InputMethodHint.ImhDialableCharactersOnly)
        self.entry.textChanged.connect(self._judge)
        self._field = Field("Phone number, with its country code", self.entry, " ")
        self.column.addWidget(self._field)
        self.add_text(
            "Telegram sends a code, mostly into the official app. Wireroom makes no new accounts.", Role.HINT
        )
        self.column.addLayout(RouteLine(self, route, can_change=can_change))
        self.first = self.entry
        self._judge("")
        self.take(state)

    def take(self, step: s.Step) -> bool:
        if not isinstance(step, v.AskPhone):
            return False
        if step.problem is not None:
            self._field.set_error(problem_text(step.problem))
            self.resized.emit()
        return True

    def submit(self) -> None:
        self.acted.emit(v.GivePhone(phone=self.entry.text()))

    def _judge(self, text: str) -> None:
        from telegram.sign_in.entries import EntryState, read_phone

        read = read_phone(text, self._data_centre)
        country = _country(read.country)
        match read.state:
            case EntryState.EMPTY:
                hint, error, reason = "With + and the country code", "", "Enter the number first"
            case EntryState.INCOMPLETE:
                hint = f"{country} · goes on" if country else "Goes on"
                error, reason = "", "The number is not complete yet"
            case EntryState.WRONG:
                hint, error, reason = "", "No phone number is written like this", "This is no phone number"
            case EntryState.GOOD:
                hint, error, reason = " · ".join(part for part in (country, read.shown) if part), "", ""
        self._field.set_hint(hint)
        self._field.set_error(error)
        self.set_ready(reason)


class TokenView(StepView):
    """AskBotToken: its shape is checked while it is typed, also inside @BotFather's whole message."""

    def __init__(self, state: v.AskBotToken, title: str, route: str, *, can_change: bool) -> None:
        super().__init__(title, STAYS_HERE, primary="Sign in", method=v.Method.BOT)
        self._secret = SecretEntry(placeholder="123456789:AAE…")
        self.entry = self._secret.entry
        self.entry.textChanged.connect(self._judge)
        self._field = Field("Bot token", self._secret, " ")
        self.column.addWidget(self._field)
        self.add_text(
            "In Telegram, write /mybots to @BotFather, choose the bot, then API Token. The whole message may be pasted.",
            Role.HINT,
        )
        self.column.addLayout(RouteLine(self, route, can_change=can_change))
        self.first = self.entry
        self._judge("")
        self.take(state)

    def take(self, step: s.Step) -> bool:
        if not isinstance(step, v.AskBotToken):
            return False
        if step.problem is not None:
            self.entry.clear()
            self._field.set_error(problem_text(step.problem))
            self.resized.emit()
        return True

    def submit(self) -> None:
        self.acted.emit(v.GiveBotToken(token=self.entry.text()))

    def _judge(self, text: str) -> None:
        from telegram.sign_in.entries import clean_bot_token

        try:
            clean_bot_token(text)
        except UserInputError as error:
            self._field.set_hint(error.message)
            self.set_ready(error.title)
        else:
            self._field.set_hint("This has the shape of a token")
            self.set_ready("")
        self._field.set_error("")


def _country(region: str) -> str:
    territory = QLocale.codeToTerritory(region)
    return QLocale.territoryToString(territory) if region and territory != QLocale.Country.AnyTerritory else ""
