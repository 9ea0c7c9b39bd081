"""Formatting laid over a template's syntax tree: its ends are marked in the static text, before any value comes in.

A span may hold whole `{% if %}` blocks; it cannot begin in one and end outside of it.
"""

from collections.abc import Sequence

from jinja2 import nodes

from campaigns.message.formatting import LITERAL_KINDS, MAX_SPANS, Formatted, Span, parse_formatting, too_many_spans
from campaigns.message.grammar import mistake
from core.domain.message import ADDRESS, EntityKind


class Mark:
    """Noncharacters that mark places: `clean_text` takes them out of everything that people write."""

    ATOM = "\ufdd0"  # while formatting is parsed: a field or a block stands here
    OPEN = "\ufdd1"  # in the rendered text: OPEN number END begins the span of that number
    CLOSE = "\ufdd2"
    END = "\ufdd3"


class MarkedTree:
    """Rewrites the tree it is given: formatting in the static text becomes numbered marks, the numbers of `spans`."""

    def __init__(self, tree: nodes.Template, source: str) -> None:
        """Raises UserInputError for formatting across a block, and for a link whose address cannot be sent."""
        self.spans: list[Span] = []
        self._source = source
        self._unpaired: set[str] = set()
        tree.body = self._mark_body(tree.body, is_literal=False)
        tree.set_environment(tree.environment)  # type: ignore[arg-type]  # set by the parser that made the tree

    def _mark_body(self, body: Sequence[nodes.Node], *, is_literal: bool) -> list[nodes.Node]:
        atoms: list[nodes.Node] = []
        text = ""
        for node in (
            inner for outer in body for inner in (outer.nodes if isinstance(outer, nodes.Output) else [outer])
        ):
            if isinstance(node, nodes.TemplateData):
                text += node.data
            else:
                text += Mark.ATOM
                atoms.append(node)
        if not atoms and not text:
            return []
        line = body[0].lineno
        formatted = Formatted(text, (), frozenset()) if is_literal else parse_formatting(text)
        self._refuse_halves(formatted, text, line)
        for span in formatted.spans:
            self._check_address(span, text, line)
        return self._lay_out(formatted, atoms, line, is_literal=is_literal)

    def _lay_out(
        self, formatted: Formatted, atoms: list[nodes.Node], line: int, *, is_literal: bool
    ) -> list[nodes.Node]:
        """The nodes of one body in order, with the marks of its spans in the static text."""
        before: dict[int, str] = {}
        for span in formatted.spans:
            if span.end > span.start:
                number = len(self.spans)
                self.spans.append(span)
                before[span.end] = f"{Mark.CLOSE}{number}{Mark.END}" + before.get(span.end, "")
                before[span.start] = before.get(span.start, "") + f"{Mark.OPEN}{number}{Mark.END}"
        if len(self.spans) > MAX_SPANS:
            raise too_many_spans()
        result: list[nodes.Node] = []
        static = ""
        waiting = iter(atoms)
        for at, sign in enumerate([*formatted.plain, ""]):
            static += before.get(at, "")
            if sign != Mark.ATOM:
                static += sign
                continue
            atom = next(waiting)
            result.append(_output(nodes.TemplateData(static, lineno=line), line))
            static = ""
            if isinstance(atom, nodes.If):
                is_inside = any(s.kind in LITERAL_KINDS and s.start <= at < s.end for s in formatted.spans)
                result.append(self._mark_if(atom, is_literal=is_literal or is_inside))
            else:
                assert isinstance(atom, nodes.Expr)
                result.append(_output(atom, atom.lineno))
        result.append(_output(nodes.TemplateData(static, lineno=line), line))
        return result

    def _mark_if(self, block: nodes.If, *, is_literal: bool) -> nodes.If:
        for branch in (block, *block.elif_):
            branch.body = self._mark_body(branch.body, is_literal=is_literal)
        block.else_ = self._mark_body(block.else_, is_literal=is_literal)
        return block

    def _refuse_halves(self, formatted: Formatted, text: str, line: int) -> None:
        """A lone mark stays as it is, as in Telegram's clients; lone marks in two bodies are two halves."""
        for mark in formatted.unpaired & self._unpaired:
            line += text.count("\n", 0, text.rfind(mark))
            message = f"Formatting by {mark} begins in one block and ends in another."
            raise mistake(self._source, line, mark, message, "Put both marks into the same block.")
        self._unpaired |= formatted.unpaired

    def _check_address(self, span: Span, text: str, line: int) -> None:
        if span.kind is not EntityKind.TEXT_LINK:
            return
        line += text.count("\n", 0, text.find(f"]({span.url})"))
        if Mark.ATOM in span.url:
            message = "The address of a link cannot hold a field or a block."
            raise mistake(self._source, line, "](", message, "Put the field into the text beside the link.")
        if ADDRESS.fullmatch(span.url) is None:
            needle = f"]({span.url})"
            hint = "Begin it with https:// and leave out blanks."
            raise mistake(self._source, line, needle, "This link has no address that Telegram takes.", hint)


def _output(node: nodes.Expr, line: int) -> nodes.Output:
    return nodes.Output([node], lineno=line)
