"""`webhook …` as a script uses it."""

import sqlite3

import pytest

from tests.cli.program import Done, Program

WORDS = "long enough words\n"
ADDRESS = "https://help.example/hooks/t0ken-of-the-receiver\n"
pytestmark = pytest.mark.slow


@pytest.fixture
def kept(program: Program) -> Program:
    """A workspace whose vault a passphrase opens."""
    program.json("secrets", "new", "--store", "passphrase", "--passphrase-stdin", standard_input=WORDS)
    return program


def add(program: Program, *words: str, address: str = ADDRESS) -> Done:
    return program.json(
        "webhook", "add", "Helpdesk", *words, "--passphrase-stdin", standard_input=WORDS + address
    )  # fmt: skip


def test_a_webhook_is_added_shown_rolled_paused_and_removed(kept: Program) -> None:
    made = add(kept, "--event", "message.received", "--event", "account.stopped").result
    assert made["secret"].startswith("whsec_")

    (row,) = kept.json("webhook", "list").result["webhooks"]
    assert (row["host"], row["state"], row["events"]) == (
        "https://help.example",
        "new",
        "account.stopped message.received",
    )
    rolled = kept.json("webhook", "roll", "1", "--passphrase-stdin", standard_input=WORDS).result
    assert rolled["secret"] != made["secret"]
    twice = kept.json("webhook", "roll", "1", "--passphrase-stdin", standard_input=WORDS)
    assert twice.error["title"] == "The secret was rolled already"
    kept.json("webhook", "edit", "1", "--event", "campaign.finished", "--with-text")
    kept.json("webhook", "test", "1")
    assert [row["event"] for row in kept.json("webhook", "deliveries", "1").result["deliveries"]] == ["webhook.test"]
    kept.json("webhook", "pause", "1")

    (row,) = kept.json("webhook", "list").result["webhooks"]
    assert (row["state"], row["events"], row["with_text"], row["waiting"]) == ("paused", "campaign.finished", True, 1)

    kept.json("webhook", "remove", "1")
    assert kept.json("webhook", "list").result["webhooks"] == []
    assert not [path for path in (kept.workspace / "vault").iterdir() if b"webhook/" in path.read_bytes()]


def test_neither_the_secret_nor_the_path_of_the_address_is_on_the_disk_in_clear(kept: Program) -> None:
    secret = add(kept, "--event", "message.received").result["secret"]

    marks = (secret.removeprefix("whsec_").encode(), b"t0ken-of-the-receiver")
    held = [path for path in kept.workspace.rglob("*") if path.is_file()]
    assert held
    assert not [path for path in held if any(mark in path.read_bytes() for mark in marks)]


def test_what_cannot_be_told_is_refused_in_words_and_nothing_is_kept(kept: Program) -> None:
    assert "campaign.finished" in add(kept, "--event", "delivery.sent").error["hint"]
    assert "--event" in add(kept).error["hint"]
    refused = add(kept, "--event", "message.received", address="http://169.254.169.254/latest\n").error
    assert refused["title"] == "This address cannot be used"

    database = sqlite3.connect(kept.workspace / "workspace.db")
    assert database.execute("SELECT count(*) FROM webhook").fetchone() == (0,)
    database.close()


def test_without_a_secret_store_it_is_said_what_to_do(program: Program) -> None:
    assert "secrets new" in add(program, "--event", "message.received").error["hint"]
