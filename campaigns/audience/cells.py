"""What stands in the cells of a person, brought to one form or refused with a reason in plain words.

Reasons never repeat what stands in a cell: they are shown in lists and kept in reports.
"""

import re
import unicodedata
import zoneinfo
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, lru_cache

from campaigns.audience.columns import Column
from core.domain.consent import Consent, ConsentBasis
from core.errors import UserInputError

_USERNAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{4,31}")  # 5 to 32 signs: core.telegram.org/method/account.checkUsername
_USERNAME_PREFIX = re.compile(r"@|(?:https?://)?(?:www\.)?(?:t|telegram)\.me/@?", re.IGNORECASE)
_INTERNATIONAL = re.compile(r"\+[1-9][0-9]{6,14}")  # as we keep it: nothing to do
_PHONE_DRESS = re.compile(r"[\s()\[\]./\-\u2010-\u2015\u2212]")
_SHORTENED = re.compile(r"\d+([.,]\d+)?E\+\d+", re.IGNORECASE)
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z0-9]{2,8}))*")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+\-]*(?:/[A-Za-z0-9_+\-]+){0,2}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}.*)?")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_YES = {
    ConsentBasis.AGREED: {
        "agreed",
        "yes",
        "y",
        "true",
        "1",
        "opt in",
        "opted in",
        "да",
        "так",
        "ja",
        "oui",
        "sí",
        "si",
    },
    ConsentBasis.STARTED_BOT: {"started bot", "started", "start"},
    ConsentBasis.WROTE_FIRST: {"wrote first", "wrote"},
}
_BASES = {word: basis for basis, words in _YES.items() for word in words}
_NO_WORDS = (
    "no|n|false|0|none|refused|declined|rejected|denied|withdrawn|revoked|opt out|opted out|optout|unsubscribed|"
    "unsubscribe|stop|"
    "нет|отказ|отказался|отказалась|отписан|отписался|отписалась|ні|відмова|відписався|відписалася|"
    "nein|abgelehnt|widerrufen|abgemeldet|non|refusé|désabonné|rechazado|baja|não"
)
_NO = frozenset(_NO_WORDS.split("|"))
_MIN_PHONE_DIGITS, _MAX_PHONE_DIGITS = 7, 15  # E.164: at most 15; nobody has less than 7 with a country code


class BadCell(Exception):
    """Why a row is refused. Never leaves this package: it becomes a RejectedRow."""

    no: "SaidNo | None" = None

    def __init__(self, reason: str, *columns: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.columns = columns


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidNo:
    """Somebody who does not want to be written to; at least one of username and phone is there. `at` is aware."""

    username: str = field(repr=False)
    phone: str = field(repr=False)
    at: datetime


def parse_phone(cell: str, country: str = "") -> str:
    """E.164 with its plus sign, or empty for an empty cell.

    `country` (two letters) is that of numbers without a country code; empty: they are refused.
    """
    if _INTERNATIONAL.fullmatch(cell) is not None:
        return cell
    text = cell if cell.isascii() else _plain(cell)
    if _SHORTENED.fullmatch(text.strip()):
        raise BadCell("A spreadsheet has shortened this phone number. Format the column as text.", Column.PHONE)
    number = _PHONE_DRESS.sub("", text)
    if not number:
        return ""
    number = f"+{number[2:]}" if number.startswith("00") else number
    digits = number.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        raise BadCell("The phone number holds other signs than digits.", Column.PHONE)
    if not number.startswith("+") and country:
        return _complete(number, country)
    if not number.startswith("+") or digits.startswith("0"):
        raise BadCell("The phone number has no country code. Begin it with + and the country code.", Column.PHONE)
    if missing := max(0, _MIN_PHONE_DIGITS - len(digits)):
        raise BadCell(
            f"The phone number is too short: {missing} {'digit is' if missing == 1 else 'digits are'} missing.",
            Column.PHONE,
        )
    if len(digits) > _MAX_PHONE_DIGITS:
        raise BadCell(f"The phone number is too long: it has more than {_MAX_PHONE_DIGITS} digits.", Column.PHONE)
    return number


def _plain(cell: str) -> str:
    """Digits of full width as digits, and without invisible marks of direction."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", cell) if unicodedata.category(sign) != "Cf")


def check_country(country: str) -> str:
    """The two letters in capitals, or empty. Raises UserInputError for a country that has no phone numbers."""
    code = country.strip().upper()
    if not code:
        return ""
    from phonenumbers import SUPPORTED_REGIONS  # 30 ms, for those who say which country numbers are of

    if code not in SUPPORTED_REGIONS:
        raise UserInputError(
            f'"{country}" is not the code of a country.',
            hint="Two letters, such as DE, UA or US.",
            title="No country",
        )
    return code


def _complete(number: str, country: str) -> str:
    """A national number, as it is dialled inside the country, with its country code."""
    import phonenumbers

    if len(number) > _MAX_PHONE_DIGITS + 2:  # with a prefix that only the country uses
        raise BadCell(f"The phone number is too long: it has more than {_MAX_PHONE_DIGITS} digits.", Column.PHONE)
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        raise BadCell(f"This is not a phone number of {country}.", Column.PHONE) from None
    if not phonenumbers.is_possible_number(parsed):
        raise BadCell(f"This is not a phone number of {country}: it has too few or too many digits.", Column.PHONE)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def parse_username(cell: str) -> str:
    """A username without @, as it is written, or empty for an empty cell."""
    if _USERNAME.fullmatch(cell) is not None:
        return cell
    text = cell.strip()
    prefix = _USERNAME_PREFIX.match(text)
    name = text[prefix.end() :].removesuffix("/") if prefix else text
    if text and _USERNAME.fullmatch(name) is None:
        raise BadCell(
            "This cannot be a username: it has 5 to 32 letters, digits and _, and begins with a letter.",
            Column.USERNAME,
        )
    return name


@lru_cache(maxsize=4096)
def parse_language(cell: str) -> str:
    """A language code in small letters with a hyphen (`pt-br`), or empty for an empty cell."""
    text = cell.strip()
    if text and _LANGUAGE.fullmatch(text) is None:
        raise BadCell("Write the language as a code, such as en or pt-BR.", Column.LANGUAGE)
    return text.replace("_", "-").lower()


@lru_cache(maxsize=4096)
def parse_time_zone(cell: str) -> str:
    """A name of the IANA time zone database, or empty for an empty cell. Without a database on this machine: its form."""
    text = cell.strip()
    known = _zones()
    if text and (_ZONE.fullmatch(text) is None or (known and text not in known)):
        raise BadCell("This time zone is not known. Write it as Europe/Berlin.", Column.TIME_ZONE)
    return text


@lru_cache(maxsize=4096)
def parse_consent(basis: str, at: str, source: str, wording: str, now: datetime) -> Consent | None:
    """None without a basis: nobody may write to this person. A proof with a hole raises BadCell."""
    found = parse_basis(basis)
    if found is None:
        return None
    moment = _parse_moment(at.strip(), now)
    if found is ConsentBasis.AGREED and not (source.strip() or wording.strip()):
        raise BadCell(
            "There is no evidence: where did they agree, or to which words?",
            Column.CONSENT_SOURCE,
            Column.CONSENT_WORDING,
        )
    return Consent(basis=found, at=moment, source=source.strip(), wording=wording.strip())


def parse_basis(cell: str) -> ConsentBasis | None:
    """None for an empty cell. Raises BadCell for a word that is not known."""
    word = _word(cell)
    if not word:
        return None
    if word not in _BASES:
        raise BadCell(f"This basis is not known. There are {', '.join(ConsentBasis)}.", Column.CONSENT_BASIS)
    return _BASES[word]


@lru_cache(maxsize=4096)
def says_no(basis: str) -> bool:
    """Whether the cell of the basis says that this person does not want to be written to."""
    return _word(basis) in _NO


def parse_no_moment(cell: str, now: datetime) -> datetime:
    """When somebody said no. A no without a date, or with one that is none, holds from now on."""
    try:
        return _parse_moment(cell.strip(), now)
    except BadCell:
        return now


def _word(cell: str) -> str:
    return " ".join(cell.replace("_", " ").replace("-", " ").split()).casefold()


def _parse_moment(text: str, now: datetime) -> datetime:
    """Without an offset it is UTC."""
    if not text:
        raise BadCell("The consent has no date.", Column.CONSENT_AT)
    try:
        moment = _read_moment(text)
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        raise BadCell(
            "This is not a date, or it can be read in two ways. Write it as 2026-04-30 or 2026-04-30T15:20:00Z.",
            Column.CONSENT_AT,
        )
    if moment > now:
        raise BadCell("The date of the consent lies in the future.", Column.CONSENT_AT)
    return moment


def _read_moment(text: str) -> datetime | None:
    """ISO 8601 with or without a time, 30.04.2026 (with dots the day comes first everywhere), 2026/04/30, and 04/30/2026
    or 30/04/2026 where one of the two can be no month. Two digits are no year.
    """
    if _DATE.fullmatch(text):
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    if (dotted := _DOTTED.fullmatch(text)) is not None:
        day, month, year, hour, minute, second = (int(part) if part else 0 for part in dotted.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    if (year_first := _YEAR_FIRST.fullmatch(text)) is not None:
        year, month, day = map(int, year_first.groups())
        return datetime(year, month, day, tzinfo=UTC)
    if (slashed := _SLASHED.fullmatch(text)) is not None:
        first, second, year = map(int, slashed.groups())
        if first > 12 or first == second:
            return datetime(year, second, first, tzinfo=UTC)
        return datetime(year, first, second, tzinfo=UTC) if second > 12 else None
    return None


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())
