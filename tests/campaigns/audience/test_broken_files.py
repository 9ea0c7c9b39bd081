"""Whatever stands in a file: each row is a person or refused, or the file is refused in words. Nothing else is raised."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from campaigns.audience.people import ImportedPerson, RejectedRow
from core.errors import UserInputError
from tests.campaigns.audience.broken import ANY_FILE
from tests.campaigns.audience.reading import read_people

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def check(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    try:
        rows = list(read_people(file, now=NOW))
    except UserInputError:
        return
    assert rows
    lines = [row.line for row in rows]
    assert lines == sorted(lines), "in the order of the file"
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
@given(content=ANY_FILE)
def test_a_broken_file_is_read_or_refused(tmp_path: Path, content: bytes) -> None:
    check(tmp_path / "people", content)


@pytest.mark.proof
@pytest.mark.timeout(600)
@settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(content=ANY_FILE)
def test_ten_thousand_broken_files_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    check(tmp_path / "people", content)
