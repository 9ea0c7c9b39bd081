"""What people type or paste while signing in: cleaned, and checked before Telegram is asked. No Telethon here."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers

from core.domain.account import DataCentre
from core.errors import UserInputError

BOT_TOKEN = re.compile(r"\d{6,12}:[A-Za-z0-9_-]{30,64}")
"""As @BotFather gives them: the bot's id, a colon, 35 characters; room is left for other lengths."""

API_HASH = re.compile(r"[0-9a-f]{32}")
MAX_API_ID = 2**31 - 1  # an int of Telegram's schema

WHERE_API_COMES_FROM = (
    "Telegram wants every program to name itself by an api_id and an api_hash, and everybody brings their own. "
    "Open my.telegram.org in a browser, sign in with your phone number, choose API development tools and fill in the "
    "form (any short name will do). The page then shows both: a number, and 32 letters and digits. They are yours: "
    "keep the api_hash to yourself. Wireroom keeps it encrypted in this workspace."
)

_TEST_PREFIX = "999"  # country code of nobody; Telegram's test numbers are +99966XYYYY (auth.html)
_TEST_DIGITS = (8, 15)


class EntryState(StrEnum):
    """How far what stands in a field is."""

    EMPTY = "empty"
    INCOMPLETE = "incomplete"  # may become right by typing on
    WRONG = "wrong"
    GOOD = "good"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneEntry:
    """A phone number as typed so far. `number` (+ and digits) is set when GOOD; `shown` is how people write it."""

    state: EntryState
    number: str = ""
    shown: str = ""
    country: str = ""  # two letters, "" where it is not known (yet)


def read_phone(text: str, data_centre: DataCentre) -> PhoneEntry:
    """What a phone field holds. Test numbers (+999…) are good in the sandbox and at Telegram's test servers only."""
    digits = _digits(text)
    if not digits:
        return PhoneEntry(state=EntryState.EMPTY if not text.strip(" +") else EntryState.WRONG)
    number = f"+{digits.removeprefix('00')}"
    if number.startswith(f"+{_TEST_PREFIX}"):
        return _read_test_number(number, data_centre)
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException as error:
        short = error.error_type == phonenumbers.NumberParseException.TOO_SHORT_NSN or len(number) < 4
        return PhoneEntry(state=EntryState.INCOMPLETE if short else EntryState.WRONG)
    country = phonenumbers.region_code_for_number(parsed) or ""
    if not country and parsed.country_code is not None:  # too short to tell: the first of those that share the code
        country = phonenumbers.region_code_for_country_code(parsed.country_code)
    if len(country) != 2 or country == "ZZ":
        country = ""
    match phonenumbers.is_possible_number_with_reason(parsed):
        case phonenumbers.ValidationResult.TOO_SHORT | phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
            return PhoneEntry(state=EntryState.INCOMPLETE, country=country)
        case phonenumbers.ValidationResult.IS_POSSIBLE:
            # Possible by its length only: new ranges are opened faster than tables of numbers follow.
            shown = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
            return PhoneEntry(state=EntryState.GOOD, number=number, shown=shown, country=country)
        case _:
            return PhoneEntry(state=EntryState.WRONG, country=country)


def clean_phone(text: str, data_centre: DataCentre) -> str:
    """The number as + and digits. Raises UserInputError."""
    entry = read_phone(text, data_centre)
    if entry.state is not EntryState.GOOD:
        raise UserInputError(
            "It is too short." if entry.state is EntryState.INCOMPLETE else "",
            title="This is no phone number",
            hint="Enter it with the country code, such as +44 20 7946 0123.",
        )
    return entry.number


def clean_code(text: str, length: int) -> str:
    """The code in what was pasted: "12 345", "Login code: 12345" and the whole message give 12345.

    `length` 0: a word or a phrase, of which only the blanks are put right. Raises UserInputError.
    """
    if length == 0:
        words = " ".join(text.split()).strip(" .\"'“”")
        if words:
            return words
    else:
        plain = _with_ascii_digits(text)
        for candidate in re.findall(r"\d(?:[ \-\u00a0]?\d)*", plain):
            digits = _digits(candidate)
            if len(digits) == length:
                return digits
        if len(digits := _digits(plain)) == length:
            return digits
    raise UserInputError(
        f"The code has {length} digits." if length else "", title="This is not the code", hint="Enter it again."
    )


def clean_password(text: str) -> str:
    """The second password as it is: blanks may belong to it. Raises UserInputError when there is none."""
    if not text:
        raise UserInputError(title="There is no password", hint="Enter the second password of this account.")
    return text


def clean_email(text: str) -> str:
    """An e-mail address. Raises UserInputError; whether it exists is Telegram's to find out."""
    address = text.strip()
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", address):
        raise UserInputError(title="This is no e-mail address", hint="Enter it as name@example.org.")
    return address


def clean_bot_token(text: str) -> str:
    """The token in what was pasted, also in @BotFather's whole message. Raises UserInputError."""
    match = BOT_TOKEN.search(text)
    if match is None:
        raise UserInputError(
            "A bot token is a number, a colon and 35 letters and digits.",
            title="This is no bot token",
            hint="Copy it again from @BotFather.",
        )
    return match[0]


def clean_api(api_id: str, api_hash: str) -> tuple[int, str]:
    """Raises UserInputError naming the one that is wrong."""
    digits = _digits(api_id)
    if not digits or digits != _with_ascii_digits(api_id).strip() or not 0 < int(digits) <= MAX_API_ID:
        raise UserInputError(
            "The api_id is a number.", title="This is no api_id", hint="Copy it from my.telegram.org."
        )
    cleaned = api_hash.strip().lower()
    if API_HASH.fullmatch(cleaned) is None:
        raise UserInputError(
            "The api_hash has 32 characters, 0 to 9 and a to f.",
            title="This is no api_hash",
            hint="Copy it from my.telegram.org.",
        )
    return int(digits), cleaned


def _read_test_number(number: str, data_centre: DataCentre) -> PhoneEntry:
    if data_centre not in (DataCentre.SANDBOX, DataCentre.TEST):
        return PhoneEntry(state=EntryState.WRONG)
    count, (least, most) = len(number) - 1, _TEST_DIGITS
    if count > most:
        return PhoneEntry(state=EntryState.WRONG)
    if count < least:
        return PhoneEntry(state=EntryState.INCOMPLETE)
    return PhoneEntry(state=EntryState.GOOD, number=number, shown=number)


def _digits(text: str) -> str:
    return "".join(letter for letter in _with_ascii_digits(text) if letter in "0123456789")


def _with_ascii_digits(text: str) -> str:
    """Digits of other scripts as 0 to 9: keyboards and messages in Arabic or Hindi have their own."""
    return "".join(str(unicodedata.digit(letter, letter)) for letter in text)
