"""Whatever stands in a file: each row is a person or refused, or the file is refused in words. Nothing else is raised."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.audience.people import ImportedPerson, RejectedRow
from core.errors import UserInputError
from tests.campaigns.audience.reading import read_people

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def _workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["name", "username", "phone", "consent", "consent date", "source"])
    book.active.append(["Anna", "anna_berg", "+9996610001", "yes", "2026-01-01", "fair"])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


CSV = 'name;username;phone;consent;consent date;source\r\n"Anna ""B""";anna_berg;+9996610001;yes;01.03.2026;fair\r\n'
SEEDS = [
    CSV.encode(),
    CSV.encode("utf-16"),
    "Имя;Юзернейм\nИван;person_1\nОльга;person_2\n".encode("cp1251"),
    b"@anna_berg\n+9996610001\n",
    b"BEGIN:VCARD\nVERSION:3.0\nFN:Anna\nTEL;TYPE=CELL:+9996610001\nEND:VCARD\n",
    json.dumps({"contacts": {"list": [{"first_name": "A", "phone_number": "+9996610001"}]}}).encode(),
    _workbook(),
]


@st.composite
def broken(draw: st.DrawFn) -> bytes:
    """A good file with some bytes replaced, cut out, doubled or put in."""
    content = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(content)))
        count = draw(st.integers(0, 12))
        piece = draw(st.binary(max_size=8) | st.sampled_from([b'"', b"\r", b"\n", b";", b"\0", b"\xff", b"{", b":"]))
        content[at : at + count] = piece * draw(st.integers(1, 4))
    return bytes(content)


def check(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    try:
        rows = list(read_people(file, now=NOW))
    except UserInputError:
        return
    assert rows
    for row in rows:
        assert row.line > 0
        if isinstance(row, RejectedRow):
            assert row.reason
        else:
            assert isinstance(row, ImportedPerson)
            assert row.username or row.phone
            # What no database takes: halves of letters.
            json.dumps([row.name, row.username, dict(row.fields)], ensure_ascii=False).encode()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=broken() | st.binary(max_size=400))
def test_a_broken_file_is_read_or_refused(tmp_path: Path, content: bytes) -> None:
    check(tmp_path / "people", content)


@pytest.mark.proof
@pytest.mark.timeout(600)
@settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(content=broken() | st.binary(max_size=400))
def test_ten_thousand_broken_files_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    check(tmp_path / "people", content)
