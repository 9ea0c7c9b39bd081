"""The sentences of the dialog: pure."""

from collections.abc import Sequence

from core.domain.proxy import Proxy
from core.errors import AppError, SecretStoreMissing
from core.secrets.choice import StoreKind
from desktop.dialogs.confirm import Question
from telegram.sign_in import values as v

K = v.CodeKind

_WAYS = {
    K.APP: "As a message in Telegram, in the chat “Telegram”, on a device that is already signed in.",
    K.SMS: "As a text message (SMS) to this number.",
    K.WORD: "As a text message (SMS) with one word.",
    K.PHRASE: "As a text message (SMS) with a few words.",
    K.CALL: "By a phone call: a voice reads it.",
    K.FLASH_CALL: "By a phone call that nobody has to take: the number that calls is the code.",
    K.MISSED_CALL: "By a phone call that nobody has to take: the last digits of the number that calls are the code.",
    K.FRAGMENT: "At fragment.com, where this anonymous number lives.",
    K.EMAIL: "To the e-mail address of this account.",
}

_NEXT = {
    K.APP: "in Telegram",
    K.SMS: "by SMS",
    K.WORD: "as a word by SMS",
    K.PHRASE: "as a few words by SMS",
    K.CALL: "by a call",
    K.FLASH_CALL: "by a call",
    K.MISSED_CALL: "by a call",
    K.FRAGMENT: "at fragment.com",
    K.EMAIL: "by e-mail",
}

MEMORY_ONLY = (
    "This workspace keeps its keys in memory only: when this dialog or Wireroom is closed, the code is lost and a new one "
    "is needed."
)
STAYS = "You may close this dialog: the sign-in goes on here later, with the same code."

STORES = (
    (
        StoreKind.KEYRING,
        "Key store of this computer",
        "Opens with your login. Nothing to remember.",
    ),
    (
        StoreKind.PASSPHRASE,
        "A passphrase of your own",
        "Asked for whenever keys are needed. It cannot be recovered.",
    ),
    (
        StoreKind.MEMORY,
        "Only until Wireroom is closed",
        "For a trial: afterwards every account has to be signed in again.",
    ),
)


def way_of(state: v.AskCode | v.AskEmailCode) -> str:
    """Where the code went, in a sentence."""
    if isinstance(state, v.AskEmailCode):
        if state.is_set_up:
            return "To the address that you entered. A login code follows when it is confirmed."
        return _WAYS[K.EMAIL]
    clue = ""
    if state.clue and state.kind in (K.WORD, K.PHRASE):
        clue = f" It begins with “{state.clue}”."
    elif state.clue and state.kind in (K.FLASH_CALL, K.MISSED_CALL):
        clue = f" The number begins with +{state.clue.lstrip('+')}."
    elif state.clue:
        clue = f" {state.clue}"
    return _WAYS[state.kind] + clue


def sent_to(state: v.AskCode | v.AskEmailCode) -> str:
    """Sent to +44 7700 900142"""
    return f"Sent to {state.sent_to}" if state.sent_to else "The code was sent"


def next_way(kind: v.CodeKind) -> str:
    """Send it by SMS"""
    return f"Send it {_NEXT[kind]}"


def countdown(seconds: float) -> str:
    """0:42, 12:05; never negative."""
    whole = max(0, round(seconds))
    return f"{whole // 60}:{whole % 60:02}"


def proxy_name(proxy: Proxy) -> str:
    """Proxy 3 · SOCKS5 127.0.0.1:1080 · London · 28 ms"""
    parts = [f"Proxy {proxy.id}", f"{proxy.endpoint.kind.value.upper()} {proxy.endpoint.address}"]
    if proxy.label or proxy.country:
        parts.append(" ".join(part for part in (proxy.label, proxy.country) if part))
    times = None if proxy.last_check is None else proxy.last_check.times
    if times is not None and times.telegram_ms is not None:
        parts.append(f"{times.telegram_ms:.0f} ms")
    return " · ".join(parts)


def has_room(proxy: Proxy) -> bool:
    return len(proxy.account_ids) < proxy.capacity


def way_out(proxy: str, proxies: Sequence[Proxy]) -> str:
    """How a new account leaves with this choice, in a sentence."""
    if proxy == v.ANY_PROXY:
        return "Leaves through a proxy from the pool, and never without one."
    known = next((one for one in proxies if str(one.id) == proxy), None)
    if known is not None:
        return f"Leaves through proxy {known.id} ({known.endpoint.address}), and never without one."
    return "Connects directly from this computer."


def ask_discard(*, survives: bool, is_closing: bool) -> Question:
    """Before a half-done sign-in is lost."""
    what = "The code that was sent is made void; the next sign-in needs a new one."
    if is_closing and not survives:
        what = "This workspace keeps its keys in memory only, so it cannot be gone on with later. " + what
    return Question(
        title="Give up this sign-in?", message=what, confirm="Give it up", cancel="Go on with it", is_dangerous=True
    )


def run_is_over() -> AppError:
    """Of a workspace whose keys lived in memory for one run."""
    return SecretStoreMissing(
        "The keys of its accounts were kept in memory for one run, and that run is over. Every account has to be signed "
        "in again; what was sent and what is planned is safe.",
        title="The keys of this workspace are gone",
        hint="Choose where keys are kept from now on.",
    )
