"""`campaign message`, `campaign preview` and `template …` as a script uses them."""

import sqlite3
from contextlib import closing

import pytest

from tests.campaigns.message.pictures import write_picture
from tests.cli.program import Program

pytestmark = pytest.mark.slow

ACCOUNT = """
INSERT INTO account (id, kind, title, telegram_user_id, data_centre, session_secret, state_at, limit_profile, created_at)
VALUES (1, 'user', 'Ada', 500, 'sandbox', 'session-1', 0, 'sandbox', 0)
"""
PEOPLE = "name,username,language,consent_basis,consent_at,consent_source\n" + "".join(
    f"Person {number},person_{number},{language},agreed,2026-01-02,form\n"
    for number, language in enumerate(("pt-BR", "en", "pt", ""), start=1)
)


def write(program: Program, text: str, name: str) -> str:
    path = program.home / name
    path.write_text(text, "utf-8")
    return str(path)


@pytest.fixture
def campaign(program: Program) -> str:
    program.json("audience", "import", write(program, PEOPLE, "people.csv"), "--as", "ann")
    with closing(sqlite3.connect(program.workspace / "workspace.db")) as raw, raw:
        raw.execute(ACCOUNT)
    hi = write(program, "Hi {{ name }}. Reply STOP to opt out.", "hi.txt")
    done = program.json("campaign", "new", "Spring", "--message", hi, "--as", "ann")
    return str(done.result["campaign"])


def test_a_message_is_written_looked_at_and_kept(program: Program, campaign: str) -> None:
    oi = write(program, "Oi {{ name }}", "oi.txt")
    change = ("campaign", "message", campaign, "--as", "ann")
    first = program.json(*change, "--main-language", "en", "--text", oi, "--language", "pt", "--silent").result
    assert first["sendable"] is True
    assert [each["title"] for each in first["findings"] if each["language"] == "pt"] == [
        "{{ name }} has no fallback",
        "It does not say how to opt out",
    ]

    shown = program.json("campaign", "preview", campaign, "--people", "9").result

    assert shown["recipients"] == 4
    assert [each["text"] for each in shown["previews"]] == [
        "Oi Person 1",
        "Hi Person 2. Reply STOP to opt out.",
        "Oi Person 3",
        "Hi Person 4. Reply STOP to opt out.",
    ]
    kept = program.json("template", "save", "Greeting", "--campaign", campaign, "--as", "ann").result
    again = program.json("template", "save", "greeting", "--message", oi, "--as", "bob").result
    assert (kept["version"], again["template"], again["version"]) == (1, kept["template"], 2)
    number = str(kept["template"])
    program.json("template", "restore", number, "--version", "1", "--as", "cay")
    history = program.json("template", "history", number).result["versions"]
    assert [(each["version"], each["saved_by"]) for each in history] == [(3, "cay"), (2, "bob"), (1, "ann")]
    program.json("template", "delete", number, "--as", "ann")
    assert program.json("template", "list").result["templates"] == []
    assert program.json(*change, "--template", number).result["sendable"] is True


def test_buttons_for_an_account_that_is_no_bot_are_said_and_not_submitted(program: Program, campaign: str) -> None:
    text = write(program, "Reply STOP to opt out.", "text.txt")

    done = program.json(
        "campaign", "message", campaign, "--as", "ann", "--text", text, "--button", "Seat=https://example.org"
    ).result

    assert (done["sendable"], done["findings"][0]["title"]) == (False, "Only bots can send buttons")
    refused = program.json("campaign", "submit", campaign, "--as", "ann").error
    assert refused["title"] == "Only bots can send buttons"


def test_photos_and_files_are_attached_named_and_taken_away(program: Program, campaign: str) -> None:
    photos = [str(write_picture(program.home / f"{number}.jpg", width=40 + number)) for number in (1, 2)]
    change = ("campaign", "message", campaign, "--as", "ann")

    album = program.json(*change, "--photo", photos[0], "--photo", photos[1]).result

    assert album["sendable"] is True
    assert [(each["kind"], each["name"], each["width"]) for each in album["media"]] == [
        ("photo", "1.jpg", 41),
        ("photo", "2.jpg", 42),
    ]
    assert program.json("campaign", "preview", campaign).result["media"] == album["media"]
    assert program.json(*change, "--no-media").result["media"] == []


def test_a_campaign_may_be_a_photo_without_a_text(program: Program, campaign: str) -> None:
    photo = str(write_picture(program.home / "alone.png", form="PNG"))

    made = program.json("campaign", "new", "Poster", "--photo", photo, "--as", "ann").result
    program.json("campaign", "submit", str(made["campaign"]), "--as", "ann")

    assert len(list((program.workspace / "media").iterdir())) == 1
