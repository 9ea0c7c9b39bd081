"""A program of its own: the rows of a list, parsed already, into the same tables by executemany in one transaction.

`one_statement.py DATABASE LIST COUNTRY` prints the seconds. Only the statements and the commit are timed; the rows are
parsed a part at a time between them, so that a million fit into memory.
"""

import sqlite3
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from campaigns.audience.columns import count_known, read_header
from campaigns.audience.files.reading import open_table
from campaigns.audience.import_file import read_batches
from campaigns.audience.people import PersonReader
from database.connection import WRITER_PRAGMAS
from database.stores.rows import to_json, to_ms

PART = 50_000
CONTACTS = """
INSERT INTO contact (id, name, username, phone, language, time_zone, fields, created_at, updated_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
CONSENTS = """
INSERT INTO consent (contact_id, basis, source, evidence, given_at, recorded_at) VALUES (?, ?, ?, ?, ?, ?)
"""


def main(database: Path, people: Path, country: str) -> float:
    raw = sqlite3.connect(database, isolation_level=None)
    for pragma in WRITER_PRAGMAS:
        raw.execute(pragma)
    taken_s, at = 0.0, 0
    raw.execute("BEGIN IMMEDIATE")
    with open_table(people, count_known) as table:
        reader = PersonReader(read_header(table.headings), now=datetime.now(UTC), country=country)  # noqa: TID251
        for batch in read_batches(table, reader, PART):
            contacts, consents = [], []
            for at, p in enumerate(batch.people, at + 1):  # noqa: B020 - goes on where the last part ended
                fields = to_json(p.fields)
                contacts.append((at, p.name, p.username, p.phone, p.language, p.time_zone or None, fields, 1, 1))
                assert p.consent is not None
                given_at = to_ms(p.consent.at)
                consents.append((at, p.consent.basis.value, p.consent.source, p.consent.wording, given_at, 1))
            began_s = time.perf_counter()
            raw.executemany(CONTACTS, contacts)
            raw.executemany(CONSENTS, consents)
            taken_s += time.perf_counter() - began_s
    began_s = time.perf_counter()
    raw.execute("COMMIT")
    taken_s += time.perf_counter() - began_s
    raw.close()
    return taken_s


if __name__ == "__main__":
    print(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
