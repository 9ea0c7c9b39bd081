"""The commands of the palette: what can be done in the window now, and where one can go."""

from collections.abc import Mapping
from functools import partial
from typing import Final, Protocol

from desktop.formatting import count_of
from desktop.frame.commands import Command, Group
from desktop.frame.facts import FrameFacts
from desktop.lock.guard import LOCK_KEYS
from desktop.pages.page import Page, PageOffer, PageSpec

MOST_ACCOUNTS: Final = 300
"""More would be felt at each letter; the page of accounts has a search of its own."""


class CommandedWindow(Protocol):
    """The window as its commands see it."""

    specs: Mapping[str, PageSpec]
    facts: FrameFacts

    @property
    def page(self) -> Page | None: ...

    def navigate(self, key: str, subject_id: int | None = None) -> None: ...
    def open_sign_in(self) -> None: ...
    def ask_pause_everything(self) -> None: ...
    def lock_now(self) -> None: ...
    def show_keys(self) -> None: ...
    def show_about(self) -> None: ...
    def open_another(self) -> None: ...
    def make_another(self) -> None: ...
    def back_up(self) -> None: ...
    def quit(self) -> None: ...


def list_window_commands(window: CommandedWindow) -> list[Command]:
    """Keys of the page first, then what can be done everywhere, then pages and campaigns."""
    commands = [
        Command(
            id=f"key {key.keys}", group=Group.DO, title=key.text, icon="mdi6.keyboard-outline", keys=key.keys,
            act=key.act,
        )
        for key in (window.page.keys if window.page else ())
    ]  # fmt: skip
    active = window.facts.active
    if active:
        commands.append(
            Command(
                id="pause everything",
                group=Group.DO,
                title="Pause everything…",
                detail=count_of(str(len(active)), "campaign"),
                icon="mdi6.pause-circle-outline",
                keys="Ctrl+Shift+Space",
                act=window.ask_pause_everything,
            )
        )
    for title, icon, keys, act in (
        ("Add an account…", "mdi6.account-plus-outline", "", window.open_sign_in),
        ("Open a workspace…", "mdi6.folder-open-outline", "", window.open_another),
        ("Make a workspace…", "mdi6.folder-plus-outline", "", window.make_another),
        ("Back up now…", "mdi6.database-outline", "", window.back_up),
        ("Lock now", "mdi6.lock-outline", LOCK_KEYS, window.lock_now),
        ("Show the keys", "mdi6.keyboard-outline", "F1", window.show_keys),
        ("About Wireroom", "mdi6.information-outline", "", window.show_about),
        ("Quit", "mdi6.power", "", window.quit),
    ):
        if all(command.title != title for command in commands):  # the page may have a key for it
            commands.append(Command(id=title, group=Group.DO, title=title, icon=icon, keys=keys, act=act))
    shown = {command.title for command in commands}
    commands += [
        Command(
            id=f"offer {offer.title}", group=Group.DO, title=offer.title, detail=spec.title, icon=offer.icon,
            act=partial(_take_offer, window, spec.key, offer),
        )
        for spec in window.specs.values()
        for offer in spec.offers
        if offer.title not in shown
    ]  # fmt: skip
    for number, spec in enumerate(window.specs.values(), start=1):
        commands.append(
            Command(
                id=f"page {spec.key}", group=Group.GO, title=spec.title, icon=spec.icon, keys=f"Ctrl+{number}",
                act=partial(window.navigate, spec.key),
            )
        )  # fmt: skip
    if "campaigns" in window.specs:
        commands += [
            Command(
                id=f"campaign {campaign.id}",
                group=Group.GO,
                title=campaign.title,
                detail=f"campaign · {campaign.state.value.replace('_', ' ')}",
                icon="mdi6.bullhorn-outline",
                act=partial(window.navigate, "campaigns", campaign.id),
            )
            for campaign in window.facts.campaigns
        ]
    if "accounts" in window.specs:
        commands += [
            Command(
                id=f"account {lane.account_id}",
                group=Group.GO,
                title=lane.title,
                detail=f"account · {lane.account_state.value.replace('_', ' ')}",
                icon="mdi6.account-multiple-outline",
                act=partial(window.navigate, "accounts", lane.account_id),
            )
            for lane in window.facts.lanes[:MOST_ACCOUNTS]
        ]
    return commands


def _take_offer(window: CommandedWindow, key: str, offer: PageOffer) -> None:
    window.navigate(key)
    if window.page is not None:
        offer.act(window.page)
