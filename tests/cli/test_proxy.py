"""`proxy …` as a person or a script uses it."""

import sqlite3
from pathlib import Path

import pytest

from core.domain.proxy import ProxyFailure
from proxy.sentences import describe_failure
from tests.cli.program import Program

pytestmark = pytest.mark.slow

LIST = """# pasted
socks5://ann:hunter%202@127.0.0.1:1080
127.0.0.1:1081
socks5://127.0.0.1:99999
127.0.0.1:01081
tg://proxy?server=127.0.0.1&port=4432&secret=ee000102030405060708090a0b0c0d0e0f6578616d706c652e636f6d
"""
ADD_ACCOUNT = """
INSERT INTO account (kind, title, telegram_user_id, data_centre, session_secret, state_at, limit_profile, created_at)
VALUES ('user', 'Ada', 1, 'sandbox', 'session-1', 0, 'careful', 0)
"""


@pytest.fixture
def pasted(program: Program) -> Path:
    path = program.home / "proxies.txt"
    path.write_text(LIST)
    return path


def test_an_import_counts_its_lines_and_keeps_credentials_in_the_vault(program: Program, pasted: Path) -> None:
    program.json(
        "secrets", "new", "--store", "passphrase", "--passphrase-stdin", standard_input="long enough words\n"
    )

    done = program.json(
        "proxy", "import", str(pasted), "--passphrase-stdin", "--country", "de", standard_input="long enough words\n"
    )

    assert done.code == 0
    assert {name: done.result[name] for name in ("accepted", "duplicates", "refused", "missing_secrets")} == {
        "accepted": 2,
        "duplicates": 1,
        "refused": 2,
        "missing_secrets": 0,
    }
    assert [row["line"] for row in done.result["refused_rows"]] == [4, 6]
    assert "fake TLS" in done.result["refused_rows"][1]["reason"]
    assert "hunter" not in done.output + done.errors
    kept = [path for path in program.workspace.rglob("*") if path.is_file() and b"hunter" in path.read_bytes()]
    assert kept == []
    listed = program.json("proxy", "list").result["proxies"]
    assert [(proxy["proxy"], proxy["country"], proxy["health"]) for proxy in listed] == [
        (1, "DE", "Not checked yet."),
        (2, "DE", "Not checked yet."),
    ]


def test_without_a_secret_store_it_is_said_what_was_not_kept(program: Program, pasted: Path) -> None:
    done = program.run("proxy", "import", str(pasted), "--workspace", str(program.workspace))

    assert done.code == 0
    assert "1 passwords were not kept" in done.output
    assert "secrets new" in done.output


def test_an_account_gets_a_proxy_keeps_it_and_waits_after_a_release(program: Program, pasted: Path) -> None:
    program.json("proxy", "import", str(pasted))
    raw = sqlite3.connect(program.workspace / "workspace.db")
    with raw:
        raw.execute(ADD_ACCOUNT)
    raw.close()

    given = program.json("proxy", "assign", "1", "--proxy", "2")
    again = program.json("proxy", "assign", "1", "9", "--may-move")
    nobody = program.json("proxy", "assign", "1", "--label", "gold")
    released = program.json("proxy", "release", "1")
    twice = program.json("proxy", "release", "1")
    direct = program.json("proxy", "release", "1", "--direct")

    assert given.result["proxy"] == 2
    assert again.code == 1  # one of the two is no account
    kept, unknown = again.result["accounts"]
    assert (kept["account"], kept["proxy"], kept["error"]) == (1, 2, None)
    assert (unknown["account"], unknown["proxy"]) == (9, None)
    assert "no such account" in unknown["error"]
    assert nobody.error["title"] == "No proxy is free"
    assert (released.code, direct.code) == (0, 0)
    assert twice.error["message"] == "This account has no proxy."


def test_a_proxy_is_edited_and_removed_and_its_password_goes_with_it(program: Program, pasted: Path) -> None:
    words = "long enough words\n"
    program.json("secrets", "new", "--store", "passphrase", "--passphrase-stdin", standard_input=words)
    program.json("proxy", "import", str(pasted), "--passphrase-stdin", standard_input=words)
    raw = sqlite3.connect(program.workspace / "workspace.db")
    with raw:
        raw.execute(ADD_ACCOUNT)
    raw.close()
    program.json("proxy", "assign", "1", "--proxy", "1")

    edited = program.json(
        *("proxy", "edit", "1", "--label", "gold", "--capacity", "2", "--password", "--passphrase-stdin"),
        standard_input=words + "better one\n",
    )
    refused = program.json("proxy", "edit", "1", "2", "--password")
    nothing = program.json("proxy", "edit", "2")
    held = program.json("proxy", "remove", "1", "--passphrase-stdin", standard_input=words)
    removed = program.json(
        *("proxy", "remove", "1", "--accounts", "wait", "--passphrase-stdin"), standard_input=words
    )

    assert edited.code == 0, edited.output
    assert "better" not in edited.output + edited.errors
    assert refused.error["message"] == "A password belongs to one proxy."
    assert nothing.error["message"] == "Nothing to change was given."
    assert held.error["title"] == "Accounts use these proxies"
    assert (removed.result["removed"], removed.result["waiting"]) == (1, 1)
    status = program.json("secrets", "status", "--passphrase-stdin", standard_input=words)
    assert status.result["secrets"] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("import", "nowhere.txt"), "no file nowhere.txt"),
        (("import", "{list}", "--country", "Germany"), "no country"),
        (("assign", "7"), "no such account"),
    ],
)
def test_a_mistake_is_answered_in_words(program: Program, pasted: Path, words: tuple[str, ...], said: str) -> None:
    error = program.json("proxy", *[word.format(list=pasted) for word in words]).error

    assert said in error["message"]


def test_a_check_without_a_sandbox_blames_no_proxy(program: Program, pasted: Path) -> None:
    program.json("proxy", "import", str(pasted))

    error = program.json("proxy", "check", "2").error

    assert error["title"] == "The sandbox is not running"
    assert program.json("proxy", "list").result["proxies"][1]["failure"] is None


def test_every_failure_has_a_sentence() -> None:
    assert all(describe_failure(failure).endswith(".") for failure in ProxyFailure)
