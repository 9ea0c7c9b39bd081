"""Lists come in every form in which people have them, and mean the same."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest

from campaigns.audience.imports import ImportOptions
from campaigns.audience.people import ImportedPerson, RejectedRow, StatedBasis, escape, unescape
from campaigns.audience.preview import read_sample
from core.domain.consent import ConsentBasis
from core.errors import UserInputError
from tests.campaigns.audience.reading import read_people

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def read(path: Path, content: bytes | str, **options: object) -> list[ImportedPerson | RejectedRow]:
    file = path / "people"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_people(file, now=NOW, options=ImportOptions(**options)))


def keys(rows: list[ImportedPerson | RejectedRow]) -> list[tuple[str, str, str]]:
    assert all(isinstance(row, ImportedPerson) for row in rows), rows
    return [(row.name, row.username, row.phone) for row in rows if isinstance(row, ImportedPerson)]


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("cp1251", ["Иван Иванов", "Ольга Шевченко", "Алексей Смирнов"]),
        ("cp1252", ["Jürgen Groß", "François Lefèvre", "Ærø Øster"]),
        ("cp1253", ["Γιώργος Παπαδόπουλος", "Ελένη Δημητρίου", "Νίκος"]),
        ("utf-8-sig", ["Ngọc", "李雷", "محمد"]),
        ("utf-16-le", ["Ngọc", "李雷", "محمد"]),
        ("utf-32", ["Ngọc", "李雷", "محمد"]),
    ],
)
def test_letters_are_read_in_the_encoding_they_were_written_in(
    tmp_path: Path, encoding: str, names: list[str]
) -> None:
    text = "name;username\r\n" + "".join(f"{name};person_{at}\r\n" for at, name in enumerate(names))

    assert [name for name, _, _ in keys(read(tmp_path, text.encode(encoding)))] == names


def test_an_encoding_that_a_person_names_wins(tmp_path: Path) -> None:
    text = "name;username\nדוד כהן;person_1\n".encode("cp1255")

    assert keys(read(tmp_path, text, encoding="cp1255"))[0][0] == "דוד כהן"
    with pytest.raises(UserInputError, match="no encoding"):
        read(tmp_path, text, encoding="latin-99")


@pytest.mark.parametrize("delimiter", ["|", "^", "~", ":"])
def test_rare_delimiters_are_found(tmp_path: Path, delimiter: str) -> None:
    text = f"name{delimiter}username\nAnna{delimiter}anna_berg\n"

    assert keys(read(tmp_path, text)) == [("Anna", "anna_berg", "")]


def test_a_plain_list_is_read_entry_by_entry(tmp_path: Path) -> None:
    rows = read(tmp_path, "@anna_berg\n+999 66 10001, https://t.me/person_2; +9996610003\n\n!!\n")

    assert keys(rows[:-1]) == [
        ("", "anna_berg", ""),
        ("", "", "+9996610001"),
        ("", "person_2", ""),
        ("", "", "+9996610003"),
    ]
    assert [row.line for row in rows] == [1, 2, 2, 2, 4]
    assert isinstance(rows[-1], RejectedRow)


def test_a_workbook_is_read_as_a_person_sees_it_and_formulas_stay_text(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Name", "Phone", "Agreed", "consent date", "source", "Note"])
    sheet.append(["Anna", 9996610001.0, None, None, None, "=1+1"])
    sheet.append([None] * 6)
    sheet.append(["Bo", "+9996610002", None, "2026-03-01", None, date(2026, 1, 2)])
    file = tmp_path / "people.xlsx"
    book.save(file)

    rows = list(read_people(file, now=NOW))

    first, second = rows
    assert isinstance(first, RejectedRow)  # a number of a spreadsheet has no plus sign
    assert "country code" in first.reason
    assert isinstance(second, ImportedPerson)
    assert (second.line, second.fields) == (4, {"note": "2026-01-02"})


def test_a_formula_of_a_workbook_is_the_text_of_the_cell(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["username", "city"])
    book.active.append(["anna_berg", '=HYPERLINK("http://x";"y")'])
    file = tmp_path / "people.xlsx"
    book.save(file)

    (row,) = read_people(file, now=NOW)

    assert isinstance(row, ImportedPerson)
    assert row.fields == {"city": '=HYPERLINK("http://x";"y")'}


VCARDS = """BEGIN:VCARD
VERSION:3.0
FN:Anna Berg
N:Berg;Anna;;;
TEL;TYPE=HOME:+99966 10 009
TEL;TYPE=CELL:+99966 10 001
X-TELEGRAM:@anna_berg
PHOTO;ENCODING=b;TYPE=JPEG:AAAA
 BBBB
END:VCARD
BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:;=D0=98=D0=B2=D0=B0=D0=BD
TEL;CELL:+9996610002
END:VCARD
BEGIN:VCARD
VERSION:3.0
this is no line of a card
BEGIN:VCARD
VERSION:4.0
FN:Bo
IMPP;X-SERVICE-TYPE=Telegram:person_3
END:VCARD
"""


def test_cards_are_read_and_a_damaged_one_costs_its_own_row_alone(tmp_path: Path) -> None:
    anna, ivan, damaged, bo = read(tmp_path, VCARDS)

    assert keys([anna, ivan, bo]) == [
        ("Anna Berg", "anna_berg", "+9996610001"),
        ("Иван", "", "+9996610002"),
        ("Bo", "person_3", ""),
    ]
    assert isinstance(damaged, RejectedRow)
    assert (damaged.line, damaged.reason) == (16, "This card is damaged.")


def test_telegrams_own_export_is_read(tmp_path: Path) -> None:
    entries = [
        {"first_name": "Søren", "last_name": "Berg", "phone_number": "009996610300", "date": "2025-01-10T00:00:00"},
        {"first_name": "X", "last_name": "", "phone_number": ""},
        "no contact",
    ]

    good, empty, strange = read(tmp_path, json.dumps({"about": "x", "contacts": {"list": entries}}))

    assert keys([good]) == [("Søren Berg", "", "+9996610300")]
    assert isinstance(empty, RejectedRow)
    assert isinstance(strange, RejectedRow)
    assert strange.line == 3


def test_half_a_letter_in_an_export_harms_nothing(tmp_path: Path) -> None:
    text = '{"contacts": {"list": [{"first_name": "a\\ud800\\u0000b", "phone_number": "+9996610001"}]}}'

    for row in read(tmp_path, text):
        row.name.encode()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("cell", "country", "phone"),
    [
        ("8 (999) 000-00-00", "RU", "+79990000000"),
        ("0151 23456789", "DE", "+4915123456789"),
        ("+9996610001", "DE", "+9996610001"),
        ("00999 66 10001", "DE", "+9996610001"),
    ],
)
def test_national_numbers_get_the_country_code(tmp_path: Path, cell: str, country: str, phone: str) -> None:
    assert keys(read(tmp_path, f"phone\n{cell}\n", country=country)) == [("", "", phone)]


def test_a_national_number_with_too_few_digits_is_refused(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "phone\n1234\n", country="RU")

    assert isinstance(row, RejectedRow)
    assert "not a phone number of RU" in row.reason


def test_columns_are_what_a_person_says(tmp_path: Path) -> None:
    mapping = {"Handy": "phone", "Mobile": "-", "Stadt": "city"}

    (row,) = read(tmp_path, "Handy,Mobile,Stadt\n+9996610001,x,Bonn\n", mapping=mapping)

    assert isinstance(row, ImportedPerson)
    assert (row.phone, row.fields) == ("+9996610001", {"city": "Bonn"})


def test_a_mapped_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserInputError, match='no column "Fax"'):
        read(tmp_path, "phone\n+9996610001\n", mapping={"Fax": "phone"})


def test_a_pair_of_label_and_value_is_the_column_that_the_label_names(tmp_path: Path) -> None:
    header = "Phone 1 - Value,Custom Field 1 - Label,Custom Field 1 - Value"

    first, second = read(tmp_path, f"{header}\n+9996610001,Telegram,@anna_berg\n+9996610002,Shoe,39\n")

    assert keys([first]) == [("", "anna_berg", "+9996610001")]
    assert isinstance(second, ImportedPerson)
    assert second.fields == {"custom_field_1_label": "Shoe", "custom_field_1_value": "39"}


STATED = StatedBasis(basis=ConsentBasis.AGREED, at=datetime(2026, 5, 1, tzinfo=UTC), source="fair", evidence="list 4")


def test_a_basis_stated_once_is_that_of_every_row_that_does_not_say(tmp_path: Path) -> None:
    text = "username,consent,consent_at,source\nanna_berg,,,\nperson_2,,2026-02-03,shop\nperson_3,no,,\n"

    first, second, third = read(tmp_path, text, stated=STATED)

    assert isinstance(first, ImportedPerson)
    assert first.consent is not None
    assert (first.consent.at, first.consent.source, first.consent.wording) == (STATED.at, "fair", "list 4")
    assert isinstance(second, ImportedPerson)
    assert second.consent is not None
    assert (second.consent.at, second.consent.source) == (datetime(2026, 2, 3, tzinfo=UTC), "shop")
    assert isinstance(third, RejectedRow)
    assert third.reason.startswith("This person said no.")


def test_a_stated_agreement_needs_evidence() -> None:
    with pytest.raises(UserInputError, match="Where did they agree"):
        StatedBasis(basis=ConsentBasis.AGREED, at=NOW)


@pytest.mark.parametrize("cell", ["=1+1", "+1+1", "-2", "@SUM(A1)", "+999 66", "x", "", "'"])
def test_what_a_spreadsheet_would_run_is_escaped_and_comes_back_as_it_was(cell: str) -> None:
    written = escape(cell)

    assert unescape(written) == cell
    assert not written.startswith(("=", "-", "@"))
    assert (written == cell) is (cell in ("+999 66", "x", "", "'"))


def test_a_delimiter_and_an_encoding_that_a_person_chose_win_over_what_was_found(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("name|tel: mobil;username\nЮлия|a;yulia_k\n".encode("cp1251"))

    found = read_sample(path)
    chosen = read_sample(path, encoding="cp1251", delimiter="|", limit=1)

    assert found.delimiter == ";"
    assert (chosen.encoding, chosen.delimiter, chosen.headings) == ("cp1251", "|", ("name", "tel: mobil;username"))
    assert chosen.rows[0].cells == ("Юлия", "a;yulia_k")
    assert chosen.is_whole
    with pytest.raises(UserInputError, match="one sign"):
        read_sample(path, delimiter="::")
