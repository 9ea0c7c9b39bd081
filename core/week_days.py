"""Days of the week as people write them: one by one, or as spans."""

from typing import Final

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EVERY_DAY: Final = ("every day", "daily")


def parse_days(text: str) -> frozenset[int]:
    """ "every day" or "daily", or days and spans of them: "mon-fri", "sat, sun", "fri-mon". 0 is Monday.

    Raises ValueError.
    """
    words = text.casefold().strip()
    if words in _EVERY_DAY:
        return frozenset(range(len(DAYS)))
    days: set[int] = set()
    for part in words.split(","):
        first, dash, last = (piece.strip()[:3] for piece in part.partition("-"))
        if first not in DAYS or (dash and last not in DAYS):
            raise ValueError("every day, or days such as mon-fri or sat, sun")
        begin = DAYS.index(first)
        length = (DAYS.index(last or first) - begin) % len(DAYS)
        days.update((begin + step) % len(DAYS) for step in range(length + 1))
    return frozenset(days)
