"""What people type: cleaned, told apart while it is typed, and refused in words."""

import subprocess
import sys

import pytest

from core.domain.account import DataCentre
from core.errors import UserInputError
from telegram.sign_in import entries
from telegram.sign_in import values as v
from telegram.sign_in.entries import EntryState


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("12345", "12345"),
        (" 12 345 ", "12345"),
        ("123-45", "12345"),
        ("Login code: 12345", "12345"),
        ("Login code: 12345. Do not give this code to anyone, even in 2026!", "12345"),
        ("\u0661\u0662\u0663\u0664\u0665", "12345"),
        ("1 2 3 4 5", "12345"),
        ("For +49 151 2345678: 12345", "12345"),
    ],
)
def test_a_code_is_found_in_what_was_pasted(text: str, code: str) -> None:
    assert entries.clean_code(text, 5) == code


@pytest.mark.parametrize("text", ["", "1234", "123456", "no code"])
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(UserInputError, match="5 digits"):
        entries.clean_code(text, 5)


def test_a_phrase_keeps_its_words() -> None:
    assert entries.clean_code("  the quiet\n harbour. ", 0) == "the quiet harbour"


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("", EntryState.EMPTY),
        ("+", EntryState.EMPTY),
        ("hello", EntryState.WRONG),
        ("+4", EntryState.INCOMPLETE),
        ("+44 20", EntryState.INCOMPLETE),
        ("+44 20 7946 0123", EntryState.GOOD),
        ("0044 20 7946 0123", EntryState.GOOD),
        ("+44 20 7946 0123 4567 89", EntryState.WRONG),
        ("+999 66", EntryState.WRONG),
    ],
)
def test_a_phone_number_is_judged_while_it_is_typed(text: str, state: EntryState) -> None:
    assert entries.read_phone(text, DataCentre.PRODUCTION).state is state


def test_a_good_number_is_shown_as_people_write_it() -> None:
    entry = entries.read_phone("442079460123", DataCentre.PRODUCTION)

    assert (entry.number, entry.shown, entry.country) == ("+442079460123", "+44 20 7946 0123", "GB")


@pytest.mark.parametrize("data_centre", list(DataCentre))
def test_test_numbers_are_good_where_they_exist(data_centre: DataCentre) -> None:
    exists = data_centre in (DataCentre.SANDBOX, DataCentre.TEST)

    assert (entries.read_phone("+99966 2 1234", data_centre).state is EntryState.GOOD) is exists


@pytest.mark.parametrize(
    ("api_id", "api_hash"), [("", "0" * 32), ("x1", "0" * 32), ("0", "0" * 32), ("9" * 12, "0" * 32), ("1", "0" * 31)]
)
def test_a_pair_that_is_none_is_refused(api_id: str, api_hash: str) -> None:
    with pytest.raises(UserInputError):
        entries.clean_api(api_id, api_hash)


def test_values_do_not_tell_what_they_hold() -> None:
    held = v.GivePassword(password="correct horse"), v.ShowQr(url="tg://login?token=x", valid_until=None)  # type: ignore[arg-type]

    assert [repr(value) for value in held] == ["GivePassword()", "ShowQr()"]


def test_the_console_needs_no_telethon_for_them() -> None:
    program = "import sys, telegram.sign_in.values, telegram.sign_in.entries\nassert 'telethon' not in sys.modules"

    subprocess.run([sys.executable, "-c", program], check=True)
