"""What the palette offers, and how it is found: pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Group(StrEnum):
    """The headings of the palette, in their order."""

    DO = "Do"
    GO = "Go to"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One line of the palette. `keys` as QKeySequence reads them."""

    id: str
    group: Group
    title: str
    detail: str = ""
    icon: str = "mdi6.arrow-right"
    keys: str = ""
    act: Callable[[], object] = field(repr=False, compare=False)


def find_commands(commands: Sequence[Command], text: str, *, recent: Sequence[str] = ()) -> list[Command]:
    """Those in which every word of `text` begins a word (or, behind them, stands anywhere); actions first.

    ">" in front: only actions. Without a text: all, those used lately first.
    """
    wanted = text.strip().casefold()
    if wanted.startswith(">"):
        commands = [command for command in commands if command.group is Group.DO]
        wanted = wanted[1:].strip()
    ranked = []
    for place, command in enumerate(commands):
        rank = _rank(command, wanted.split())
        if rank is not None:
            used = recent.index(command.id) if command.id in recent and not wanted else len(recent)
            ranked.append((list(Group).index(command.group), used, rank, place))
    return [commands[place] for *_, place in sorted(ranked)]


def _rank(command: Command, words: Sequence[str]) -> int | None:
    """0: every word begins a word of the title; 1: it stands in title or detail; None: it does not."""
    title = command.title.casefold()
    everything = f"{title} {command.detail.casefold()}"
    if all(any(part.startswith(word) for part in title.split()) for word in words):
        return 0
    return 1 if all(word in everything for word in words) else None
