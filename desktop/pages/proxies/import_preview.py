"""What each line of a pasted list would become, read in pieces; and the import of what is accepted. Knows no Qt."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from heapq import merge
from typing import Final

from core.domain.proxy import ProxyEndpoint
from desktop.pages.proxies.words import KINDS
from proxy import ListReader, ParsedProxy

LINES_A_PIECE: Final = 150
"""Read without giving the window a turn: about 4 ms."""

MASK: Final = "••••••"


class Fate(StrEnum):
    NEW = "new"
    KNOWN = "known"  # in the workspace already
    DUPLICATE = "duplicate"  # of an earlier line
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One line of the list; it holds no password. `what`: the proxy, or the reason; `hint`: what to do."""

    line: int
    fate: Fate
    what: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A whole list. `accepted` are the new ones and the known ones, whose passwords an import renews."""

    lines: tuple[ImportLine, ...]
    accepted: tuple[ParsedProxy, ...]
    new_count: int
    renewed_count: int  # known ones for which the list brings a password
    secret_count: int

    def count(self, fate: Fate) -> int:
        return sum(line.fate is fate for line in self.lines)


async def read_preview(
    lines: Sequence[str], known: frozenset[tuple[str, str, int, str]], tell: Callable[[int], object]
) -> Preview:
    """Read a list without holding the window up; `tell` hears how many lines are read. Cancel the task to stop."""
    reader = ListReader()
    for start in range(0, len(lines), LINES_A_PIECE):
        reader.read(lines[start : start + LINES_A_PIECE])
        tell(min(start + LINES_A_PIECE, len(lines)))
        await asyncio.sleep(0)
    parsed = reader.parsed
    made: list[ImportLine] = []
    fates = merge(
        (_accepted(proxy, known) for proxy in parsed.accepted),
        (ImportLine(number, Fate.DUPLICATE, "The same proxy as an earlier line") for number in parsed.duplicates),
        (ImportLine(no.line, Fate.REFUSED, no.reason, no.hint) for no in parsed.refused),
        key=lambda line: line.line,
    )
    for index, line in enumerate(fates):
        made.append(line)
        if index % LINES_A_PIECE == LINES_A_PIECE - 1:
            await asyncio.sleep(0)
    new_count = renewed_count = secret_count = 0
    for index, proxy in enumerate(parsed.accepted):
        is_known = proxy.endpoint.identity in known
        new_count += not is_known
        renewed_count += is_known and bool(proxy.secret)
        secret_count += bool(proxy.secret)
        if index % (10 * LINES_A_PIECE) == 0:
            await asyncio.sleep(0)
    return Preview(
        lines=tuple(made),
        accepted=parsed.accepted,
        new_count=new_count,
        renewed_count=renewed_count,
        secret_count=secret_count,
    )


def describe_endpoint(endpoint: ProxyEndpoint, *, has_secret: bool) -> str:
    """SOCKS5 · 192.0.2.7:1080 · ada:••••••"""
    login = f" · {endpoint.username}{':' if has_secret else ''}" if endpoint.username else " · " if has_secret else ""
    return f"{KINDS[endpoint.kind]} · {endpoint.address}{login}{MASK if has_secret else ''}"


def _accepted(proxy: ParsedProxy, known: frozenset[tuple[str, str, int, str]]) -> ImportLine:
    what = describe_endpoint(proxy.endpoint, has_secret=bool(proxy.secret))
    if proxy.endpoint.identity not in known:
        return ImportLine(proxy.line, Fate.NEW, what)
    return ImportLine(proxy.line, Fate.KNOWN, what, "Its password is renewed" if proxy.secret else "")
