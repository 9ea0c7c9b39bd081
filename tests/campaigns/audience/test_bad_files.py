"""A file that is no list of people gets one clear sentence, at once and in little memory."""

import os
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from campaigns.audience.files.delimited import MAX_ROW_CHARS
from core.errors import UserInputError
from tests.campaigns.audience.reading import read_people
from tests.core.test_workspace import without_root_rights

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def refusal(path: Path) -> UserInputError:
    with pytest.raises(UserInputError) as caught:
        list(read_people(path, now=NOW))
    error = caught.value
    assert error.title
    assert error.message
    assert error.hint
    return error


@pytest.mark.parametrize(
    ("content", "title"),
    [
        (b"", "This file is empty"),
        (b"\n \r\n\t\n", "This file is empty"),
        (b"\xef\xbb\xbf", "This file is empty"),
        (b"\xff\xfe", "This file is empty"),
        (b"sep=;\n", "This file is empty"),
        (b",,,\n,,\n", "This file is empty"),
        (b'"a"b,c\nx', "The header of this file cannot be read"),
        (b"username,phone\n", "There is nobody in this file"),
        (b"username,phone\n,\n\n", "There is nobody in this file"),
        (b"anna_berg,+9996610001\n", "This file does not say how to reach people"),
        (b'{"contacts": {"list": []}}', "There are no contacts in this file"),
        (b"[1, 2]", "There are no contacts in this file"),
        (b'{"contacts": {"list": [{"first_name"', "This file cannot be read to its end"),
        (b"name,city\nAnna,x\n", "This file does not say how to reach people"),
        (b"username,tg\nanna_berg,x\n", "Two columns mean the same"),
        (b"username,City,city\nanna_berg,x,y\n", "Two columns mean the same"),
        (bytes(range(256)) * 8, "This is not a text file"),
        (b"username\nanna\0berg\n", "This is not a text file"),
        (b"username\n" + b"a" * 9000 + b"\n\0\n", "This is not a text file"),
        (b"\x89PNG\r\n\x1a\n", "This is not a text file"),
        (b"PK\x03\x04" + bytes(100), "This file cannot be read to its end"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "This is not a list that Wireroom can read"),
        ("username\nanna_berg\n".encode("utf-16")[:-1], "The letters of this file cannot be read"),
        (b'username,city\nanna_berg,"x\nperson_2,y\n', "This file has an open quotation mark"),
        (b'username,city\nanna_berg,"x\nperson_2,"y"\n', "This file has an open quotation mark"),
        (b'username,city\nanna_berg,"x\n' + b"person_2,y\n" * 20_000, "This file has an open quotation mark"),
    ],
)
def test_a_bad_file_is_named_for_what_it_is(tmp_path: Path, content: bytes, title: str) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(content)

    assert refusal(file).title == title


def _missing(folder: Path) -> Path:
    return folder / "none.csv"


def _below_a_file(folder: Path) -> Path:
    (folder / "file").write_text("x")
    return folder / "file" / "people.csv"


def _pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe")
    return folder / "pipe"


@pytest.mark.parametrize(
    ("make", "title"),
    [
        (_missing, "This file is not there"),
        (_below_a_file, "This file is not there"),
        (lambda folder: folder, "This is not a file"),
        (_pipe, "This is not a file"),
        (lambda _: Path("/dev/zero"), "This is not a file"),
        (lambda _: Path("/proc/self/mem"), "This file cannot be read"),  # an ordinary file that gives an I/O error
    ],
)
@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs the special files of Linux")
def test_what_cannot_be_opened_is_named(tmp_path: Path, make: Callable[[Path], Path], title: str) -> None:
    assert refusal(make(tmp_path)).title == title


def test_a_file_without_the_right_to_read_it_is_named(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("username\nanna_berg\n")
    file.chmod(0)

    with without_root_rights():
        assert refusal(file).title == "This file cannot be read"


@pytest.mark.parametrize("head", [b"", b"username\n", b'username,note\nanna_berg,"'])
def test_a_gigabyte_in_one_line_is_refused_in_little_memory(tmp_path: Path, head: bytes) -> None:
    file = tmp_path / "people.csv"
    with file.open("wb") as sparse:
        sparse.write(head + b"a" * (MAX_ROW_CHARS * 2))
        sparse.truncate(1 << 30)
    tracemalloc.start()
    try:
        error = refusal(file)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert error.title == "This file has a line that is too long"
    assert peak < 8 * 1024 * 1024


def test_a_quoted_cell_that_never_ends_is_refused_in_little_memory(tmp_path: Path) -> None:
    """Many short lines inside one open cell: the row is endless though no line is."""
    file = tmp_path / "people.csv"
    with file.open("wb") as endless:
        endless.write(b'username,note\nanna_berg,"')
        for _ in range(200):
            endless.write(b'a","b\n' * 10_000)
    tracemalloc.start()
    try:
        error = refusal(file)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert "line 2 " in error.message
    assert peak < 8 * 1024 * 1024


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    count = 20_000
    with file.open("w", encoding="utf-8") as text:
        text.write("username,note\n")
        text.writelines(f"person_{number},{'x' * 1000}\n" for number in range(count))
    tracemalloc.start()
    try:
        taken = sum(1 for _ in read_people(file, now=NOW))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert taken == count
    assert peak < 4 * 1024 * 1024
