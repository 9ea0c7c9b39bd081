"""People in words: how each may be written to, the cells of a row, the lines of a card. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

from campaigns.audience.contacts import (
    ConsentView,
    ContactCard,
    ContactCounts,
    ContactQuestion,
    ContactRow,
    DeliveryLine,
    PersonEvent,
    Standing,
)
from campaigns.audience.suppression_list import ListRow
from campaigns.reasons import SENTENCES, DeliveryReason
from core.clock import Clock
from core.domain.consent import ConsentBasis
from desktop.formatting import Formats, count_of
from desktop.pages.activity.words import words_of
from desktop.pages.reasons import short
from desktop.pages.states import DELIVERY
from desktop.theme import Role
from desktop.widgets.status import Glyph, State, Tone
from desktop.widgets.table import Cell, Column

COLUMNS: Final = (
    Column("Person", 190, stretch=3, sortable=True),
    Column("Language", 76),
    Column("May we write?", 150, stretch=1),
    Column("Tags", 140, stretch=2),
    Column("Wrote last", 92),
    Column("Sent", 56, numeric=True),
    Column("Added", 92, sortable=True),
)
EXTRA_COLUMNS: Final = (4, 6)
"""What the panel shows as well, and gives its room to it."""
MOST_TAGS: Final = 2  # in a row; the others are counted

BASES: Final[Mapping[ConsentBasis, str]] = MappingProxyType(
    {
        ConsentBasis.AGREED: "Consent",
        ConsentBasis.STARTED_BOT: "Started bot",
        ConsentBasis.WROTE_FIRST: "Wrote first",
    }
)
SUPPRESSIONS: Final[Mapping[DeliveryReason, str]] = MappingProxyType(
    {
        DeliveryReason.SUPPRESSED: "Suppressed",
        DeliveryReason.SAID_STOP: "Said STOP",
        DeliveryReason.BLOCKED_US: "Blocked us",
        DeliveryReason.GONE: "Account is gone",
    }
)
STANDINGS: Final[Mapping[Standing, State]] = MappingProxyType(
    {
        Standing.MAY: State(Glyph.CHECK, "May be written to"),
        Standing.NO_BASIS: State(Glyph.WARNING, "No basis"),
        Standing.SUPPRESSED: State(Glyph.DASH, "Suppressed"),
    }
)

SUPPRESSION_COLUMNS: Final = (
    Column("Person", 200, stretch=3),
    Column("Why", 150, stretch=1),
    Column("Since", 100),
    Column("By", 110, stretch=1),
    Column("Note", 160, stretch=2),
)


class ContactCells:
    """Makes the cells of a row when it is painted."""

    def __init__(self, formats: Formats, clock: Clock) -> None:
        self._formats = formats
        self._clock = clock

    def __call__(self, row: ContactRow) -> Sequence[Cell]:
        formats, now = self._formats, self._clock.now()
        tags = [(tag, Tone.MUTE) for tag in row.tags[:MOST_TAGS]]
        if len(row.tags) > MOST_TAGS:
            tags.append((f"+{len(row.tags) - MOST_TAGS}", Tone.MUTE))
        return (
            Cell(name_of(row), handle_of(row) if row.name else "", Role.STRONG, avatar=(row.id, False)),
            Cell(row.language, role=Role.DIM),
            Cell.of_state(state_of(row)),
            Cell(tags=tuple(tags)),
            Cell("" if row.wrote_at is None else formats.moment(row.wrote_at, now), role=Role.DIM),
            Cell(formats.number(row.sent), role=Role.DIM),
            Cell(formats.moment(row.added_at, now), role=Role.DIM),
        )


def name_of(row: ContactRow) -> str:
    """The name, or how they are reached."""
    return row.name or handle_of(row)


def handle_of(row: ContactRow) -> str:
    return f"@{row.username}" if row.username else (row.phone or "known to an account")


def state_of(row: ContactRow) -> State:
    """May we write? Never empty."""
    if row.suppression is not None:
        return State(Glyph.DASH, SUPPRESSIONS[row.suppression])
    if row.basis is None:
        return State(Glyph.WARNING, "No basis", "taken back" if row.was_withdrawn else "")
    source = row.source if row.basis is ConsentBasis.AGREED else ""
    return State(Glyph.CHECK, BASES[row.basis], source)


def standing_words(card: ContactCard, formats: Formats, now: datetime) -> tuple[Tone, str]:
    """The note on top of a card: the tone, and the sentence with its proof."""
    suppression = card.suppression
    if suppression is not None:
        by = suppression.added_by or suppression.account_title
        since = f"Since {formats.moment(suppression.at, now)}{f', by {by}' if by else ''}."
        return Tone.MUTE, " ".join(part for part in (SENTENCES[suppression.reason], suppression.note, since) if part)
    standing = next((consent for consent in card.consents if consent.withdrawn_at is None), None)
    if standing is None:
        return Tone.BAD, "No basis: nobody may write to this person."
    words = standing.wording or standing.evidence
    proof = f"“{words}”" if words and standing.basis is ConsentBasis.AGREED else words
    line = " · ".join(part for part in (standing.source, formats.moment(standing.given_at, now)) if part)
    return Tone.GOOD, "\n".join(
        part for part in (f"May be written to: {BASES[standing.basis]}.", proof, line) if part
    )


def card_facts(card: ContactCard, formats: Formats, now: datetime) -> list[tuple[str, str]]:
    """Everything known, as lines."""
    row = card.row
    facts = [
        ("Phone", row.phone),
        ("Username", f"@{row.username}" if row.username else ""),
        ("Language", row.language),
        ("Time zone", card.time_zone),
        ("Tags", ", ".join(row.tags)),
        ("Telegram id", str(card.telegram_user_id) if card.telegram_user_id else ""),
        *((name.replace("_", " ").capitalize(), value) for name, value in card.fields.items()),
        ("Added", formats.moment(row.added_at, now)),
        ("By import", f"{card.import_name} ({card.import_id})" if card.import_id is not None else ""),
        ("Sent", formats.number(row.sent)),
        ("Received", formats.number(card.received)),
        ("Wrote last", "" if row.wrote_at is None else formats.moment(row.wrote_at, now)),
        ("Merged with", count_of(formats.number(card.merged), "contact") if card.merged else ""),
    ]
    return [(name, value) for name, value in facts if value]


def consent_words(card: ContactCard, formats: Formats, now: datetime) -> str:
    """Every consent with all that proves it and its end, and the suppressions that were taken back."""
    told = [_consent_lines(consent, formats, now) for consent in card.consents]
    for lift in card.lifts:
        when = formats.moment(lift.lifted_at, now)
        head = f"{SUPPRESSIONS[lift.reason]} since {formats.moment(lift.at, now)}"
        told.append([head, f"Taken off the list {when} by {lift.lifted_by}: {lift.why}"])
    return "\n\n".join("\n".join(lines) for lines in told)


def _consent_lines(consent: ConsentView, formats: Formats, now: datetime) -> list[str]:
    lines = [f"{BASES[consent.basis]}, {formats.moment(consent.given_at, now)}"]
    lines += [f"For {consent.account_title}"] if consent.account_title else []
    for title, text in (("Where", consent.source), ("Words", consent.wording), ("Proof", consent.evidence)):
        lines += [f"{title}: {text}"] if text else []
    by = f" by {consent.recorded_by}" if consent.recorded_by else ""
    lines.append(f"Written down {formats.moment(consent.recorded_at, now)}{by}")
    if consent.withdrawn_at is not None:
        who = f" by {consent.withdrawn_by}" if consent.withdrawn_by else ""
        why = f": {consent.withdrawn_why}" if consent.withdrawn_why else ""
        lines.append(f"Taken back {formats.moment(consent.withdrawn_at, now)}{who}{why}")
    return lines


def delivery_cell(line: DeliveryLine, formats: Formats, now: datetime) -> Cell:
    """What one campaign did."""
    state = DELIVERY[line.state]
    why = short(line.reason) if line.reason is not None else state.word
    when = "" if line.at is None else formats.moment(line.at, now)
    detail = " · ".join(part for part in (why, line.account_title, when) if part)
    return Cell(line.campaign_title, detail, tone=state.tone, glyph=state.glyph)


def event_cell(event: PersonEvent, formats: Formats, now: datetime) -> Cell:
    """What happened with them."""
    state = words_of(event.kind)
    who = event.account_title or event.actor
    detail = " · ".join(part for part in (formats.moment(event.at, now), event.campaign_title, who) if part)
    return Cell(state.word, detail, tone=state.tone, glyph=state.glyph)


def heading_words(counts: ContactCounts, formats: Formats) -> str:
    """1,048,212 people · 1,011,904 may be written to"""
    people = count_of(formats.number(counts.total), "person", "people")
    return f"{people} · {formats.number(counts.may)} may be written to"


def match_words(question: ContactQuestion, count: int, total: int | None, formats: Formats) -> str:
    """What the list shows, in a sentence."""
    if not question.text and not question.filters:
        return count_of(formats.number(count), "person", "people")
    parts = [f"“{question.text}”"] if question.text else []
    if question.filters:
        parts.append(count_of(formats.number(question.filters), "filter"))
    of = f" of {formats.number(total)} people" if total is not None else ""
    return f"{formats.number(count)}{of} match {' and '.join(parts)}"


def suppression_cells(row: ListRow, formats: Formats, now: datetime) -> Sequence[Cell]:
    """One line of the suppression list."""
    handle = f"@{row.username}" if row.username else row.phone
    if row.is_of_erased and not (row.name or handle):
        person = Cell("Erased person", "known by hashes only", Role.DIM)
    elif row.name or handle:
        person = Cell(row.name or handle, handle if row.name else "not among the contacts", Role.STRONG)
    else:
        person = Cell("Somebody unknown", f"Telegram id {row.telegram_user_id}", Role.DIM)
    state = State(Glyph.DASH, SUPPRESSIONS[row.reason])
    by = row.added_by or row.account_title or "the worker"
    return (
        person,
        Cell.of_state(state),
        Cell(formats.moment(row.at, now), role=Role.DIM),
        Cell(by, role=Role.DIM),
        Cell(row.note, role=Role.DIM),
    )
