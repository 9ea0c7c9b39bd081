"""What of a text is no prose: fields, conditions, addresses and formatting. An answer is held to it."""

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from campaigns.message.formatting import parse_formatting
from campaigns.message.parsing import parse_template
from core.ai_errors import AiAnswerUnfit
from core.domain.message import EntityKind
from core.errors import UserInputError

_TAG = re.compile(r"\{\{(?P<field>.*?)\}\}|\{%-?(?P<block>.*?)-?%\}", re.DOTALL)
_FALLBACK = re.compile(r"""default\(\s*(?:"[^"]*"|'[^']*')\s*\)""")
_ADDRESS = re.compile(r"(?:https?|tg)://[^\s)\]>]+", re.IGNORECASE)
_WORDS = {
    EntityKind.BOLD: "bold",
    EntityKind.ITALIC: "italic",
    EntityKind.UNDERLINE: "underlined",
    EntityKind.STRIKE: "struck through",
    EntityKind.CODE: "code",
    EntityKind.PRE: "a block of code",
    EntityKind.SPOILER: "a spoiler",
    EntityKind.BLOCKQUOTE: "a quote",
    EntityKind.TEXT_LINK: "a link",
}


@dataclass(frozen=True, slots=True)
class Skeleton:
    """Of one text. `tags` are its fields and conditions as written, but for the words of a fallback."""

    fields: frozenset[str]
    tags: Counter[str]
    addresses: frozenset[str]
    formats: Counter[EntityKind]

    @classmethod
    def of(cls, source: str) -> "Skeleton":
        """Raises UserInputError for a text that is no template."""
        template = parse_template(source)
        plain = _TAG.sub("x", source)
        return cls(
            fields=template.fields,
            tags=Counter(_normal(match) for match in _TAG.finditer(source)),
            addresses=frozenset(address.rstrip(".,;:!?") for address in _ADDRESS.findall(source)),
            formats=Counter(span.kind for span in parse_formatting(plain).spans),
        )

    def demand_same(self, other: "Skeleton") -> None:
        """`other` has exactly the same fields, conditions, addresses and formatting. Raises AiAnswerUnfit."""
        for tag in self.tags - other.tags:
            raise AiAnswerUnfit(f"{tag} is missing in it. Every field and condition has to stay as it is.")
        for tag in other.tags - self.tags:
            raise AiAnswerUnfit(f"It holds {tag}, which the text has not, or not so often.")
        self._demand_addresses(other)
        for kind in {**self.formats, **other.formats}:
            before, after = self.formats[kind], other.formats[kind]
            if before != after:
                raise AiAnswerUnfit(
                    f"Of the parts that are {_WORDS[kind]} it has {after}, and the text has {before}."
                )

    def demand_no_more(self, other: "Skeleton", *, may_lose: bool) -> None:
        """`other` uses no field, condition or address of its own; with `may_lose` it may lack some. Raises AiAnswerUnfit."""
        demand_fields(other, self.fields)
        lost = self.fields - other.fields
        if lost and not may_lose:
            raise AiAnswerUnfit(f"{_named(lost)} missing in it.")
        for tag in other.tags.keys() - self.tags.keys():
            if tag.startswith("{%"):
                raise AiAnswerUnfit(f"It holds {tag}, which the text has not.")
        if not may_lose:
            self._demand_addresses(other)
        elif new := other.addresses - self.addresses:
            raise AiAnswerUnfit(f"It holds the address {min(new)}, which the text has not.")

    def _demand_addresses(self, other: "Skeleton") -> None:
        for address in sorted(self.addresses - other.addresses):
            raise AiAnswerUnfit(f"The address {address} is missing in it.")
        for address in sorted(other.addresses - self.addresses):
            raise AiAnswerUnfit(f"It holds the address {address}, which the text has not.")


def demand_fields(skeleton: Skeleton, allowed: Collection[str]) -> None:
    """Raises AiAnswerUnfit for a field that nobody has."""
    unknown = skeleton.fields - frozenset(allowed)
    if unknown:
        there_are = ", ".join(sorted(allowed)) or "none"
        raise AiAnswerUnfit(f"It uses {{{{ {min(unknown)} }}}}, and there is no such field. There are: {there_are}.")


def skeleton_of_answer(source: str) -> Skeleton:
    """As `Skeleton.of`, for what a model wrote."""
    try:
        return Skeleton.of(source)
    except UserInputError as error:
        raise AiAnswerUnfit(f"{error.title}. {error.message}") from error


def _normal(match: re.Match[str]) -> str:
    """A tag without what may differ: blanks, and the words of its fallback."""
    if match["field"] is not None:
        return "{{ " + " ".join(_FALLBACK.sub("default(…)", match["field"]).replace("|", " | ").split()) + " }}"
    return "{% " + " ".join(match["block"].split()) + " %}"


def _named(fields: Collection[str]) -> str:
    names = ", ".join(f"{{{{ {field} }}}}" for field in sorted(fields))
    return f"{names} {'is' if len(fields) == 1 else 'are'}"
