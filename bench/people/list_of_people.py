"""A list of made-up people of any length: a contact and a consent a row."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

NAMES = (
    "Anna Berg",
    "Иван Шевченко",
    "Chloë Martin",
    "محمد علي",
    "Ngọc Trần",
    "José García",
    "Ольга Ким",
    "Ravi Singh",
)
LANGUAGES = ("de", "uk", "fr", "ar", "vi", "es", "ru", "en")
HEADER = ("name", "username", "phone", "language", "city", "consent_basis", "consent_at", "consent_source")
FIRST_DAY = datetime(2025, 1, 1, tzinfo=UTC)
SPREAD = 7_919  # prime, and no factor of the range: numbers come in no order, as in real lists
NAME_SPREAD, NAME_RANGE = (
    6_700_417,
    9_999_991,
)  # primes too: usernames come in no order either, and not in that of numbers


def write_list(path: Path, count: int, *, is_national: bool = False) -> None:
    """Numbers in international form (of Telegram's test range), or as they are dialled inside Germany."""
    days = [(FIRST_DAY + timedelta(days=day)).date().isoformat() for day in range(600)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(count):
            spread = number * SPREAD % 10_000_000
            kind = number % len(NAMES)
            phone = f"0151 {10_000_000 + spread}" if is_national else f"+99966{spread:07d}"
            writer.writerow(
                (
                    f"{NAMES[kind]} {number}",
                    f"person_{number * NAME_SPREAD % NAME_RANGE:07d}",
                    phone,
                    LANGUAGES[kind],
                    "Bonn" if number % 3 else "",
                    "agreed",
                    days[number % len(days)],
                    "sign-up form",
                )
            )
