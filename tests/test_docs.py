"""The documents say what the code does: diagrams are the tables, and no word or link is left behind."""

import re
from pathlib import Path

import pytest

from campaigns import campaign, delivery

ROOT = Path(__file__).parent.parent
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def arrows(section: str) -> set[tuple[str, str]]:
    text = ARCHITECTURE.split(f"## {section}\n", 1)[1].split("\n## ", 1)[0]
    return {
        (a, b) for a, b in re.findall(r"^\s+([\w\[\]*]+) --> (\w+)$", text, re.MULTILINE) if not a.startswith("[")
    }


def test_the_diagram_of_a_delivery_is_its_table() -> None:
    assert arrows("Delivery") == {(a.value, b.value) for a, bs in delivery.ALLOWED.items() for b in bs}


def test_the_diagram_of_a_campaign_is_its_table() -> None:
    assert arrows("Campaign") == {(a.value, b.value) for a, bs in campaign.ALLOWED.items() for b in bs}


@pytest.mark.parametrize("path", [path for path in DOCUMENTS if path.exists()], ids=lambda path: path.name)
def test_every_link_inside_the_project_leads_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", path.read_text(encoding="utf-8"))

    assert [link for link in links if not (path.parent / link).exists()] == []


def test_every_table_is_in_the_list_of_data() -> None:
    schema = "\n".join(path.read_text() for path in sorted((ROOT / "database" / "migrations").glob("*.sql")))
    # A table that is made anew has another name until it takes the place of the old one.
    tables = set(re.findall(r"CREATE TABLE (\w+)", schema)) - set(re.findall(r"ALTER TABLE (\w+) RENAME TO", schema))
    listed = set(re.findall(r"`(\w+)`", (ROOT / "docs" / "data.md").read_text().split("| table |", 1)[1]))

    assert tables - listed == set()
