"""What a draft still lacks, step by step, in the order in which a person meets it. Pure."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from campaigns.campaign import Campaign
from campaigns.message import checking
from campaigns.message.grammar import TemplateMistake
from campaigns.message.stop_words import is_stop
from campaigns.message.template import Template
from campaigns.message.variants import Choice, Message
from core.domain.account import AccountKind
from core.domain.media import MAX_CAPTION_UNITS
from core.domain.message import MAX_MESSAGE_UNITS
from core.errors import AppError, UserInputError
from desktop.formatting import join_words
from desktop.pages.composer.places import Place
from desktop.pages.composer.tags import TAG, read_field
from desktop.widgets.status import Glyph

OPT_OUT = "Answer STOP and we will not write again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of "Before approval". What blocks has to be mended; the rest is good to know."""

    step: str
    glyph: Glyph
    text: str
    blocks: bool = False
    place: Place | None = None  # of the message
    choice: Choice | None = None  # of a text that is not shown
    action: str = ""  # verb of its button; "" with a place: Go there


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a text is: parsed where it could be, and what was found."""

    template: Template | None
    findings: tuple[Finding, ...]

    @property
    def place(self) -> Place | None:
        return next((finding.place for finding in self.findings if finding.place is not None), None)


def check_message(source: str, *, is_caption: bool = False) -> Checked:
    """Mistakes first, then what may be forgotten. A caption of photos or files may be empty."""
    if not source.strip() and not is_caption:
        return Checked(template=None, findings=(_blocks("message", "The message has no text yet"),))
    try:
        template = Template.parse(source)
    except TemplateMistake as error:
        place = Place(error.line, error.column, error.message)
        text = f"{error.message} {error.hint}".strip()
        return Checked(
            template=None,
            findings=(Finding(step="message", glyph=Glyph.CROSS, text=text, blocks=True, place=place),),
        )
    except UserInputError as error:
        return Checked(template=None, findings=(_blocks("message", f"{error.title}. {error.hint}"),))
    return Checked(
        template=template, findings=(*_fallbacks(source), *_length(template, is_caption=is_caption), _opt_out(source))
    )


def _fallbacks(source: str) -> list[Finding]:
    conditions = " ".join(tag[0] for tag in TAG.finditer(source) if tag[0].startswith("{%"))
    missing: list[str] = []
    fields = [field for tag in TAG.finditer(source) if (field := read_field(tag[0]))]
    for field in fields:
        is_asked = re.search(rf"\b{re.escape(field.name)}\b", conditions)
        if field.fallback is None and not is_asked and field.name not in missing:
            missing.append(field.name)
    if missing:
        names = join_words([name.replace("_", " ") for name in missing])
        text = f"No fallback for {names}: people without it are skipped"
        return [Finding(step="message", glyph=Glyph.CLOCK, text=text)]
    if fields:
        return [Finding(step="message", glyph=Glyph.CHECK, text="All fields have a fallback")]
    return []


def _length(template: Template, *, is_caption: bool) -> list[Finding]:
    try:
        template.render(dict.fromkeys(template.fields, "x"), is_caption=is_caption)
    except UserInputError as error:
        return [_blocks("message", f"{error.title}. {error.hint}")]
    except AppError:
        most = f"{MAX_CAPTION_UNITS:,} that Telegram takes below photos and files" if is_caption else ""
        return [
            _blocks("message", f"The text is longer than the {most or f'{MAX_MESSAGE_UNITS:,} that Telegram takes'}")
        ]
    return []


def _opt_out(source: str) -> Finding:
    if any(is_stop(word) for word in set(re.findall(r"[^\W_]+", source))):
        return Finding(step="message", glyph=Glyph.CHECK, text="A way to opt out is there")
    return Finding(step="message", glyph=Glyph.CLOCK, text="It does not say how to opt out", action="Add a line")


def other_texts(message: Message, shown: Choice) -> Sequence[Finding]:
    """What is wrong in the texts that are not shown now: other languages, other variants."""
    found = [each for each in checking.check_message(message) if each.choice is not None and each.choice != shown]
    return [
        Finding(
            step="message",
            glyph=Glyph.CROSS if each.severity is checking.Severity.ERROR else Glyph.CLOCK,
            text=f"{_sentence_case(checking.name_choice(message, each.choice))}: {each.title}",
            blocks=each.severity is checking.Severity.ERROR,
            action="Show it",
            choice=each.choice,
        )
        for each in found
        if each.choice is not None
    ]


def _sentence_case(words: str) -> str:
    """`Variant A`: only the first letter changes."""
    return words[:1].upper() + words[1:]


def check_extras(message: Message, shown: Choice, kinds: Collection[AccountKind]) -> Sequence[Finding]:
    """What is wrong with the buttons of the text that is shown, and with photos and files. `kinds`: of the senders."""
    found = [*checking.check_media(message, kinds), *checking.check_buttons(shown, message.find(shown), kinds)]
    return [_blocks("message", f"{each.title}. {each.hint}") for each in found]


def check_files(found: Sequence[checking.Finding]) -> Sequence[Finding]:
    """What became of photos and files since they were attached."""
    return tuple(_blocks("message", f"{each.message} {each.hint}".strip()) for each in found)


def check_rest(campaign: Campaign, members: int, now: datetime, *, is_counted: bool) -> Sequence[Finding]:
    """People and plan."""
    found: list[Finding] = []
    if is_counted and not members:
        found.append(_blocks("people", "There is nobody in this workspace yet"))
    if not campaign.account_ids:
        found.append(_blocks("plan", "No account is chosen to send from"))
    ends_at = campaign.plan.schedule.ends_at
    if ends_at is not None and ends_at <= now:
        found.append(_blocks("plan", "The end of the campaign has passed"))
    return found


def _blocks(step: str, text: str) -> Finding:
    return Finding(step=step, glyph=Glyph.CROSS, text=text, blocks=True)
