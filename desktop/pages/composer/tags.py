"""What stands in a template between braces, as the editor shows it: a chip with words instead of code. Pure."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_STRING = r"\"[^\"]*\"|'[^']*'"
TAG: Final = re.compile(
    rf"\{{\{{(?:{_STRING}|[^\"'}}]|\}}(?!\}}))*\}}\}}|\{{%(?:{_STRING}|[^\"'%]|%(?!\}}))*%\}}|\{{\#.*?\#\}}",
    re.DOTALL,
)
_FIELD = re.compile(r"\{\{-?\s*(\w+)\s*((?:\|.*?)?)\s*-?\}\}", re.DOTALL)
_DEFAULT = re.compile(r"\|\s*default\(\s*(?:\"([^\"]*)\"|'([^']*)')\s*\)")
_BLOCK_WORDS = {"endif": "end if", "elif": "or if"}


@dataclass(frozen=True, slots=True)
class Field:
    """A field with its fallback; None: it has none. `filters` are the others, such as upper."""

    name: str
    fallback: str | None
    filters: tuple[str, ...] = ()

    def source(self) -> str:
        """As it stands in the template. A fallback cannot hold both kinds of quotes: the double ones become single."""
        parts = [self.name]
        if self.fallback is not None:
            fallback = self.fallback.replace("\n", " ")
            quote = "'" if '"' in fallback and "'" not in fallback else '"'
            parts.append(f"default({quote}{fallback.replace(quote, '’')}{quote})")
        return "{{ " + " | ".join([*parts, *self.filters]) + " }}"


def read_field(tag: str) -> Field | None:
    """None: it is no plain field but a block or a note."""
    found = _FIELD.fullmatch(tag)
    if found is None:
        return None
    default = _DEFAULT.search(found[2])
    rest = _DEFAULT.sub("", found[2]) if default else found[2]
    filters = tuple(part.strip() for part in rest.split("|") if part.strip())
    fallback = None if default is None else default[1] if default[1] is not None else default[2]
    return Field(found[1], fallback, filters)


@lru_cache(maxsize=256)  # asked for at each layout and painting of a chip
def tag_words(tag: str) -> str:
    """What the chip says: "course | else: of last year", "if city", "end if"."""
    field = read_field(tag)
    if field is not None:
        words = field.name.replace("_", " ")
        if field.filters:
            words += f", {', '.join(field.filters)}"
        return words if field.fallback is None else f"{words} | else: {field.fallback}"
    inner = tag[2:-2].strip().strip("-").strip()
    if tag.startswith("{#"):
        return f"note: {inner}"
    first, _, rest = inner.partition(" ")
    return f"{_BLOCK_WORDS.get(first, first)} {rest}".strip()
