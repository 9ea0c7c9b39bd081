"""The app lock at the command line: what changes things asks, what looks does not, and tries are slowed."""

import pytest

from cli.app import build_app
from cli.lock_gate import FREE_COMMANDS, guard, list_commands
from core.lock_tries import FREE_TRIES
from core.secrets.choice import StoreKind
from core.secrets.manager import Passphrase, SecretsManager
from core.workspace import open_workspace
from main import MainHouse
from tests.cli.program import Program
from tests.cli.terminal import Terminal

RIGHT, NEW = "correct horse", "battery staple"
HEADER = "name,username,consent_basis,consent_at,consent_source\n"
ROW = "Mira,person_00001,agreed,2026-01-02T10:00:00Z,form\n"
PROXY = "socks5://127.0.0.1:1080\n"


def test_every_command_is_behind_the_lock_but_for_those_that_are_named() -> None:
    names = {name for name, _ in list_commands(build_app(MainHouse()))}

    assert names >= FREE_COMMANDS, "a free command is gone: take its name off the list"
    guarded = set(guard(build_app(MainHouse())))
    assert guarded == names - FREE_COMMANDS
    assert {
        "campaign start",
        "campaign pause",
        "worker start",
        "worker stop",
        "account add",
        "proxy import",
    } <= guarded


@pytest.fixture
def locked(program: Program) -> Program:
    assert program.json("workspace", "new").code == 0
    done = program.json("workspace", "lock", "on", "--passphrase-stdin", standard_input=f"{RIGHT}\n")
    assert done.result["on"] is True
    return program


@pytest.mark.slow
def test_commands_that_change_things_ask_and_those_that_look_do_not(locked: Program) -> None:
    people = locked.home / "people.csv"
    people.write_text(HEADER + ROW)

    unasked = locked.json("audience", "import", str(people))
    wrong = locked.json("audience", "import", str(people), "--passphrase-stdin", standard_input="nobody knows\n")
    assert unasked.error["code"] == "bad_input"
    assert "--passphrase-stdin" in unasked.error["hint"]
    assert wrong.error["code"] == "wrong_passphrase"
    assert locked.json("campaign", "list").code == 0
    assert locked.json("workspace", "lock", "status").result["wrong_tries"] == 1

    done = locked.json("audience", "import", str(people), "--passphrase-stdin", standard_input=f"{RIGHT}\n")

    assert done.result["added"] == 1
    assert locked.json("workspace", "lock", "status").result["wrong_tries"] == 0


@pytest.mark.slow
def test_what_follows_the_passphrase_on_standard_input_is_left_for_the_command(locked: Program) -> None:
    done = locked.json("proxy", "import", "-", "--passphrase-stdin", standard_input=f"{RIGHT}\n{PROXY}")

    assert done.result["accepted"] == 1


@pytest.mark.slow
def test_person_at_a_terminal_is_asked_unseen_and_may_slip(locked: Program) -> None:
    words = ("proxy", "release", "7", "--workspace", str(locked.workspace))
    with Terminal(*words, environment=locked.environment) as terminal:
        terminal.wait_for("Passphrase: ")
        assert not terminal.has_echo
        terminal.type("incorrect horse")
        terminal.wait_for("This passphrase is not right.")
        terminal.wait_for("Passphrase: ")
        terminal.type(RIGHT)

        assert terminal.wait_end() == 1  # there is no account 7: the command itself was reached
        assert "no proxy" in terminal.seen
        assert "horse" not in terminal.seen


@pytest.mark.slow
def test_ctrl_c_at_the_question_ends_the_command_at_once(locked: Program) -> None:
    words = ("campaign", "pause", "1", "--workspace", str(locked.workspace))
    with Terminal(*words, environment=locked.environment) as terminal:
        terminal.wait_for("Passphrase: ")
        terminal.interrupt()

        assert terminal.wait_end() == 130


@pytest.mark.slow
def test_wrong_tries_of_several_commands_add_up_to_a_wait(locked: Program) -> None:
    for _ in range(FREE_TRIES):
        error = locked.json("campaign", "pause", "1", "--passphrase-stdin", standard_input="wrong wrong\n").error
        assert error["code"] == "wrong_passphrase"

    error = locked.json("campaign", "pause", "1", "--passphrase-stdin", standard_input=f"{RIGHT}\n").error
    assert error["code"] == "too_many_tries"
    assert locked.json("workspace", "lock", "off", "--passphrase-stdin", standard_input=f"{RIGHT}\n").error[
        "code"
    ] == ("too_many_tries")


@pytest.mark.slow
def test_lock_is_changed_and_taken_away_by_its_passphrase_only(locked: Program) -> None:
    def lock(word: str, *lines: str) -> dict[str, object]:
        given = "".join(f"{line}\n" for line in lines)
        return locked.json("workspace", "lock", word, "--passphrase-stdin", standard_input=given).result

    assert lock("off", "not this one")["ok"] is False
    assert lock("change", RIGHT, NEW)["ok"] is True
    assert lock("off", RIGHT)["ok"] is False
    assert lock("off", NEW)["ok"] is True
    assert locked.json("workspace", "lock", "status").result["on"] is False


@pytest.mark.slow
def test_vaults_passphrase_is_the_locks_and_is_asked_once(program: Program) -> None:
    workspace = open_workspace(program.workspace)
    assert program.json("workspace", "new").code == 0
    SecretsManager.create(workspace, StoreKind.PASSPHRASE, passphrase=RIGHT)
    refused = program.json("workspace", "lock", "on", "--passphrase-stdin", standard_input=f"{NEW}\n")
    assert refused.error["code"] == "wrong_passphrase"
    assert program.json("workspace", "lock", "on", "--passphrase-stdin", standard_input=f"{RIGHT}\n").code == 0
    old = program.home / ".env"
    old.write_text("API_HASH=0123456789abcdef0123456789abcdef\n")

    with Terminal(
        "secrets", "migrate", str(old), "--workspace", str(workspace.folder), environment=program.environment
    ) as terminal:
        terminal.wait_for("Passphrase: ")
        terminal.type(RIGHT)
        assert terminal.wait_end() == 0
        assert terminal.seen.count("Passphrase: ") == 1

    assert SecretsManager.open(workspace, Passphrase(RIGHT)).list_names()


@pytest.mark.slow
def test_worker_asks_before_it_runs_and_a_person_sets_the_lock_at_a_terminal(program: Program) -> None:
    folder = str(program.workspace)
    assert program.json("workspace", "new").code == 0
    assert program.run("worker", "--workspace", folder, "--json").error["code"] != "bad_input"  # no lock yet
    with Terminal("workspace", "lock", "on", "--workspace", folder, environment=program.environment) as terminal:
        for question in ("New passphrase: ", "Once more: "):
            terminal.wait_for(question)
            terminal.type(RIGHT)
        assert terminal.wait_end() == 0

    for words in (("worker",), ("worker", "start")):
        assert program.run(*words, "--workspace", folder, "--json").error["code"] == "bad_input"


@pytest.mark.slow
def test_passphrase_is_no_option(locked: Program) -> None:
    words = ("campaign", "pause", "1", "--workspace", str(locked.workspace), "--passphrase", RIGHT)

    assert locked.run(*words).code == 2
