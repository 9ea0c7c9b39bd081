"""People come in with their proof, or with the reason why not; nobody is lost on the way."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from campaigns.audience.cells import SaidNo
from campaigns.audience.columns import Column, count_known, read_header
from campaigns.audience.files.reading import open_table
from campaigns.audience.import_file import read_batches
from campaigns.audience.people import ImportedPerson, PersonReader, RejectedRow
from core.domain.consent import Consent, ConsentBasis
from core.errors import UserInputError
from tests.campaigns.audience.reading import read_people

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HEADER = "name,username,phone,language,time_zone,consent_basis,consent_at,consent_source,consent_wording,city"


def read(path: Path, text: str | bytes) -> list[ImportedPerson | RejectedRow]:
    file = path / "people.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(read_people(file, now=NOW))


def person(path: Path, row: str, header: str = HEADER) -> ImportedPerson:
    (result,) = read(path, f"{header}\n{row}\n")
    assert isinstance(result, ImportedPerson), result
    return result


def rejection(path: Path, row: str, header: str = HEADER) -> RejectedRow:
    (result,) = read(path, f"{header}\n{row}\n")
    assert isinstance(result, RejectedRow), result
    return result


def test_a_row_becomes_a_person_with_consent_and_fields(tmp_path: Path) -> None:
    result = person(
        tmp_path,
        "Anna Berg,@Anna_Berg,+999 66 10-001,de,Europe/Berlin,agreed,2026-04-05T10:00:00+02:00,Stand 4,Yes to news,Köln",
    )

    assert result == ImportedPerson(
        line=2,
        name="Anna Berg",
        username="Anna_Berg",
        phone="+9996610001",
        language="de",
        time_zone="Europe/Berlin",
        fields={"city": "Köln"},
        consent=Consent(
            basis=ConsentBasis.AGREED,
            at=datetime(2026, 4, 5, 8, 0, tzinfo=UTC),
            source="Stand 4",
            wording="Yes to news",
        ),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_usual_encodings_delimiters_and_line_ends_are_read(
    tmp_path: Path, encoding: str, delimiter: str, line_end: str
) -> None:
    rows = [["Имя", "Юзернейм", "Note"], ["Анна", "anna_berg", "a,b;c\td"], ["محمد", "person_2", "x"]]
    text = "".join(delimiter.join(f'"{cell}"' for cell in row) + line_end for row in rows)

    people = read(tmp_path, text.encode(encoding))

    assert [(p.line, p.name, p.username, p.fields) for p in people if isinstance(p, ImportedPerson)] == [
        (2, "Анна", "anna_berg", {"note": "a,b;c\td"}),
        (3, "محمد", "person_2", {"note": "x"}),
    ]


def test_a_first_line_that_names_the_delimiter_is_understood(tmp_path: Path) -> None:
    (result,) = read(tmp_path, "sep=;\nusername;a,b\nanna_berg;1\n")

    assert isinstance(result, ImportedPerson)
    assert (result.line, result.fields) == (3, {"a_b": "1"})


@pytest.mark.parametrize("heading", ["USERNAME", "User Name", " Telegram ", "Юзернейм", "tg"])
def test_headings_are_known_by_other_names_in_any_case(tmp_path: Path, heading: str) -> None:
    assert person(tmp_path, "anna_berg", heading).username == "anna_berg"


def test_first_and_last_name_make_a_name_and_stay_fields(tmp_path: Path) -> None:
    result = person(tmp_path, "Anna,Berg,anna_berg", "First Name,Last Name,username")

    assert result.name == "Anna Berg"
    assert result.fields == {"first_name": "Anna", "last_name": "Berg"}


def test_quoted_line_breaks_belong_to_the_cell_and_lines_are_counted_on(tmp_path: Path) -> None:
    people = read(tmp_path, 'username,note\nanna_berg,"line one\nline two"\n\n,,\nbad,x\n')

    assert isinstance(people[0], ImportedPerson)
    assert people[0].fields == {"note": "line one\nline two"}
    assert [row.line for row in people] == [2, 6]


@pytest.mark.parametrize("cell", ["=HYPERLINK(1)", "+1+1", "-2", "@SUM(A1)"])
def test_a_cell_that_looks_like_a_formula_stays_text(tmp_path: Path, cell: str) -> None:
    assert person(tmp_path, f"anna_berg,{cell}", "username,city").fields == {"city": cell}


@pytest.mark.parametrize(
    ("cell", "phone"),
    [
        ("+99966 10 001", "+9996610001"),
        ("+999 (66) 10-001", "+9996610001"),
        ("00999.66.10.001", "+9996610001"),
        ("\u202a+999\u00a066\u201110001\u202c", "+9996610001"),
        ("＋９９９６６１０００１", "+9996610001"),
        ("+9996610", "+9996610"),
        ("+999661000100000", "+999661000100000"),
    ],
)
def test_phones_come_in_one_form(tmp_path: Path, cell: str, phone: str) -> None:
    assert person(tmp_path, cell, "phone").phone == phone


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("+99966", "too short: 2 digits are missing"),
        ("+999661", "too short: 1 digit is missing"),
        ("+9996610001000001", "too long"),
        ("9996610001", "no country code"),
        ("8 (999) 661-00-01", "no country code"),
        ("+0996610001", "no country code"),
        ("+99966call", "other signs than digits"),
        ("+٩٩٩٦٦١٠٠٠١", "other signs than digits"),
        ("++9996610001", "other signs than digits"),
        ("9.99661E+09", "spreadsheet has shortened"),
    ],
)
def test_a_bad_phone_is_refused_with_its_reason(tmp_path: Path, cell: str, reason: str) -> None:
    result = rejection(tmp_path, cell, "phone")

    assert reason in result.reason
    assert result.columns == ("phone",)
    assert cell not in result.reason


@pytest.mark.parametrize(
    "cell", ["anna_berg", "@anna_berg", "t.me/anna_berg", "https://t.me/anna_berg/", "telegram.me/anna_berg"]
)
def test_usernames_come_in_one_form(tmp_path: Path, cell: str) -> None:
    assert person(tmp_path, cell, "username").username == "anna_berg"


@pytest.mark.parametrize(
    "cell", ["anna", "1anna", "anna-berg", "a" * 33, "анна_берг", "t.me/joinchat/x", "@", "_annab"]
)
def test_a_bad_username_is_refused(tmp_path: Path, cell: str) -> None:
    result = rejection(tmp_path, cell, "username")

    assert "cannot be a username" in result.reason
    assert result.columns == ("username",)


def test_somebody_without_username_and_phone_is_refused(tmp_path: Path) -> None:
    assert "neither a username nor a phone" in rejection(tmp_path, "Anna,,", "name,username,phone").reason


def test_without_a_basis_a_person_is_imported_without_consent(tmp_path: Path) -> None:
    assert person(tmp_path, "anna_berg,,2026-04-05,Stand 4", "username,consent,consent_at,source").consent is None


@pytest.mark.parametrize(
    ("word", "basis"),
    [
        ("agreed", ConsentBasis.AGREED),
        ("Yes", ConsentBasis.AGREED),
        ("да", ConsentBasis.AGREED),
        ("started_bot", ConsentBasis.STARTED_BOT),
        ("Started bot", ConsentBasis.STARTED_BOT),
        ("wrote_first", ConsentBasis.WROTE_FIRST),
    ],
)
def test_a_basis_is_known_by_its_words(tmp_path: Path, word: str, basis: ConsentBasis) -> None:
    consent = person(tmp_path, f"anna_berg,{word},2026-04-05,x", "username,consent,consent_at,source").consent

    assert consent == Consent(basis=basis, at=datetime(2026, 4, 5, tzinfo=UTC), source="x")


@pytest.mark.parametrize(
    ("consent", "reason", "columns"),
    [
        ("no,2026-04-05,x", "said no", ("consent_basis",)),
        ("НЕТ,2026-04-05,x", "said no", ("consent_basis",)),
        ("maybe,2026-04-05,x", "basis is not known", ("consent_basis",)),
        ("agreed,,x", "no date", ("consent_at",)),
        ("agreed,5/6/26,x", "not a date", ("consent_at",)),
        ("agreed,2026-02-31,x", "not a date", ("consent_at",)),
        ("agreed,20260405,x", "not a date", ("consent_at",)),
        ("agreed,0001-01-01T00:00:00+10:00,x", "not a date", ("consent_at",)),
        ("agreed,2026-11-20T12:00:01Z,x", "in the future", ("consent_at",)),
        ("agreed,2026-11-21,x", "in the future", ("consent_at",)),
        ("agreed,2026-04-05,", "no evidence", ("consent_source", "consent_wording")),
    ],
)
def test_a_consent_with_a_hole_is_refused(
    tmp_path: Path, consent: str, reason: str, columns: tuple[str, ...]
) -> None:
    result = rejection(tmp_path, f"anna_berg,{consent}", "username,consent,consent_at,source")

    assert reason in result.reason
    assert result.columns == columns


@pytest.mark.parametrize("word", ["no", "Opted-out", "UNSUBSCRIBED", "opt_out", "НЕТ", "Отписался", "nein", "0"])
def test_a_no_is_known_by_its_words_and_kept_with_who_said_it(tmp_path: Path, word: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"username,phone,consent,consent_at\nanna_berg,12,{word},2026-04-05\n", encoding="utf-8")
    with open_table(path, count_known) as table:
        (batch,) = read_batches(table, PersonReader(read_header(table.headings), now=NOW))

    assert batch.refused[0].no == SaidNo(username="anna_berg", phone="", at=datetime(2026, 4, 5, tzinfo=UTC))


@pytest.mark.parametrize("at", ["", "soon", "2027-01-01"])
def test_a_no_without_a_date_of_the_past_holds_from_now_on(tmp_path: Path, at: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"phone,consent,consent_at\n+9996610001,no,{at}\n", encoding="utf-8")
    with open_table(path, count_known) as table:
        (batch,) = read_batches(table, PersonReader(read_header(table.headings), now=NOW))

    assert batch.refused[0].no == SaidNo(username="", phone="+9996610001", at=NOW)


def test_a_no_of_nobody_that_can_be_told_is_only_refused(tmp_path: Path) -> None:
    result = rejection(tmp_path, "?,no", "username,consent")

    assert "cannot be told who" in result.reason


@pytest.mark.parametrize(("cell", "language"), [("de", "de"), ("pt-BR", "pt-br"), ("zh_Hans", "zh-hans"), ("", "")])
def test_languages_are_codes(tmp_path: Path, cell: str, language: str) -> None:
    assert person(tmp_path, f"anna_berg,{cell}", "username,lang").language == language


@pytest.mark.parametrize(
    ("row", "header", "column"),
    [
        ("anna_berg,German", "username,lang", "language"),
        ("anna_berg,Berlin!", "username,tz", "time_zone"),
        ("anna_berg,../../etc/passwd", "username,tz", "time_zone"),
        (f"anna_berg,{'x' * 257}", "username,name", "name"),
        (f"anna_berg,{'x' * 4097}", "username,city", "city"),
    ],
)
def test_other_cells_that_cannot_be_used_are_named(tmp_path: Path, row: str, header: str, column: str) -> None:
    assert rejection(tmp_path, row, header).columns == (column,)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-03-01", (2026, 3, 1)),
        ("01.03.2026", (2026, 3, 1)),
        ("1.3.2026 12:30", (2026, 3, 1, 12, 30)),
        ("2026/03/01", (2026, 3, 1)),
        ("31/03/2026", (2026, 3, 31)),
        ("03/31/2026", (2026, 3, 31)),
        ("05/05/2026", (2026, 5, 5)),
    ],
)
def test_dates_that_can_be_read_in_one_way_are_understood(tmp_path: Path, cell: str, day: tuple[int, ...]) -> None:
    consent = person(tmp_path, f"anna_berg,yes,{cell},x", "username,consent,consent_at,source").consent

    assert consent is not None
    assert consent.at == datetime(*day, tzinfo=UTC)


@pytest.mark.parametrize("cell", ["03/05/2026", "5/6/26", "31.02.2026", "1 March 2026", "45000", "20260301"])
def test_dates_that_can_be_read_in_two_ways_or_in_none_are_refused(tmp_path: Path, cell: str) -> None:
    refused = rejection(tmp_path, f"anna_berg,yes,{cell},x", "username,consent,consent_at,source")

    assert refused.columns == ("consent_at",)


def test_a_row_longer_than_the_header_is_refused_and_a_shorter_one_has_empty_cells(tmp_path: Path) -> None:
    long, short, padded = read(tmp_path, "username,city,note\nanna_berg,a,b,c\nperson_2\nperson_3,a,b,,\n")

    assert isinstance(long, RejectedRow)
    assert long.reason == "This row has 4 cells, the header has 3."
    assert isinstance(short, ImportedPerson)
    assert short.fields == {}
    assert isinstance(padded, ImportedPerson)


def test_a_stray_quotation_mark_costs_its_own_row_alone(tmp_path: Path) -> None:
    stray, after = read(tmp_path, 'username,city\nanna_berg,"Köln" am Rhein\nperson_2,5" wide\n')

    assert isinstance(stray, RejectedRow)
    assert "quotation mark" in stray.reason
    assert isinstance(after, ImportedPerson)
    assert after.fields == {"city": '5" wide'}


def test_people_before_a_broken_place_come_out_before_the_error(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text('username,city\nanna_berg,x\nperson_2,"open\nperson_3,x\n')
    people = read_people(file, now=NOW)

    assert next(people).line == 2
    with pytest.raises(UserInputError, match="line 3"):
        next(people)


def test_the_guide_names_every_column_and_every_basis() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "people-file.md").read_text("utf-8")

    assert [name for name in (*Column, *ConsentBasis) if f"`{name}`" not in guide] == []
