"""The sign-in dialog in each of its states, for the pictures of the console. All names and numbers are made up."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from PySide6.QtWidgets import QWidget

from core.clock import Clock
from core.domain.account import AccountKind, DataCentre
from core.domain.ids import ProxyId
from core.domain.proxy import Proxy, ProxyCheck, ProxyEndpoint, ProxyKind, ProxyTimes
from core.secrets.choice import StoreKind
from desktop.formatting import Formats
from desktop.sign_in import steps as s
from desktop.sign_in.dialog import SignInDialog
from desktop.sign_in.sandbox_help import offer_for
from telegram.sign_in import values as v
from telegram.sign_in.service import CutOff

PHONE = "+44 7700 900142"
SANDBOX_SHOWN = ("qr-sandbox", "code-sandbox")


def sign_in_pictures(window: QWidget, clock: Clock) -> list[tuple[str, Callable[[], object]]]:
    """A name and what opens the dialog, for each state."""

    def show(name: str) -> None:
        step = _steps(clock)[name]  # its times begin when it is shown
        dialog = SignInDialog(window, clock, Formats(zone=None))
        dialog.data_centre = DataCentre.PRODUCTION
        dialog.route, dialog.can_change = "Leaves through proxy 5 (198.51.100.24:1080), and never without one.", True
        dialog.method = v.Method.PHONE
        dialog.show_step(step)
        dialog.show_offer(offer_for(step) if name in SANDBOX_SHOWN else None)
        dialog.open()
        if isinstance(step, v.AskCode) and step.length:
            dialog.fill("471")

    return [(f"sign-in-{name}", partial(show, name)) for name in _steps(clock)]


def _steps(clock: Clock) -> dict[str, s.Step]:
    now = clock.now()
    code = v.AskCode(
        kind=v.CodeKind.APP,
        length=5,
        sent_to=PHONE,
        valid_until=now + timedelta(minutes=4),
        next_kind=v.CodeKind.SMS,
        resend_in_s=42,
        survives_restart=True,
    )
    qr = v.ShowQr(url=f"tg://login?token={'A1b2C3d4' * 5}", valid_until=now + timedelta(seconds=21))
    wrong = v.Problem(code="user_input", title="The code is wrong", hint="Enter it again.")
    done = v.Done(
        kind=AccountKind.USER, telegram_user_id=1, name="Kaisa Northlight", username="kaisa_northlight", account_id=41
    )
    fee = v.Problem(
        code="user_input",
        title="Telegram asks for a payment",
        message="Telegram sends a code to this number only for a fee. Nothing was paid.",
        hint="Sign in with the QR code, or with the official app first.",
        detail="payment required",
    )
    banned = v.Problem(
        code="banned",
        title="Telegram has banned this number or account",
        message="It cannot sign in anywhere.",
        hint="If this is a mistake, the sign-in page of the official app offers help. Another number may be entered.",
    )
    flood = v.Problem(code="cooldown", title="Too many sign-in attempts")
    frozen = v.Problem(
        code="frozen",
        title="Telegram froze this account",
        message="Telegram froze this account on 3 November 2026; it will be deleted on 3 December 2026 unless you appeal.",
        hint="Appeal at https://t.me/spambot, then check again.",
    )
    gone = v.Problem(
        code="sign_in_ended", title="The sign-in ended by itself", hint="Start it again; it goes on where it was."
    )
    email = v.AskEmailCode(
        length=6,
        sent_to="k***@n***.org",
        valid_until=now + timedelta(minutes=4),
        is_set_up=False,
        survives_restart=True,
    )
    phrase = v.AskCode(
        kind=v.CodeKind.PHRASE,
        length=0,
        sent_to=PHONE,
        valid_until=now + timedelta(minutes=4),
        clue="winter",
        problem=wrong,
    )
    return {
        "store": s.ChooseStore(kind=StoreKind.PASSPHRASE),
        "unlock": s.Unlock(),
        "go-on": s.GoOn(cut_off=CutOff(phone="+44 ••• 0142", waits_for_password=False)),
        "way": s.ChooseWay(proxies=_proxies(clock)),
        "busy": s.Busy(work=s.Work.CONNECTING),
        "api": v.AskApi(),
        "qr": qr,
        "qr-sandbox": qr,
        "phone": v.AskPhone(),
        "token": v.AskBotToken(),
        "code": code,
        "code-sandbox": code,
        "code-words": phrase,
        "code-email": email,
        "email": v.AskEmail(),
        "password": v.AskPassword(hint="the first street"),
        "wait": v.Waiting(until=now + timedelta(minutes=12, seconds=20), reason=flood),
        "fee": v.Refused(problem=fee),
        "banned": v.Refused(problem=banned),
        "ended": s.Ended(problem=gone),
        "done": s.SignedIn(done=done, route="It leaves through proxy 5 (198.51.100.24:1080), and never without one."),
        "done-frozen": s.SignedIn(
            done=v.Done(
                kind=done.kind, telegram_user_id=1, name=done.name, username=None, account_id=41, frozen=frozen
            ),
            route="Its proxy was taken meanwhile. It waits to be given another one.",
            needs_proxy=True,
        ),
    }


def _proxies(clock: Clock) -> list[Proxy]:
    times = ProxyTimes(tcp_ms=9, telegram_ms=28, failure=None)
    return [
        Proxy(
            id=ProxyId(number),
            endpoint=ProxyEndpoint(kind=ProxyKind.SOCKS5, host=f"198.51.100.{20 + number}", port=1080),
            label="London",
            country="GB",
            capacity=1,
            account_ids=(),
            failure_count=0,
            failure=None,
            quarantined_until=None,
            checked_at=clock.now(),
            last_check=ProxyCheck(at=clock.now(), times=times),
        )
        for number in range(3, 7)
    ]
