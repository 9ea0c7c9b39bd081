"""How wide the columns of a table are: they fill it, give way to one that is dragged, and come back as they were left."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core.files import storage_errors, written_whole
from core.workspace import user_state_dir

FILE = "column-widths.json"
MOST_PX = 4000  # of one column: what is kept is read from a file, and a table that is wider helps nobody


@dataclass(frozen=True, slots=True)
class Measure:
    """A column that is shown, all in px: what it wants, what it had if nobody had changed anything, and the least."""

    want: int
    usual: int
    least: int
    stretch: int = 0


def fill(columns: Sequence[Measure], room: int) -> list[int]:
    """The widths of all columns: what is left of `room` goes to those that stretch; when it is too little they give way
    to their usual width. Still too little: the sum is more than `room`, and the table scrolls."""
    widths = [max(column.want, column.least) for column in columns]
    spare = room - sum(widths)
    if spare > 0:
        return _add_shares(widths, [column.stretch for column in columns], spare)
    offers = [
        max(0, width - column.usual) if column.stretch else 0 for width, column in zip(widths, columns, strict=True)
    ]
    return _add_shares(widths, offers, -min(-spare, sum(offers)))


def move_edge(columns: Sequence[Measure], widths: Sequence[int], place: int, width: int, room: int) -> list[int]:
    """The column at `place` gets `width`, but not less than its least. Columns that stretch take up the difference, those
    to its right first, so that the edge follows the pointer; where none can, the next columns do; else the table grows."""
    moved = list(widths)
    moved[place] = max(width, columns[place].least)
    spare = room - sum(moved)
    order = _who_takes_up(columns, place)
    if spare > 0 and order:
        moved[order[0]] += spare
    for other in order if moved[place] > widths[place] else ():
        given = min(max(0, moved[other] - columns[other].least), max(0, sum(moved) - room))
        moved[other] -= given
    return fill([replace(column, want=one) for column, one in zip(columns, moved, strict=True)], room)


def _who_takes_up(columns: Sequence[Measure], place: int) -> list[int]:
    right, left = range(place + 1, len(columns)), range(place - 1, -1, -1)
    stretching = [other for other in (*right, *left) if columns[other].stretch]
    return stretching or list(right)


def _add_shares(widths: Sequence[int], shares: Sequence[int], amount: int) -> list[int]:
    """`amount` spread by the shares, to the pixel: the last that has a share takes what rounding leaves."""
    whole = sum(shares)
    if not whole or not amount:
        return list(widths)
    parts = [int(amount * share / whole) for share in shares]
    last = max(place for place, share in enumerate(shares) if share)
    parts[last] += amount - sum(parts)
    return [width + part for width, part in zip(widths, parts, strict=True)]


# ------------------------------------------------------------------------------------------------- what is kept


def read_widths(table: str) -> dict[str, int]:
    """What `keep_widths` kept of this table by column, for this user of the machine; nothing when it is damaged."""
    kept = _read_all().get(table)
    if not isinstance(kept, dict):
        return {}
    return {str(title): min(width, MOST_PX) for title, width in kept.items() if isinstance(width, int) and width > 0}


def keep_widths(table: str, widths: Mapping[str, int]) -> None:
    """Remember the widths in px at a text size of 100 %, by the titles of the columns; none: forget the table.

    Not synced to the disk, so that nobody waits for it. Raises StorageError.
    """
    kept = _read_all()
    if widths:
        kept[table] = dict(widths)
    elif kept.pop(table, None) is None:
        return
    with written_whole(user_state_dir() / FILE, encoding="utf-8") as file:
        json.dump(kept, file, ensure_ascii=False)


def _read_all() -> dict[str, object]:
    path = user_state_dir() / FILE
    with storage_errors(path):
        try:
            kept = json.loads(path.read_bytes())
        except (FileNotFoundError, ValueError):  # conveniences: a damaged list is begun anew
            return {}
    return kept if isinstance(kept, dict) else {}
