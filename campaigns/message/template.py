"""The text of a campaign with the fields of a person in it. Formatting is parsed first; values are plain text always.

So a contact named `**x**` or `[a](http://evil.example)` keeps that name, and no value can add formatting or a link.
"""

import re
from collections.abc import Callable, Iterator, Mapping

import jinja2
from jinja2 import TemplateError, TemplateSyntaxError, Undefined, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from campaigns.message.blocks import Mark, MarkedTree
from campaigns.message.grammar import check, mistake, required_fields
from campaigns.message.text import clean_text, is_blank
from core.domain.media import MAX_CAPTION_UNITS
from core.domain.message import MAX_MESSAGE_UNITS, Entity, FormattedText, utf16_length
from core.errors import EmptyMessage, MessageTooLong, MissingField, UserInputError

MAX_SOURCE_UNITS = 8192  # twice the longest message: room for marks and for both sides of an {% if %}
CAPTION_HINT = "Shorten it to 1,024 characters: below photos and files Telegram takes no more."
_MAX_RENDERED = 65_536  # characters; far beyond any message, and the end of the work that a template can cause
_PREFIX = "field_"  # so that a field may be called self, loop or range
_MARK = re.compile(f"([{Mark.OPEN}{Mark.CLOSE}])([0-9]+){Mark.END}")


class _Missing(Undefined):
    """A field without a value: false in a condition, replaced by default(…), an error where it would be inserted."""

    def __str__(self) -> str:
        raise MissingField((self._undefined_name or "").removeprefix(_PREFIX))


class _Gap(Undefined):
    """A field without a value in a text that a person goes on writing: something to see stands where it would be."""

    __slots__ = ("_stands_here",)

    def __init__(self, stands_here: str) -> None:
        super().__init__()
        self._stands_here = stands_here

    def __str__(self) -> str:
        return self._stands_here


def _default(value: object, fallback: str) -> str:
    return fallback if isinstance(value, Undefined) else str(value)


def _truncate(value: object, length: int) -> str:
    text = str(value)
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _make_environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=_Missing,
        autoescape=False,  # the result is plain text with entities, never HTML
        finalize=lambda value: clean_text(str(value)),
    )
    environment.globals.clear()
    environment.tests.clear()
    environment.filters.clear()
    environment.filters.update(
        default=_default,
        upper=lambda value: str(value).upper(),
        lower=lambda value: str(value).lower(),
        capitalize=lambda value: str(value).capitalize(),
        title=lambda value: str(value).title(),
        trim=lambda value: str(value).strip(),
        truncate=_truncate,
    )
    return environment


_ENVIRONMENT = _make_environment()


class Template:
    """A parsed text. Immutable; rendering has no effect but its result, and its work is bounded."""

    __slots__ = ("_compiled", "_spans", "fields", "fixed", "required", "source")

    def __init__(self, source: str, tree: nodes.Template, fields: frozenset[str]) -> None:
        """Use `parse`."""
        self.source = source
        self.fields = fields
        self.required = required_fields(tree)  # whoever has no value for one of them may get no text
        marked = MarkedTree(tree, source)
        self._spans = marked.spans
        self.fixed = _fixed(
            tree
        )  # what it says to everybody: without marks, a line end where a field or block stands
        for name in tree.find_all(nodes.Name):
            name.name = _PREFIX + name.name
        self._compiled = _ENVIRONMENT.from_string(tree)

    @classmethod
    def parse(cls, source: str) -> "Template":
        """Read a template of at most MAX_SOURCE_UNITS UTF-16 units.

        Raises UserInputError with line and column for everything that docs/templates.md does not allow.
        """
        source = clean_text(source)
        if utf16_length(source) > MAX_SOURCE_UNITS:
            raise UserInputError(
                f"It has {utf16_length(source):,} characters.",
                title="The template is too long",
                hint=f"Shorten it to {MAX_SOURCE_UNITS:,} characters.",
            )
        tree = _read(source)
        return cls(source, tree, check(tree, source))

    def render(self, values: Mapping[str, str], *, is_caption: bool = False) -> FormattedText:
        """The message for one person. `values` by field name; blank ones count as missing, others are trimmed.

        Guarantees 1 to 4,096 UTF-16 units (a caption: 0 to 1,024) without white space at either end, and no formatting
        but the template's.
        Raises MissingField, EmptyMessage or MessageTooLong.
        """
        known: dict[str, object] = {_PREFIX + field: value for field, value in self._known(values)}
        return self._to_message(_generate(self._compiled, known), is_caption=is_caption)

    def fill(self, values: Mapping[str, str], *, plain: Callable[[str], str], gap: Callable[[str], str]) -> str:
        """The source with the fields of one person in it and its marks as they were written: a text to go on writing.

        `plain` is applied to each value; `gap` says what stands where an empty field without a fallback would be.
        Raises MessageTooLong only for what is far longer than any message.
        """
        tree = _read(self.source)
        check(tree, self.source)
        for name in tree.find_all(nodes.Name):
            name.name = _PREFIX + name.name
        context: dict[str, object] = {_PREFIX + field: _Gap(gap(field)) for field in self.fields}
        context |= {_PREFIX + field: plain(value) for field, value in self._known(values)}
        return _generate(_ENVIRONMENT.from_string(tree), context)

    def _known(self, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """The template's fields that have a value."""
        for field in self.fields:
            # One character more than fits is enough to see that it does not fit; the rest would only be work.
            value = clean_text(values.get(field, "").strip()[: MAX_MESSAGE_UNITS + 1])
            if not is_blank(value):
                yield field, value

    def _to_message(self, rendered: str, *, is_caption: bool) -> FormattedText:
        """Turn the marks of spans into entities, then cut white space off both ends as Telegram does."""
        begins: dict[int, int] = {}
        ends: dict[int, int] = {}
        units = 0
        pieces = _MARK.split(rendered)  # text, mark, number, text, mark, number, text
        for at in range(0, len(pieces) - 1, 3):
            units += utf16_length(pieces[at])
            (begins if pieces[at + 1] == Mark.OPEN else ends)[int(pieces[at + 2])] = units
        whole = "".join(pieces[::3])
        text = whole.strip()
        if is_blank(text):
            if is_caption:
                return FormattedText("")
            raise EmptyMessage
        length = utf16_length(text)
        if length > (MAX_CAPTION_UNITS if is_caption else MAX_MESSAGE_UNITS):
            raise MessageTooLong(
                f"With the fields of this person it has {length:,} characters.",
                hint=CAPTION_HINT if is_caption else "",
            )
        cut = len(whole) - len(whole.lstrip())  # white space is never beyond U+FFFF: characters are units here
        entities = []
        for number, begin in begins.items():
            start, end = max(0, begin - cut), min(length, ends[number] - cut)
            if end > start:
                span = self._spans[number]
                entities.append(Entity(kind=span.kind, offset=start, length=end - start, url=span.url))
        return FormattedText(text, tuple(entities))


def _fixed(tree: nodes.Template) -> str:
    inner = (node for outer in tree.body for node in (outer.nodes if isinstance(outer, nodes.Output) else [outer]))
    return _MARK.sub("", "".join(node.data if isinstance(node, nodes.TemplateData) else "\n" for node in inner))


def _generate(compiled: jinja2.Template, context: dict[str, object]) -> str:
    parts: list[str] = []
    length = 0
    # As `generate` does, but without a copy of the environment's globals for each text: there are none.
    for part in compiled.root_render_func(compiled.new_context(context, shared=True)):
        parts.append(part)
        length += len(part)
        if length > _MAX_RENDERED:
            raise MessageTooLong("With the fields of this person it is far longer than Telegram takes.")
    return "".join(parts)


def _read(source: str) -> nodes.Template:
    """jinja2's syntax tree. What breaks its parser (depth, endless numbers) is a mistake in the text too."""
    try:
        return _ENVIRONMENT.parse(source)
    except TemplateSyntaxError as error:
        unknown = re.search(r"unknown tag '(\w+)'", error.message or "")
        hint = "Fields are {{ name }}, conditions {% if name %}…{% endif %}."
        if unknown:
            message = f"There is no block {unknown[1]} in templates."
            raise mistake(source, error.lineno, unknown[1], message, hint) from error
        message = "A field or block is not written as it must be."
        raise mistake(source, error.lineno, "", message, hint, detail=error.message or "") from error
    except (TemplateError, RecursionError, ValueError, OverflowError) as error:
        raise mistake(
            source, 1, "", "It cannot be read: something in it is nested too deeply or too long.", "Make it simpler."
        ) from error
