"""What the dialog can show: the states of the sign-in itself, and what comes before it and instead of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.domain.proxy import Proxy
from core.secrets.choice import StoreKind
from telegram.sign_in import values as v
from telegram.sign_in.service import CutOff


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseStore:
    """The workspace has no place for keys yet, or one that ended with its run: answer with `choose_store`."""

    problem: v.Problem | None = None
    kind: StoreKind = StoreKind.KEYRING


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlock:
    """The keys are locked by a passphrase: answer with `unlock`."""

    problem: v.Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoOn:
    """A sign-in was cut off: answer with `go_on` or `discard`."""

    cut_off: CutOff


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseWay:
    """How to sign in and through which proxy, before anything connects: answer with `begin`."""

    proxies: Sequence[Proxy]
    problem: v.Problem | None = None


class Work(StrEnum):
    """What is under way while nothing is asked."""

    OPENING = "Opening the key store…"
    CONNECTING = "Connecting to Telegram…"
    ENDING = "Giving up the sign-in…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Busy:
    """Nothing is asked now."""

    work: Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The sign-in ended by itself, or never began: answer with `start`, which goes on where it was."""

    problem: v.Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """The account is here. `route`: how it leaves, in words."""

    done: v.Done
    route: str
    needs_proxy: bool = False


Step = ChooseStore | Unlock | GoOn | ChooseWay | Busy | Ended | SignedIn | v.State

HALF_DONE = (v.AskCode, v.AskEmail, v.AskEmailCode, v.AskPassword)
"""States that a restart goes on with, and that are lost when they are given up."""
