"""Broken files: good ones of every form with some bytes replaced, cut out, doubled or put in, and noise."""

import io
import json

import openpyxl
from hypothesis import strategies as st


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


ANY_FILE = broken() | st.binary(max_size=400)
